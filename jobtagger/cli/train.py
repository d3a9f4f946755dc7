"""`jobtagger train` and `jobtagger evaluate`: for those who change training data or measure the model."""

from pathlib import Path

import click

from jobtagger.cli.root import cli, model_option


@cli.command()
@click.option(
    "--training-data",
    default="training_data",
    show_default=True,
    type=click.Path(exists=True, file_okay=False),
)
@click.option("-o", "--output", default="models/default", show_default=True, help="Model folder to write.")
def train(training_data: str, output: str) -> None:
    """Train the classifier from a training_data folder; the same data gives the same bytes."""
    _need_extra()
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.train.train import train_and_save  # noqa: PLC0415

    model = train_and_save(Path(training_data), Path(output), load_knowledge())
    click.echo(
        f"{output}: model {model.digest} from {model.facts['n_postings']} postings, "
        f"held-out accuracy {model.facts['held_out_accuracy']:.3f}"
    )


@cli.command()
@click.argument("gold", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False),
    help="CSV gold_id,category_id where ids differ from ours.",
)
@click.option("--traits", is_flag=True, help="Measure the traits instead of the categories.")
@click.option("--errors", is_flag=True, help="Show every wrong posting with its deciding words.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@model_option
def evaluate(
    gold: str, mapping: str | None, traits: bool, errors: bool, as_json: bool, model_folder: str | None
) -> None:
    """Measure the model on labelled postings (JSON lines with title, description, skills, lang, primary, secondary)."""
    _need_extra()
    import json  # noqa: PLC0415

    from jobtagger.tagger import Tagger  # noqa: PLC0415
    from jobtagger.train import evaluate_traits as of_traits  # noqa: PLC0415
    from jobtagger.train.evaluate import evaluate_gold, read_gold, report, wrong_postings  # noqa: PLC0415

    tagger = Tagger.from_folder(Path(model_folder) if model_folder else None)
    if traits:
        scores = of_traits.evaluate_traits(of_traits.read_trait_gold(Path(gold)), tagger)
        click.echo(json.dumps(scores, indent=1) if as_json else of_traits.report(scores))
        return
    postings = read_gold(Path(gold), Path(mapping) if mapping else None, tagger.knowledge)
    figures = evaluate_gold(postings, tagger)
    click.echo(json.dumps(figures, indent=1) if as_json else report(figures))
    if errors:
        for line in wrong_postings(postings, tagger):
            click.echo(line)


def _need_extra() -> None:
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec("sklearn") is None:
        raise click.UsageError('this needs scikit-learn: pip install "jobtagger[train]"')
