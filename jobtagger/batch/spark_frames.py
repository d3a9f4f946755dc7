"""Data frames of Spark through the tagger, and folders of Parquet by way of them."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from jobtagger.batch.extras import require
from jobtagger.batch.frame import FrameOptions, own_columns
from jobtagger.batch.partitions import Counts, PartitionTagger
from jobtagger.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EXTRA = "spark"
_NAME = "--engine spark"
_STDERR = 2
_CAUSE = re.compile(r"[\w.$]+(?:Error|Exception): ")
_OURS = re.compile(r"^jobtagger\.errors\.\w+: ")


def tag_spark(frame: "DataFrame", model_folder: str = "", options: FrameOptions | None = None) -> "DataFrame":
    """Tag a Spark frame lazily: the same rows and partitions come out, our columns behind theirs."""
    return _tagged(frame, PartitionTagger.here(model_folder, options))


def tag_parquet(source: str, target: str, tagger: PartitionTagger, scheduler: str, n_workers: int) -> Counts:
    """Read a folder of Parquet, tag it and write another one, on a cluster or on processes of this machine; count it.

    Raises
    ------
    InputError
        When the source cannot be read, the cluster cannot be reached, or there is no Java.
    """
    with _session(scheduler, n_workers) as session:
        try:
            frame = session.read.parquet(source)
            _tagged(frame, tagger).write.mode("overwrite").option("compression", "zstd").parquet(target)
            counted = tagger.counted(frame.columns)
            rows = session.read.parquet(target).groupBy(*counted).count().collect()
        except _errors() as error:
            raise InputError(f"{source}: {_cause(str(error))}") from None
        return {tuple(row[:-1]): row[-1] for row in rows}


def _tagged(frame: "DataFrame", tagger: PartitionTagger) -> "DataFrame":
    types = require("pyspark.sql.types", EXTRA, _NAME)
    own = [types.StructField(name, types.StringType()) for name in own_columns(frame.columns, tagger.options)]
    return frame.mapInPandas(lambda frames: map(tagger, frames), types.StructType([*frame.schema.fields, *own]))


@contextmanager
def _session(scheduler: str, n_workers: int) -> Iterator[Any]:
    sql = require("pyspark.sql", EXTRA, _NAME)
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise InputError(f"{_NAME}: needs Java 17 or newer; on Debian: apt-get install default-jre-headless")
    if not scheduler:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark would take the system's, which lacks jobtagger
    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "FATAL",
        "spark.sql.caseSensitive": "true", "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    }  # fmt: skip
    if theirs := sql.SparkSession.getActiveSession():
        if scheduler and scheduler != theirs.sparkContext.master:
            raise InputError(f"{_NAME}: a session of {theirs.sparkContext.master} is there already; stop it first")
        ours = theirs.newSession()  # which shares their cluster and is stopped with it, by them
        for name, value in settings.items():
            if name.startswith("spark.sql."):
                ours.conf.set(name, value)
        yield ours
        return
    builder = sql.SparkSession.builder.master(scheduler or f"local[{n_workers}]").appName("jobtagger")
    with _silent_start() as said:
        try:
            session = builder.config(map=settings).getOrCreate()
        except _errors() as error:
            raise InputError(f"{_NAME}: no session: {_cause(str(error))}{_last_line(said)}") from None
    with session:
        yield session


@contextmanager
def _silent_start() -> Iterator[IO[bytes]]:
    """Keep what the JVM says about itself off the terminal; it writes to the file that is given, as long as it lives."""
    sys.stderr.flush()
    ours = os.dup(_STDERR)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), _STDERR)
        try:
            yield said
        finally:
            os.dup2(ours, _STDERR)
            os.close(ours)


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").split("\n")
    return next((f" ({line.strip()})" for line in reversed(lines) if line.strip()), "")


def _errors() -> tuple[type[Exception], ...]:
    return (
        require("pyspark.errors", EXTRA, _NAME).PySparkException,
        require("py4j.protocol", EXTRA, _NAME).Py4JError,
    )


def _cause(text: str) -> str:
    """Give the line of Spark's message, which holds whole traces of Java and Python, that says what happened."""
    lines = [line.strip(": ") for line in text.splitlines()]
    cause = next(filter(_CAUSE.match, lines), lines[0])
    return _OURS.sub("", cause)
