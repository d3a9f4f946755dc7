"""Training on the user's own postings: added to ours or in their place, with categories of their own."""

import json
import re
import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from jobtagger.classify import default_model_folder
from jobtagger.cli import cli
from jobtagger.errors import TrainingDataError
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger
from jobtagger.train.card import card
from jobtagger.train.corpus import read_corpus
from jobtagger.train.own_data import read_own_data
from jobtagger.train.train import train_and_save

ROOT = Path(__file__).parents[1]
POSTINGS = ROOT / "training_data" / "postings"
MINE = """title,kind
Prune the apple trees,gardening
Mow a lawn and trim hedges,gardening
Plant roses and lavender,gardening
Hedges to trim in spring,gardening
Logo for a florist,graphic_design
Logo and flyer for a fair,graphic_design
Translate a menu to Spanish,translation
Translate a letter to German,translation
"""


KINDS = {
    "jardinage": ("Tailler une haie n°{}", "Entretien d'un jardin à côté de l'école {}"),
    "plombier": ("Réparer une fuite {}", "Plomberie d'urgence à l'étage {}"),
    "pâtissier": ("Gâteau d'anniversaire {}", "Pâtisserie à la crème brûlée {}"),
}


@pytest.fixture(scope="module")
def small_data(tmp_path_factory):
    """Give a training_data folder with a few postings a category and a few of the terms."""
    folder = tmp_path_factory.mktemp("small")
    for source in sorted((ROOT / "training_data" / "postings").rglob("*.jsonl")):
        target = folder / "postings" / source.parent.name / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(source.read_text("utf-8").split("\n")[:4]) + "\n", "utf-8")
    for name in ("glossary", "statistics"):
        shutil.copytree(ROOT / "training_data" / name, folder / name)
    terms = folder / "glossary" / "terms.csv"
    terms.write_text("\n".join(terms.read_text("utf-8").splitlines()[:20]) + "\n", "utf-8")
    path = folder / "statistics" / "term_weights.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    kept = [row for number, row in enumerate(rows) if row.startswith("bias") or number % 30 == 0]
    path.write_text("\n".join([header, *kept]) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """Give a labelled table with a category of its own."""
    path = tmp_path_factory.mktemp("mine") / "mine.csv"
    path.write_text(MINE)
    return path


@pytest.fixture(scope="module")
def only_mine(small_data, mine, tmp_path_factory):
    """Give a model folder trained on the table alone."""
    return _trained(small_data, mine, tmp_path_factory.mktemp("only"), "--only")


@pytest.fixture(scope="module")
def with_mine(small_data, mine, tmp_path_factory):
    """Give a model folder trained on the table and our postings."""
    return _trained(small_data, mine, tmp_path_factory.mktemp("added"))


def _run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


def _trained(small_data, mine, folder, *options):
    given = ("--training-data", small_data, "--data", mine, "--label", "kind", "-o", folder, "--lang", "fr", *options)
    result = _run("train", *given)
    assert result.exit_code == 0, result.output
    assert re.match(r".* : modèle [0-9a-f]{16}, \d+ annonces, \d+ catégories, exactitude", result.output)
    return folder


def _facts(folder):
    return json.loads((folder / "model.json").read_text("utf-8"))


def test_own_data_in_place_of_ours(only_mine):
    """With --only the model knows the labels of the table and nothing else; the card says what it was made of."""
    facts = _facts(only_mine)

    assert facts["categories"] == ["gardening", "graphic_design", "translation"]
    assert (facts["n_postings"], facts["own_data"]["categories"]) == (8, ["gardening"])
    assert (facts["n_real_postings"], facts["n_terms"]) == (0, 0)
    assert not {"training_data", "glossary"} & facts.keys()
    said = " ".join((only_mine / "card.md").read_text("utf-8").split())
    for truth in (
        "Made by `jobtagger train --data --only` from `mine.csv`",
        "(calibrated on postings of `mine.csv`, each left out once)",
        "8 postings of `mine.csv`",
        "**Held-out accuracy on postings of `mine.csv`**",
    ):
        assert truth in said
    for untruth in ("make model", "written for this project", "real postings change", "`other`", "docs/quality.md"):
        assert untruth not in said


def test_own_data_beside_ours(with_mine, knowledge):
    """Without --only the labels of the table come on top of our categories."""
    facts = _facts(with_mine)

    assert facts["categories"] == sorted({*knowledge.categories, "gardening"})
    assert facts["n_postings"] == 8 + 4 * 2 * len(knowledge.categories)
    said = " ".join((with_mine / "card.md").read_text("utf-8").split())
    for truth in (
        "Made by `jobtagger train --data` from `training_data/` and `mine.csv`",
        "(calibrated on labelled real postings, by a fit without `mine.csv`)",
        f"8 postings of `mine.csv`, digest `{facts['own_data']['digest']}`, and {facts['n_postings'] - 8} postings written",
        f"{facts['n_real_postings']} labelled real postings change in it",
        "**Held-out accuracy on postings written by us and of `mine.csv`**",
    ):
        assert truth in said
    assert "make model" not in said


def test_card_of_the_shipped_model():
    """Of ours alone the card says that `make model` made it, of what, and where more is measured."""
    folder = default_model_folder()
    said = card(_facts(folder))

    assert (folder / "card.md").read_text("utf-8") == said
    assert "Made by `make model` from `training_data/`" in said


def _taught(small_data, knowledge, folder, table):
    path = folder / "mine.csv"
    path.write_text(table, "utf-8")
    train_and_save(small_data, folder / "model", knowledge, read_own_data(path, knowledge, only=True))
    return Tagger.from_folder(folder / "model")


def test_few_postings_alone_teach_what_words_mean(small_data, knowledge, tmp_path):
    """In few postings no word is rare by itself; a word of one category still tells it."""
    rows = [f"{title.format(i)};{text.format(i)};{kind}" for kind, (title, text) in KINDS.items() for i in range(6)]
    tagger = _taught(small_data, knowledge, tmp_path, "\n".join(["title;description;category", *rows]))
    texts = ("jardin", "plomberie", "pâtisserie", "Réparer un robinet qui fuit")

    assert ["jardinage", "plombier", "pâtissier", "plombier"] == [
        tag.prediction.category_id for tag in tagger.tag(RawRecord(text) for text in texts)
    ]


def test_probabilities_of_few_postings_mean_what_they_say(small_data, knowledge, tmp_path):
    """On postings that were not trained on, answers are about as often right as they say."""
    names = ("graphic_design", "illustration", "translation", "legal")
    ours = defaultdict(list)
    for posting in read_corpus(POSTINGS, tuple(knowledge.categories)):
        ours[posting.category_id].append(posting.record)
    rows = [
        {"title": r.title, "description": r.description, "category": name} for name in names for r in ours[name][:20]
    ]
    tagger = _taught(small_data, knowledge, tmp_path, json.dumps(rows))
    asked = [(name, record) for name in names for record in ours[name][150:190]]
    answers = [tag.prediction for tag in tagger.tag(record for _, record in asked)]
    right = np.mean([answer.category_id == name for answer, (name, _) in zip(answers, asked, strict=True)])

    assert right > 0.75
    assert np.mean([answer.probability for answer in answers]) == pytest.approx(right, abs=0.12)


@pytest.mark.parametrize("folder", ["only_mine", "with_mine"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_check_names_a_category_of_its_own(request, folder, language):
    """`check` answers with the own category in both languages; nothing is known of its risk level."""
    model = request.getfixturevalue(folder)
    result = _run("check", "Trim hedges and mow a lawn, roses too", "--model", model, "--json", "--lang", language)
    answer = json.loads(result.stdout)

    assert (answer["category"], answer["risk_level"]) == ("gardening", "unknown")
    assert answer["explanation"]["category"]["label"] == "gardening"
    assert _run("check", "Trim hedges", "--model", model, "--lang", language).exit_code == 0


def test_tag_evaluate_and_doctor_take_the_model(with_mine, mine, tmp_path):
    """The folder works everywhere a model is asked for."""
    tagged = _run("tag", mine, "--model", with_mine, "-o", tmp_path / "out.csv", "-q")
    measured = _run("evaluate", mine, "--label", "kind", "--model", with_mine, "--json")
    checked = _run("doctor", "--model", with_mine, "--lang", "en")

    assert (tagged.exit_code, measured.exit_code, checked.exit_code) == (0, 0, 0), measured.output
    assert "gardening,gardening," in (tmp_path / "out.csv").read_text("utf-8")
    assert {"gardening"} <= {row["category_id"] for row in json.loads(measured.stdout)["categories"]}
    assert "categories of your own, without a risk level: gardening" in checked.stdout


@pytest.mark.parametrize(
    ("table", "only", "problem"),
    [
        pytest.param("title,category\nA,gardening\n", False, 'category "gardening" has 1 posting; give at least 2', id="one posting of a new category"),
        pytest.param("title,category\nA,legal\nB,legal\nC,translation\n", True, 'category "translation" has 1 posting', id="one posting in place of ours"),
        pytest.param("title,category\nA,legal\nB,legal\nC,a\nD,a\n", True, "2 categories; in place of ours give at least 3", id="two categories"),
        pytest.param("title,description,category\nA,,legal\n,<br>...,legal\n", False, "row 3: has no text to learn from", id="no word"),
        pytest.param("title,category\nA,unknown\nB,unknown\n", False, '"unknown" stands for an abstention', id="reserved name"),
    ],
)  # fmt: skip
def test_too_little_to_learn_from_is_refused(tmp_path, knowledge, table, only, problem):
    """What cannot be learnt is named with the file and a remedy."""
    path = tmp_path / "mine.csv"
    path.write_text(table)

    with pytest.raises(TrainingDataError) as caught:
        read_own_data(path, knowledge, only=only)

    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


def test_one_posting_of_a_category_of_ours_may_be_added(tmp_path, knowledge):
    """Our postings of the category are there to learn from; a language column is kept, an unknown one is not."""
    path = tmp_path / "mine.csv"
    path.write_text("title,lang,category\nA,fr,legal\nB,sv,legal\n")

    assert [posting.language for posting in read_own_data(path, knowledge).postings] == ["fr", "und"]


def test_wrong_use_of_the_options_is_said(mine):
    """--only alone has nothing to train on; a model of own data does not go over the shipped one."""
    assert "--only needs --data" in _run("train", "--only").output
    assert "a folder of its own: -o FOLDER" in _run("train", "--data", mine, "--label", "kind").output
    assert "a folder of its own: -o FOLDER" in _run("train", "--data", mine, "-o", default_model_folder()).output


def test_folder_is_tried_before_the_training(mine, tmp_path):
    """What cannot be written is said at once: here before the empty training data is looked at."""
    for name in ("postings", "glossary", "statistics"):
        (tmp_path / "data" / name).mkdir(parents=True)
    given = ("train", "--training-data", tmp_path / "data", "--data", mine, "--label", "kind", "--only")

    for place in (mine, "/proc/x"):
        result = _run(*given, "-o", place)
        assert (1, True) == (result.exit_code, f"jobtagger: {place}: cannot be written" in result.stderr), result.output
    assert mine.read_text() == MINE


def test_missing_training_data_says_where_it_is(mine, tmp_path, monkeypatch):
    """Outside a checkout, the message says that --only needs training_data/ too; no folder is made."""
    monkeypatch.chdir(tmp_path)

    result = _run("train", "--data", mine, "--label", "kind", "--only", "-o", "my_model")

    assert 1 == result.exit_code
    assert "training_data: has no folder postings and no folder glossary and no folder statistics;" in result.stderr
    assert "name training_data/ of a checkout of jobtagger with --training-data" in result.stderr
    assert [] == list(tmp_path.iterdir())
