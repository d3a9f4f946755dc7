"""Category and traits joined to a risk tag."""

from dataclasses import replace

import pytest
from builders import LEVELS, POLICY, make_evidence, make_outlook, make_posting, make_prediction, make_trait, tokens_of

from jobtagger.knowledge.types import Exposure, Negation, Text
from jobtagger.records import FoundTrait, Posting, RawRecord, Reason
from jobtagger.risk import Assessor
from jobtagger.risk.outlook import level_of_points
from jobtagger.vocabulary import Vocabulary

SIMPLE = make_trait("simple", ("easy",), 12, group="complexity")
COMPLEX = make_trait("complex", ("hard",), -12, group="complexity")
ONE_OFF = make_trait("one_off", ("once",), 6, group="volume")
BULK = make_trait("bulk", ("# cats",), 8, group="volume")
CHEAP = make_trait("cheap", ("cheap",), 6, not_for=("translation",))
SECRET = make_trait("secret", ("nda",), -6)
HUMAN = make_trait("human", ("coach",), -6)
SENIOR = make_trait("senior", ("senior",), 0)
TRAITS = (SIMPLE, COMPLEX, ONE_OFF, BULK, CHEAP, SECRET, HUMAN, SENIOR)

OUTLOOKS = {
    "illustration": make_outlook("R2", "new", ("S1",), category_id="illustration"),
    "animation_3d": make_outlook("R3", "in_demand", ("S1",), category_id="animation_3d"),
    "legal": make_outlook("R3", "threatened", ("S1", "S2"), contrary=("S3", "S4", "S5", "S6")),
    "translation": make_outlook("R3", "disappears", ("S1",), category_id="translation"),
    "content_writing": make_outlook("R1", "", ("S2",), category_id="content_writing"),
    "graphic_design": make_outlook("R5", "", ("S1",), category_id="graphic_design"),
    "web_research": make_outlook("none", category_id="web_research"),
}
EVIDENCE = {entry.id: entry for entry in (make_evidence(f"S{n}", -33.5 if n == 2 else None) for n in range(1, 7))}
EXPOSURE = (
    Exposure("legal", "ours", 0.5, 61, "1", "Clerk", "MIT", Text("Ours", "Nous")),
    Exposure("legal", "theirs", 0.5, 99, "1", "Clerk", "MIT", Text("Theirs", "Eux")),
)


@pytest.fixture
def our_knowledge(knowledge):
    """Give the shipped knowledge with traits, outlooks, exposure and policy of our own."""
    return replace(
        knowledge,
        traits={trait.id: trait for trait in TRAITS},
        trait_words={},
        negation=Negation(("no",), (), 3),
        policy=POLICY,
        outlooks=OUTLOOKS,
        evidence=EVIDENCE,
        exposure=EXPOSURE,
    )


@pytest.fixture
def assess(our_knowledge):
    """Give a function that tags one text of a category."""
    vocabulary = Vocabulary()
    assessor = Assessor(our_knowledge, vocabulary)

    def assess_one(text, category_id="legal", abstained=""):
        posting, prediction = make_posting(text), make_prediction(category_id, abstained)
        return assessor.assess([posting], tokens_of(vocabulary, posting), [prediction])[0]

    return assess_one


@pytest.mark.parametrize(
    ("text", "score", "level"),
    [
        pytest.param("a cat", 0.50, "moderate", id="no trait"),
        pytest.param("once", 0.56, "moderate", id="one weak trait never moves the level"),
        pytest.param("easy", 0.62, "high", id="one strong trait moves it up"),
        pytest.param("once cheap", 0.62, "high", id="two weak traits of two groups move it up"),
        pytest.param("hard", 0.38, "low", id="one strong trait moves it down"),
        pytest.param("nda coach", 0.38, "low", id="two weak traits move it down"),
        pytest.param("once nda", 0.50, "moderate", id="up and down in different groups add up"),
        pytest.param("easy hard", 0.50, "moderate", id="both signs in one group cancel"),
        pytest.param("easy hard once", 0.56, "moderate", id="another group still counts"),
        pytest.param("once 5 cats", 0.58, "moderate", id="of one group only the strongest counts"),
        pytest.param("easy easy easy", 0.62, "high", id="a repeated trait counts once"),
        pytest.param("no easy work", 0.50, "moderate", id="a negated trait counts nothing"),
        pytest.param("senior", 0.50, "moderate", id="a trait without points is shown only"),
        pytest.param("easy 5 cats cheap", 0.70, "high", id="26 points are clipped to 20"),
        pytest.param("hard nda coach", 0.30, "low", id="-24 points are clipped to -20"),
    ],
)
def test_traits_move_the_score(assess, text, score, level):
    """The category's 50 points are moved by one trait a group, by 20 points at most."""
    tag = assess(text)

    assert (tag.score, tag.level) == (score, level)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        pytest.param("easy", {"simple": 12}, id="alone"),
        pytest.param("easy hard", {"simple": 0, "complex": 0}, id="cancelled"),
        pytest.param("once 5 cats", {"one_off": 0, "bulk": 8}, id="the weaker of a group"),
        pytest.param("easy 5 cats cheap", {"simple": 12, "bulk": 8, "cheap": 6}, id="before clipping"),
        pytest.param("senior", {"senior": 0}, id="shown only"),
    ],
)
def test_traits_are_shown_with_the_points_that_count(assess, text, points):
    """Every trait found is shown, with 0 points where it moved nothing."""
    assert {trait.trait_id: trait.points for trait in assess(text).traits} == points


def test_traits_stand_in_the_order_of_the_file_with_their_first_words(assess):
    """Whatever the order of the text, traits come as in traits.toml, each with the words that first show it."""
    assert assess("9 cats, 5 cats, easy").traits == (FoundTrait("simple", "easy", 12), FoundTrait("bulk", "9 cats", 8))


@pytest.mark.parametrize(
    ("category_id", "score", "points"),
    [
        pytest.param("legal", 0.56, 6, id="in other categories"),
        pytest.param("translation", 0.70, 0, id="in the one excepted"),
    ],
)
def test_trait_moves_nothing_where_it_is_not_for(assess, category_id, score, points):
    """A trait is shown in an excepted category but counts nothing there."""
    tag = assess("cheap", category_id)

    assert (tag.score, tag.traits) == (score, (FoundTrait("cheap", "cheap", points),))


@pytest.mark.parametrize("category_id", [name for name, outlook in OUTLOOKS.items() if outlook.rule != "none"])
@pytest.mark.parametrize("text", ["easy 5 cats cheap", "hard nda coach", "easy", "hard", "once", "nda", ""])
def test_traits_never_move_more_than_one_level(assess, category_id, text):
    """However many traits point one way, the level is the category's own or its neighbour, the score within 0 to 1."""
    order = [level.id for level in LEVELS]
    own, moved = assess("", category_id), assess(text, category_id)

    assert abs(order.index(moved.level) - order.index(own.level)) <= 1
    assert 0 <= moved.score <= 1
    assert moved.level == level_of_points(round(100 * moved.score), POLICY).id


@pytest.mark.parametrize(
    ("category_id", "text", "score", "level"),
    [
        pytest.param("illustration", "hard nda coach", 0.0, "growing", id="never below 0"),
        pytest.param("content_writing", "easy 5 cats cheap", 1.0, "critical", id="never above 1"),
    ],
)
def test_score_stays_on_the_scale(assess, category_id, text, score, level):
    """20 points beyond the ends of the scale are cut off."""
    tag = assess(text, category_id)

    assert (tag.score, tag.level) == (score, level)


@pytest.mark.parametrize(
    ("category_id", "abstained"),
    [
        pytest.param("other", "", id="none of our categories"),
        pytest.param("legal", "too_close", id="the classifier abstained"),
        pytest.param("web_research", "", id="an outlook without a rule"),
    ],
)
def test_level_is_unknown_where_the_category_is(assess, category_id, abstained):
    """Without a level of the category there is no score to move, but the traits found are still told."""
    tag = assess("easy", category_id, abstained)

    assert (tag.level, tag.score, tag.trend_pct, tag.confidence, tag.conflict) == ("unknown", None, None, "", False)
    assert tag.traits == (FoundTrait("simple", "easy", 0),)
    assert tag.reasons == (Reason("trait", "simple", "+0 (easy)"),)


def test_reasons_name_rule_evidence_and_traits_in_this_order(assess):
    """The rule with its level, the deciding statements, at most three contrary ones, then the traits."""
    assert assess("easy nda senior").reasons == (
        Reason("rule", "R3", "moderate"),
        Reason("evidence", "S1"),
        Reason("evidence", "S2"),
        Reason("contrary", "S3"),
        Reason("contrary", "S4"),
        Reason("contrary", "S5"),
        Reason("trait", "simple", "+12 (easy)"),
        Reason("trait", "secret", "-6 (nda)"),
        Reason("trait", "senior", "+0 (senior)"),
    )


def test_rule_names_the_category_level_not_the_moved_one(assess):
    """The reason of the rule is the level it gives, whatever the traits add."""
    tag = assess("easy")

    assert tag.level == "high"
    assert tag.reasons[0] == Reason("rule", "R3", "moderate")


def test_figure_is_the_reason_of_r1(assess):
    """The deciding figure stands beside its statement and in the tag."""
    tag = assess("", "content_writing")

    assert tag.trend_pct == -33.5
    assert tag.reasons == (Reason("rule", "R1", "critical"), Reason("evidence", "S2", "-33.5 %"))


@pytest.mark.parametrize(("category_id", "conflict"), [("legal", False), ("graphic_design", True)])
def test_confidence_and_conflict_are_those_of_the_outlook(assess, category_id, conflict):
    """The tag says how well the level is supported and whether sources disagree."""
    tag = assess("", category_id)

    assert (tag.confidence, tag.conflict) == ("low", conflict)


def test_exposure_is_that_of_the_chosen_measure(assess):
    """The percentile is the one of policy.toml's measure, None where there is none; it never moves the score."""
    assert (assess("", "legal").exposure_percentile, assess("", "legal").score) == (61, 0.5)
    assert assess("", "translation").exposure_percentile is None
    assert assess("", "legal", "too_close").exposure_percentile is None


@pytest.mark.parametrize(
    ("category_id", "percentile", "differs"),
    [
        pytest.param("illustration", 80, True, id="growing and exposed"),
        pytest.param("illustration", 79, False, id="growing and hardly exposed"),
        pytest.param("translation", 49, True, id="falling and spared"),
        pytest.param("translation", 50, False, id="falling and exposed"),
        pytest.param("legal", 99, False, id="in the middle"),
    ],
)
def test_exposure_that_points_elsewhere_is_flagged(our_knowledge, category_id, percentile, differs):
    """Growing though highly exposed and falling though hardly exposed are flagged; nothing is where nothing is known."""
    exposure = (Exposure(category_id, "ours", 0.5, percentile, "1", "Clerk", "MIT", Text("Ours", "Nous")),)
    vocabulary = Vocabulary()
    assessor = Assessor(replace(our_knowledge, exposure=exposure), vocabulary)
    predictions = [make_prediction(category_id), make_prediction(category_id, "too_close")]

    tags = assessor.assess([make_posting("")] * 2, tokens_of(vocabulary, "", ""), predictions)

    assert [tag.exposure_differs for tag in tags] == [differs, False]


@pytest.mark.parametrize(
    ("text", "category_id", "needs_review", "words"),
    [
        pytest.param("plain text", "legal", False, "deed … court … law", id="by its category"),
        pytest.param("plain text", "other", False, None, id="another category"),
        pytest.param("plain text", "legal", True, None, id="a close call"),
        pytest.param("a secret", "legal", False, "secret", id="its own words go first"),
    ],
)
def test_category_shows_a_trait_of_all_its_postings(our_knowledge, text, category_id, needs_review, words):
    """What every posting of a category is, it shows by the words that told its category; no score moves."""
    trait = replace(make_trait("secret", ("secret",), points=0), shown_by=("legal",))
    vocabulary = Vocabulary()
    assessor = Assessor(replace(our_knowledge, traits={"secret": trait}, policy=POLICY), vocabulary)
    deciding = tuple((word, 1.0) for word in ("deed", "court", "law", "judge"))
    prediction = make_prediction(category_id)._replace(words=deciding, needs_review=needs_review)

    (tag,) = assessor.assess([make_posting(text)], tokens_of(vocabulary, text), [prediction])

    assert dict([found[:2] for found in tag.traits]) == ({} if words is None else {"secret": words})
    assert all(found.points == 0 for found in tag.traits)


def test_assess_keeps_the_order(our_knowledge):
    """There is one tag per posting, in order."""
    vocabulary = Vocabulary()
    postings = [make_posting(text) for text in ("easy", "", "hard")]
    tokens = tokens_of(vocabulary, *postings)
    predictions = [make_prediction(name) for name in ("legal", "other", "translation")]

    tags = Assessor(our_knowledge, vocabulary).assess(postings, tokens, predictions)

    assert [tag.score for tag in tags] == [0.62, None, 0.58]


def test_assess_refuses_lists_of_different_length(our_knowledge):
    """A prediction too few is a programmer's mistake."""
    vocabulary = Vocabulary()
    assessor = Assessor(our_knowledge, vocabulary)

    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter"):
        assessor.assess([make_posting("easy")], tokens_of(vocabulary, "easy"), [])


@pytest.mark.parametrize("text", ["Quick job, NDA to sign", "Mission simple, sur place", "A plain sentence"])
def test_reasons_of_shipped_knowledge_resolve(knowledge, text):
    """Every id in a reason is a rule, a statement or a trait that exists, in every category."""
    vocabulary = Vocabulary()
    assessor = Assessor(knowledge, vocabulary)
    known = {
        "rule": {"R1", "R2", "R3", "R4", "R5"},
        "evidence": knowledge.evidence,
        "contrary": knowledge.evidence,
        "trait": knowledge.traits,
    }
    names = list(knowledge.categories)
    postings = [make_posting(text)] * len(names)
    tags = assessor.assess(postings, tokens_of(vocabulary, *postings), list(map(make_prediction, names)))
    lost = [reason for tag in tags for reason in tag.reasons if reason.id not in known[reason.kind]]

    assert lost == []
    assert [tag.reasons[0].kind for name, tag in zip(names, tags, strict=True) if name != "other"] == ["rule"] * len(
        knowledge.outlooks
    )


@pytest.mark.parametrize(
    ("text", "details", "words"),
    [
        pytest.param("portrait, $5/hr", "", "$5/hr", id="in the text"),
        pytest.param("portrait", "Budget: $20", "$20", id="in the details"),
        pytest.param("portrait, 3 usd per hour", "", "3 usd per hour", id="no sign of currency"),
        pytest.param("portrait, $5/hr or $50/hr", "", "", id="another offer is not low"),
        pytest.param("portrait, $50/hr", "", "", id="not low"),
        pytest.param("portrait", "", "", id="no offer"),
    ],
)
def test_low_offer_shows_the_trait_of_the_policy(our_knowledge, text, details, words):
    """A low offer counts as the trait that the policy names, with the offer's own words."""
    vocabulary = Vocabulary()
    posting = Posting(text, details=details)
    tokens = tokens_of(vocabulary, posting)
    (tag,) = Assessor(our_knowledge, vocabulary).assess([posting], tokens, [make_prediction("legal")])

    assert tag.traits == ((FoundTrait("cheap", words, 6),) if words else ())


def test_details_show_traits(our_knowledge):
    """What further columns say is read as the text is, and shown with its words."""
    vocabulary = Vocabulary()
    posting = Posting("portrait", details="very easy")
    tokens = tokens_of(vocabulary, posting)
    (tag,) = Assessor(our_knowledge, vocabulary).assess([posting], tokens, [make_prediction("legal")])

    assert tag.traits == (FoundTrait("simple", "easy", 12),)


def test_words_that_stand_within_others_are_not_shown_again(our_knowledge):
    """Of signs that hold each other's words only the longest are shown."""
    signs = ("tiny", "tiny cat", "cat", "dog")
    trait = replace(SECRET, phrases=(), signs=signs)
    vocabulary = Vocabulary()
    assessor = Assessor(replace(our_knowledge, traits={"secret": trait}, policy=POLICY), vocabulary)

    text = "tiny cat, dog, dog"
    (tag,) = assessor.assess([make_posting(text)], tokens_of(vocabulary, text), [make_prediction("legal")])

    assert [trait.words for trait in tag.traits] == ["tiny cat … dog"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Upload 3,000 images", "3 000 images"),
        ("Saisir 1 250 000 fiches produits", "1 250 000 fiches"),
        ("Room 7, 40 images to retouch", "40 images"),
    ],
)
def test_numbers_are_shown_whole(tagger, text, words):
    """What shows a trait begins with the whole of a number, not with its last thousand."""
    (tagged,) = tagger.tag([RawRecord(text)])

    assert any(words in trait.words for trait in tagged.risk.traits if trait.trait_id == "bulk")
