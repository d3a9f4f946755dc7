"""Parquet: every column as text in, row groups of text out."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jobtagger.batch.extras import require
from jobtagger.batch.streams import UNPACKED_FREE, UNPACKED_RATIO, InputStream
from jobtagger.batch.table import Rows, Shape, Table
from jobtagger.errors import InputError, NoRowsError

MAGIC = b"PAR1"
EXTRA = "parquet"
_BATCH_ROWS = 2048


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
        while chunk := [row for row, _ in zip(rows, range(_BATCH_ROWS * 8), strict=False)]:
            arrays = [pyarrow.array(cells, pyarrow.string()) for cells in zip(*chunk, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _rows(path: str, file: Any, pyarrow: Any) -> Rows:
    n_chars = 0
    try:
        for batch in file.iter_batches(_BATCH_ROWS):
            columns = [_texts(column, pyarrow) for column in batch.columns]
            n_chars += sum(sum(map(len, cells)) for cells in columns)
            if n_chars > _limit(path):
                raise _bomb(path)
            yield from map(list, zip(*columns, strict=True))
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path}: the Parquet data is damaged: {error}") from None


def _limit(path: str) -> int:
    return max(UNPACKED_FREE, UNPACKED_RATIO * os.path.getsize(path))


def _bomb(path: str) -> InputError:
    return InputError(
        f"{path}: unpacks to more than {UNPACKED_FREE >> 30} GB and more than {UNPACKED_RATIO} times its size,"
        " which no text does; if it is what you want, save it as CSV and tag that"
    )


def _texts(column: Any, pyarrow: Any) -> list[str]:
    """Give a column's values as text; null is empty, lists and structures are JSON."""
    types = pyarrow.types
    if types.is_dictionary(column.type):
        cells = _texts(column.dictionary, pyarrow)
        return ["" if i is None else cells[i] for i in column.indices.to_pylist()]
    if types.is_nested(column.type):
        values = column.to_pylist()
        return ["" if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values]
    if types.is_binary(column.type) or types.is_large_binary(column.type):
        return ["" if v is None else v.decode("utf-8", "replace") for v in column.to_pylist()]
    return ["" if v is None else v for v in column.cast(pyarrow.string()).to_pylist()]


def _is_text(kind: Any, types: Any) -> bool:
    return any(
        is_it(kind) for is_it in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )
