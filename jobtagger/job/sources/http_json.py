"""Records in JSON over HTTP as a source, page by page."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from jobtagger.errors import InputError
from jobtagger.job.privacy import mask_address, names_listing
from jobtagger.job.settings import HttpSource, Paging, fill_address
from jobtagger.job.sources.backoff import failed, must_wait
from jobtagger.job.sources.fetching import NOT_MODIFIED, Fetched, FetchError, fetch, with_params
from jobtagger.job.sources.found import Chunk, Columns, FoundRow, Problem, Reading, settings_digest, table_of
from jobtagger.records import RejectedRecord

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,40}", re.IGNORECASE)
_NEXT_LINK = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


def read_http(source: HttpSource, reading: Reading) -> Iterator[Chunk | Problem]:
    """Read page after page; of a listing that stands on two of them the first counts."""
    place = mask_address(source.url)
    mark = reading.mark(place)
    waits = list(must_wait(place, mark, reading.now))
    if waits:
        yield from waits
        return
    settings = settings_digest(source.columns, source.records, source.paging)
    try:
        yield from _pages(source, place, mark if mark.get("settings") == settings else {}, settings, reading)
    except FetchError as error:
        yield failed(place, error, mark, reading)
    except InputError as error:
        yield failed(place, FetchError(str(error)), mark, reading)


def _pages(
    source: HttpSource, place: str, mark: dict[str, Any], settings: str, reading: Reading
) -> Iterator[Chunk | Problem]:
    url, seen, asked = fill_address(source.url, reading.environ, place), set[str](), set[str]()
    is_single = source.paging.kind == "none"
    conditions = {"If-None-Match": mark["etag"]} if is_single and mark.get("etag") else {}
    if source.paging.kind in ("page", "offset"):
        url = with_params(url, {source.paging.param: str(source.paging.first)})
    n_records = source.paging.first if source.paging.kind == "offset" else 0
    for number in range(1, source.paging.max_pages + 1):
        asked.add(url)
        page = f"{place} page {number}" if number > 1 else place
        answer = fetch(url, page, source.transfer, reading.environ, reading.sleep, conditions)
        if answer.status == NOT_MODIFIED:
            break
        document = _loads(answer, page)
        records = _records(document, source.records, page)
        if records:
            yield _chunk(source, page, records, seen, reading)
        n_records += len(records)
        following = _next(source.paging, url, answer, document, number, n_records) if records else ""
        if following and urlsplit(following)[:2] != urlsplit(url)[:2]:
            raise InputError(f"{place}: names a next page at another host, which must not see our headers")
        url = following
        if not url or url in asked:
            break
    else:
        if not is_single:
            yield Problem(f"{place}: has more than {source.paging.max_pages} pages (max_pages of its paging)")
    etag = answer.headers.get("etag", mark.get("etag", "")) if is_single else ""
    yield Chunk(place, [], marks={place: json.dumps({"settings": settings, "etag": etag})})


def _loads(answer: Fetched, place: str) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "").split(";")[0].strip()
        said = f", said to be {kind}" if _MEDIA_TYPE.fullmatch(kind) else ""
        raise InputError(f"{place}: the answer is no JSON ({len(answer.body)} bytes{said})") from None


def _records(document: Any, path: str, place: str) -> list[Any]:
    """Find the list of records: at the path, the document itself, or its only list."""
    found = _at(document, path) if path else document
    if not path and isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list):
        hint = f'at "{path}"' if path else 'name its path with records = "..."'
        raise InputError(f"{place}: the answer holds no list of records; {hint}")
    return found


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _chunk(source: HttpSource, place: str, records: list[Any], seen: set[str], reading: Reading) -> Chunk:
    rejected = [
        RejectedRecord(place, number, "is no JSON object", json.dumps(record)[:2000])
        for number, record in enumerate(records, 1)
        if not isinstance(record, Mapping)
    ]
    columns, rows = table_of([record for record in records if isinstance(record, Mapping)])
    if not columns:
        return Chunk(place, [], rejected)
    table = Columns(place, columns, reading.layouts, _present(source.columns, columns))
    found: list[FoundRow] = []
    numbers: list[int] = []
    places = [number for number, record in enumerate(records, 1) if isinstance(record, Mapping)]
    for number, row in zip(places, rows, strict=True):
        listing = table.found(row)
        if not names_listing(listing.native_id) or listing.native_id not in seen:
            seen.add(listing.native_id)
            found.append(listing)
            numbers.append(number)
    return Chunk(place, found, rejected, numbers)


def _present(named: Mapping[str, str], columns: list[str]) -> dict[str, str]:
    """Leave out named columns that no record of a page has: JSON drops empty fields; texts must be there."""
    return {field: column for field, column in named.items() if column in columns or field in ("title", "description")}


def _next(paging: Paging, url: str, answer: Fetched, document: Any, number: int, n_records: int) -> str:
    """Give the address of the next page, empty when there is none."""
    if paging.kind == "link":
        match = _NEXT_LINK.search(answer.headers.get("link", ""))
        return urljoin(url, match[1]) if match else ""
    if paging.kind == "next":
        following = _at(document, paging.at)
        return urljoin(url, following) if isinstance(following, str) and following else ""
    if paging.kind == "cursor":
        cursor = _at(document, paging.at)
        return with_params(url, {paging.param: str(cursor)}) if cursor else ""
    if paging.kind == "page":
        return with_params(url, {paging.param: str(paging.first + number)})
    if paging.kind == "offset":
        return with_params(url, {paging.param: str(n_records)})
    return ""
