"""Where listings come from: each kind of source reads into the same chunks, as they are asked for."""

from collections.abc import Iterator

from jobtagger.job.settings import DatabaseSource, FeedSource, FolderSource, Source
from jobtagger.job.sources.database import read_database
from jobtagger.job.sources.feed import read_feeds
from jobtagger.job.sources.folder import read_folder
from jobtagger.job.sources.found import Chunk, Found, FoundRow, Problem, Reading
from jobtagger.job.sources.http_json import read_http

__all__ = ["Chunk", "Found", "FoundRow", "Problem", "Reading", "read_source"]


def read_source(source: Source, reading: Reading) -> Iterator[Chunk | Problem]:
    """Read what is new of a source; what of it cannot be read is a `Problem` among the chunks.

    Raises
    ------
    JobtaggerError
        When nothing more of the source can be read.
    """
    if isinstance(source, FolderSource):
        return read_folder(source, reading)
    if isinstance(source, FeedSource):
        return read_feeds(source, reading)
    if isinstance(source, DatabaseSource):
        return read_database(source, reading)
    return read_http(source, reading)
