"""`jobtagger tag` and `jobtagger columns` as people and programs meet them."""

import json

import pytest
from click.testing import CliRunner

from jobtagger.cli import cli
from jobtagger.cli.tag_wording import WORDING


@pytest.fixture
def run():
    """Run the command line in-process."""
    return lambda *args: CliRunner().invoke(cli, [str(arg) for arg in args])


def test_summary_for_programs(run, tmp_path):
    """--summary FILE.json has the counts and what each input was found to be."""
    (tmp_path / "in.csv").write_text("titre;note\nLogo pour une boulangerie;1\nLogo pour une boulangerie;2\nx\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--summary", tmp_path / "s.json", "-q")

    assert 3 == result.exit_code
    facts = json.loads((tmp_path / "s.json").read_text())
    assert (3, 2, 1, 1) == tuple(facts[name] for name in ("n_rows", "n_tagged", "n_rejected", "n_duplicates"))
    assert {"graphic_design": 2} == facts["categories"]
    assert (";", "utf-8", ["titre"]) == (
        facts["inputs"][0]["delimiter"], facts["inputs"][0]["encoding"], facts["inputs"][0]["fields"]["title"],
    )  # fmt: skip
    assert facts["seconds"] > 0


def test_summary_that_cannot_be_written_is_said(run, tmp_path):
    """A summary file in no folder is one line."""
    (tmp_path / "in.csv").write_text("title\nLogo\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--summary", tmp_path / "no" / "s.json")

    assert (1, True) == (result.exit_code, "s.json: cannot be written: No such file" in result.stderr)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("risk level", "1 duplicates")), ("fr", ("niveau de risque", "1 doublons"))]
)
def test_table_at_the_end_has_bars_in_both_languages(run, tmp_path, lang, words):
    """The tables show counts, shares and bars, in English and French."""
    (tmp_path / "in.csv").write_text("title\nLogo for a bakery\nLogo for a bakery\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--lang", lang)

    for part in (*words, "graphic_design", "100.0%", "█" * 24):
        assert part in result.stderr, part


def test_columns_says_what_was_recognised_and_why(run, tmp_path):
    """Format, encoding with its confidence, delimiter, layout and columns, each with the reason."""
    (tmp_path / "in.csv").write_bytes(
        "Titre;Descriptif;Résumé\nDéveloppeur;Création d'un site à Orléans;x\n".encode("cp1252")
    )

    shown = " ".join(run("columns", tmp_path / "in.csv", "--lang", "en").stdout.split())

    for part in (
        "Format csv", "Encoding cp1252 (", "% sure: charset-normalizer, from", "Delimiter ';' (the semicolon parts",
        "Layout of no known board", 'Title "Titre" (its name is known', "first row: Développeur",
        '"Descriptif" (its name is known (sources.toml, aliases); where it is empty: "Résumé")',
        "Skills no column found; name it with --skills", "3 columns, of which 3 are read",
    ):  # fmt: skip
        assert part in shown, part


def test_columns_speaks_french_and_json(run, tmp_path):
    """The same in French, and as JSON for programs; a layout is named, an option too."""
    (tmp_path / "in.csv").write_text("Job,Summary,Skills,Category,Subcategory,x\na,b,c,d,e,f\n")

    french = run("columns", tmp_path / "in.csv", "--lang", "fr", "--title", "x").stdout
    facts = json.loads(run("columns", tmp_path / "in.csv", "--json").stdout)

    assert 'Titre          "x" (nommée par vous)' in french
    assert 'Description    "Summary" (par le modèle workana de sources.toml)' in french
    assert ("layout:workana", ["Job"], "csv") == (facts["found_by"], facts["fields"]["title"], facts["format"])


def test_wordings_are_complete_in_both_languages():
    """Every wording exists in English and French with the same places to fill."""
    import string  # noqa: PLC0415 - for this check alone

    def names(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert WORDING["en"].keys() == WORDING["fr"].keys()
    assert all(names(WORDING["en"][key]) == names(WORDING["fr"][key]) for key in WORDING["en"])
