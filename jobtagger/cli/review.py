"""`jobtagger review`: people look at what the classifier was unsure of."""

import os
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.language_option import language_option
from jobtagger.cli.review_wording import WORDING
from jobtagger.cli.root import cli, model_option
from jobtagger.cli.status import table_lines
from jobtagger.cli.store_option import model_folder_of, opened, store_options
from jobtagger.cli.terminal import line_width
from jobtagger.cli.wording import spoken

if TYPE_CHECKING:
    from jobtagger.job.store import Store
    from jobtagger.tagger import Tagger
    from jobtagger.watch.review import Unsure

_DESCRIPTION_LINES = 15
_INDENT = 2
_SKIP, _UNDO, _LIST, _QUIT = "s", "u", "l", "q"


@cli.command()
@store_options
@model_option
@click.option("-n", "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many texts at most.")
@click.option("--list", "as_list", is_flag=True, help="Only list them.")
@click.option("--export", "export_to", metavar="FILE", help="Write them to a table to be filled.")
@click.option("--import", "import_from", type=click.Path(exists=True, dir_okay=False), help="Take a filled table back.")
@click.option("--training", metavar="FILE", help="Write all corrected texts for `jobtagger train --data`.")
@click.option("--by", help="Who corrects; the user's name if left out.")
@language_option
def review(  # noqa: PLR0913, PLR0917 - one parameter an option
    config: str, store: str | None, model_folder: str | None, limit: int, as_list: bool, export_to: str | None,
    import_from: str | None, training: str | None, by: str | None, lang: str | None,
) -> None:  # fmt: skip
    """Look at what the classifier was unsure of, the most valuable first, and say what it is.

    Without --list, --export, --import or --training it asks in the terminal, text by text. Each answer is stored at once
    and holds for all listings with the same text.

    \b
    Examples:
      jobtagger review
      jobtagger review --export look.xlsx -n 200     then fill the column category, then
      jobtagger review --import look.xlsx
      jobtagger review --training mine.csv           then
      jobtagger train --data mine.csv -o my_model
    """
    from jobtagger.tagger import Tagger  # noqa: PLC0415
    from jobtagger.watch.review import unsure_listings  # noqa: PLC0415
    from jobtagger.watch.review_file import read_review, write_review, write_training  # noqa: PLC0415

    if sum(map(bool, (as_list, export_to, import_from, training))) > 1:
        raise click.UsageError("give one of --list, --export, --import and --training")
    language, who = spoken(lang), by if by is not None else os.environ.get("USER", "")
    say = WORDING[language]
    with opened(config, store) as at:
        if training:
            with at.read() as connection:
                n = write_training(connection, training)
            click.echo(say["training"].format(n=n, file=training), err=True)
            return
        tagger = Tagger.from_folder(Path(model_folder) if model_folder else model_folder_of(config, store))
        known = [*tagger.knowledge.categories, *(set(tagger.model.categories) - set(tagger.knowledge.categories))]
        if import_from:
            with at.write() as connection:
                done = read_review(connection, Path(import_from), tagger.knowledge, known, datetime.now(UTC), who)
            click.echo(
                say["imported"].format(n_stored=done.n_stored, n_known=done.n_known, n_empty=done.n_empty), err=True
            )
            return
        with at.read() as connection:
            unsure = unsure_listings(connection, tagger, limit)
        if export_to:
            write_review(unsure, export_to)
            click.echo(say["exported"].format(n=len(unsure)), err=True)
        elif not unsure:
            click.echo(say["nothing"])
        elif as_list:
            click.echo("\n".join(table_lines(say["columns"], [_cells(entry) for entry in unsure])))
        else:
            _Session(at, unsure, known, _labels(tagger, known, language), say, who).ask()


class _Session:
    """A person at the terminal, answering."""

    def __init__(
        self,
        store: "Store",
        unsure: "list[Unsure]",
        known: list[str],
        labels: dict[str, str],
        say: dict[str, Any],
        who: str,
    ) -> None:
        self._store, self._unsure, self._known, self._labels = store, unsure, known, labels
        self._say, self._who = say, who
        self._given: list[tuple[int, int, str]] = []  # place, correction_id, category

    def ask(self) -> None:
        """Ask about one text after the other, until the end, "q" or the end of the input."""
        place = 0
        while place < len(self._unsure):
            self._show(place)
            try:
                answer = self._answer(self._unsure[place])
            except click.Abort:
                click.echo()
                break
            if answer == _QUIT:
                break
            if answer == _UNDO:
                place = self._undo(place)
                continue
            if answer != _SKIP:
                self._store_answer(place, answer)
            place += 1
        left = len(self._unsure) - len(self._given)
        click.echo(self._say["done"].format(n=len(self._given), left=left))

    def _show(self, place: int) -> None:
        entry = self._unsure[place]
        copies = self._say["copies"].format(n=entry.n_listings) if entry.n_listings > 1 else ""
        head = self._say["place"].format(
            number=place + 1, n=len(self._unsure), source=entry.source, listing_id=entry.listing_id, copies=copies
        )
        click.echo(f"\n{head}  {entry.url}".rstrip())
        click.secho(entry.record.title, bold=True)
        for line in _wrapped(entry.record.description):
            click.echo(f"{'':{_INDENT}}{line}")
        if entry.record.skills:
            click.echo(self._say["skills"].format(skills=entry.record.skills))
        for number, (name, probability) in enumerate(entry.guesses, 1):
            click.echo(f"  {number}  {self._labels[name]} ({name}) {100 * probability:.0f} %")

    def _answer(self, entry: "Unsure") -> str:
        """Ask until the answer is a category or one of the letters."""
        numbered = list(dict.fromkeys([*(name for name, _ in entry.guesses), *self._known]))
        while True:
            answer = click.prompt(self._say["prompt"]).strip().lower()
            if answer == _LIST:
                for number, name in enumerate(numbered, 1):
                    click.echo(f"  {number:2}  {self._labels[name]} ({name})")
                continue
            if answer in (_SKIP, _UNDO, _QUIT) or answer in self._known:
                return str(answer)
            if answer.isdecimal() and 1 <= int(answer) <= len(numbered):
                return numbered[int(answer) - 1]
            if found := self._by_beginning(answer):
                return found

    def _by_beginning(self, answer: str) -> str:
        """Give the one category whose id begins like this, or say why there is none."""
        from jobtagger.knowledge.schema import did_you_mean  # noqa: PLC0415

        found = [name for name in self._known if name.startswith(answer)]
        if len(found) == 1:
            return found[0]
        if found:
            click.echo(self._say["ambiguous"].format(answer=answer, names=", ".join(found)))
        else:
            click.echo(self._say["unknown"].format(answer=answer, hint=did_you_mean(answer, self._known)))
        return ""

    def _store_answer(self, place: int, category_id: str) -> None:
        from jobtagger.watch.corrections import add_correction  # noqa: PLC0415

        listing_id = self._unsure[place].listing_id
        with self._store.write() as connection:
            correction_id = add_correction(connection, listing_id, category_id, datetime.now(UTC), self._who)
        self._given.append((place, correction_id, category_id))
        click.echo(self._say["stored"].format(category=self._labels[category_id]))

    def _undo(self, place: int) -> int:
        """Take the last answer back and return to its text."""
        from jobtagger.watch.corrections import take_back  # noqa: PLC0415

        if not self._given:
            click.echo(self._say["no_undo"])
            return place
        earlier, correction_id, category_id = self._given.pop()
        with self._store.write() as connection:
            take_back(connection, correction_id)
        click.echo(self._say["undone"].format(category=self._labels[category_id]))
        return earlier


def _cells(entry: "Unsure") -> list[str]:
    (guess, probability), *others = entry.guesses
    title = textwrap.shorten(entry.record.title, 60, placeholder="…")
    other = others[0][0] if others else ""
    return [str(entry.listing_id), str(entry.n_listings), entry.source, guess, f"{probability:.2f}", other, title]


def _labels(tagger: "Tagger", known: list[str], language: str) -> dict[str, str]:
    categories = tagger.knowledge.categories
    return {name: categories[name].label.in_language(language) if name in categories else name for name in known}


def _wrapped(text: str) -> Iterator[str]:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, line_width() - _INDENT) or [""]]
    yield from lines[:_DESCRIPTION_LINES]
    if len(lines) > _DESCRIPTION_LINES:
        yield "…"
