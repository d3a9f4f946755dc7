"""Any file to a table: packing, format, encoding, delimiter and layout found, bad rows passed on as values.

Everything stays text: "007", "NA" and long numbers come through as they were written.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from jobtagger.batch.delimited import read_delimited
from jobtagger.batch.encodings import find_encoding
from jobtagger.batch.excel import is_workbook, read_excel
from jobtagger.batch.json_rows import ENDINGS as JSON_ENDINGS
from jobtagger.batch.json_rows import (
    is_json_lines,
    looks_like_json,
    read_json_document,
    read_json_lines,
    starts_with_lines,
)
from jobtagger.batch.kinds import other_kind
from jobtagger.batch.parquet import MAGIC as PARQUET_MAGIC
from jobtagger.batch.parquet import read_parquet
from jobtagger.batch.streams import HEAD_SIZE, InputStream, is_read_once
from jobtagger.batch.table import ReadOptions, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources

_PACKED_ENDINGS = (".gz", ".gzip", ".zst", ".zstd")
_BLANKS = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"  # and the byte order marks
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


def open_table(path: str, options: ReadOptions, sources: Sources) -> Table:
    """Open a CSV, JSON, Parquet or Excel file, or standard input for "-".

    Raises
    ------
    InputError
        When there is no such file, nothing in it, or nothing that can be read.
    """
    stream = InputStream(path)
    try:
        return _table(path, stream, options, sources)
    except BaseException:
        stream.close()
        raise


def _table(path: str, stream: InputStream, options: ReadOptions, sources: Sources) -> Table:
    head = stream.head
    if not head.strip(_BLANKS):
        raise NoRowsError(f"{stream.name}: is empty")
    if what := other_kind(head):
        raise InputError(f"{stream.name}: {what}")
    if head.startswith(PARQUET_MAGIC) or head.startswith((_ZIP, _OLE)):
        return _binary_table(path, stream, options, sources)
    encoding = find_encoding(stream.name, head, options.encoding)
    text = head.decode(encoding.name, "replace").removeprefix("\ufeff")
    ending = _ending(path)
    if ending not in JSON_ENDINGS and not looks_like_json(text):
        return read_delimited(stream, encoding, options, sources)
    open_again = _opener(path, stream)
    is_long = len(head) >= HEAD_SIZE and text.lstrip().startswith("{") and "\n" not in text.strip()
    if is_json_lines(text, ending) or (is_long and starts_with_lines(open_again, encoding)):
        return read_json_lines(open_again, encoding, options, sources)
    return read_json_document(open_again, encoding, options, sources)


def _ending(path: str) -> str:
    """Give the last ending of a name, behind which that of a packing may stand."""
    endings = [ending.lower() for ending in Path(path).suffixes]
    if endings and endings[-1] in _PACKED_ENDINGS:
        endings.pop()
    return endings[-1] if endings else ""


def _binary_table(path: str, stream: InputStream, options: ReadOptions, sources: Sources) -> Table:
    if is_read_once(path) or stream.packing:
        raise InputError(
            f"{stream.name}: Parquet and Excel files are read by name and unpacked; save it as a file first"
        )
    stream.close()
    if stream.head.startswith(PARQUET_MAGIC):
        return read_parquet(path, lambda: InputStream(path))
    if not is_workbook(path):
        raise InputError(f"{path}: is an archive or an office document, no table; unpack it, or save it as CSV")
    return read_excel(path, lambda: InputStream(path), options, sources)


def _opener(path: str, stream: InputStream) -> Callable[[], InputStream]:
    """Give a function that opens the input from its beginning; what can be read only once is kept in a temporary file."""
    if not is_read_once(path):
        stream.close()
        return lambda: InputStream(path)
    try:
        kept = tempfile.NamedTemporaryFile()  # noqa: SIM115 - it lives as long as the function
        for block in iter(stream.read1, b""):
            kept.write(block)
        kept.flush()
    except OSError as error:
        raise InputError(
            f"{stream.name}: no room for a copy, which JSON needs as it is read twice: {error.strerror};"
            " let TMPDIR name a folder that has room, or save it as a file first"
        ) from None
    return lambda: _named(InputStream(kept.name), stream.name)


def _named(stream: InputStream, name: str) -> InputStream:
    stream.name = name
    return stream
