"""People look at what the classifier was unsure of: the queue, the terminal, the round trip by file, training on it."""

import csv
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from stores import add_run, day, stamp

from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.job.schema import corrections, listings, tags
from jobtagger.job.store import open_store
from jobtagger.knowledge import Knowledge
from jobtagger.train.own_data import read_own_data
from jobtagger.watch.corrections import add_correction, training_rows, valid_corrections
from jobtagger.watch.review import unsure_listings
from jobtagger.watch.review_file import read_review, write_review, write_training

MIXED = {"title": "Help with our texts", "description": "Some are to be written, some to be translated."}
OTHER_MIX = {"title": "Draw and animate a mascot", "description": "Illustrations first, a short animation after that."}
SHORT = {"title": "zzzz qqqq", "description": "", "language": "und"}
SURE = {"title": "Logo for a bakery", "needs_review": "false"}


def unsure(texts, **columns):
    """Give a listing that is marked for review."""
    return {"needs_review": "true", "text_digest": texts["title"]} | texts | columns


@pytest.fixture
def path(tmp_path):
    """Give the file of a store: three texts to look at, one of them three times, and one that is sure."""
    path = tmp_path / "s.sqlite"
    with open_store(path) as store:
        add_run(store, day(0), {"a": [unsure(SHORT), unsure(OTHER_MIX), unsure(MIXED), unsure(SURE) | SURE]})
        add_run(store, day(1), {"b": [unsure(MIXED, repost_of=3), unsure(MIXED, repost_of=3)]})
    return path


@pytest.fixture
def store(path):
    """Give the store."""
    with open_store(path) as opened:
        yield opened


def queue(store, tagger, limit=50):
    """Give the titles to look at, in order."""
    with store.read() as connection:
        return [entry.record.title for entry in unsure_listings(connection, tagger, limit)]


def stored(store):
    """Give what the store holds of corrections."""
    with store.read() as connection:
        rows = connection.execute(select(corrections).order_by(corrections.c.correction_id)).mappings()
        return [(row["listing_id"], row["category_id"], row["corrected_by"], row["note"]) for row in rows]


def correct(store, listing_id, category_id, at=None):
    """Store a correction."""
    with store.write() as connection:
        add_correction(connection, listing_id, category_id, at or day(2), "ada")


def test_each_text_is_asked_once_and_the_most_valuable_first(store, tagger):
    """A text of three listings comes first, one without a word to go by last, a sure one never."""
    assert [MIXED["title"], OTHER_MIX["title"], SHORT["title"]] == queue(store, tagger)
    assert [MIXED["title"]] == queue(store, tagger, 1)


def test_not_all_questions_are_about_one_category(tmp_path, tagger):
    """Ten texts between the same two categories do not push another category's only text to the end."""
    alike = [unsure(MIXED | {"title": f"Help with our texts number {n}"}) for n in range(10)]
    with open_store(tmp_path / "s.sqlite") as store:
        add_run(store, day(0), {"a": [*alike, unsure(OTHER_MIX)]})

        assert OTHER_MIX["title"] in queue(store, tagger)[:3]


def test_corrected_text_is_not_asked_again_until_it_is_edited(store, tagger):
    """A correction holds for all listings of its text; an edit of the text makes it a thing of the past."""
    correct(store, 3, "translation")
    before = queue(store, tagger)
    with store.write() as connection:
        connection.execute(
            update(listings).where(listings.c.listing_id == 3).values(digest="edited", text_digest="edited")
        )
        connection.execute(update(tags).where(tags.c.listing_id == 3).values(digest="edited", tagged_at=stamp(day(5))))

    assert MIXED["title"] not in before
    assert MIXED["title"] in queue(store, tagger)
    with store.read() as connection:
        assert {} == valid_corrections(connection)


def test_tagging_again_leaves_a_correction_valid(store):
    """Another model's tag of the same text is no edit."""
    correct(store, 3, "translation")
    with store.write() as connection:
        old = dict(connection.execute(select(tags).where(tags.c.listing_id == 3)).mappings().one())
        connection.execute(update(tags).where(tags.c.listing_id == 3).values(is_current=False))
        del old["tag_id"]
        connection.execute(tags.insert().values(old | {"tagged_at": stamp(day(9)), "model": "m2"}))

        assert {MIXED["title"]} == set(valid_corrections(connection))


def test_texts_emptied_by_retention_are_not_asked(store, tagger):
    """Where the text is gone nobody can look, and nothing can be learnt."""
    correct(store, 3, "translation")
    with store.write() as connection:
        connection.execute(update(listings).values(title=None, description=None, skills=None))

        assert [] == list(training_rows(connection))
    assert [] == queue(store, tagger)


def test_latest_correction_counts(store):
    """Who corrects twice means the second."""
    correct(store, 3, "translation")
    correct(store, 4, "legal")
    correct(store, 5, "content_writing", day(3))

    with store.read() as connection:
        assert "content_writing" == valid_corrections(connection)[MIXED["title"]].category_id
        assert [(MIXED["title"], "content_writing")] == [
            (row.title, row.category) for row in training_rows(connection) if row.title == MIXED["title"]
        ]


def ask(path, answers, *options):
    """Answer in the terminal."""
    return CliRunner().invoke(
        cli, ["review", "--store", str(path), "--by", "ada", "--lang", "en", *options], input=answers
    )


def test_answers_in_the_terminal(path, store):
    """Numbers, ids, beginnings of ids, skip and list; each answer is stored at once."""
    result = ask(path, "l\ntranslation\ns\nteach\n")

    assert 0 == result.exit_code
    assert [(3, "translation", "ada", ""), (1, "teaching_coaching", "ada", "")] == stored(store)
    assert "[1/3] a, listing 3, 3 listings with this text" in result.output
    assert "(web_research)" in result.output
    assert "2 corrections stored, 1 left to review." in result.output


def test_number_takes_the_guess(path, store, tagger):
    """The first number is the classifier's own guess."""
    with store.read() as connection:
        guess = unsure_listings(connection, tagger, 1)[0].guesses[0][0]

    ask(path, "1\nq\n")

    assert [(3, guess, "ada", "")] == stored(store)


def test_undo_takes_back_and_asks_again(path, store):
    """After two answers, two times undo leads back to the first text."""
    result = ask(path, "u\nlegal\nlegal\nu\nu\ntranslation\nq\n")

    assert "There is nothing to take back." in result.output
    assert 2 == result.output.count("Taken back: Legal")
    assert [(3, "translation", "ada", "")] == stored(store)


def test_wrong_answers_are_asked_again(path, store):
    """A word that is no category, or the beginning of several, gets a hint and another try."""
    result = ask(path, "translatoin\ndata\n99\nq\n")

    assert '"translatoin" is no number of the list and no category; did you mean "translation"?' in result.output
    assert '"data" could be data_entry, data_analysis, data_engineering' in result.output
    assert '"99" is no number of the list' in result.output
    assert [] == stored(store)


def test_end_of_the_input_keeps_what_was_answered(path, store):
    """When the terminal closes, the answers given are there."""
    result = ask(path, "translation\n")

    assert 0 == result.exit_code
    assert [(3, "translation", "ada", "")] == stored(store)


def test_list_and_nothing(path, store):
    """--list shows the texts; when all are corrected there is nothing."""
    assert ["listing", "3", "2", "1"] == [line.split()[0] for line in ask(path, "", "--list").output.splitlines()]

    for listing_id in (1, 2, 3):
        correct(store, listing_id, "legal")
    assert "There is nothing to review." in ask(path, "", "--list").output


def test_french_prompt(path):
    """The same in French."""
    result = CliRunner().invoke(cli, ["review", "--store", str(path), "--lang", "fr"], input="translation\nq\n")

    assert "Catégorie (numéro ou id ; s passer, u annuler, l liste, q quitter)" in result.output
    assert "Noté : Traduction et interprétation" in result.output


def fill(file, categories, **changes):
    """Fill the column category of an exported file, and change other cells."""
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    for row, category in zip(rows, categories, strict=True):
        row.update(category=category, **changes)
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def exported(store, tagger, tmp_path):
    """Give a file of the texts to look at."""
    with store.read() as connection:
        write_review(unsure_listings(connection, tagger, 50), str(tmp_path / "look.csv"))
    return tmp_path / "look.csv"


def take(store, file, knowledge: Knowledge):
    """Import a file."""
    with store.write() as connection:
        return read_review(connection, file, knowledge, knowledge.categories, day(2), "ada")


def test_round_trip_by_file(store, exported, knowledge):
    """Filled rows become corrections, empty ones nothing, and a second import changes nothing."""
    fill(exported, ["translation", "", "other"], note="seen")

    first, second = take(store, exported, knowledge), take(store, exported, knowledge)

    assert (2, 0, 1) == (first.n_stored, first.n_known, first.n_empty)
    assert (0, 2, 1) == (second.n_stored, second.n_known, second.n_empty)
    assert [(3, "translation", "ada", "seen"), (1, "other", "ada", "seen")] == stored(store)


@pytest.mark.parametrize("ending", ["xlsx", "jsonl"])
def test_round_trip_in_other_formats(path, store, tmp_path, ending):
    """Excel and JSON lines go out and come back by the command."""
    file = tmp_path / f"look.{ending}"

    assert "3 texts to look at" in ask(path, "", "--export", str(file)).output
    assert (
        "0 corrections stored, 0 were there already, 3 rows without a category"
        in ask(path, "", "--import", str(file)).output
    )


@pytest.mark.parametrize(
    ("categories", "changes", "message"),
    [
        (
            ["translatoin", "legal", "nothing"],
            {},
            r'row 2: category: "translatoin" is not known; did you mean "translation"',
        ),
        (
            ["legal", "", ""],
            {"listing_id": "99"},
            r"row 2: listing_id: the store has no listing 99; import into the store",
        ),
        (["legal", "", ""], {"listing_id": "-1"}, r"row 2: listing_id: the store has no listing -1; import into"),
        (
            ["legal", "", ""],
            {"listing_id": "9" * 30},
            r"row 2: listing_id: the store has no listing 9+[^;]*; import into",
        ),
        (["legal", "", ""], {"listing_id": "inf"}, r'row 2: listing_id: "inf" is no number; leave that column'),
        (["legal", "", ""], {"listing_id": "1e400"}, r'row 2: listing_id: "1e400" is no number; leave that column'),
        (["legal", "", ""], {"listing_id": "nan"}, r'row 2: listing_id: "nan" is no number; leave that column'),
        (["legal", "", ""], {"listing_id": "x"}, r'row 2: listing_id: "x" is no number; leave that column'),
        (
            ["legal", "", ""],
            {"text": "text-old"},
            r"row 2: listing 3 has another text than when it was exported; export it again",
        ),
        (["unknown", "", ""], {}, r'row 2: category: "unknown" is not known'),
    ],
)
def test_wrong_rows_are_named_and_nothing_is_stored(store, exported, knowledge, categories, changes, message):
    """One wrong row keeps all out, and says where it stands and what to do."""
    fill(exported, categories, **changes)

    with pytest.raises(InputError, match=message):
        take(store, exported, knowledge)
    assert [] == stored(store)


def test_all_wrong_rows_are_named_at_once(store, exported, knowledge):
    """Two wrong rows are two lines; two answers to one listing are one too many."""
    fill(exported, ["a", "b", "legal"])
    with pytest.raises(InputError, match="is not known") as error:
        take(store, exported, knowledge)
    assert 2 == len(str(error.value).splitlines())

    lines = exported.read_text().splitlines()
    fill(exported, ["legal", "", ""])
    text = exported.read_text().splitlines()
    exported.write_text("\n".join([*text, text[1].replace("legal", "translation")]))
    with pytest.raises(InputError, match=r"row 5: listing 3 has another category further up; keep one of the rows"):
        take(store, exported, knowledge)
    assert 4 == len(lines)


def test_file_of_another_kind_is_refused(store, tmp_path, knowledge):
    """A table that was not exported here is named."""
    (tmp_path / "x.csv").write_text("title,category\nLogo,graphic_design\n")

    with pytest.raises(
        InputError, match=r'x\.csv: no column "listing_id"; import a file that "jobtagger review --export"'
    ):
        take(store, tmp_path / "x.csv", knowledge)


def test_corrections_train_a_model(path, store, tmp_path, knowledge):
    """The training file has each corrected text once, and `train --data` reads it."""
    correct(store, 3, "translation")
    correct(store, 5, "content_writing", day(2) + timedelta(hours=1))
    correct(store, 2, "illustration")
    correct(store, 1, "illustration")
    file = tmp_path / "mine.csv"

    result = ask(path, "", "--training", str(file))

    own = read_own_data(file, knowledge)
    assert f"3 corrected texts; train with: jobtagger train --data {file}" in result.output
    assert [("content_writing", "en"), ("illustration", "en"), ("illustration", "und")] == sorted(
        (posting.category_id, posting.language) for posting in own.postings
    )


def test_training_file_without_corrections_has_a_header(store, tmp_path):
    """No correction is no error."""
    with store.read() as connection:
        assert 0 == write_training(connection, str(tmp_path / "mine.csv"))
    assert "title,description,skills,lang,category\n" == (tmp_path / "mine.csv").read_text()


def test_two_things_at_once_are_refused(path):
    """Export and import in one call is wrong usage."""
    result = ask(path, "", "--list", "--training", "x.csv")

    assert 2 == result.exit_code
    assert "give one of --list, --export, --import and --training" in result.output
