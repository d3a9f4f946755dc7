"""Documentation is a tested fact: every command and option stands there, every example of the README runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jobtagger
from jobtagger.cli import cli
from jobtagger.knowledge import load_knowledge
from jobtagger.records import OUTPUT_COLUMNS, FoundTrait, Prediction, RiskTag, TaggedPosting

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
OPTIONS = [
    (name, option)
    for name, command in sorted(cli.commands.items())
    for p in command.params
    for option in p.opts
    if option.startswith("--")
]
EXAMPLES = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ jobtagger")
]


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_documented(name):
    """Each command has a section in docs/cli.md."""
    assert f"\n## jobtagger {name}\n" in (ROOT / "docs" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=[f"{c} {o}" for c, o in OPTIONS])
def test_every_option_is_documented(command, option):
    """Each option stands in its command's section."""
    section = (ROOT / "docs" / "cli.md").read_text("utf-8").split(f"\n## jobtagger {command}\n")[1].split("\n## ")[0]

    assert option in section


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_readme_run(example, tmp_path):
    """Each command line of the README does what it says, from a checkout."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "out").mkdir()
    program = shlex.join([sys.executable, "-c", "from jobtagger.cli import main; main()"])

    result = subprocess.run(
        example.replace("jobtagger ", f"{program} ", 1),
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode in ((0, 3) if " tag " in example else (0,)), result.stderr
    assert "Traceback" not in result.stderr


def test_python_example_of_the_readme_runs(capsys):
    """It prints a category, a level and reasons for each of its postings."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    exec(code, {})  # noqa: S102 - it is our own

    logo, manual = capsys.readouterr().out.splitlines()
    assert logo.startswith("graphic_design moderate rule:R")
    assert manual.startswith("translation high rule:R")


def test_package_offers_what_it_names():
    """Whatever stands in `__all__` is there, and nothing else is made up."""
    assert all(hasattr(jobtagger, name) for name in jobtagger.__all__)
    assert not hasattr(jobtagger, "Translator")


def test_readme_has_examples():
    """The pattern above finds the examples it is meant to find."""
    assert 5 == len(EXAMPLES)


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda p: p.name,
)
def test_named_files_exist(page):
    """Every link and every path to a file of ours that a page names exists."""
    text = page.read_text("utf-8")
    links = [page.parent / target for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    named = [
        ROOT / path for path in re.findall(r"`((?:jobtagger|docs|tests|training_data|examples)/[\w/.-]+\.\w+)`", text)
    ]

    assert [] == [str(path) for path in links + named if not path.exists()]


def test_output_columns_are_those_of_a_row():
    """`OUTPUT_COLUMNS`, from which the docs are made, and `as_row()` name the same columns in the same order."""
    prediction = Prediction("legal", 0.5, (("other", 0.1),), "", (), "", False)
    risk = RiskTag("low", 0.3, -5.0, "low", False, 50, False, (), (FoundTrait("bulk", "in bulk", 6),))

    row = TaggedPosting("en", prediction, risk).as_row()

    assert list(OUTPUT_COLUMNS) == list(row)
    assert ("legal", "0.500", "0.30", "-5", "50", "bulk") == tuple(
        row[name]
        for name in (
            "category",
            "category_probability",
            "risk_score",
            "trend_pct",
            "exposure_percentile",
            "traits",
        )
    )


def test_readme_counts_the_categories_that_no_figure_decides():
    """The README says for how many categories only words stand behind the level."""
    outlooks = load_knowledge().outlooks.values()
    by_words = [outlook for outlook in outlooks if outlook.rule in ("R3", "R4")]

    assert f"For {len(by_words)} of the {len(outlooks)} categories no figure decides" in README
    assert {outlook.confidence for outlook in by_words} == {"low"}
