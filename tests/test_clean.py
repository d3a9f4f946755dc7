"""Raw text of any board to readable text."""

import pytest

from jobtagger.text import clean_text

_TRAILING = "two or more blanks before a line end become one, which only a second cleaning takes away"


def _not_yet(reason):
    return pytest.mark.xfail(strict=True, reason=reason)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("A plain line, as it is.", "A plain line, as it is.", id="plain text stays"),
        pytest.param("  two   words\t here ", "two words here", id="runs of blanks"),
        pytest.param("a\tb", "a b", id="a single tab"),
        pytest.param("one\r\n\r\n  two \n\n\nthree", "one\ntwo\nthree", id="one line break at a time"),
        pytest.param("one  \ntwo", "one\ntwo", id="blanks before a line end"),
        pytest.param("one \r\ntwo", "one\ntwo", id="a blank before a Windows line end"),
        pytest.param("one\u2028two\u00a0three\u202ffour", "one\ntwo three four", id="odd spaces and line ends"),
        pytest.param("in\u00advis\u200bible\ufeff \x07bell", "invisible bell", id="invisible and control characters"),
        pytest.param("lost \ufffd letter", "lost letter", id="replacement characters"),
        pytest.param("<p>One <b>bold</b> line</p>", "One bold line", id="tags"),
        pytest.param("One<br>Two<br/>Three", "One\nTwo\nThree", id="br breaks the line"),
        pytest.param("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", id="list items stand on lines"),
        pytest.param("un<i>believ</i>able", "unbelievable", id="inline tags part no word"),
        pytest.param("<div>a<script>alert(1)</script><style>b{}</style></div>c", "a\nc", id="scripts and styles go"),
        pytest.param("a <!-- hidden --> b", "a b", id="comments go"),
        pytest.param("<title>Logo</title>", "Logo", id="a title is text too"),
        pytest.param("<frameset><frame></frameset>", "", id="a page without a body"),
        pytest.param("if a < b then c > d", "if a < b then c > d", id="comparisons stay"),
        pytest.param("Q&amp;A &#233;t&#xe9; &eacute;", "Q&A été é", id="entities by name and number"),
        pytest.param("R&D, AT&T; more", "R&D, AT&T; more", id="a bare ampersand stays"),
        pytest.param("&lt;b&gt;bold&lt;/b&gt; text", "bold text", id="escaped markup is markup"),
        pytest.param("fish &amp;amp; chips", "fish & chips", id="entities escaped twice"),
        pytest.param("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6", id="escaped comparisons stay"),
        pytest.param("cafÃ© crÃ¨me", "café crème", id="mojibake of accents"),
        pytest.param("itâ€™s fine", "it’s fine", id="mojibake of quotes"),
        pytest.param("SÃO PAULO", "SÃO PAULO", id="a true capital with tilde stays"),
        pytest.param(r"one\ntwo\r\nthree", "one\ntwo\nthree", id="escaped line breaks"),
        pytest.param("\U0001f600 Logo 你好", "\U0001f600 Logo 你好", id="emoji and other scripts stay"),
    ],
)
def test_clean_text_gives_the_readable_text(raw, clean):
    """Markup, entities, mojibake, control characters and surplus blanks go; words and line breaks stay."""
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("<p>a</p>&lt;b&gt;c&amp;amp;d", id="markup and entities"),
        pytest.param(" a \n\n\t b ", id="blanks"),
        pytest.param("one  \ntwo", id="blanks before a line end"),
        pytest.param("cafÃ© &nbsp; â€¢ x", id="mojibake"),
        pytest.param("&amp;amp;lt;", id="escaped three times"),
        pytest.param("&amp;amp;amp;amp;", id="escaped four times"),
        pytest.param("R&am\u200bp;D", id="entity hiding an invisible"),
        pytest.param("a\\\x00n b", id="line break hiding a control"),
    ],
)
def test_cleaning_twice_is_cleaning_once(raw):
    """A clean text is left as it is."""
    once = clean_text(raw)

    assert clean_text(once) == once
