"""The model card: what a model was made of, and how good it is."""

from typing import Any


def card(facts: dict[str, Any]) -> str:
    """Write the model card from the facts of model.json."""
    recipe = ", ".join(f"{name} {value}" for name, value in facts["recipe"].items())
    own = facts.get("own_data")
    write = _of_ours if own is None else _of_theirs_alone if own["in_place_of_ours"] else _of_both
    made, calibrated, how, held_out, not_for = write(facts, f"`{own['file']}`" if own else "")
    return f"""# Model card

Made by {made}; every figure here stands in `model.json`.

- **What it does**: gives one of {len(facts["categories"])} categories and a calibrated probability to a job posting{calibrated}.
- **How**: multinomial logistic regression over words, pairs of neighbouring words and letter groups{how}.
{_trained_on(facts)}
- **Held-out accuracy on {held_out}
- **Recipe**: {recipe}; sharpness {facts["sharpness"]}.
- **Languages told apart**: {", ".join(facts["languages"])}.
- **Not for**: {not_for}, texts in languages other than
  English and French (Spanish and Portuguese at best effort).
"""


def _of_ours(facts: dict[str, Any], _: str) -> tuple[str, ...]:
    return (
        "`make model` from `training_data/`",
        "",
        _beside_postings(facts),
        "postings written by us** (the last quarter of each category, by a fit on the others alone):\n"
        f"  {facts['held_out_accuracy']:.3f}. `docs/quality.md` has the accuracy on real postings, `jobtagger evaluate`"
        " measures it on yours.",
        _NOT_FOR_OURS,
    )


def _of_both(facts: dict[str, Any], file: str) -> tuple[str, ...]:
    return (
        f"`jobtagger train --data` from `training_data/` and {file}",
        f"\n  (calibrated on labelled real postings, by a fit without {file})",
        _beside_postings(facts),
        f"postings written by us and of {file}** (the last quarter of each category, by a fit on the\n"
        f"  others alone): {facts['held_out_accuracy']:.3f}. `jobtagger evaluate` measures it on others.",
        _NOT_FOR_OURS,
    )


def _of_theirs_alone(facts: dict[str, Any], file: str) -> tuple[str, ...]:
    return (
        f"`jobtagger train --data --only` from {file}, with the words of languages of `training_data/`",
        f"\n  (calibrated on postings of {file}, each left out once)",
        "; nothing that our postings, real ones\n  or terms of the trades teach is in it",
        f"postings of {file}** (each quarter of each category, by a fit on the others alone):\n"
        f"  {facts['held_out_accuracy']:.3f}. `jobtagger evaluate` measures it on others.",
        "postings of none of these categories, which get one of them too",
    )


_NOT_FOR_OURS = "people's CVs, salaried job ads (answered with `other` where noticed)"


def _beside_postings(facts: dict[str, Any]) -> str:
    return (
        f", plus what\n  {facts['n_real_postings']} labelled real postings change in it (weights of terms that stand in five"
        f" or more of them, no text),\n  and {facts['n_terms']} terms of the trades, written for this project as well, for"
        " words that no posting taught"
    )


def _trained_on(facts: dict[str, Any]) -> str:
    """Say which postings it was, by whom, in which languages."""
    languages = ", ".join(f"{count} {name}" for name, count in facts["n_postings_by_language"].items())
    own = facts.get("own_data")
    if own and own["in_place_of_ours"]:
        return f"- **Trained on**: {_theirs(own)} ({languages}), and nothing else."
    ours = f"postings written for this project ({{}}); digest `{facts['training_data']}`"
    if own is None:
        return f"- **Trained on**: {facts['n_postings']} {ours.format(languages)}."
    n_ours = facts["n_postings"] - own["n_postings"]
    return f"- **Trained on**: {_theirs(own)}, and {n_ours} {ours.format(f'in all {languages}')}."


def _theirs(own: dict[str, Any]) -> str:
    return f"{own['n_postings']} postings of `{own['file']}`, digest `{own['digest']}`"
