"""Tokens, their normal form and the tables that hang on their numbers."""

import numpy as np
import pytest
from builders import spell
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.pieces import BOUNDARY, normalise, split
from jobtagger.records import Posting
from jobtagger.vocabulary import (
    DESCRIPTION,
    DETAILS,
    SKILLS,
    TITLE,
    PairSet,
    Vocabulary,
    WordTable,
    pair_key,
    segment_sums,
    span_places,
)

MANY_PIECES = 100_000


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("Logo for a shop", ["Logo", "for", "a", "shop"], id="words as written"),
        pytest.param("c++, C# and F#", ["c++", "C#", "and", "F#"], id="language signs hold together"),
        pytest.param("Node.JS with vue.js", ["Node.JS", "with", "vue.js"], id="js endings hold together"),
        pytest.param("node.jsx", ["node", ".", "jsx"], id="only a whole js ending"),
        pytest.param(".NET core", [".NET", "core"], id="net keeps its dot"),
        pytest.param(".network", [".", "network"], id="only a whole net"),
        pytest.param("don't, can’t", ["don't", "can’t"], id="both apostrophes before t"),
        pytest.param("l'art d’ici", ["l", "art", "d", "ici"], id="elision parts words"),
        pytest.param("e-mail snake_case", ["e", "mail", "snake", "case"], id="hyphen and underscore part words"),
        pytest.param("a, b (c) / d", ["a", "b", "c", "d"], id="commas and brackets are no ends"),
        pytest.param("One... Two?! Three", ["One", "...", "Two", "?!", "Three"], id="a run of ends is one token"),
        pytest.param("a\n\nb • c: d; e", ["a", "\n\n", "b", "•", "c", ":", "d", ";", "e"], id="every kind of end"),
        pytest.param("Graphiste (H/F), m/w/d", ["Graphiste", "H/F", "m/w/d"], id="marks for any gender"),
        pytest.param("W/F b/h/f TCP/IP", ["W", "F", "b", "h", "f", "TCP", "IP"], id="other slashes part words"),
        pytest.param("$1500 for 3d", ["1500", "for", "3d"], id="digits are words"),
        pytest.param("été à Лев", ["été", "à", "Лев"], id="letters of any script"),
    ],
)
def test_split_gives_words_and_ends(text, tokens):
    """A token is a run of letters and digits, a known compound, or the end of a sentence or line."""
    assert split(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("see https://example.org/a?b=c now", ["see", "now"], id="https"),
        pytest.param("see HTTP://EXAMPLE.ORG http://example.org", ["see"], id="any case beside a small one"),
        pytest.param("see HTTPS://EXAMPLE.ORG now", ["see", "now"], id="capitals only"),
        pytest.param("see www.example.org", ["see"], id="www"),
        pytest.param("write to jo.doe@example.org please", ["write", "to", "please"], id="e-mail"),
        pytest.param("mail:jo@example.org", [], id="what hangs on an address goes with it"),
        pytest.param("pay @ 5 dollars", ["pay", "5", "dollars"], id="a lone at sign"),
        pytest.param("call @handle", ["call", "handle"], id="a handle"),
        pytest.param("example.org", ["example", ".", "org"], id="a bare domain"),
    ],
)
def test_addresses_give_no_tokens(text, tokens):
    """Web and e-mail addresses go, everything else stays; so it is in a whole text, and piece by piece."""
    vocabulary = Vocabulary()

    assert split(text) == tokens
    assert [vocabulary.words[number] for number in vocabulary.ids(text)] == list(map(normalise, tokens))


@pytest.mark.parametrize(
    ("spelling", "word"),
    [
        pytest.param("Logo", "logo", id="case"),
        pytest.param("Référencement", "referencement", id="accents"),
        pytest.param("re\u0301f", "ref", id="combining accents"),
        pytest.param("don't", "dont", id="straight apostrophe"),
        pytest.param("DON’T", "dont", id="curly apostrophe"),
        pytest.param("Œuvre", "oeuvre", id="oe ligature"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("søren", "soren", id="slashed o"),
        pytest.param("Łódź", "lodz", id="barred l"),
        pytest.param("ﬁnance", "finance", id="printed ligature"),
        pytest.param("Ｌｏｇｏ", "logo", id="full-width letters"),
        pytest.param("İstanbul", "istanbul", id="dotted capital i"),
        pytest.param("C++", "c++", id="plus signs stay"),
        pytest.param(".NET", ".net", id="net is no sentence end"),
        pytest.param("Node.JS", "node.js", id="dot inside stays"),
        pytest.param("H/F", "h/f", id="mark for any gender"),
        pytest.param("F/H/X", "h/f", id="the same in other order, with a third"),
        pytest.param("M/W/D", "m/w", id="German mark"),
        pytest.param("f/m", "m/f", id="English mark"),
        pytest.param("...", BOUNDARY, id="sentence end"),
        pytest.param("\n\n•", BOUNDARY, id="line end and bullet"),
        pytest.param("?!", BOUNDARY, id="mixed ends"),
        pytest.param("1234", "1234", id="four digits stay"),
        pytest.param("12345", "00000", id="more than four digits are one word"),
        pytest.param("12345a", "12345a", id="digits with a letter stay"),
        pytest.param("A" * 50, "a" * 40, id="cut after forty letters"),
        pytest.param(
            "𝐋𝐨𝐠𝐨", "logo", id="styled capitals"
        ),
    ],
)  # fmt: skip
def test_normalise_joins_spellings(spelling, word):
    """Spellings that differ in case, accents, ligatures or apostrophes have one form."""
    assert normalise(spelling) == word


@pytest.mark.parametrize("spelling", ["\uff9e", "\uff9f"])
def test_normalise_leaves_something_of_every_token(spelling):
    """No token has an empty normal form, not even a lone half-width voicing mark."""
    assert split(spelling) == [spelling]
    assert len(normalise(spelling)) >= 1


def test_vocabulary_numbers_given_words_first():
    """The boundary is 0, the given words follow in order, new words after them in order of appearance."""
    vocabulary = Vocabulary(["logo", "shop"])

    assert vocabulary.ids("A shop. A LOGO!") == [3, 2, 0, 3, 1, 0]
    assert vocabulary.words == [BOUNDARY, "logo", "shop", "a"]


def test_vocabulary_gives_spellings_of_a_word_one_number():
    """Case, accents and apostrophes make no new word."""
    vocabulary = Vocabulary()

    assert vocabulary.ids("Café cafe CAFÉ don't don’t dont") == [1, 1, 1, 2, 2, 2]
    assert vocabulary.words == [BOUNDARY, "cafe", "dont"]


def test_id_of_numbers_a_new_word_once():
    """Asking twice for a new word gives the same number, the one its text gets as well."""
    vocabulary = Vocabulary(["logo"])

    assert [vocabulary.id_of("flyer"), vocabulary.id_of("flyer"), vocabulary.id_of("logo")] == [2, 2, 1]
    assert vocabulary.ids("Flyer") == [2]


def test_vocabulary_is_full_after_too_many_pieces():
    """A session that saw more than 100 000 pieces says so, one with exactly so many does not."""
    vocabulary = Vocabulary()
    vocabulary.ids(" ".join(map(str, range(MANY_PIECES - 2))))  # one more is the empty piece

    assert vocabulary.is_full is False

    vocabulary.ids("one more")

    assert vocabulary.is_full is True


short_texts = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(
            ["a", "b,c", " ", "\n", "\t", "\x1f", " \x1f ", "jo@x.org", ".net", "end.", "-" * 81, "x," * 41]
        ),
    ),
    max_size=12,
).map("".join)
chunks = st.lists(st.builds(Posting, short_texts, short_texts, short_texts, short_texts), max_size=5)
CONSTANT = Posting("red cat", "ink; brush", "Paint it. Red!\nNow", "two days")


@given(chunks)
def test_a_chunk_is_tokenised_as_each_posting_alone(postings):
    """Whatever stands in the others, the tokens of a posting are those of its parts, a boundary behind each."""
    vocabulary = Vocabulary()
    tokens = vocabulary.tokenise(postings)

    for number, posting in enumerate(postings):
        ids = tokens.ids[tokens.starts[number] : tokens.starts[number + 1]].tolist()
        assert ids == [n for text in posting for n in [*vocabulary.ids(text), 0]]
        assert ids == vocabulary.tokenise([posting]).ids.tolist()


@given(chunks)
def test_places_of_tokens_are_consistent(postings):
    """Every token has its posting and part, both rising, and each part of each posting ends with a boundary."""
    tokens = Vocabulary().tokenise(postings)
    n_tokens = len(tokens.ids)
    ends = np.flatnonzero(np.diff(4 * tokens.posting + tokens.part, append=-1))

    assert {len(tokens.posting), len(tokens.part), int(tokens.starts[-1])} == {n_tokens}
    assert (tokens.starts[0], len(tokens.starts)) == (0, len(postings) + 1)
    assert tokens.posting.tolist() == np.repeat(np.arange(len(postings)), np.diff(tokens.starts)).tolist()
    assert tokens.part[ends].tolist() == [TITLE, SKILLS, DESCRIPTION, DETAILS] * len(postings)
    assert not tokens.ids[ends].any()


@given(st.lists(chunks, max_size=4))
def test_a_session_reads_like_a_new_one(read_before):
    """What a session has read before changes the numbers of words at most, never the words."""
    vocabulary, new = Vocabulary(), Vocabulary()
    for postings in read_before:
        vocabulary.tokenise(postings)
    tokens, of_new = vocabulary.tokenise([CONSTANT]), new.tokenise([CONSTANT])

    assert (
        spell(vocabulary, tokens) == spell(new, of_new) == "red cat . ink . brush . paint it . red . . now . two days ."
    )
    assert tokens.part.tolist() == of_new.part.tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("\n\n\n", ". . .", id="only line ends"),
        pytest.param("   ", "", id="only blanks"),
        pytest.param("a\tb\t.", "a b .", id="tabs part words as blanks do"),
        pytest.param("End.\nNew", "end . . new", id="a sentence end before a line end is two boundaries"),
        pytest.param("One. .. Two", "one . . two", id="so are ends between blanks"),
        pytest.param("a\x1fb", "a b", id="the sign between texts inside a piece"),
        pytest.param("a \x1f b", "a b", id="the sign between texts standing alone"),
        pytest.param("\x1f", "", id="nothing but the sign between texts"),
        pytest.param("new\x1fwords \x1f here", "new words here", id="both, with words not seen before"),
        pytest.param("a," * 50 + "b", "a " * 50 + "b", id="a piece too long to be kept"),
        pytest.param("x" * 90, "x" * 40, id="a word too long to be kept"),
    ],
)
def test_odd_texts_are_tokenised(text, words):
    """Whatever parts the words, a text gives its tokens and its neighbours keep theirs."""
    vocabulary = Vocabulary()
    tokens = vocabulary.tokenise([Posting(text, "x y"), Posting("z")])

    assert spell(vocabulary, tokens) == f"{words} . x y . . . z . . . .".lstrip()
    assert tokens.starts.tolist() == [0, len(tokens.ids) - 5, len(tokens.ids)]


@pytest.mark.parametrize("n_bytes", [7, 8, 9, 14, 15, 16, 17, 80, 81, 256 + 7, 256 + 8, 256 + 15, 512])
@pytest.mark.parametrize("sign", ["a", "é", "語"])
def test_pieces_that_begin_alike_are_told_apart(sign, n_bytes):
    """Whatever its length, a piece is not taken for its beginning, nor for one that differs in the last sign."""
    piece = (sign * n_bytes)[: n_bytes // len(sign.encode())]
    others = [piece[:-1], piece[:-1] + "b", piece + sign, *(sign * n for n in range(16))]
    vocabulary = Vocabulary()
    vocabulary.tokenise([Posting(" ".join([piece, *others]))])
    tokens = vocabulary.tokenise([Posting(" ".join([*others, piece]))])

    assert " ".join(normalise(text) for text in [*others, piece] if text) + " . . . ." == spell(vocabulary, tokens)


def test_no_posting_has_no_tokens():
    """An empty chunk is no error, and its numbers are whole ones as always."""
    tokens = Vocabulary().tokenise([])

    assert (len(tokens.ids), tokens.starts.tolist()) == (0, [0])
    assert {column.dtype.kind for column in tokens} == {"i"}


@pytest.mark.parametrize(("n_bytes", "is_kept"), [(80, True), (81, False)])
def test_long_pieces_are_not_kept(n_bytes, is_kept):
    """A piece of more than 80 bytes is read again when it comes again, and takes no memory as a key."""
    vocabulary = Vocabulary()
    piece = "ab," * (n_bytes // 3) + "x" * (n_bytes % 3)
    first, again = vocabulary.ids(piece), vocabulary.ids(piece)

    assert first == again
    assert (piece.encode() in vocabulary._pieces.kept) is is_kept


@pytest.mark.parametrize(("n_each", "is_full"), [(1_000, False), (20_001, True)])
def test_vocabulary_is_full_of_long_pieces_too(n_each, is_full):
    """Pieces of thousands of tokens fill a session sooner, as their tokens stay."""
    vocabulary = Vocabulary()
    for _ in range(100):
        vocabulary.ids("a," * n_each)

    assert vocabulary.is_full is is_full


def _length_rows(words):
    return np.array([[len(word), 1] for word in words], dtype=np.float32)


def test_word_table_holds_known_and_computed_rows():
    """Known rows are kept, the boundary's row is zero, later words get the row of the function."""
    vocabulary = Vocabulary(["ab", "cd"])
    table = WordTable(vocabulary, 2, _length_rows, np.array([[7, 7], [8, 8]], dtype=np.float32))
    vocabulary.ids("logo. ab")

    assert table.rows()[:4].tolist() == [[0, 0], [7, 7], [8, 8], [4, 1]]


def test_word_table_computes_each_row_once():
    """A row is asked for when its word first appears and never again."""
    asked = []

    def rows(words):
        asked.extend(words)
        return _length_rows(words)

    vocabulary = Vocabulary(["known"])
    table = WordTable(vocabulary, 2, rows, np.zeros((1, 2), dtype=np.float32))
    vocabulary.ids("first known")
    table.rows()
    vocabulary.ids("first second")
    table.rows()

    assert asked == ["first", "second"]


def test_word_table_grows_with_the_vocabulary():
    """Rows from before the table had to grow are still there afterwards."""
    vocabulary = Vocabulary(["known"])
    table = WordTable(vocabulary, 2, _length_rows, np.array([[7, 7]], dtype=np.float32))
    vocabulary.ids("first")
    table.rows()
    vocabulary.ids(" ".join(f"w{number}" for number in range(5000)))
    rows = table.rows()

    assert len(rows) >= len(vocabulary.words)
    assert rows[[0, 1, 2, 3, 5002]].tolist() == [[0, 0], [7, 7], [5, 1], [2, 1], [5, 1]]


@pytest.mark.parametrize("n_pairs", [0, 1, 2, 5000])
def test_a_pair_set_knows_its_pairs_and_no_others(n_pairs):
    """Each pair is found at its place, whichever share a place of the table; all others are not."""
    words = np.random.default_rng(n_pairs).integers(0, 300, size=(2 * n_pairs + 10, 2))
    asked = pair_key(words[:, 0], words[:, 1])
    members = np.unique(asked[:n_pairs])
    pairs = PairSet(members[::-1])

    which, places = pairs.places(asked)

    assert np.flatnonzero(np.isin(asked, members)).tolist() == which.tolist()
    assert asked[which].tolist() == pairs.keys[places].tolist()


@given(st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_sums_do_not_hang_on_the_order_of_words(values, random):
    """Words are sorted by numbers that differ from session to session; the sum has the same digits in every order."""
    shuffled = random.sample(values, len(values))
    sums = [
        segment_sums(np.array(some, np.float32)[:, None], np.zeros(len(some), np.int64))[1]
        for some in (values, shuffled)
    ]

    assert sums[0].tolist() == sums[1].tolist()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=12))
def test_places_of_spans_stand_end_to_end(spans):
    """Each span gives its places in order, one without length none."""
    starts, lengths = (np.array([span[part] for span in spans], dtype=np.int64) for part in (0, 1))

    assert span_places(starts, lengths).tolist() == [
        start + offset for start, length in spans for offset in range(length)
    ]
