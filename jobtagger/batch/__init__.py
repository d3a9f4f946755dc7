"""Files and data frames through the tagger."""

from jobtagger.batch.summary import Summary
from jobtagger.batch.table import ReadOptions
from jobtagger.batch.tag_file import RunOptions, tag_file

__all__ = ["ReadOptions", "RunOptions", "Summary", "tag_file"]
