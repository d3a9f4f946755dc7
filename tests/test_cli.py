"""Every command, in-process: the happy path, a user's mistake, the exit code."""

import csv
import json
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobtagger.classify import default_model_folder
from jobtagger.cli import cli
from jobtagger.records import ADVICE_COLUMN, BATCH_COLUMNS, OUTPUT_COLUMNS

COMMANDS = sorted(cli.commands)


@pytest.fixture
def run():
    """Run the command line in-process."""

    def run(*args, stdin=None):
        return CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin)

    return run


def test_tag_writes_the_file_and_a_summary(run, tmp_path):
    """`tag IN -o OUT` exits with 0, the file is there, the summary stands on standard error."""
    (tmp_path / "in.csv").write_text("title\nLogo for a bakery\nTraduction d'un contrat vers l'anglais\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv")

    assert 0 == result.exit_code, result.output
    assert "2 rows tagged, 0 rejected" in result.stderr
    assert "" == result.stdout
    assert 3 == len((tmp_path / "out.csv").read_text().splitlines())


def test_tag_pipes(run):
    """`tag -` reads standard input, and nothing but the rows stands on standard output."""
    result = run("tag", "-", "-q", stdin="title\nLogo for a bakery\n")

    assert 0 == result.exit_code
    assert result.stdout.startswith("title,category,")
    assert 2 == len(result.stdout.splitlines())
    assert "" == result.stderr


def test_tag_adds_advice_when_asked(run):
    """`--advice` adds a column with the advice for the category, in the posting's language; without it there is none."""
    postings = "title\nTraduction d'un contrat vers l'anglais\nEnglish to French translation of a contract\n\"?\"\n"
    rows = list(csv.DictReader(run("tag", "-", "-q", "--advice", stdin=postings).stdout.splitlines()))

    assert [*OUTPUT_COLUMNS, ADVICE_COLUMN, *BATCH_COLUMNS] == list(rows[0])[1:]
    assert rows[0]["advice"].count(": ") >= rows[1]["advice"].count(" | ") >= 1
    assert rows[0]["advice"].split(":")[0] == rows[1]["advice"].split(":")[0]
    assert rows[0]["advice"] != rows[1]["advice"]
    assert rows[2]["advice"] == ""
    assert "advice" not in run("tag", "-", "-q", stdin=postings).stdout.splitlines()[0].split(",")


def test_tag_exits_with_3_when_rows_were_rejected(run, tmp_path):
    """A scheduler can see from the exit code that something was rejected."""
    (tmp_path / "in.csv").write_text("title,n\nLogo for a bakery,1\nbroken\n")

    result = run("tag", tmp_path / "in.csv", "-o", tmp_path / "out.csv")

    assert 3 == result.exit_code
    assert f"1 row was rejected, see {tmp_path / 'out.rejected.csv'}" in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        pytest.param(
            ["tag", "nowhere.csv", "-o", "x.csv"],
            1,
            "jobtagger: nowhere.csv: no such file\n",
            id="no such file",
        ),
        pytest.param(["tag"], 2, "Missing argument 'IN...'", id="no input"),
        pytest.param(["run", "--config", "nowhere.toml"], 1, "jobtagger: nowhere.toml: no such file;", id="no config"),
        pytest.param(["check", "a", "--file", "b"], 2, "give the posting as text or as --file, not both", id="both"),
        pytest.param(
            ["check", "--file", "nowhere.txt"],
            1,
            "jobtagger: nowhere.txt: cannot be read",
            id="no posting file",
        ),
        pytest.param(["check", "x", "--model", "nowhere"], 1, "model.json: cannot be read", id="no model"),
        pytest.param(["check", "x", "--lang", "de"], 2, "'de' is not one of 'en', 'fr'", id="unknown language"),
    ],
)
def test_mistakes_get_one_line_and_a_code(run, args, code, message):
    """A user's mistake is one line without a trace; 1 for what was given, 2 for how it was called."""
    result = run(*args)

    assert code == result.exit_code
    assert message in result.stderr
    assert "Traceback" not in result.output
    if code == 1:
        assert 1 == len(result.stderr.splitlines())


def test_altered_model_is_refused(run, tmp_path):
    """A model folder with one changed byte is not used, and the file is named."""
    folder = tmp_path / "model"
    shutil.copytree(default_model_folder(), folder)
    weights = bytearray((folder / "word_weights.npy").read_bytes())
    weights[-1] ^= 1
    (folder / "word_weights.npy").write_bytes(weights)

    result = run("check", "Logo for a bakery", "--model", folder)

    assert 1 == result.exit_code
    assert "word_weights.npy: was altered" in result.stderr


def test_check_answers_a_person(run):
    """The answer names category, words, level, figures with sources, traits, advice, and what it is not."""
    result = run("check", "--lang", "en", "Write 50 SEO articles about gardening, no AI please")

    assert 0 == result.exit_code
    for part in (
        "Category: Content writing [content_writing]", "Deciding words:", "Risk from falling demand:", "Evidence:", "S004",
        "What contradicts it:", "Found in the text:", "AI exposure:", "What the documents advise:",
        "It is not a probability that a job disappears",
    ):  # fmt: skip
        assert part in " ".join(result.stdout.split()), part


def test_check_answers_in_french(run):
    """With --lang fr every word around the posting is French."""
    result = run("check", "--lang", "fr", "Montage de vidéos pour une chaîne de cuisine")

    assert 0 == result.exit_code
    for part in (
        "Montage et production vidéo",
        "Mots décisifs",
        "Tendance de la demande",
        "Éléments à l'appui",
        "EN CROISSANCE",
    ):
        assert part in result.stdout, part
    for part in ("Deciding", "falling demand", "sources disagree", "advise"):
        assert part not in result.stdout, part


def test_check_speaks_the_language_of_the_locale(run, monkeypatch):
    """Without --lang the locale decides."""
    monkeypatch.setenv("LC_ALL", "fr_BE.UTF-8")

    assert "Catégorie" in run("check", "Logo").stdout


def test_check_json_begins_with_the_batch_columns(run):
    """--json is one object whose first keys are the columns of a batch, with the same values."""
    result = run("check", "--json", "Logo for a bakery")
    batch = run("tag", "-", "-q", stdin="title\nLogo for a bakery\n")

    answer = json.loads(result.stdout)
    row = next(csv.DictReader(batch.stdout.splitlines()))
    assert list(OUTPUT_COLUMNS) == list(answer)[: len(OUTPUT_COLUMNS)]
    assert {name: row[name] for name in OUTPUT_COLUMNS} == {name: answer[name] for name in OUTPUT_COLUMNS}


def test_check_reads_files_and_standard_input(run, tmp_path):
    """A posting may come as text, from a file, or from standard input, with the same answer."""
    posting = "Logo for a bakery\nTwo colours, please."
    (tmp_path / "posting.txt").write_text(posting)

    answers = {
        run("check", "--json", posting).stdout,
        run("check", "--json", "--file", tmp_path / "posting.txt").stdout,
        run("check", "--json", stdin=posting).stdout,
        run("check", "--json", "-", stdin=posting).stdout,
        run("check", "--json", "--file", "-", stdin=posting).stdout,
    }

    assert 1 == len(answers)
    assert 0 == run("check", "--json", "--title", "Logo for a bakery", "Two colours, please.").exit_code


def test_check_takes_a_long_line_for_a_description(run, tmp_path):
    """A description pasted without its line breaks is tagged as it is in a file, and not as one long title."""
    text = "Our bakery opens in May and has no name board yet. " * 3 + "We need a logo that can be read from the tram."
    (tmp_path / "in.csv").write_text(f'title,description\n,"{text}"\n')
    (row,) = csv.DictReader(run("tag", tmp_path / "in.csv", "-o", "-").stdout.splitlines())

    answer = json.loads(run("check", "--json", text).stdout)

    assert {name: row[name] for name in OUTPUT_COLUMNS} == {name: answer[name] for name in OUTPUT_COLUMNS}


@pytest.mark.parametrize("text", ["", "  \n"])
def test_check_of_nothing_is_an_error(run, tmp_path, text):
    """Empty input gets a message, not a guess, wherever it comes from; a title alone is a posting."""
    path = tmp_path / "a.txt"
    path.write_text(text)

    for result, place in (
        (run("check", text), "TEXT"),
        (run("check", "--title", " ", text), "TEXT"),
        (run("check", "--file", path), path),
        (run("check", stdin=text), "standard input"),
    ):
        assert (1, f"jobtagger: {place}: is empty; give a posting\n") == (result.exit_code, result.stderr)
    assert 0 == run("check", "--title", "Logo for a bakery", text).exit_code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_check_reads_texts_in_any_encoding(run, tmp_path, encoding):
    """As `tag` does; what had to be guessed is said."""
    text = "Traduction d'un contrat\nRédigé en français, à rendre traduit en allemand, relecture comprise."
    path = tmp_path / "annonce.txt"
    path.write_text(text, encoding)

    result = run("check", "--json", "--file", path)

    assert run("check", "--json", text).stdout == result.stdout
    assert (f"{path}: is not UTF-8; read as" in result.stderr) == (encoding in ("cp1252", "utf-16"))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"%PDF-1.4\nstream\nBT (I need a logo) Tj ET\nendstream\n%%EOF", id="plain PDF"),
        pytest.param(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + zlib.compress(bytes(range(256))), id="packed PDF"),
        pytest.param(b"{\\rtf1\\ansi I need a logo}", id="RTF"),
        pytest.param(b"PK\x03\x04\x14\0\0\0\x08\0VKv]\xed\x91G" + zlib.compress(b"Logo" * 99), id="docx"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\x9d\0\x81", id="picture"),
    ],
)
def test_check_refuses_what_is_no_text(run, tmp_path, content):
    """A document or a picture gets a message, not a category; the same from standard input, and in French."""
    path = tmp_path / "posting"
    path.write_bytes(content)
    english = run("check", "--lang", "en", "--file", path)

    assert english.exit_code == 1
    assert english.stdout == ""
    assert english.stderr == f"jobtagger: {path}: is no text; paste the posting, or save the document as text first\n"
    assert "ce n'est pas du texte ; collez l'annonce" in run("check", "--lang", "fr", "--file", path).stderr


def test_check_says_how_sure_an_encoding_is_in_either_language(run, tmp_path):
    """English sets the per cent sign close, French with a blank."""
    path = tmp_path / "annonce.txt"
    path.write_text("Rédaction à la pièce", "cp1252")

    assert re.search(r"read as cp1252 \(\d+% sure\)", run("check", "--lang", "en", "--file", path).stderr)
    assert re.search(r"lu comme cp1252 \(sûr à \d+ %\)", run("check", "--lang", "fr", "--file", path).stderr)


def test_check_says_what_is_wrong_in_french(run, tmp_path):
    """With --lang fr, as with a French locale."""
    result = run("check", "--lang", "fr", "--file", tmp_path / "absent.txt")

    assert (1, f"jobtagger: {tmp_path / 'absent.txt'} : lecture impossible : No such file or directory\n") == (
        result.exit_code,
        result.stderr,
    )
    assert "TEXT : vide ; donnez une annonce" in run("check", "--lang", "fr", "").stderr
    assert "pas les deux" in run("check", "--lang", "fr", "Logo", "--file", "absent.txt").stderr


def test_check_abstains_in_the_users_words(run):
    """A text in a language that is not classified is answered with "I don't know" and the reason."""
    result = run("check", "--lang", "en", "Wir suchen einen Entwickler für unsere neue Webseite, bitte melden Sie sich")

    assert "I don't know (the text is in a language that is not classified" in result.stdout


def test_run_tags_the_example_folder(run, tmp_path):
    """The job of the examples reports what it did and exits with 0; the second run finds nothing new."""
    examples = shutil.copytree(Path(__file__).parents[1] / "examples", tmp_path / "examples")
    (tmp_path / "out").mkdir()

    first = run("run", "--config", examples / "jobtagger.toml")
    second = run("run", "--config", examples / "jobtagger.toml")

    assert (0, 0) == (first.exit_code, second.exit_code)
    assert "5 read, 4 new (0 reposts), 1 changed" in first.stdout
    assert "0 read, 0 new (0 reposts), 0 changed" in second.stdout


def test_doctor_finds_everything_whole(run):
    """The shipped knowledge and model are consistent."""
    result = run("doctor", "--lang", "en")

    assert 0 == result.exit_code, result.output
    assert result.stdout.endswith("all is well\n")


def test_evaluate_measures_labelled_postings(run, tmp_path):
    """`evaluate` prints the figures of a labelled file and, with --errors, each wrong posting with its words."""
    rows = [
        {
            "title": "Logo for a bakery",
            "description": "",
            "skills": None,
            "lang": "en",
            "primary": "graphic_design",
            "secondary": [],
        },
        {
            "title": "Voice over for a film",
            "description": "",
            "skills": None,
            "lang": "en",
            "primary": "legal",
            "secondary": ["audio_voice"],
        },
        {
            "title": "asdf qwer",
            "description": "",
            "skills": ["x"],
            "lang": "en",
            "primary": "other",
            "secondary": [],
        },
    ]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(map(json.dumps, rows)))

    result = run("evaluate", gold, "--json")
    errors = run("evaluate", gold, "--errors")
    both = run("evaluate", gold, "--errors", "--json")

    figures = json.loads(result.stdout)["figures"]
    assert (2, 0.5, 1.0) == tuple(figures["en"][name] for name in ("n", "top1", "top1_or_secondary"))
    assert 1 == figures["other"]["n"]
    assert "[en] legal ['audio_voice'] -> audio_voice" in errors.stdout
    assert (
        "errors" in json.loads(result.stdout),
        json.loads(result.stdout).items() <= json.loads(both.stdout).items(),
    ) == (False, True)
    assert ("Voice over for a film", "audio_voice") in [
        (error["title"], error["answer"]) for error in json.loads(both.stdout)["errors"]
    ]


def test_evaluate_refuses_unknown_labels(run, tmp_path):
    """A gold id that is no category of ours has to be mapped."""
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"title": "x", "description": "", "lang": "en", "primary": "wizardry", "secondary": []}')

    refused = run("evaluate", gold)
    (tmp_path / "map.csv").write_text("gold_id,category_id\nwizardry,other\n")
    mapped = run("evaluate", gold, "--mapping", tmp_path / "map.csv")

    assert (1, 0) == (refused.exit_code, mapped.exit_code)
    assert '"wizardry" is no category of taxonomy.toml or the model; map it with --mapping' in refused.stderr


def test_evaluate_reads_a_table_and_writes_a_report(run, tmp_path):
    """A CSV with a label column is enough; -o saves what is printed, as JSON and as pictures too."""
    table = tmp_path / "mine.csv"
    table.write_text(
        "titre;metier\nLogo pour une boulangerie;graphic_design\nTenue de la comptabilité;legal\n", "utf-8"
    )

    result = run("evaluate", table, "--label", "metier", "-o", tmp_path / "report")

    assert 0 == result.exit_code, result.output
    assert "graphic_design" in result.stdout
    assert (tmp_path / "report" / "report.txt").read_text("utf-8") == result.stdout
    assert {"report.txt", "report.json", "report.svg", "report.png"} == {
        p.name for p in (tmp_path / "report").iterdir()
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    """Each command says in its help what it is for."""
    result = run(command, "--help")

    assert 0 == result.exit_code
    assert cli.commands[command].help.splitlines()[0][:40] in " ".join(result.output.split())


def test_help_and_check_import_nothing_heavy():
    """--help needs neither numpy nor anything bigger; check needs neither scikit-learn nor pandas nor spaCy."""
    script = (
        "import sys; from click.testing import CliRunner; from jobtagger.cli import cli; run = CliRunner().invoke;"
        "run(cli, ['--help']); light = sorted({'numpy', 'sklearn', 'pandas', 'spacy'} & set(sys.modules));"
        "result = run(cli, ['check', 'Logo']); assert result.exit_code == 0, result.output;"
        "print(light, sorted({'sklearn', 'scipy', 'pandas', 'spacy'} & set(sys.modules)))"
    )

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[] []\n" == result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_line_by_line(run, command):
    """No mark of layout is left in the help, and every example has a line of its own."""
    help_ = run(command, "--help").stdout

    assert "\\b" not in help_
    assert all(line.count("jobtagger ") <= 1 for line in help_.splitlines() if line.startswith("  jobtagger "))
