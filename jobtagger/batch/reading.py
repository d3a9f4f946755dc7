"""Any file to a table: packing, format, encoding, delimiter and layout found, bad rows passed on as values.

Everything stays text: "007", "NA" and long numbers come through as they were written.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from jobtagger.batch.delimited import read_delimited
from jobtagger.batch.encodings import find_encoding
from jobtagger.batch.excel import ENDINGS as EXCEL_ENDINGS
from jobtagger.batch.excel import read_excel
from jobtagger.batch.json_rows import is_json_lines, looks_like_json, read_json_document, read_json_lines
from jobtagger.batch.parquet import MAGIC as PARQUET_MAGIC
from jobtagger.batch.parquet import read_parquet
from jobtagger.batch.streams import STDIN, InputStream
from jobtagger.batch.table import ReadOptions, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources

_JSON_ENDINGS = {".json", ".jsonl", ".ndjson"}
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
    if not head.strip():
        raise NoRowsError(f"{stream.name}: is empty")
    if head.startswith(PARQUET_MAGIC) or head.startswith((_ZIP, _OLE)):
        return _binary_table(path, stream)
    encoding = find_encoding(stream.name, head, options.encoding)
    text = head.decode(encoding.name, "replace").removeprefix("\ufeff")
    if not (set(Path(path).suffixes) & _JSON_ENDINGS or looks_like_json(text)):
        return read_delimited(stream, encoding, options.delimiter)
    open_again = _opener(path, stream)
    if is_json_lines(text, path):
        return read_json_lines(open_again, encoding)
    return read_json_document(open_again, encoding, sources)


def _binary_table(path: str, stream: InputStream) -> Table:
    if path == STDIN or stream.packing:
        raise InputError(
            f"{stream.name}: Parquet and Excel files are read by name and unpacked; save it as a file first"
        )
    is_excel = not stream.head.startswith(PARQUET_MAGIC)
    stream.close()
    if is_excel and Path(path).suffix.lower() not in EXCEL_ENDINGS:
        raise InputError(f"{path}: is an archive or an office document, no table; unpack it, or save it as CSV")
    read: Callable[[str, Callable[[], InputStream]], Table] = read_excel if is_excel else read_parquet
    return read(path, lambda: InputStream(path))


def _opener(path: str, stream: InputStream) -> Callable[[], InputStream]:
    """Give a function that opens the input from its beginning; standard input is written to a temporary file."""
    if path != STDIN:
        stream.close()
        return lambda: InputStream(path)
    kept = tempfile.NamedTemporaryFile()  # noqa: SIM115 - it lives as long as the function
    for block in iter(stream.read1, b""):
        kept.write(block)
    kept.flush()
    return lambda: _named(InputStream(kept.name), stream.name)


def _named(stream: InputStream, name: str) -> InputStream:
    stream.name = name
    return stream
