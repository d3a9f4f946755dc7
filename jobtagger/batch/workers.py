"""Chunks of records to rows of tags: in this process, or in one process per core, in order."""

import ctypes
import gc
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from multiprocessing import resource_tracker
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from jobtagger.batch.duplicates import OFF, Fingerprint, fingerprints
from jobtagger.batch.inputs import Chunk
from jobtagger.batch.output_file import WriteErrors
from jobtagger.batch.processes import SAFE_PATH, safe_path
from jobtagger.errors import InputError, WorkerError
from jobtagger.knowledge import Knowledge
from jobtagger.records import RawRecord, TaggedPosting
from jobtagger.risk.advice import AdviceColumn
from jobtagger.tagger import Tagger

_SMALL = 6  # chunks; starting processes takes longer than tagging fewer
_OBJECTS_PER_COLLECTION = 50_000  # some chunks' worth; most are gone by then
_AHEAD = 3  # chunks per worker on the way
_ENDING = (signal.SIGINT, signal.SIGTERM)
_SECONDS_ALONE = 0.5  # how often a worker looks whether the main process is still there


class Task(NamedTuple):
    """A chunk and its records; those of one that `is_done` are only known again, for later duplicates."""

    chunk: Chunk
    records: list[RawRecord]
    is_done: bool


class Wanted(NamedTuple):
    """What is wanted of each record besides its tags: fingerprints ("exact", "near" or "off"), a cell of advice."""

    duplicates: str
    advice: bool


class Answer(NamedTuple):
    """Per record the cells of our columns, or what went wrong with it; and its fingerprint, unless they are off."""

    rows: list[tuple[str, ...] | str]
    fingerprints: list[Fingerprint]


def answers(tasks: Iterable[Task], tagger: Tagger, wanted: Wanted, n_jobs: int) -> Iterator[tuple[Task, Answer]]:
    """Tag chunks in order, by `n_jobs` processes (0: one per core) unless they are few.

    Raises
    ------
    WorkerError
        When a worker process died.
    """
    n_jobs = n_jobs or n_cores()
    tasks = iter(tasks)
    first = list(islice(tasks, _SMALL + 1)) if n_jobs > 1 else []
    tasks = chain(first, tasks)
    if len(first) <= _SMALL:
        yield from ((task, answer(tagger, task.records, wanted, task.is_done)) for task in tasks)
    else:
        yield from _parallel_answers(tasks, tagger, wanted, n_jobs)


def n_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def sparing_collections() -> Iterator[None]:
    """Keep the garbage collector off model and knowledge, and off the thousands of objects of a chunk that is not done."""
    threshold, *others = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(threshold, _OBJECTS_PER_COLLECTION) if threshold else 0, *others)
    try:
        yield
    finally:
        gc.set_threshold(threshold, *others)
        gc.unfreeze()


def _forget_frozen() -> None:
    """Collect what `sparing_collections` has kept the collector off, the words of a session that is over.

    What is free is given back to the system, where its C library can; else it would be kept beside the next session's.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no malloc_trim
            ctypes.CDLL(None).malloc_trim(0)


def answer(tagger: Tagger, records: list[RawRecord], wanted: Wanted, is_done: bool) -> Answer:
    """Tag the records of a chunk. What fails for one of them is said in its place and does not touch the others."""
    mode, n_sessions = wanted.duplicates, tagger.n_sessions
    if is_done and mode == OFF:
        return Answer([], [])
    try:
        postings = list(map(tagger.prepare, records))
        rows = [] if is_done else _rows(tagger, tagger.tag_postings(postings), wanted)
        if tagger.n_sessions > n_sessions:
            _forget_frozen()
        return Answer(list(rows), fingerprints(postings, mode))
    except InputError:
        raise
    except Exception as error:
        if len(records) == 1:
            fallen = [Fingerprint(0)] if mode != OFF else []
            return Answer([f"could not be tagged: {type(error).__name__}: {error}"], fallen)
    parts = [answer(tagger, [record], wanted, is_done) for record in records]
    return Answer(
        [row for part in parts for row in part.rows], [print_ for part in parts for print_ in part.fingerprints]
    )


def _rows(tagger: Tagger, tagged: Sequence[TaggedPosting], wanted: Wanted) -> list[tuple[str, ...]]:
    if not wanted.advice:
        return [tag.cells() for tag in tagged]
    if tagger not in _advice:
        _advice[tagger] = AdviceColumn(tagger.knowledge)
    advice = _advice[tagger]
    return [(*tag.cells(), advice(tag)) for tag in tagged]


_advice: WeakKeyDictionary[Tagger, AdviceColumn] = WeakKeyDictionary()
"""What each tagger's knowledge advises, with what was found before; as long as there is the tagger."""


def _parallel_answers(
    tasks: Iterable[Task], tagger: Tagger, wanted: Wanted, n_jobs: int
) -> Iterator[tuple[Task, Answer]]:
    from loky.process_executor import BrokenProcessPool  # noqa: PLC0415 - small inputs do without

    given = _given((type(tagger), tagger.knowledge, tagger.model, wanted))
    executor = _executor(n_jobs, given)
    is_whole = False
    try:
        pending: deque[tuple[Task, Any]] = deque()
        for task in tasks:
            with _signals_held():
                future = executor.submit(_work, task.records, task.is_done)
            pending.append((task, future))
            if len(pending) > _AHEAD * n_jobs:
                done, future = pending.popleft()
                yield done, future.result()
        for done, future in pending:
            yield done, future.result()
        is_whole = True
    except BrokenProcessPool:
        raise WorkerError(
            "a worker process died, probably for want of memory, or could not start; run with fewer --jobs"
        ) from None
    finally:
        with _signals_held():
            executor.shutdown(wait=True, kill_workers=not is_whole)
            os.unlink(given)


def _given(values: tuple[type[Tagger], Knowledge, Any, Wanted]) -> str:
    """Put what every worker needs into a file, which is there as long as they are, and name it.

    The pipe from which a worker starts cannot hold it: were the worker to fall before it reads, the main process would wait
    for ever.
    """
    from loky.backend import reduction  # noqa: PLC0415

    place = f"{tempfile.gettempdir()}, where workers find the model"
    with WriteErrors(place), tempfile.NamedTemporaryFile(prefix="jobtagger", delete=False) as file:
        try:
            reduction.dump(values, file)
            file.flush()
        except BaseException:
            os.unlink(file.name)
            raise
        return file.name


def _executor(n_jobs: int, given: str) -> Any:
    from loky import ProcessPoolExecutor  # noqa: PLC0415

    with safe_path():
        resource_tracker.ensure_running()  # it lets signals through when it starts, which must not be among the workers' starts
        return ProcessPoolExecutor(
            n_jobs, initializer=_start, initargs=(given, os.getpid()),
            env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **SAFE_PATH},
        )  # fmt: skip


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until this is left; a process that is started meanwhile never gets them.

    A worker is told what to do while it starts: were that cut off, one side would wait for the other for ever.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not None:  # else it is not Python's to restore
            signal.signal(number, lambda number, _: came.append(number))  # another thread may take a blocked signal
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # which new processes inherit
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)
        for first in came[:1]:
            signal.raise_signal(first)


_worker: tuple[Tagger, Wanted] | None = None
"""The tagger of a worker process and what is wanted of it; set once, when the process starts."""


def _start(given: str, parent: int) -> None:
    global _worker  # noqa: PLW0603 - a worker process has nowhere else to keep it
    for number in _ENDING:  # the main process ends its workers
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent, given), daemon=True).start()
    with open(given, "rb") as file:
        kind, knowledge, model, wanted = pickle.load(file)  # noqa: S301 - the main process wrote it, for us alone to read
    _worker = (kind(knowledge, model), wanted)
    gc.freeze()  # as in sparing_collections, and to the end
    gc.set_threshold(_OBJECTS_PER_COLLECTION)


def _end_with(parent: int, given: str) -> None:
    """End this process when the main process is gone, killed without a chance to end its workers or remove its file."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_ALONE)
    with suppress(OSError):
        os.unlink(given)
    os._exit(1)


def _work(records: list[RawRecord], is_done: bool) -> Answer:
    assert _worker is not None  # noqa: S101 - _start ran first
    tagger, wanted = _worker
    return answer(tagger, records, wanted, is_done)
