"""What must be true of any text."""

import re
from dataclasses import replace

import pytest
from builders import POLICY, make_outlook, make_posting, make_prediction, make_trait, speak_number, spell_out, tokens_of
from hypothesis import assume, given
from hypothesis import strategies as st

from jobtagger.knowledge import load_knowledge
from jobtagger.knowledge.types import Footer, Negation
from jobtagger.pieces import BOUNDARY, normalise, split
from jobtagger.records import OUTPUT_COLUMNS, UNKNOWN, RawRecord
from jobtagger.risk import Assessor, TraitFinder
from jobtagger.risk.matches import Match
from jobtagger.text import FooterCutter, clean_text
from jobtagger.text.language import UNDETERMINED
from jobtagger.text.prepare import tidy_skills
from jobtagger.vocabulary import Vocabulary

SHIPPED = load_knowledge()

any_text = st.text()
tricky = st.sampled_from([
    "<b>", "</b>", "<br/>", "<script>", "<!--", "<", ">", "&amp;", "&lt;", "&nbsp;", "&", ";", "\\n", "\\", "é", "Ã©", "â€™",
    "\u200b", "\xa0", "\x00", "\r\n", "\n", "\t", " ", "  ", "…", "•", "'", "’t", "c++", ".net", "http://", "@", "#", "12345", "\x1f", "\u2776", "$",
    "Budget:", "Skills:", "Country", "['", "|", "logo", "simple", "no", "pas", "\U0001f600", "\ud83d",
])  # fmt: skip
texts = st.one_of(any_text, st.lists(st.one_of(tricky, st.text(max_size=3)), max_size=30).map("".join))
plain_texts = st.lists(st.sampled_from([
    "<p>", "</p>", "<br>", "&amp;", "&lt;", "&nbsp;", "Ã©", "â€™", "\u200b", "\xa0", "\n", "\r\n", "\t", "a", "été", ", ", ".", "<", "7",
])).map("x".join)  # fmt: skip
records = st.builds(RawRecord, texts, texts, texts)


@given(plain_texts)
def test_cleaning_twice_is_cleaning_once(text):
    """A clean text is left as it is (test_clean holds the combinations for which this fails)."""
    once = clean_text(text)

    assert clean_text(once) == once


@given(texts)
def test_clean_text_has_no_edges_and_no_empty_lines(text):
    """No text begins or ends with a blank, and no line is empty."""
    clean = clean_text(text)

    assert clean == clean.strip()
    assert "\n\n" not in clean


@given(texts)
def test_clean_text_is_free_of_control_characters(text):
    """Only line feeds remain of the control characters, and nothing invisible."""
    assert (
        set(clean_text(text))
        & {*map(chr, range(10)), *map(chr, range(11, 32)), *map(chr, range(127, 160)), "\u200b", "\ufeff"}
        == set()
    )


@given(texts)
def test_cutting_a_footer_keeps_the_beginning(text):
    """The description left over is how the text began."""
    cut = FooterCutter((Footer("board", ("Budget",), "Skills", ("Country",)),)).cut(text)

    assert text.startswith(cut.description)
    assert cut.skills in text


@given(texts)
def test_tidy_skills_are_tidy(text):
    """Tidying twice is tidying once, and nothing empty stands between separators."""
    once = tidy_skills(clean_text(text))

    assert tidy_skills(once) == once
    assert all(part for part in once.split("; ")) or once == ""


@given(texts)
def test_tokens_stand_in_the_text_in_order(text):
    """Tokens are runs of the text as written, one behind the other."""
    end = 0
    for token in split(text):
        end = text.index(token, end) + len(token)


@given(texts)
def test_numbering_keeps_tokens_and_boundaries(text):
    """There is one number per token of the pieces between blanks, 0 stands for the ends and nothing else."""
    vocabulary = Vocabulary()
    numbers = vocabulary.ids(text)
    words = [normalise(token) for piece in re.findall(r"\n|[^ \n]+", text) for token in split(piece)]

    assert [vocabulary.words[number] for number in numbers] == words
    assert [number == 0 for number in numbers] == [word == BOUNDARY for word in words]


@given(st.lists(records, max_size=8))
def test_tagger_tags_every_record(tagger, chunk):
    """Nothing raises, there is one tag per record, and every cell has an allowed value."""
    tagged = tagger.tag_chunk(chunk)
    levels = {level.id for level in tagger.knowledge.policy.levels} | {UNKNOWN}

    assert len(tagged) == len(chunk)
    for tag in tagged:
        row = tag.as_row()
        assert list(row) == list(OUTPUT_COLUMNS)
        assert row["reasons"] == "; ".join(map(str, tag.reasons()))
        assert 0 <= tag.prediction.probability <= 1
        assert tag.risk.score is None or 0 <= tag.risk.score <= 1
        assert (tag.risk.score is None) == (tag.risk.level == UNKNOWN)
        assert row["risk_level"] in levels
        assert row["category"] in {*tagger.knowledge.categories, UNKNOWN}
        assert row["language"] in {*tagger.model.languages, UNDETERMINED}
        assert set(row["traits"].split()) <= tagger.knowledge.traits.keys()


@given(records, st.lists(records, max_size=3))
def test_company_does_not_change_a_tag(tagger, record, others):
    """A record is tagged the same alone and among others."""
    alone = tagger.tag_chunk([record])[0].as_row()
    together = tagger.tag_chunk([*others, record])[-1].as_row()

    assert {name: cell for name, cell in together.items() if name not in ("reasons", "category_probability")} == {
        name: cell for name, cell in alone.items() if name not in ("reasons", "category_probability")
    }
    assert float(together["category_probability"]) == pytest.approx(float(alone["category_probability"]), abs=0.0011)


parts = st.builds(
    lambda choices, may_be_absent: "|".join(choices) + "?" * may_be_absent,
    st.lists(st.sampled_from(["a", "b", "c", "7", "#"]), min_size=1, max_size=2, unique=True),
    st.booleans(),
)
any_phrases = st.lists(st.lists(parts, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=3)


@given(any_phrases, st.lists(st.sampled_from(["a", "b", "c", "7", "8", "."]), max_size=12))
def test_phrases_are_found_just_where_their_words_stand(phrases, tokens):
    """At every word stands the longest sequence that the phrases stand for, and nothing where there is none."""
    vocabulary = Vocabulary()
    finder = TraitFinder([make_trait("trait", tuple(phrases))], Negation((), (), 3), POLICY, vocabulary)
    sequences = {words for phrase in phrases for words in spell_out(phrase)}
    expected = []
    for start in range(len(tokens)):
        ends = [
            start + len(words)
            for words in sequences
            if start + len(words) <= len(tokens)
            and all(
                word == shown or (word == "#" and shown in "78")
                for word, shown in zip(words, tokens[start:], strict=False)
            )
        ]
        expected += [Match("trait", start, max(ends))] if ends else []

    assert finder.find(tokens_of(vocabulary, " ".join(tokens))).get(0, []) == expected


raising = [trait for trait in SHIPPED.traits.values() if trait.points > 0]
phrases = st.sampled_from([(trait, phrase) for trait in raising for phrase in trait.phrases])
words = st.lists(
    st.sampled_from(["a", "cat", "for", "my", "shop", "please", "7", "needed", "strategy", "nda", "expert", "no", "."])
)
VOCABULARY = Vocabulary()
ASSESSOR = Assessor(
    replace(
        SHIPPED,
        outlooks={"other": make_outlook("R3", "threatened", category_id="other")},
        policy=POLICY,
        trait_words={},
    ),
    VOCABULARY,
)


@given(words, phrases, st.data())
def test_more_evidence_of_risk_never_lowers_the_score(beginning, chosen, data):
    """A phrase of a raising trait, added as a sentence, raises the score or leaves it, unless its group is there.

    That is so of phrases; where words are weighed, the words of a phrase can speak against another raising trait.
    """
    trait, phrase = chosen
    added = " ".join(speak_number(word) for word in data.draw(st.sampled_from(spell_out(phrase))))
    postings = [make_posting(text) for text in (" ".join(beginning), f"{' '.join(beginning)}\n{added}")]
    before, after = ASSESSOR.assess(postings, tokens_of(VOCABULARY, *postings), [make_prediction("other")] * 2)
    new = {found.trait_id for found in after.traits} - {found.trait_id for found in before.traits}
    assume(all(SHIPPED.traits[name].points >= 0 for name in new))
    assume(SHIPPED.traits[trait.id].group not in {SHIPPED.traits[found.trait_id].group for found in before.traits})

    assert trait.id in new
    assert after.score >= before.score


@pytest.mark.parametrize("title", ["Consultant", "Chargé de mission", "Rédacteur technique", "Data engineer"])
@pytest.mark.parametrize("mark", ["H/F", "(f/h/x)", "- m/w/d"])
def test_marks_for_any_gender_say_nothing_of_the_work(tagger, title, mark):
    """Category, probability and traits are the same with "(H/F)" and without."""
    plain, marked = tagger.tag([RawRecord(title), RawRecord(f"{title} {mark}")])

    assert plain.prediction[:2] == marked.prediction[:2]
    assert plain.risk.traits == marked.risk.traits
