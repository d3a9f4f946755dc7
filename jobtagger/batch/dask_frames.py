"""Data frames of Dask through the tagger, and folders of Parquet by way of them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobtagger.batch.extras import require
from jobtagger.batch.frame import FrameOptions
from jobtagger.batch.partitions import Counts, PartitionTagger
from jobtagger.errors import InputError

if TYPE_CHECKING:
    import dask.dataframe as dd

EXTRA = "dask"
_NAME = "--engine dask"


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
            frame = frames.read_parquet(source, dtype_backend="numpy_nullable")
            types = _types(source)
        except (OSError, ValueError) as error:
            raise InputError(f"{source}: cannot be read as Parquet: {_cause(error)}") from None
        tagged = _tagged(frame, tagger)
        types |= dict.fromkeys(set(tagged.columns) - set(frame.columns), "string")
        with _one_line(source, target):
            tagged.to_parquet(target, write_index=False, overwrite=True, compression="zstd", schema=types)
        counted = tagger.counted(list(frame.columns))
        counts = frames.read_parquet(target, columns=counted).groupby(counted).size().compute()
        return {tuple(map(str, cells)): int(n) for cells, n in counts.items()}


def _tagged(frame: Any, tagger: PartitionTagger) -> Any:
    return frame.map_partitions(tagger, meta=tagger(frame._meta))


@contextmanager
def _one_line(source: str, target: str) -> Iterator[None]:
    killed = require("distributed", EXTRA, _NAME).KilledWorker
    arrow = require("pyarrow", EXTRA, _NAME).ArrowException
    try:
        yield
    except (OSError, arrow) as error:
        _refuse_damaged(source)
        if not isinstance(error, OSError):
            raise InputError(f"{source}: cannot be tagged: {_cause(error)}") from None
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from None
    except killed:
        raise InputError(
            "a worker process died several times, probably for want of memory; use fewer workers or smaller files"
        ) from None


def _types(source: str) -> dict[str, Any]:
    """Give the types of the columns as they stand in the files, to write them the same way.

    Raises
    ------
    InputError
        When a file is damaged at its end, or has other columns than the first.
    """
    files = _files(source)
    expected = set(files.schema.names)
    arrow = require("pyarrow", EXTRA, _NAME).ArrowException
    for file in files.get_fragments():
        try:
            found = set(file.physical_schema.names)
        except (OSError, arrow) as error:
            raise InputError(f"{file.path}: cannot be read as Parquet: {_cause(error)}") from None
        if missing := sorted(expected ^ found):
            raise InputError(f'{file.path}: has other columns than the first file, see "{missing[0]}"; tag it apart')
    return {column.name: column.type for column in files.schema}


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
    filesystem, path = require("fsspec.core", EXTRA, _NAME).url_to_fs(source)
    return require("pyarrow.dataset", EXTRA, _NAME).dataset(path, filesystem=filesystem, format="parquet")


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
            n_workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
