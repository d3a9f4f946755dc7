"""Files and data frames through the tagger."""

from jobtagger.batch.dask_frames import tag_dask
from jobtagger.batch.engines import EngineOptions, tag_folder
from jobtagger.batch.frame import FrameOptions, tag_frame
from jobtagger.batch.spark_frames import tag_spark
from jobtagger.batch.summary import Summary
from jobtagger.batch.table import ReadOptions
from jobtagger.batch.tag_file import RunOptions, tag_file

__all__ = [
    "EngineOptions",
    "FrameOptions",
    "ReadOptions",
    "RunOptions",
    "Summary",
    "tag_dask",
    "tag_file",
    "tag_folder",
    "tag_frame",
    "tag_spark",
]
