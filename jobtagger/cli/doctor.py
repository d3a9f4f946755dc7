"""`jobtagger doctor`: see whether everything that was shipped is whole and consistent."""

import click

from jobtagger.cli.root import cli, model_option


@cli.command()
@model_option
def doctor(model_folder: str | None) -> None:
    """Check all knowledge files and the model; report all problems at once."""
    from pathlib import Path  # noqa: PLC0415

    from jobtagger.classify import load_model  # noqa: PLC0415
    from jobtagger.errors import ModelError  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415

    knowledge = load_knowledge()
    click.echo(
        f"knowledge {knowledge.digest}: {len(knowledge.categories)} categories, {len(knowledge.evidence)} statements, "
        f"{len(knowledge.traits)} traits, {len(knowledge.advice)} pieces of advice"
    )
    model = load_model(Path(model_folder) if model_folder else None)
    own = set(model.facts.get("own_data", {}).get("categories", []))
    unknown = set(model.categories) - set(knowledge.categories) - own
    if unknown:
        raise ModelError(
            f'model: knows categories that are not in taxonomy.toml: {", ".join(sorted(unknown))}; run "make model"'
        )
    click.echo(f"model {model.digest}: {model.facts['n_postings']} training postings, {len(model.words)} words")
    if own:
        click.echo(f"categories of your own, without a risk level: {', '.join(sorted(own))}")
    click.echo("all is well")
