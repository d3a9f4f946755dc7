"""Data frames of Dask through the tagger, and folders of Parquet by way of them."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from jobtagger.batch.extras import require
from jobtagger.batch.frame import FrameOptions
from jobtagger.batch.partitions import Counts, PartitionTagger
from jobtagger.errors import InputError

if TYPE_CHECKING:
    import dask.dataframe as dd

EXTRA = "dask"
ENDINGS = (".parquet", ".parq", ".pq")
_NAME = "--engine dask"
_NULL = "__HIVE_DEFAULT_PARTITION__"
_REFUSED = re.compile(r"`Arrow\w+\('(.*)', '(.*)'\)`")
"""In Dask's long message: what Arrow says of a value that does not fit the type of its column."""


def tag_dask(frame: "dd.DataFrame", model_folder: str = "", options: FrameOptions | None = None) -> "dd.DataFrame":
    """Tag a Dask frame lazily: the same rows and partitions come out, our columns behind theirs."""
    tagged: dd.DataFrame = _tagged(frame, PartitionTagger.here(model_folder, options))
    return tagged


def tag_parquet(source: str, target: str, tagger: PartitionTagger, scheduler: str, n_workers: int) -> Counts:
    """Read a folder of Parquet, tag it and write another one, on a cluster or on processes of this machine; count it.

    Raises
    ------
    InputError
        When the source cannot be read or the cluster cannot be reached.
    """
    frames = require("dask.dataframe", EXTRA, _NAME)
    with _cluster(scheduler, n_workers):
        try:
            schema = _schema(source)
            frame = _frame(frames, find_parquet(source), schema)
        except (OSError, ValueError) as error:
            raise InputError(f"{source}: cannot be read as Parquet: {_cause(error)}") from None
        tagged = _tagged(frame, tagger)
        types = {column.name: column.type for column in schema}
        types |= dict.fromkeys(set(tagged.columns) - set(types), "string")
        with _one_line(source, target):
            tagged.to_parquet(target, write_index=False, overwrite=True, compression="zstd", schema=types)
        counted = tagger.counted(list(frame.columns))
        counts = frames.read_parquet(target, columns=counted).groupby(counted).size().compute()
        return {tuple(map(str, cells)): int(n) for cells, n in counts.items()}


def _frame(frames: Any, found: "ParquetFiles", schema: Any) -> Any:
    """Read files; what the folders in which they stand are called (`country=FR`) becomes columns of text."""
    parts = []
    for cells, paths in groupby(zip(found.cells, found.named, strict=True), key=itemgetter(0)):
        # An index of pandas is a column of the file like any other.
        part = frames.read_parquet(
            [path for _, path in paths], dtype_backend="numpy_nullable", index=False, dataset={"schema": schema}
        )
        added = {name: cell for name, cell in cells if name not in schema.names}
        parts.append(part.map_partitions(_with, added, meta=_with(part._meta, added)) if added else part)
    return parts[0] if len(parts) == 1 else frames.concat(parts)


def _with(frame: Any, cells: dict[str, str | None]) -> Any:
    pandas = require("pandas", EXTRA, _NAME)
    return frame.assign(
        **{name: pandas.array([cell] * len(frame), dtype="string[python]") for name, cell in cells.items()}
    )


def _tagged(frame: Any, tagger: PartitionTagger) -> Any:
    return frame.map_partitions(tagger, meta=tagger(frame._meta))


@contextmanager
def _one_line(source: str, target: str) -> Iterator[None]:
    killed = require("distributed", EXTRA, _NAME).KilledWorker
    arrow = require("pyarrow", EXTRA, _NAME).ArrowException
    try:
        yield
    except (OSError, arrow) as error:  # an Arrow error may be a ValueError too
        _refuse_damaged(source)
        if not isinstance(error, OSError):
            raise InputError(f"{source}: cannot be tagged: {_cause(error)}") from None
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from None
    except ValueError as error:
        refused = _REFUSED.search(str(error))
        if not refused:
            raise
        raise InputError(f"{source}: cannot be tagged: {': '.join(refused.groups())}; tag the files apart") from None
    except killed:
        raise InputError(
            "a worker process died several times, probably for want of memory; use fewer workers or smaller files"
        ) from None


class ParquetFiles(NamedTuple):
    """The files of a folder by their addresses, and those that are no Parquet by name; hidden ones are neither.

    `cells` holds, of each of `named`, the columns and cells that its folders are called by.
    """

    named: list[str]
    others: list[str]
    cells: list[tuple[tuple[str, str | None], ...]]


def find_parquet(source: str) -> ParquetFiles:
    """Find the Parquet files of a folder and of those in it; what begins with a dot or an underscore is hidden.

    Raises
    ------
    InputError
        When there is none.
    """
    filesystem, root = require("fsspec.core", EXTRA, _NAME).url_to_fs(source)
    paths = filesystem.find(root)
    if paths != [root]:
        paths = [path for path in paths if not _is_hidden(path[len(root) :])]
    named = [path for path in paths if path.lower().endswith(ENDINGS) or path == root]
    if not named:
        raise InputError(f"{source}: cannot be read as Parquet: no file in it is called {', '.join(ENDINGS)}")
    address = filesystem.unstrip_protocol if "://" in source else str
    cells = [_cells(path[len(root) :]) for path in named]
    if other := next(
        (path for path, own in zip(named, cells, strict=True) if dict(own).keys() != dict(cells[0]).keys()), ""
    ):
        raise InputError(f"{other}: stands in folders of other columns than the first file; tag it apart")
    return ParquetFiles(list(map(address, named)), [path for path in paths if path not in set(named)], cells)


def _cells(path: str) -> tuple[tuple[str, str | None], ...]:
    """Give the columns and cells that the folders of a path are called by, as Spark, pandas and others call them."""
    pairs = [part.split("=", 1) for part in path.split("/")[:-1] if "=" in part]
    return tuple((unquote(name), None if cell == _NULL else unquote(cell)) for name, cell in pairs)


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "_")) and "=" not in part for part in path.split("/"))


def _schema(source: str) -> Any:
    """Give the columns with the types in which all files can be held, to read and to write them that way.

    A column that is empty in one file has the type of the others, and smaller numbers that of larger ones.

    Raises
    ------
    InputError
        When a file is damaged at its end, or has other columns than the first, or one of a type that does not fit.
    """
    files = _files(source)
    arrow = require("pyarrow", EXTRA, _NAME)
    schema, expected = files.schema, set(files.schema.names)
    for file in files.get_fragments():
        try:
            found = file.physical_schema
        except (OSError, arrow.ArrowException) as error:
            raise InputError(f"{file.path}: cannot be read as Parquet: {_cause(error)}") from None
        if missing := sorted(expected ^ set(found.names)):
            raise InputError(f'{file.path}: has other columns than the first file, see "{missing[0]}"; tag it apart')
        try:
            schema = arrow.unify_schemas([schema, found], promote_options="permissive")
        except arrow.ArrowException as error:
            raise InputError(
                f"{file.path}: has a column of another type than the files before: {_cause(error)}"
            ) from None
    return schema


def _refuse_damaged(source: str) -> None:
    """Name the file that cannot be read, if it is one; engines do not say which it was."""
    arrow = require("pyarrow", EXTRA, _NAME).ArrowException
    for file in _files(source).get_fragments():
        try:
            for _ in file.to_batches():
                pass
        except (OSError, arrow) as error:
            raise InputError(f"{file.path}: the Parquet data is damaged: {_cause(error)}") from None


def _files(source: str) -> Any:
    filesystem, _ = require("fsspec.core", EXTRA, _NAME).url_to_fs(source)
    paths = [filesystem._strip_protocol(address) for address in find_parquet(source).named]
    return require("pyarrow.dataset", EXTRA, _NAME).dataset(paths, filesystem=filesystem, format="parquet")


def _cause(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[-1].removeprefix("Original Message: ")


@contextmanager
def _cluster(scheduler: str, n_workers: int) -> Iterator[Any]:
    distributed = require("distributed", EXTRA, _NAME)
    if scheduler:
        try:
            client = distributed.Client(scheduler)
        except (OSError, ValueError) as error:
            raise InputError(f"--scheduler {scheduler}: cannot be reached: {error}") from None
        with client:
            yield client
        return
    with (
        distributed.LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
