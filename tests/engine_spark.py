"""Run by test_engines.py in a process of its own: a real local Spark session; prints what it saw as JSON."""

import json
import os
import sys
from dataclasses import replace

import pandas as pd
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from jobtagger.batch import EngineOptions, tag_folder, tag_spark
from jobtagger.batch.partitions import PartitionTagger, process_tagger
from jobtagger.batch.spark_frames import _cause
from jobtagger.errors import InputError


def main(junk: str) -> None:
    """Tag a frame, look at the workers, give them a wrong model, and read a folder of junk."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    with builder.config("spark.log.level", "OFF").getOrCreate() as session:
        rows = [(i, "Logo for a bakery" if i % 2 == 0 else "Voix off") for i in range(40)]
        frame = session.createDataFrame(rows, "n long, title string").repartition(8)
        tagged = tag_spark(frame)
        found = tagged.orderBy("n").collect()
        looked = frame.mapInPandas(_look, "pid long, hits long, misses long, tagged long").collect()
        wrong = replace(PartitionTagger.here(), digest="another")
        try:
            frame.mapInPandas(lambda frames: map(wrong, frames), tagged.schema).collect()
            complaint = ""
        except PySparkException as error:
            complaint = _cause(str(error))
        pd.DataFrame({"title": ["Logo"]}).to_parquet(f"{junk}.in.parquet")
        tag_folder(f"{junk}.in.parquet", f"{junk}.tagged", EngineOptions("spark", n_workers=1))
        still_there = session.range(3).count()
    try:
        tag_folder(junk, f"{junk}/out", EngineOptions("spark", n_workers=1))
    except InputError as error:
        refused = str(error)
    seen = {
        "columns": tagged.columns,
        "categories": [row.category for row in found],
        "numbers": [row.n for row in found],
        "loads": [row.misses for row in looked],
        "processes": len({row.pid for row in looked}),
        "partitions": len(looked),
        "complaint": complaint,
        "junk": refused,
        "still_there": still_there,
    }
    print(json.dumps(seen))  # noqa: T201 - read by the test


def _look(frames):
    """Tag a partition and say how often this process has loaded the tagger."""
    tagger = PartitionTagger.here()
    n = sum(len(tagger(frame)) for frame in frames)
    info = process_tagger.cache_info()
    yield pd.DataFrame({"pid": [os.getpid()], "hits": [info.hits], "misses": [info.misses], "tagged": [n]})


if __name__ == "__main__":
    main(sys.argv[1])
