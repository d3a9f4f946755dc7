"""RSS and Atom feeds as a source: asked for only if changed, read by feedparser."""

import calendar
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from jobtagger.batch.extras import require
from jobtagger.errors import InputError
from jobtagger.job.privacy import mask_address, names_listing
from jobtagger.job.settings import FeedSource, fill_address
from jobtagger.job.sources.backoff import failed, must_wait
from jobtagger.job.sources.fetching import NOT_MODIFIED, Fetched, FetchError, fetch
from jobtagger.job.sources.found import Chunk, Found, Problem, Reading, cut_rows, stamp
from jobtagger.records import RawRecord


def read_feeds(source: FeedSource, reading: Reading) -> Iterator[Chunk | Problem]:
    """Read the feeds one after the other; one that fails does not stop the others."""
    feedparser = require("feedparser", "job", f'source "{source.name}"')
    for url in source.urls:
        place = mask_address(url)
        mark = reading.mark(place)
        waits = list(must_wait(place, mark, reading.now))
        if waits:
            yield from waits
            continue
        try:
            address = fill_address(url, reading.environ, place)
            answer = fetch(address, place, source.transfer, reading.environ, reading.sleep, _conditions(mark))
            yield from _chunks(place, answer, mark, feedparser)
        except FetchError as error:
            yield failed(place, error, mark, reading)
        except InputError as error:
            yield failed(place, FetchError(str(error)), mark, reading)


def _conditions(mark: dict[str, Any]) -> dict[str, str]:
    headers = {"If-None-Match": mark.get("etag", ""), "If-Modified-Since": mark.get("modified", "")}
    return {name: value for name, value in headers.items() if value}


def _chunks(place: str, answer: Fetched, mark: dict[str, Any], feedparser: Any) -> Iterator[Chunk]:
    if answer.status == NOT_MODIFIED:
        kept = {key: mark[key] for key in ("etag", "modified") if key in mark}
        yield Chunk(place, [], marks={place: json.dumps(kept)})
        return
    new = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
    chunks = [Chunk(place, found) for found in cut_rows(_entries(place, answer, feedparser), _n_chars)]
    last = chunks.pop() if chunks else Chunk(place, [])
    yield from chunks
    yield last._replace(marks={place: json.dumps(new)})


def _entries(place: str, answer: Fetched, feedparser: Any) -> list[Found]:
    """Read the entries; of two with the same id the first counts, as feeds begin with the newest."""
    # Bytes, never the address: feedparser would fetch by itself, without our limits.
    parsed = feedparser.parse(io.BytesIO(answer.body), response_headers=dict(answer.headers))
    if not parsed.entries and (parsed.bozo or not parsed.version):
        raise InputError(f"{place}: is no RSS or Atom feed that can be read")
    found = (_found(entry) for entry in parsed.entries)
    first: dict[str, Found] = {}
    for number, entry in enumerate(found):
        first.setdefault(entry.native_id if names_listing(entry.native_id) else f"\0{number}", entry)
    return list(first.values())


def _found(entry: Any) -> Found:
    contents = [content.get("value", "") for content in entry.get("content", [])]
    description = max([entry.get("summary", ""), *contents], key=len)
    skills = "; ".join(tag.get("term") or "" for tag in entry.get("tags", []))
    record = RawRecord(entry.get("title", ""), description, skills)
    url = entry.get("link", "")
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return Found(entry.get("id") or url, url, record, _utc(moment) if moment else "")


def _utc(moment: Any) -> str:
    try:
        return stamp(datetime.fromtimestamp(calendar.timegm(moment), UTC))
    except (ValueError, OverflowError):
        return ""


def _n_chars(found: Found) -> int:
    return sum(map(len, found.record))
