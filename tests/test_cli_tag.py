"""`jobtagger tag` and `jobtagger columns` as people and programs meet them."""

import json
import re

import pytest
from click.testing import CliRunner

from jobtagger.cli import cli
from jobtagger.cli.tag_wording import COUNTED, REASONS_FR, WORDING


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

    assert (1, True) == (result.exit_code, "s.json: cannot be written: there is no folder" in result.stderr)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("risk level", "2 rows tagged, 0 rejected, 1 duplicate, ")),
        ("fr", ("niveau de risque", "2 lignes traitées, 0 rejetée, 1 doublon, ")),
    ],
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
        "Format csv", "Encoding cp1252 (", "% sure: ", "Delimiter ';' (the semicolon parts",
        "Layout of no known board", 'Title "Titre" (its name is known', "first row: Développeur",
        '"Descriptif" (its name is known (sources.toml, aliases and headers); where it is empty: "Résumé")',
        "Skills no column found; name it with --skills", "3 columns, of which 3 are read",
    ):  # fmt: skip
        assert part in shown, part


def test_columns_names_those_that_are_read_for_traits(run, tmp_path):
    """Budget and duration are read as details, and counted among the columns that are."""
    (tmp_path / "in.csv").write_text("title,description,budget,duration,x\nLogo,For us,20 USD,3 months,y\n")

    shown = " ".join(run("columns", tmp_path / "in.csv", "--lang", "en").stdout.split())
    french = run("columns", tmp_path / "in.csv", "--lang", "fr").stdout
    facts = json.loads(run("columns", tmp_path / "in.csv", "--json").stdout)

    assert "Details budget, duration (read for traits only) first row: " in shown
    assert "20 USD" in shown.split("Details")[1]
    assert "5 columns, of which 4 are read" in shown
    assert "budget, duration (lues pour les traits seulement)" in french
    assert facts["details"] == ["budget", "duration"]


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
    assert COUNTED["en"].keys() == COUNTED["fr"].keys()
    for key, (one, many) in COUNTED["en"].items():
        assert [names(one)] * 3 == [names(text) for text in (many, *COUNTED["fr"][key])], key


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("1 row tagged, 1 rejected, 0 duplicates, ", "1 row was rejected, see ")),
        ("fr", ("1 ligne traitée, 1 rejetée, 0 doublon, ", "1 ligne a été rejetée, voir ")),
    ],
)
def test_one_is_singular(run, tmp_path, lang, words):
    """Numbers agree with what they count, by the rules of each language."""
    (tmp_path / "in.csv").write_text("title,n\nLogo for a bakery,1\nragged\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--lang", lang)

    for part in words:
        assert part in result.stderr, part


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (r"note: encoding guessed: cp1252, \d+% sure, for .*a\.csv \(1 more\); --encoding", "b2.csv was left out"),
        ),
        (
            "fr",
            (r"note : encodage deviné : cp1252, sûr à \d+ %, pour .*a\.csv \(1 autre\) ;", "b2.csv est laissé de côté"),
        ),
    ],
)
def test_a_guessed_encoding_is_said(run, tmp_path, lang, words):
    """The summary says in one line which encodings were guessed, how surely and for what; also what was left out."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes("titre;texte\nDéveloppeur;Création d'un site à Orléans\n".encode("cp1252"))
    (tmp_path / "b2.csv").write_text("titre\n")

    result = run("tag", tmp_path / "*.csv", "-o", tmp_path / "out.tsv", "--lang", lang)

    assert re.search(words[0], result.stderr), result.stderr
    assert words[1] in result.stderr
    assert 1 == result.stderr.count("cp1252")
    (tmp_path / "c.csv").write_text("titre\nDéveloppeur\n")
    assert "encod" not in run("tag", tmp_path / "c.csv", "-o", tmp_path / "out.tsv", "--lang", lang).stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"titre;n\nLogo;1\n",
            ("rien que de l'ASCII dans les 15 premiers octets", "point-virgule : sépare l'en-tête en 2"),
        ),
        (
            "titre\nDéveloppeur\n".encode("cp1252"),
            ("est à sa place en français ; possible aussi", "une seule colonne ; rien"),
        ),
        (b"sep=|\ntitre|n\nLogo|1\n", ("la première ligne dit « sep=| »",)),
        ("titre,n\né,1\n".encode("utf-8-sig"), ("marque d'ordre des octets", "virgule : sépare")),
    ],
)
def test_reasons_are_worded_in_french(run, tmp_path, content, words):
    """Why an encoding and a delimiter were taken is said in the language of the other lines."""
    (tmp_path / "in.csv").write_bytes(content)

    shown = run("columns", tmp_path / "in.csv", "--lang", "fr", "--title", "titre").stdout

    assert [part for part in words if part not in shown] == []


def test_all_reasons_have_a_french_wording():
    """Every sentence and word with which the reading of files gives reasons is in the table."""
    import ast  # noqa: PLC0415 - for this check alone
    from pathlib import Path  # noqa: PLC0415

    from jobtagger.batch import delimited, encodings, guessing  # noqa: PLC0415

    sentences = {"--encoding", "--delimiter"}
    said = {*guessing._LETTERS, *delimited._NAMES.values()}
    for module in (delimited, encodings, guessing):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        for pair in ast.walk(tree):
            is_part = isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[0], ast.Constant)
            if is_part and isinstance(pair.elts[1], ast.Dict | ast.Name) and isinstance(pair.elts[0].value, str):
                said.add(pair.elts[0].value)

    assert len(said) > 25
    assert said - sentences - set(REASONS_FR) == set()
