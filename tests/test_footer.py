"""Footers cut off descriptions."""

from dataclasses import replace

import pytest

from jobtagger.knowledge.types import Footer
from jobtagger.text import FooterCutter
from jobtagger.text.footer import Cut

BOARD = Footer("board", start=("Pay", "Posted"), skills="Needs", other=("Where", "apply here"))
OTHER_BOARD = Footer("other_board", start=("Tarif",), skills="Outils", other=("Ville",))


@pytest.mark.parametrize(
    ("description", "cut"),
    [
        pytest.param("", Cut("", ""), id="nothing"),
        pytest.param("Draw a cat.", Cut("Draw a cat.", ""), id="no footer"),
        pytest.param(
            "Draw a cat.\nPay: $5\nPosted: May\nNeeds: Ink, Paper\nWhere: Oslo\napply here",
            Cut("Draw a cat.", "Ink, Paper"),
            id="whole footer",
        ),
        pytest.param("Draw a cat.\nPay: $5\napply here", Cut("Draw a cat.", ""), id="without skills"),
        pytest.param("Draw a cat.  \n  Posted : May\napply here", Cut("Draw a cat.", ""), id="blanks around the name"),
        pytest.param(
            "Cat.\nPay: $5\nNeeds: Ink,\nPaper, Glue\nWhere: Oslo",
            Cut("Cat.", "Ink,\nPaper, Glue"),
            id="skills on two lines",
        ),
        pytest.param(
            "Cat.\nPay: $5\nNeeds: Ink\nPosted: May\nWhere: Oslo", Cut("Cat.", "Ink"), id="skills end at the next name"
        ),
        pytest.param("Cat.\nPay: $5", Cut("Cat.\nPay: $5", ""), id="no sign of the board"),
        pytest.param(
            "Cat.\nNeeds: Ink\nWhere: Oslo", Cut("Cat.\nNeeds: Ink\nWhere: Oslo", ""), id="skills open no footer"
        ),
        pytest.param("The Pay: $5\nWhere: Oslo", Cut("The Pay: $5\nWhere: Oslo", ""), id="name inside a line"),
        pytest.param("Payment: $5\nWhere: Oslo", Cut("Payment: $5\nWhere: Oslo", ""), id="longer name"),
        pytest.param("Pay: $5\nWhere: Oslo", Cut("", ""), id="nothing but a footer"),
        pytest.param(
            "Chat.\nTarif: 5\nOutils: Encre\nVille: Lyon", Cut("Chat.", "Encre"), id="footer of a second board"
        ),
    ],
)
def test_cut_parts_description_and_footer(description, cut):
    """The description ends where a footer opens, and the skills named in it are kept."""
    assert FooterCutter((BOARD, OTHER_BOARD)).cut(description) == cut


def test_cut_leaves_long_texts_after_a_name_alone():
    """A name with more than twelve lines after it opens no footer."""
    text = "Cat.\nPay: $5\n" + "\n".join(f"line {number}" for number in range(12)) + "\napply here"

    assert FooterCutter((BOARD,)).cut(text) == Cut(text, "")


def test_cut_keeps_a_posting_that_begins_with_a_name():
    """Prose after a line such as "Pay: $5" is no footer, even where the word of a sign stands in it."""
    text = "Pay: about $50\nWe want a cat painted on our van.\nWhere it is parked, you can paint."

    assert FooterCutter((BOARD,)).cut(text) == Cut(text, "")


def test_cutter_without_footers_cuts_nothing():
    """A board that hides nothing needs no footer."""
    assert FooterCutter(()).cut("Cat.\nPay: $5\napply here") == Cut("Cat.\nPay: $5\napply here", "")


def test_lines_that_tell_of_the_job_are_kept():
    """Of a footer the lines named under details are kept as they stand, the others are dropped."""
    board = replace(BOARD, details=("Pay",))

    assert FooterCutter((board,)).cut("Cat.\nPay: $5\nNeeds: Ink\nWhere: Oslo") == Cut("Cat.", "Ink", "Pay: $5")
