"""Folders of Parquet in and out, by engines that spread the work over many machines: Dask and Spark."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from jobtagger.batch.frame import FrameOptions
from jobtagger.batch.partitions import Counts, PartitionTagger
from jobtagger.batch.processes import safe_path
from jobtagger.batch.summary import NO_PARQUET, Summary
from jobtagger.batch.workers import n_cores
from jobtagger.errors import InputError

DASK, SPARK = "dask", "spark"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which engine works, and where.

    `scheduler` is the address of a running cluster (`tcp://...` of Dask, a master of Spark), empty for `n_workers`
    processes of this machine (0: one per core). `model_folder` must be there on all machines; empty for the shipped one.
    """

    engine: str
    scheduler: str = ""
    n_workers: int = 0
    model_folder: str = ""
    frame: FrameOptions = field(default_factory=FrameOptions)


def tag_folder(source: str, target: str, options: EngineOptions) -> Summary:
    """Tag a folder of Parquet files into another one: the same rows, our columns behind theirs.

    A local target appears when everything is written; one with an address (`s3://...`) is written in place.

    Raises
    ------
    InputError
        When the source cannot be read, the target exists, or the engine cannot be had.
    """
    is_local = "://" not in target
    unfinished = f"{target.rstrip('/')}.part" if is_local else target
    if "://" not in source and not Path(source).exists():
        raise InputError(f"{source}: no such folder")
    if is_local:
        _refuse_what_is_there(source, target, unfinished)
    tagger = PartitionTagger.here(options.model_folder, options.frame)
    try:
        counts = _run(source, unfinished, tagger, options)
    except BaseException:
        if is_local:
            shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if is_local:
        os.replace(unfinished, target)
    summary = _summary(counts, target)
    summary.left_out = [{"name": name, "reason": NO_PARQUET} for name in _left_out(source, options)]
    return summary


def _refuse_what_is_there(source: str, target: str, unfinished: str) -> None:
    if Path(target).exists():
        raise InputError(f"{target}: exists already; engines write a new folder: remove it, or give another name")
    if os.path.realpath(source) == os.path.realpath(unfinished):
        raise InputError(f"{source}: the output stands there until it is whole; give the output another name")
    if os.path.lexists(unfinished):
        raise InputError(
            f"{unfinished}: exists already, perhaps from a run that was killed; the output stands there until it is"
            " whole: remove it, or give the output another name"
        )


def _left_out(source: str, options: EngineOptions) -> list[str]:
    """Name the files that are no Parquet; Spark reads all but hidden ones, and complains."""
    if options.engine == SPARK:
        return []
    from jobtagger.batch.dask_frames import find_parquet  # noqa: PLC0415 - one engine at a time

    return find_parquet(source).others


def _run(source: str, target: str, tagger: PartitionTagger, options: EngineOptions) -> Counts:
    n_workers = options.n_workers or n_cores()
    if options.engine == DASK:
        from jobtagger.batch.dask_frames import tag_parquet  # noqa: PLC0415 - one engine at a time
    else:
        from jobtagger.batch.spark_frames import tag_parquet  # noqa: PLC0415
    with safe_path():
        return tag_parquet(source, target, tagger, options.scheduler, n_workers)


def _summary(counts: Counts, target: str) -> Summary:
    summary = Summary()
    for (category, level, language, review), n in counts.items():
        if not category:
            summary.n_rejected += n
            summary.rejected_file = target
            continue
        summary.n_tagged += n
        summary.n_review += n * (review == "true")
        summary.categories[category] += n
        summary.levels[level] += n
        summary.languages[language] += n
    return summary
