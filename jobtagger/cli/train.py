"""`jobtagger train` and `jobtagger evaluate`: for those who change training data or measure the model."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli, model_option
from jobtagger.cli.train_wording import WORDING
from jobtagger.cli.wording import spoken

if TYPE_CHECKING:
    from jobtagger.tagger import Tagger
    from jobtagger.train.labelled import Columns

_WITH_TRAITS = ("path", "traits", "output", "as_json", "model_folder", "lang")
_OUR_MODEL = "models/default"


def table_options(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """Add the options that say how a table is read, for those that `tag` has too."""
    for option in (
        click.option("--delimiter", default="", help="Delimiter of a CSV input; found out if left out."),
        click.option("--encoding", default="", help="Encoding of the input, such as cp1252; found out if left out."),
        click.option("--skills", help="Column that holds the skills."),
        click.option("--description", help="Column that holds the description."),
        click.option("--title", help="Column that holds the title."),
    ):
        command = option(command)
    return command


@cli.command()
@click.option(
    "--training-data",
    default="training_data",
    show_default=True,
    help="Our postings and word counts, from a checkout of jobtagger; --only needs the word counts too.",
)
@click.option("--data", type=click.Path(exists=True, dir_okay=False), help="Labelled table of yours to train on too.")
@click.option("--only", is_flag=True, help="Train on --data in place of our postings.")
@click.option("--label", default="category", show_default=True, help="Column of --data that holds the category.")
@table_options
@click.option(
    "-o", "--output", help="Model folder to write.  [default: models/default; to be named where --data is given]"
)
@language_option
def train(
    training_data: str, data: str | None, only: bool, label: str, output: str | None, lang: str | None,
    **table: str | None,
) -> None:  # fmt: skip
    """Train the classifier; the same data gives the same bytes.

    With --data, your own labelled postings (CSV, TSV, JSON; columns are found as `tag` finds them) are added to ours.
    Labels that are no category of ours make new ones; their risk level is unknown, as no evidence speaks of them.

    \b
    Examples:
      jobtagger train
      jobtagger train --data mine.csv --label kind -o my_model
      jobtagger train --data mine.csv --only -o my_model
      jobtagger tag postings.csv --model my_model -o tagged.csv
    """
    _need_extra()
    from jobtagger.classify import default_model_folder  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.train.own_data import read_own_data  # noqa: PLC0415
    from jobtagger.train.train import train_and_save  # noqa: PLC0415

    if only and not data:
        raise click.UsageError("--only needs --data, the postings to train on")
    folder = Path(output or _OUR_MODEL)
    if data and folder.resolve() in (Path(_OUR_MODEL).resolve(), default_model_folder().resolve()):
        raise click.UsageError("a model with data of yours needs a folder of its own: -o FOLDER")
    knowledge = load_knowledge()
    own = read_own_data(Path(data), knowledge, label, only, _columns(table)) if data else None
    model = train_and_save(Path(training_data), folder, knowledge, own)
    n_postings, accuracy = model.facts["n_postings"], model.facts["held_out_accuracy"]
    told = {"digest": model.digest, "postings": n_postings, "categories": len(model.categories), "accuracy": accuracy}
    click.echo(WORDING[spoken(lang)]["trained"].format(folder=folder, **told))


@cli.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@click.option("--label", default="category", show_default=True, help="Column that holds the category.")
@table_options
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False),
    help="CSV gold_id,category_id where ids differ from ours.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for report.txt, .json, .svg and .png (of traits: .txt and .json).",
)
@click.option("--traits", is_flag=True, help="Measure the traits instead of the categories, on JSON lines.")
@click.option("--errors", is_flag=True, help="Show every wrong posting with its deciding words.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@model_option
@language_option
def evaluate(  # noqa: PLR0913, PLR0917 - one parameter an option
    path: str,
    label: str,
    mapping: str | None,
    output: str | None,
    traits: bool,
    errors: bool,
    as_json: bool,
    model_folder: str | None,
    lang: str | None,
    **table: str | None,
) -> None:
    """Measure the model on labelled postings of yours.

    FILE is a table with a label column (CSV, TSV, JSON; title, description and skills are found as `tag` finds them),
    or JSON lines with title, description, skills, lang, primary and secondary.

    Accuracy, macro F1 (categories with 5 postings or more), a table per category, the most frequent confusions, how
    far the probabilities mean what they say, and the accuracy of the surest postings.

    With --traits, FILE holds JSON lines with title, description, skills and traits, an object with a label of each:
    complexity (normal, simple, complex), duration (unclear, one_off, ongoing), seniority (unspecified, entry, expert),
    ai (none, builds, uses, edits, forbids); and true or false for human, confidential, bulk and onsite. Of the options
    only -o, --json, --model and --lang apply.

    \b
    Examples:
      jobtagger evaluate labelled.csv
      jobtagger evaluate labelled.csv --label kind -o report
      jobtagger evaluate annonces.csv --label metier --mapping metiers.csv --errors
      jobtagger evaluate labelled.jsonl --traits -o report
    """
    _need_extra()
    import json  # noqa: PLC0415

    from jobtagger.tagger import Tagger  # noqa: PLC0415
    from jobtagger.train.evaluate import evaluate as measure  # noqa: PLC0415
    from jobtagger.train.evaluate import mistakes  # noqa: PLC0415
    from jobtagger.train.labelled import read_labelled  # noqa: PLC0415
    from jobtagger.train.report import report, write_report  # noqa: PLC0415

    if traits:
        _refuse_with_traits(click.get_current_context())
    language, tagger = spoken(lang), Tagger.from_folder(Path(model_folder) if model_folder else None)
    folder = Path(output) if output else None
    if traits:
        _evaluate_traits(Path(path), tagger, folder, as_json, language)
        return
    known = {*tagger.knowledge.categories, *tagger.model.categories}
    renamed = Path(mapping) if mapping else None
    postings = read_labelled(Path(path), known, tagger.knowledge, renamed, label, _columns(table))
    evaluation = measure(postings, tagger)
    wrong = list(mistakes(postings, tagger)) if errors else []
    if as_json:
        shown = {"errors": [mistake.as_dict() for mistake in wrong]} if errors else {}
        click.echo(json.dumps({**evaluation.as_dict(), **shown}, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join([report(evaluation, language), *(mistake.as_line() for mistake in wrong)]))
    if folder:
        _say_written(write_report(evaluation, folder, language), language)


def _refuse_with_traits(context: click.Context) -> None:
    """Refuse options that have nothing to say of traits."""
    given = {
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name not in _WITH_TRAITS
        and parameter.name
        and context.get_parameter_source(parameter.name) is not click.core.ParameterSource.DEFAULT
    }
    if given:
        raise click.UsageError(f"--traits takes no {', '.join(sorted(given))}: its FILE is JSON lines, see --help")


def _evaluate_traits(path: Path, tagger: "Tagger", folder: Path | None, as_json: bool, language: str) -> None:
    import json  # noqa: PLC0415

    from jobtagger.train.evaluate_traits import evaluate_traits, read_trait_gold, report  # noqa: PLC0415
    from jobtagger.train.report import write_figures  # noqa: PLC0415

    scores = evaluate_traits(read_trait_gold(path), tagger)
    click.echo(json.dumps(scores, indent=1) if as_json else report(scores))
    if folder:
        _say_written(write_figures(report(scores), scores, folder), language)


def _say_written(paths: list[Path], language: str) -> None:
    for path in paths:
        click.echo(WORDING[language]["written"].format(path=path), err=True)


def _columns(table: dict[str, str | None]) -> "Columns":
    from jobtagger.batch import ReadOptions  # noqa: PLC0415
    from jobtagger.train.labelled import Columns  # noqa: PLC0415

    encoding, delimiter = table.pop("encoding") or "", table.pop("delimiter") or ""
    named = {field: column for field, column in table.items() if column}
    return Columns(named, ReadOptions(encoding, delimiter))


def _need_extra() -> None:
    from importlib.util import find_spec  # noqa: PLC0415

    missing = [name for name in ("sklearn", "matplotlib") if find_spec(name) is None]
    if missing:
        raise click.UsageError(f'this needs {" and ".join(missing)}: pip install "jobtagger[train]"')
