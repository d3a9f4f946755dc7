"""Raw records to postings."""

from dataclasses import replace

import pytest
from builders import POLICY, spell, tokens_of

from jobtagger.knowledge.types import Footer, Sources
from jobtagger.records import Posting, RawRecord
from jobtagger.text import Preparer
from jobtagger.text.prepare import tidy_skills
from jobtagger.vocabulary import Vocabulary

SOURCES = Sources(
    layouts=(),
    aliases={},
    footers=(Footer("board", start=("Pay",), skills="Needs", other=("apply here",)),),
    title_suffixes=(" - Board",),
)


@pytest.fixture
def preparer():
    """Give a preparer that reads 100 code points of a description."""
    return Preparer(SOURCES, POLICY)


def test_prepare_gives_title_skills_and_description(preparer):
    """Each part of the record is a part of the posting."""
    posting = preparer.prepare(RawRecord("Red cat", "Paint it red", "ink,brush"))

    assert posting == Posting("Red cat", "ink; brush", "Paint it red")


def test_prepare_of_nothing_gives_nothing(preparer):
    """An empty record is a posting without words."""
    assert preparer.prepare(RawRecord()) == Posting("", "", "", "")


def test_prepare_cleans_every_part(preparer):
    """Markup and entities are gone from title, skills and description."""
    posting = preparer.prepare(RawRecord("<b>Cat</b>", "One<br>Two", "R&amp;D"))

    assert (posting.title, posting.skills, posting.description) == ("Cat", "R&D", "One\nTwo")


def test_prepare_drops_what_a_board_adds_to_the_title(preparer):
    """A known suffix is no part of the title; the same words inside it are."""
    titles = [preparer.prepare(RawRecord(title)).title for title in ("Cat - Board", "Cat - Board games")]

    assert titles == ["Cat", "Cat - Board games"]


def test_prepare_moves_skills_of_the_footer(preparer):
    """The footer leaves the description, and its skills follow those of the record."""
    posting = preparer.prepare(RawRecord("Cat", "Paint it.\nPay: $5\nNeeds: Ink, Glue\napply here", "['Brush']"))

    assert posting.skills == "Brush; Ink; Glue"
    assert posting.description == "Paint it."


def test_prepare_shows_addresses_but_they_give_no_tokens(preparer):
    """An address stays in the description and gives no token, so that it can be nobody's reason."""
    vocabulary = Vocabulary()
    posting = preparer.prepare(RawRecord("", "Mail jo@example.org or www.example.org today"))

    assert posting.description == "Mail jo@example.org or www.example.org today"
    assert spell(vocabulary, tokens_of(vocabulary, posting)) == ". . mail or today . ."


def test_prepare_reads_only_the_beginning_of_long_texts(preparer):
    """No part is longer than `max_chars`, and what follows is not read."""
    posting = preparer.prepare(RawRecord("t" * 150, "d" * 99 + "e" * 51, "s" * 150))

    assert posting.title == "t" * 100
    assert posting.description == "d" * 99 + "e"
    assert posting.skills == "s" * 100


def test_prepare_finds_the_footer_of_a_long_description(preparer):
    """A footer that begins after `max_chars` still gives its skills."""
    posting = preparer.prepare(RawRecord("Cat", "d " * 80 + "\nPay: $5\nNeeds: Ink\napply here"))

    assert (posting.description, posting.skills) == ("d " * 50, "Ink")


@pytest.mark.parametrize(
    ("skills", "tidy"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("ink", "ink", id="one"),
        pytest.param("ink, brush", "ink; brush", id="commas"),
        pytest.param("ink|brush", "ink; brush", id="bars"),
        pytest.param("ink,     brush", "ink; brush", id="a comma and many blanks"),
        pytest.param("oil paint   brush", "oil paint; brush", id="many blanks, words of a skill together"),
        pytest.param("['ink', 'oil paint']", "ink; oil paint", id="Python list"),
        pytest.param('["ink", "oil paint"]', "ink; oil paint", id="JSON list"),
        pytest.param("ink, , brush,", "ink; brush", id="empty entries"),
        pytest.param("C++, C#, .NET, Node.js", "C++; C#; .NET; Node.js", id="signs of names stay"),
        pytest.param("l'art, dessin", "l'art; dessin", id="apostrophe inside stays"),
        pytest.param("ink; brush", "ink; brush", id="tidy already"),
        pytest.param("None", "", id="Python none"),
        pytest.param("NaN", "", id="pandas nan"),
        pytest.param("null", "", id="JSON null"),
        pytest.param("[]", "", id="empty list"),
        pytest.param("nanotechnology", "nanotechnology", id="a word that begins with nan"),
    ],
)
def test_tidy_skills_reads_every_list_notation(skills, tidy):
    """Skills are parted by "; " whatever the board parts them by."""
    assert tidy_skills(skills) == tidy


def test_details_are_read_apart():
    """Details and those of the footer stand apart from the description, one a line."""
    footer = Footer("board", start=("Pay",), skills="Needs", other=("apply here",), details=("Pay",))
    preparer = Preparer(replace(SOURCES, footers=(footer,)), POLICY)
    posting = preparer.prepare(RawRecord("Cat", "Paint it\nPay: $5\napply here", "", "two days"))

    assert posting == Posting("Cat", "", "Paint it", "two days\nPay: $5")
