"""One idempotent run: every new or changed listing of the source is tagged once into the store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from jobtagger.batch.columns import FieldMap, find_fields
from jobtagger.batch.reading import open_table
from jobtagger.batch.table import ReadOptions, Row
from jobtagger.errors import InputError
from jobtagger.job.config import Settings
from jobtagger.job.store import Listing, Store, open_store
from jobtagger.records import RawRecord, RejectedRecord
from jobtagger.tagger import CHUNK_SIZE, Tagger


@dataclass(slots=True)
class RunReport:
    """What a run did; `problems` names the files that could not be read."""

    n_files: int = 0
    n_unchanged_files: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    n_rejected: int = 0
    problems: list[str] = field(default_factory=list)


def run_job(settings: Settings, make_tagger: Callable[[], Tagger], now: datetime) -> RunReport:
    """Tag what is new in the configured folder; a file that cannot be read does not stop the others.

    `make_tagger` is called only if there is something to read, `now` (UTC) dates what is stored.
    """
    report = RunReport()
    tagger: Tagger | None = None
    stamp = now.isoformat(timespec="seconds")
    with open_store(settings.database) as store:
        for path in sorted(path for path in settings.folder.glob(settings.pattern) if path.is_file()):
            if _is_own(path, settings.database):
                continue
            state = path.stat()
            file = path.relative_to(settings.folder).as_posix()
            if store.is_done(file, state.st_size, state.st_mtime_ns):
                report.n_unchanged_files += 1
                continue
            tagger = tagger or make_tagger()
            try:
                _tag_into_store(path, file, settings, tagger, store, stamp, report)
            except InputError as error:
                report.problems.append(str(error))
                continue
            store.finish_file(file, state.st_size, state.st_mtime_ns, stamp)
            report.n_files += 1
        counts = (report.n_new, report.n_changed, report.n_unchanged, report.n_rejected, len(report.problems))
        store.note_run(stamp, counts)
    return report


def digest_of(record: RawRecord) -> str:
    """Name the content of a listing."""
    return hashlib.sha256("\0".join(record).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _tag_into_store(  # noqa: PLR0913, PLR0917 - the loop body of run_job
    path: Path, file: str, settings: Settings, tagger: Tagger, store: Store, stamp: str, report: RunReport
) -> None:
    sources = tagger.knowledge.sources
    digests = (tagger.model.digest, tagger.knowledge.digest)
    with open_table(str(path), ReadOptions(settings.encoding), sources) as table:
        fields = find_fields(table.name, table.columns, sources, settings.named_columns)
        store.forget_rejected(file)
        while chunk := list(islice(table.rows, CHUNK_SIZE)):
            _tag_chunk(chunk, file, fields, tagger, store, stamp, report, digests)


def _tag_chunk(  # noqa: PLR0913, PLR0917 - the loop body of _tag_into_store
    chunk: list[Row | RejectedRecord],
    file: str,
    fields: FieldMap,
    tagger: Tagger,
    store: Store,
    stamp: str,
    report: RunReport,
    digests: tuple[str, str],
) -> None:
    rejected = [row for row in chunk if isinstance(row, RejectedRecord)]
    rows = [row for row in chunk if not isinstance(row, RejectedRecord)]
    listings, records = _listings(rows, fields)
    stored = store.digests(list(listings))
    due = [key for key, listing in listings.items() if stored.get(key) != listing.digest]
    tagged = tagger.tag_chunk([records[key] for key in due])
    rows_of_tags = [(listings[key], tag.as_row()) for key, tag in zip(due, tagged, strict=True)]
    unchanged = [key for key in listings if stored.get(key) == listings[key].digest]
    store.save_chunk(file, stamp, rows_of_tags, unchanged, rejected, digests)
    report.n_changed += sum(key in stored for key in due)
    report.n_new += sum(key not in stored for key in due)
    report.n_unchanged += len(unchanged)
    report.n_rejected += len(rejected)


def _listings(rows: list[Row], fields: FieldMap) -> tuple[dict[str, Listing], dict[str, RawRecord]]:
    """Know each row as a listing; of two rows that are the same listing the later one counts."""
    listings, records = {}, {}
    for row in rows:
        record = fields.record(row)
        digest = digest_of(record)
        key = fields.native_id(row) or digest
        listings[key] = Listing(key, digest, record.title)
        records[key] = record
    return listings, records


def _is_own(path: Path, database: Path) -> bool:
    """Notice the database and its side files, should they lie in the folder."""
    return path.name.startswith(database.name) and path.parent.resolve() == database.parent.resolve()
