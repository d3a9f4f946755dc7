"""Parquet: every column as text in, row groups of text out."""

import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from jobtagger.batch.encodings import ESCAPE, bad_byte
from jobtagger.batch.extras import require
from jobtagger.batch.streams import UNPACKED_FREE, UNPACKED_RATIO, InputStream
from jobtagger.batch.table import Rows, Shape, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.records import RejectedRecord

MAGIC = b"PAR1"
EXTRA = "parquet"
_BATCH_ROWS = 2048
_GROUP_ROWS = 8 * _BATCH_ROWS  # written together


def read_parquet(path: str, open_again: Callable[[], InputStream]) -> Table:
    """Read a Parquet file a batch at a time."""
    pyarrow, parquet = require("pyarrow", EXTRA, path), require("pyarrow.parquet", EXTRA, path)
    stream = open_again()
    try:
        schema = parquet.read_schema(path)
        texts = [column.name for column in schema if _is_text(column.type, pyarrow.types)]
        # As dictionaries: a cell that repeats is one text in memory, however often it is said to repeat.
        file = parquet.ParquetFile(path, pre_buffer=False, read_dictionary=texts)
    except (pyarrow.ArrowException, OSError) as error:
        stream.close()
        raise InputError(f"{path}: is no Parquet file that can be read: {error}") from None
    columns = list(schema.names)
    if sum(file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)) > _limit(path):
        stream.close()
        raise _bomb(path)
    if not file.metadata.num_rows:
        stream.close()
        raise NoRowsError(f"{path}: holds no records")
    return Table(path, columns, _rows(path, file, pyarrow), 1, Shape("parquet"), stream)


def write_parquet(path: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> None:
    """Write rows as a Parquet file whose columns are all text."""
    pyarrow, parquet = require("pyarrow", EXTRA, str(path)), require("pyarrow.parquet", EXTRA, str(path))
    schema = pyarrow.schema([(column, pyarrow.string()) for column in columns])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while chunk := list(islice(rows, _GROUP_ROWS)):
            arrays = [pyarrow.array(cells, pyarrow.string()) for cells in zip(*chunk, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _rows(path: str, file: Any, pyarrow: Any) -> Rows:
    n_chars = n_rows = 0
    try:
        for batch in file.iter_batches(_BATCH_ROWS):
            columns, is_dirty = _columns(batch.columns, pyarrow)
            n_chars += sum(sum(map(len, cells)) for cells in columns)
            if n_chars > _limit(path):
                raise _bomb(path)
            rows = map(list, zip(*columns, strict=True))
            yield from _checked(path, rows, n_rows) if is_dirty else rows
            n_rows += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path}: the Parquet data is damaged: {error}") from None


def _columns(arrays: Sequence[Any], pyarrow: Any) -> tuple[list[list[str]], bool]:
    """Give columns as text, and whether there are bytes in them that could not be decoded."""
    columns, is_dirty = [], False
    for array in arrays:
        try:
            columns.append(_texts(array, pyarrow))
        except UnicodeDecodeError:
            columns.append([_text_of(scalar) for scalar in array])
            is_dirty = True
    return columns, is_dirty


def _checked(path: str, rows: Iterator[list[str]], n_before: int) -> Rows:
    for number, row in enumerate(rows, n_before + 1):
        bad = bad_byte("".join(row))
        yield RejectedRecord(path, number, f"byte {bad} is not utf-8", " | ".join(row)) if bad else row


def _limit(path: str) -> int:
    return max(UNPACKED_FREE, UNPACKED_RATIO * os.path.getsize(path))


def _bomb(path: str) -> InputError:
    return InputError(
        f"{path}: unpacks to more than {UNPACKED_FREE >> 30} GB and more than {UNPACKED_RATIO} times its size,"
        " which no text does; if it is what you want, save it as CSV and tag that"
    )


def _texts(column: Any, pyarrow: Any) -> list[str]:
    r"""Give a column's values as text; null is empty, lists and structures are JSON, bytes that are no text `\xe9`."""
    types = pyarrow.types
    if types.is_dictionary(column.type):
        cells = _texts(column.dictionary, pyarrow)
        return ["" if i is None else cells[i] for i in column.indices.to_pylist()]
    if types.is_nested(column.type):
        return _nested(column, pyarrow)
    if any(is_it(column.type) for is_it in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary)):
        return ["" if v is None else v.decode("utf-8", "backslashreplace") for v in column.to_pylist()]
    try:
        texts = column.cast(pyarrow.string())
    except pyarrow.ArrowInvalid:
        if not (types.is_timestamp(column.type) and column.type.tz):
            raise
        utc = pyarrow.timestamp(column.type.unit, "UTC")  # this machine does not know the time zone
        texts = column.cast(utc).cast(pyarrow.string())
    return ["" if v is None else v for v in texts.to_pylist()]


def _nested(column: Any, pyarrow: Any) -> list[str]:
    """Give lists and structures as JSON; one that Python cannot hold is written value by value."""
    try:
        return list(map(_json, column.to_pylist()))
    except UnicodeDecodeError:
        raise
    except (ValueError, OverflowError, LookupError, pyarrow.ArrowException):
        return [_written(scalar, pyarrow) if scalar.is_valid else "" for scalar in column]


def _written(scalar: Any, pyarrow: Any) -> str:
    """Write a value as JSON: repeated names of a structure, times that no calendar of Python has and unknown zones too."""
    types, kind = pyarrow.types, scalar.type
    if not scalar.is_valid:
        return "null"
    if types.is_struct(kind):
        fields = [kind.field(place).name for place in range(kind.num_fields)]
        cells = [f"{_json(name)}: {_written(scalar[place], pyarrow)}" for place, name in enumerate(fields)]
        return f"{{{', '.join(cells)}}}"
    if types.is_map(kind):
        pairs = [[_written(pair[place], pyarrow) for place in (0, 1)] for pair in scalar.values]
        return f"[{', '.join(f'[{key}, {value}]' for key, value in pairs)}]"
    if types.is_nested(kind):
        return f"[{', '.join(_written(value, pyarrow) for value in scalar.values)}]"
    try:
        return _json(scalar.as_py())
    except UnicodeDecodeError:
        raise
    except (ValueError, OverflowError, LookupError, pyarrow.ArrowException):
        return _json(_without_calendar(scalar, pyarrow))


def _without_calendar(scalar: Any, pyarrow: Any) -> str:
    """Give a time or length of time as Arrow writes it; as a number where it does not."""
    try:
        text: str = _texts(pyarrow.array([scalar], scalar.type), pyarrow)[0]
    except pyarrow.ArrowException:
        text = str(scalar.value)
    return text


def _text_of(scalar: Any) -> str:
    """Give a value of a column in which there are bytes that cannot be decoded."""
    try:
        value = scalar.as_py()
    except UnicodeDecodeError as error:
        return error.object.decode("utf-8", ESCAPE)
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    """Write a value as JSON, which has no NaN and no bytes: null, and text."""
    if value is None:
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_plain)


def _finite(value: Any) -> Any:
    """Give a value with null in the place of the numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return list(map(_finite, value)) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _is_text(kind: Any, types: Any) -> bool:
    return any(
        is_it(kind) for is_it in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )
