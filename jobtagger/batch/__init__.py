"""Files and data frames through the tagger."""

from jobtagger.batch.reading import ReadOptions
from jobtagger.batch.tag_file import Summary, tag_file

__all__ = ["ReadOptions", "Summary", "tag_file"]
