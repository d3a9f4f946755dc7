"""One idempotent run: every new or edited listing of every source is tagged once into the store."""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from jobtagger.errors import ConfigError, JobtaggerError
from jobtagger.job import ledger
from jobtagger.job.intake import Intake, counts_of
from jobtagger.job.ledger import FAILED, OK, PROBLEMS, Changes, Stamp
from jobtagger.job.privacy import mask_contacts
from jobtagger.job.schema import COUNTS
from jobtagger.job.settings import Settings, Source
from jobtagger.job.sources import Chunk, Problem, Reading, read_source
from jobtagger.job.sources.found import CHUNK_ROWS, stamp
from jobtagger.job.store import Store, is_store, open_store
from jobtagger.tagger import Tagger

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run goes about it.

    `sources` names those to read, all without; `since` passes over listings posted before; `retag` tags those again that
    another model or other knowledge tagged; `dry_run` writes nothing.
    """

    sources: tuple[str, ...] = ()
    since: datetime | None = None
    retag: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What a run takes from outside: the time, how to wait, and whether it shall stop."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], object] = time.sleep
    should_stop: Callable[[], bool] = lambda: False


@dataclass(slots=True)
class SourceReport:
    """What a run did with a source; `errors` names what could not be read of it."""

    name: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class RunReport:
    """What a run did."""

    run_id: int
    outcome: str = OK
    message: str = ""
    sources: list[SourceReport] = field(default_factory=list)
    n_emptied: int = 0

    def total(self, count: str) -> int:
        """Add up a count of `COUNTS` over the sources."""
        return sum(source.counts[count] for source in self.sources)


class _StoppedError(Exception):
    """The run shall stop; what was committed stays."""


def run_job(settings: Settings, tagger: Tagger, world: World, options: RunOptions | None = None) -> RunReport:
    """Tag what is new in all sources; one that fails does not stop the others.

    Raises
    ------
    ConfigError
        When a source is named that is not configured.
    InputError
        When the store cannot be used, or another run is at work on it.
    """
    options = options or RunOptions()
    chosen = _chosen(settings, options.sources)
    with ExitStack() as opened:
        where = _where(settings, options, opened)
        store = opened.enter_context(open_store(where, for_run=not options.dry_run, busy_seconds=settings.busy_seconds))
        run = _Run(store, settings, tagger, world, options)
        try:
            for source in chosen:
                run.read(source)
            if options.retag:
                run.retag([source.name for source in chosen])
            run.empty_texts()
        except _StoppedError:
            return run.finish("was asked to stop; the next run goes on")
        except BaseException as error:
            with suppress(JobtaggerError):  # the store may be what is broken
                run.fail(error)
            raise
        return run.finish()


def _chosen(settings: Settings, names: Sequence[str]) -> list[Source]:
    known = [source.name for source in settings.sources]
    for name in names:
        if name not in known:
            raise ConfigError(f'no source "{name}" is configured; configured: {", ".join(known)}')
    return [source for source in settings.sources if not names or source.name in names]


def _where(settings: Settings, options: RunOptions, opened: ExitStack) -> Path | str:
    """Give the store's place; a dry run without one uses one that goes away."""
    where = settings.location()
    if options.dry_run and not is_store(where, settings.busy_seconds):
        return Path(opened.enter_context(tempfile.TemporaryDirectory())) / "dry.sqlite"
    return where


class _Run:
    """One run under way."""

    def __init__(self, store: Store, settings: Settings, tagger: Tagger, world: World, options: RunOptions) -> None:
        self._store, self._settings, self._tagger = store, settings, tagger
        self._world, self._options = world, options
        self._messages: list[str] = []
        self._edited: set[int] = set()  # a dry run remembers what a real one would have written
        self._texts: set[str] = set()
        now = self._now()
        self._stamp = Stamp(now, tagger.model.digest, tagger.knowledge.digest)
        self._report = RunReport(0)
        if not options.dry_run:
            with store.write() as connection:
                self._report.run_id, n_broken = ledger.begin_run(connection, now)
            if n_broken:
                _log.warning("%d earlier run(s) ended without a word; this one goes on", n_broken)

    def read(self, source: Source) -> None:
        """Read a source to its end, or as far as it goes."""
        report = SourceReport(source.name)
        self._report.sources.append(report)
        began = time.monotonic()
        since = stamp(self._options.since) if self._options.since else ""
        intake = Intake(source.name, self._tagger, mask=self._settings.mask, since=since)
        with self._store.read() as connection:
            marks = ledger.marks_of(connection, source.name)
        self._note(report)
        for part in self._parts(source, marks, report):
            if isinstance(part, Problem):
                self._problem(report, part)
            else:
                self._take(part, intake, report)
            report.seconds = time.monotonic() - began
        report.seconds = time.monotonic() - began
        self._note(report)
        level = logging.WARNING if report.errors else logging.INFO
        _log.log(level, "source %s is read", report.name, extra={"fields": self._fields(report)})

    def retag(self, sources: Sequence[str]) -> None:
        """Tag those listings again that another model or other knowledge tagged; what they said is kept as history."""
        reports = {report.name: report for report in self._report.sources}
        after = 0
        while True:
            self._stop_if_asked()
            with self._store.read() as connection:
                stale = ledger.stale_listings(connection, self._stamp, sources, after, CHUNK_ROWS)
            if not stale:
                return
            after = stale[-1][1].listing_id
            for source, listing in stale:
                reports[source].counts["n_retagged"] += listing.listing_id not in self._edited
            if self._options.dry_run:
                continue
            rows = [tag.as_row() for tag in self._tagger.tag(listing.record for _, listing in stale)]
            with self._store.write() as connection:
                tagged = [(listing, row) for (_, listing), row in zip(stale, rows, strict=True)]
                ledger.replace_tags(connection, tagged, self._stamp)
                for name in {source for source, _ in stale}:
                    self._write_note(connection, reports[name])

    def empty_texts(self) -> None:
        """Delete texts that were kept long enough."""
        if self._settings.keep_text_days and not self._options.dry_run:
            now = datetime.fromisoformat(self._stamp.now)
            before = stamp(now - timedelta(days=self._settings.keep_text_days))
            with self._store.write() as connection:
                self._report.n_emptied = ledger.empty_texts(connection, before)

    def finish(self, stopped: str = "") -> RunReport:
        """Note how the run ended."""
        report = self._report
        broken = [source for source in report.sources if source.errors]
        if broken or stopped:
            report.outcome = FAILED if len(broken) == len(report.sources) and not stopped else PROBLEMS
        if stopped:
            self._messages.append(stopped)
        self._messages += [f"{source.name}: {error}" for source in broken for error in source.errors]
        report.message = "; ".join(self._messages)
        self._end(report.outcome, report.message)
        return report

    def fail(self, error: BaseException) -> None:
        """Note that the run broke off."""
        self._end(FAILED, f"broke off: {error or type(error).__name__}")

    def _end(self, outcome: str, message: str) -> None:
        if not self._options.dry_run:
            with self._store.write() as connection:
                now = max(stamp(self._world.clock()), self._stamp.now)
                ledger.finish_run(connection, self._report.run_id, now, outcome, message)

    def _parts(self, source: Source, marks: dict[str, str], report: SourceReport) -> Iterator[Chunk | Problem]:
        """Give what a source gives; whatever goes wrong in it is an error of that source alone."""
        now = datetime.fromisoformat(self._stamp.now)
        layouts = self._tagger.knowledge.sources
        own = self._settings.store if isinstance(self._settings.store, Path) else None
        reading = Reading(marks, layouts, now, self._settings.environ, self._world.sleep, own)
        parts = read_source(source, reading)
        while True:
            self._stop_if_asked()
            try:
                part = next(parts, None)
            except JobtaggerError as error:
                part = Problem(str(error))
                parts = iter(())
            except Exception as error:  # a library's surprise must not keep the other sources from being read
                _log.exception("source %s", report.name)
                part = Problem(f"{type(error).__name__}: {error}")
                parts = iter(())
            if part is None:
                return
            yield part

    def _take(self, chunk: Chunk, intake: Intake, report: SourceReport) -> None:
        entries = intake.entries(chunk)
        with self._store.read() as connection:
            known = ledger.known_listings(connection, report.name, [entry.key for entry in entries])
            missing = [entry for entry in entries if entry.key not in known]
            former = [key for entry in missing for key in intake.former_keys(entry)]
            known |= intake.recognised(
                missing, ledger.known_listings(connection, report.name, former) if former else {}
            )
        changes = intake.changes(chunk, entries, known)
        if self._options.since:
            changes.marks = {}  # what was passed over is still to be read
        for name, n in counts_of(changes, len(chunk.found) + len(chunk.rejected)).items():
            report.counts[name] += n
        if self._options.dry_run:
            report.counts["n_reposts"] += self._count_reposts(changes)
            return
        with self._store.write() as connection:
            report.counts["n_reposts"] += ledger.save(connection, changes, self._stamp)
            self._write_note(connection, report)

    def _count_reposts(self, changes: Changes) -> int:
        """Count the new listings that would be reposts."""
        self._edited.update(listing.listing_id for listing, _ in changes.changed)
        self._texts.update(listing.text_digest for listing, _ in changes.changed)
        texts = [listing.text_digest for listing, _ in changes.new]
        with self._store.read() as connection:
            self._texts.update(ledger.first_listings(connection, sorted(set(texts))))
        n_known = len(self._texts)
        self._texts.update(texts)
        return len(texts) - (len(self._texts) - n_known)

    def _problem(self, report: SourceReport, problem: Problem) -> None:
        # The first row of a file without a header is taken for one, and columns are named in messages.
        message = mask_contacts(problem.message) if self._settings.mask else problem.message
        report.errors.append(message)
        _log.warning("source %s: %s", report.name, message)
        if problem.marks and not self._options.dry_run:
            with self._store.write() as connection:
                ledger.save_marks(connection, report.name, problem.marks)

    def _note(self, report: SourceReport) -> None:
        if not self._options.dry_run:
            with self._store.write() as connection:
                self._write_note(connection, report)

    def _write_note(self, connection: Connection, report: SourceReport) -> None:
        error = "; ".join(report.errors)
        ledger.note_source(connection, self._report.run_id, report.name, report.counts, error, report.seconds)

    def _now(self) -> str:
        """Give the time; one that lies before what earlier runs wrote down is not believed."""
        now = stamp(self._world.clock())
        with self._store.read() as connection:
            latest = ledger.latest_moment(connection)
        if now < latest:
            self._messages.append(f"the clock says {now}, but a run was at {latest} already; that time is taken")
            _log.warning("%s", self._messages[-1])
        return max(now, latest)

    def _stop_if_asked(self) -> None:
        if self._world.should_stop():
            raise _StoppedError

    def _fields(self, report: SourceReport) -> dict[str, object]:
        return {"source": report.name, **report.counts, "seconds": round(report.seconds, 3), "errors": report.errors}
