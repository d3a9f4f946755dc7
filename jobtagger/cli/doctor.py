"""`jobtagger doctor`: see whether everything that was shipped is whole and consistent."""

import click

from jobtagger.cli.doctor_wording import WORDING
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli, model_option
from jobtagger.cli.wording import spoken


@cli.command()
@model_option
@language_option
def doctor(model_folder: str | None, lang: str | None) -> None:
    """Check all knowledge files and the model; report all problems at once."""
    from pathlib import Path  # noqa: PLC0415

    from jobtagger.classify import load_model  # noqa: PLC0415
    from jobtagger.errors import ModelError  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415

    knowledge, say = load_knowledge(), WORDING[spoken(lang)]
    counts = {
        "categories": len(knowledge.categories),
        "statements": len(knowledge.evidence),
        "traits": len(knowledge.traits),
        "advice": len(knowledge.advice),
    }
    click.echo(say["knowledge"].format(digest=knowledge.digest, **counts))
    model = load_model(Path(model_folder) if model_folder else None)
    own = set(model.facts.get("own_data", {}).get("categories", []))
    unknown = set(model.categories) - set(knowledge.categories) - own
    if unknown:
        raise ModelError(
            f'model: knows categories that are not in taxonomy.toml: {", ".join(sorted(unknown))}; run "make model"'
        )
    click.echo(say["model"].format(digest=model.digest, postings=model.facts["n_postings"], words=len(model.words)))
    if own:
        click.echo(say["own"].format(names=", ".join(sorted(own))))
    click.echo(say["well"])
