"""Files in, one tagged file out: the analyst's job."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import repeat

from jobtagger.batch.checkpoint import Checkpoint, drop_checkpoint, load_checkpoint, run_id, save_checkpoint
from jobtagger.batch.columns import own_names
from jobtagger.batch.delimited import keeping_field_limit
from jobtagger.batch.duplicates import MODES, OFF, Duplicates, Fingerprint, Place
from jobtagger.batch.inputs import Chunk, Inputs
from jobtagger.batch.outputs import (
    refuse_clashes,
    refuse_foreign_rejected,
    rejected_path,
    without_rejected,
    written_by,
)
from jobtagger.batch.streams import STDIN, expand_inputs
from jobtagger.batch.summary import NO_ROWS, REJECTED_ROWS, Summary, describe, write_summary
from jobtagger.batch.table import ReadOptions, Shape
from jobtagger.batch.workers import Answer, Task, Wanted, answers, sparing_collections
from jobtagger.batch.writing import STDOUT, RejectedWriter, TableWriter, format_of, publish, publish_rejected
from jobtagger.errors import InputError, StoppedError
from jobtagger.records import ADVICE_COLUMN, BATCH_COLUMNS, OUTPUT_COLUMNS, RejectedRecord
from jobtagger.tagger import Tagger

_CHUNKS_PER_MARK = 16


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run goes about it.

    `jobs` is the number of processes, 0 for one per core; `duplicates` one of "exact", "near" and "off";
    `count_once` keeps duplicates out of the summary's tables; `advice` adds a column with the documents' advice.
    `rejected` names the file for rejected rows, which stands beside the output else; `summary` one for the summary as
    JSON, "-" for standard output.
    """

    jobs: int = 1
    resume: bool = False
    duplicates: str = OFF
    count_once: bool = False
    excel_safe: bool = False
    advice: bool = False
    rejected: str = ""
    summary: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be passed over in silence."""
        if self.duplicates not in MODES:
            raise InputError(f'duplicates: "{self.duplicates}" is not known; known: {", ".join(MODES)}')
        if self.count_once and self.duplicates == OFF:
            raise InputError("count once: needs duplicates, which are off; let them be exact or near")
        if self.jobs < 0:
            raise InputError(f"jobs: {self.jobs} processes cannot be; give 0 for one per core, or a number above")


def tag_file(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    tagger: Tagger,
    read: ReadOptions | None = None,
    run: RunOptions | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Summary:
    """Tag files and write them to one output, rows in order, the user's columns first and ours behind.

    Parameters
    ----------
    inputs : path or sequence of paths
        Paths or patterns; "-" is standard input.
    output : path
        Path, or "-" for standard output. It appears when all rows are written.
    read : ReadOptions, optional
        Encoding, delimiter and columns, where they shall not be found out.
    run : RunOptions, optional
        Processes, duplicates, whether to go on with a stopped run.
    on_progress : callable, optional
        Told the number of bytes read since it was last called.

    Raises
    ------
    InputError
        When an input cannot be read or the output cannot be written; nothing under the output's name was changed.
        What a long run had done by then is kept for `resume`.
    """
    read, run = read or ReadOptions(), run or RunOptions()
    started = time.monotonic()
    names = [os.fspath(name) for name in ([inputs] if isinstance(inputs, str | os.PathLike) else inputs)]
    if not names:
        raise InputError("no input is named")
    output = os.fspath(output)
    paths, left_out = without_rejected(names, expand_inputs(names))
    if not paths:
        raise InputError(f"{left_out[0]}: only files of rejected rows fit the pattern; name them to read them")
    _check_outputs(paths, output, run)
    can_resume = STDIN not in paths and output != STDOUT
    if run.resume and not can_resume:
        raise InputError("resume: needs files by name; standard input and output cannot be read again")
    with keeping_field_limit(), Inputs(paths, read, tagger.knowledge.sources) as opened, sparing_collections():
        identity = _id_of(paths, output, tagger, read, run) if can_resume else ""
        done = load_checkpoint(output, identity) if run.resume else None
        if done and done.is_whole:
            summary = _publish(done, output, run)
        else:
            known = Duplicates(run.duplicates, tagger.knowledge.policy.near_similarity)
            summary = _tag(_Run(opened, output, run, known, identity, done), tagger, run, on_progress)
    summary.left_out = [{"name": path, "reason": REJECTED_ROWS} for path in left_out]
    summary.left_out += [{"name": path, "reason": NO_ROWS} for path in opened.without_rows]
    if run.summary:
        write_summary(summary, run.summary, time.monotonic() - started)
    return summary


def _tag(this_run: "_Run", tagger: Tagger, options: RunOptions, on_progress: Callable[[int], None] | None) -> Summary:
    try:
        for task, answer in answers(this_run.tasks(), tagger, Wanted(options.duplicates, options.advice), options.jobs):
            this_run.take(task, answer)
            if on_progress:
                on_progress(task.chunk.n_bytes)
        return this_run.finish()
    except StoppedError as error:
        raise InputError(f"{error}{this_run.abandon()}") from None
    except BaseException:
        this_run.abandon()
        raise


def _publish(whole: Checkpoint, output: str, options: RunOptions) -> Summary:
    """Give the files of a run that is whole their final names, those that have none yet; its mark goes last."""
    summary = Summary.from_json(whole.summary)
    if output != STDOUT:
        publish(output, whole.output_size)
    beside = rejected_path(output, options.rejected)
    is_shared = output == STDOUT and not options.rejected
    publish_rejected(beside, summary.n_rejected, whole.rejected_size, is_shared)
    if whole.run_id:
        drop_checkpoint(output)
    return summary


def _check_outputs(paths: Sequence[str], output: str, run: RunOptions) -> None:
    format_of(output)
    if STDOUT == output == run.summary:
        raise InputError("summary: the rows go to standard output already; give one of them a file")
    refuse_clashes(written_by(output, run.rejected, run.summary), paths)
    refuse_foreign_rejected(output, run.rejected)


class _Run:
    """One run: the files it writes, what it counts, and up to where it is done; without an `identity` it cannot be resumed."""

    def __init__(
        self, inputs: Inputs, output: str, options: RunOptions, known: Duplicates, identity: str,
        done: Checkpoint | None,
    ) -> None:  # fmt: skip
        self._inputs, self._output, self._options, self._id = inputs, output, options, identity
        self._duplicates = known
        if identity and not done:
            drop_checkpoint(output)  # it belongs to a file that is now written anew
        advice = (ADVICE_COLUMN,) if options.advice else ()
        own = [*OUTPUT_COLUMNS, *advice, *(BATCH_COLUMNS if options.duplicates != OFF else ())]
        self._own = own_names(own, inputs.columns)
        renamed = [ours for ours, name in zip(self._own, own, strict=True) if ours != name]
        self._summary = (
            Summary.from_json(done.summary)
            if done
            else Summary(renamed_columns=renamed, inputs=[describe(entry) for entry in inputs.found])
        )
        shape = inputs.found[0].shape
        self._writer = TableWriter(
            output, [*inputs.columns, *self._own], shape.delimiter or ",", _has_mark(shape) or options.excel_safe,
            options.excel_safe, done.output_size if done else None,
        )  # fmt: skip
        self._rejected = RejectedWriter(
            rejected_path(output, options.rejected), self._summary.n_rejected, done.rejected_size if done else 0,
            is_excel_safe=options.excel_safe,
        )  # fmt: skip
        self._n_done = done.n_chunks if done else 0
        self._is_marked = done is not None
        self._n_chunks = 0
        self._places = [inputs.places(source) for source in range(len(inputs.found))]

    def tasks(self) -> Iterator[Task]:
        """Give the chunks to tag."""
        for number, chunk in enumerate(self._inputs.chunks()):
            record = self._inputs.found[chunk.source].fields.record
            yield Task(chunk, [record(row) for row in chunk.rows], is_done=number < self._n_done)

    def take(self, task: Task, answer: Answer) -> None:
        """Write and count the tagged rows of a chunk, unless an earlier run has."""
        self._n_chunks += 1
        firsts = self._first_places(task.chunk, answer.fingerprints)
        if task.is_done:
            return
        self._write(task.chunk, answer, firsts)
        if self._n_chunks % _CHUNKS_PER_MARK == 0:
            self._mark()

    def finish(self) -> Summary:
        """Make everything whole, mark that it is, and move it into place."""
        sizes = self._writer.complete(), self._rejected.complete()
        self._summary.n_cut_cells = self._writer.n_cut_cells
        self._summary.rejected_file = str(self._rejected.path) if self._rejected.n_rejected else ""
        whole = Checkpoint(self._id, self._n_chunks, *sizes, self._summary.as_json(), is_whole=True)
        if self._id:
            save_checkpoint(self._output, whole)
            self._is_marked = True
        return _publish(whole, self._output, self._options)

    def abandon(self) -> str:
        """Keep what a later run can go on with, remove the rest; give a word on how to go on."""
        self._writer.abandon(keep=self._is_marked)
        self._rejected.abandon(keep=self._is_marked)
        return "; what was done is kept, go on with --resume" if self._is_marked else ""

    def _first_places(self, chunk: Chunk, fingerprints: list[Fingerprint]) -> list[str]:
        """Name, for each row of a chunk, the first posting that it repeats."""
        if not fingerprints:
            return []
        firsts = self._duplicates.firsts_of(fingerprints, chunk.source, chunk.numbers)
        return [self._name_of(first) if first else "" for first in firsts]

    def _name_of(self, place: Place) -> str:
        found = self._inputs.found
        return f"{found[place.source].name}:{place.row}" if len(found) > 1 else str(place.row)

    def _write(self, chunk: Chunk, answer: Answer, firsts: list[str]) -> None:
        places = self._places[chunk.source]
        source = self._inputs.found[chunk.source].name
        rejected: list[RejectedRecord] = list(chunk.rejected)
        theirs, ours, are_duplicates = [], [], []
        for row, number, tags, first in zip(
            chunk.rows, chunk.numbers, answer.rows, firsts or repeat(None), strict=False
        ):
            if isinstance(tags, str):
                rejected.append(RejectedRecord(source, number, tags, " | ".join(row)))
                continue
            theirs.append(row if places is None else [row[place] if place >= 0 else "" for place in places])
            ours.append(tags if first is None else (*tags, first))
            are_duplicates.append(bool(first))
        self._summary.count(ours, are_duplicates, self._options.count_once)
        for record in sorted(rejected, key=lambda record: record.row):
            self._rejected.write(record)
        self._summary.n_rejected = self._rejected.n_rejected
        self._writer.write_rows(theirs, ours)

    def _mark(self) -> None:
        output_size, rejected_size = self._writer.mark(), self._rejected.mark()
        if self._id:
            counts = self._summary.as_json()
            save_checkpoint(self._output, Checkpoint(self._id, self._n_chunks, output_size, rejected_size, counts))
            self._is_marked = True


def _has_mark(shape: Shape) -> bool:
    """Say whether UTF-8 gets a mark by which spreadsheets know it: as in the input, or as that was in their code page."""
    return shape.encoding is not None and (shape.encoding.has_bom or shape.encoding.name != "utf-8")


def _id_of(paths: list[str], output: str, tagger: Tagger, read: ReadOptions, run: RunOptions) -> str:
    """Name a run by all that decides about its bytes."""
    settings = asdict(replace(read, names_no_header=False)) | {  # which decides about messages alone
        "output": output, "duplicates": run.duplicates, "count_once": run.count_once, "excel_safe": run.excel_safe,
        "advice": run.advice, "rejected": run.rejected,
        "model": tagger.model.digest, "knowledge": tagger.knowledge.digest,
    }  # fmt: skip
    return run_id(paths, settings)
