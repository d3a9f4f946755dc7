"""One posting explained, with the shipped knowledge and model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.explain import _by_basis, _each_figure_once, _Spelling, _why_uncounted, check_posting
from jobtagger.knowledge import load_knowledge
from jobtagger.pieces import BOUNDARY, normalise, split
from jobtagger.records import OUTPUT_COLUMNS, FoundTrait, Posting, RawRecord

LOGO = RawRecord("Logo for my bakery", "A simple logo, quick job. You will sign an NDA.")
ARTICLES = RawRecord("Rédaction d'articles de blog", "Nous cherchons un rédacteur pour 20 articles de blog par mois.")
TRANSLATION = RawRecord("Translate our novel from English to German", "Literary translation, no AI please.")
RECORDS = [
    pytest.param(LOGO, id="logo"),
    pytest.param(ARTICLES, id="French articles"),
    pytest.param(TRANSLATION, id="translation"),
    pytest.param(RawRecord(""), id="nothing"),
    pytest.param(RawRecord("Plombier pour une fuite d'eau"), id="none of ours"),
]
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


@LANGUAGES
@pytest.mark.parametrize("record", RECORDS)
def test_first_keys_are_the_output_columns(tagger, record, language):
    """The answer begins with the row of a batch, column for column, and ends with the explanation."""
    answer = check_posting(record, tagger, language)

    assert list(answer) == [*OUTPUT_COLUMNS, "explanation"]
    assert {name: answer[name] for name in OUTPUT_COLUMNS} == tagger.tag_chunk([record])[0].as_row()


@pytest.mark.parametrize("record", RECORDS)
def test_ids_resolve(tagger, record):
    """Every id of the answer is one of the knowledge, and says there what it says here."""
    answer = check_posting(record, tagger)
    knowledge, explanation = tagger.knowledge, answer["explanation"]
    statements = [*explanation["risk"]["evidence"], *explanation["risk"]["contrary"]]
    advice = {entry.id: entry.text.en for entry in knowledge.advice}

    assert [s["statement"] for s in statements] == [knowledge.evidence[s["id"]].statement.en for s in statements]
    assert [t["label"] for t in explanation["traits"]] == [
        knowledge.traits[t["id"]].label.en for t in explanation["traits"]
    ]
    assert {name for t in explanation["traits"] for name in t["evidence"]} <= knowledge.evidence.keys()
    assert [a["text"] for a in explanation["advice"]] == [advice[a["id"]] for a in explanation["advice"]]
    assert {r["category"] for r in explanation["category"]["runners_up"]} <= knowledge.categories.keys()
    assert (explanation["model"], explanation["knowledge"]) == (tagger.model.digest, knowledge.digest)


@pytest.mark.parametrize("record", RECORDS)
def test_traits_are_those_of_the_row(tagger, record):
    """The explained traits are the ids of the `traits` column, in order."""
    answer = check_posting(record, tagger)

    assert " ".join(trait["id"] for trait in answer["explanation"]["traits"]) == answer["traits"]


@LANGUAGES
def test_category_is_worded_in_the_language_of_the_answer(tagger, language):
    """Label, definition and guesses are in the language asked for, not in that of the posting."""
    answer = check_posting(LOGO, tagger, language)
    category = tagger.knowledge.categories["graphic_design"]
    explained = answer["explanation"]["category"]

    assert answer["category"] == "graphic_design"
    assert explained["label"] == explained["best_guess_label"] == category.label.in_language(language)
    assert explained["definition"] == category.definition.in_language(language)
    assert [other["label"] for other in explained["runners_up"]] == [
        tagger.knowledge.categories[other["category"]].label.in_language(language) for other in explained["runners_up"]
    ]


@LANGUAGES
def test_risk_is_worded_in_the_language_of_the_answer(tagger, language):
    """Level, note, statements and advice are in the language asked for."""
    answer = check_posting(LOGO, tagger, language)
    knowledge, explanation = tagger.knowledge, answer["explanation"]
    outlook = knowledge.outlooks["graphic_design"]
    (level,) = (entry for entry in knowledge.policy.levels if entry.id == answer["risk_level"])

    assert explanation["risk"]["label"] == level.label.in_language(language)
    assert explanation["risk"]["rule"] == outlook.rule
    assert explanation["risk"]["note"] == outlook.note.in_language(language)
    assert [entry["statement"] for entry in explanation["risk"]["evidence"]] == [
        knowledge.evidence[name].statement.in_language(language) for name in outlook.headline
    ]
    assert [entry["id"] for entry in explanation["risk"]["contrary"]] == [*outlook.contrary, *outlook.external_contrary]


def test_figures_stand_once_whoever_repeats_them():
    """What only repeats a statement that is shown, for or against the level, is left out; what repeats another stays."""
    knowledge = load_knowledge()
    shown = {
        one.category_id: _each_figure_once(
            (*one.headline, *one.external), (*one.contrary, *one.external_contrary), knowledge
        )
        for one in knowledge.outlooks.values()
    }
    figures = {
        name: [knowledge.evidence[one].restates or one for one in (*behind, *against)]
        for name, (behind, against) in shown.items()
    }

    assert shown["translation"][0][:2] == ["S005", "X10"]
    assert shown["animation_3d"] == (["S136"], ["S008"])
    assert "X41" in shown["ai_engineering"][0]
    assert [name for name, ids in figures.items() if len(set(ids)) != len(ids)] == []


def test_french_answer_differs_from_the_english_one(tagger):
    """Nothing that a person reads is left in English."""
    english = check_posting(LOGO, tagger, "en")["explanation"]
    french = check_posting(LOGO, tagger, "fr")["explanation"]

    assert french["category"]["definition"] != english["category"]["definition"]
    assert french["risk"]["note"] != english["risk"]["note"]
    assert [t["label"] for t in french["traits"]] != [t["label"] for t in english["traits"]]
    assert all(f["text"] != e["text"] for f, e in zip(french["advice"], english["advice"], strict=True))
    assert [s["period"] for s in french["risk"]["evidence"]] != [s["period"] for s in english["risk"]["evidence"]]


def test_answer_in_another_language_is_english(tagger):
    """English stands in for every language but French."""
    assert check_posting(LOGO, tagger, "de") == check_posting(LOGO, tagger, "en") == check_posting(LOGO, tagger)


@LANGUAGES
def test_statement_says_where_it_comes_from(tagger, language):
    """A statement comes with figure, unit, period, strength, caveat, source, address and place in the document."""
    first = check_posting(LOGO, tagger, language)["explanation"]["risk"]["evidence"][0]
    entry = tagger.knowledge.evidence[tagger.knowledge.outlooks["graphic_design"].headline[0]]

    assert first == {
        "id": entry.id,
        "figure": entry.figure,
        "unit": entry.unit,
        "period": entry.period.in_language(language),
        "strength": entry.strength,
        "statement": entry.statement.in_language(language),
        "caveat": entry.caveat.in_language(language),
        "source": entry.source_title.in_language(language),
        "url": entry.source_url,
        "document": entry.document,
        "section": entry.section,
        "pulls": "up",
    }


def test_advice_of_the_category_comes_before_that_for_all(tagger):
    """All advice for the category is given, then all that is for everybody, each in the order of the file."""
    knowledge = tagger.knowledge
    given = check_posting(RawRecord("Logo for my bakery"), tagger)["explanation"]["advice"]
    own = [entry.id for entry in knowledge.advice if "graphic_design" in entry.categories]
    common = [entry.id for entry in knowledge.advice if "all" in entry.categories]
    first = next(entry for entry in knowledge.advice if entry.id == given[0]["id"])

    assert [entry["id"] for entry in given] == own + common
    assert given[0]["document"] == f"{first.document}:{first.line}"
    assert given[0]["for"] == first.audience


def test_exposure_lists_every_measure_of_the_category(tagger):
    """Each measure comes with percentile, occupation and licence."""
    given = check_posting(LOGO, tagger)["explanation"]["exposure"]

    assert given == [
        {"measure": e.source.en, "percentile": e.percentile, "occupation": e.occupation.en, "licence": e.licence}
        for e in tagger.knowledge.exposure
        if e.category_id == "graphic_design"
    ]
    assert len(given) >= 1


@LANGUAGES
def test_abstention_is_explained_by_its_reason_and_nothing_else(tagger, language):
    """An empty posting has a reason to abstain, a best guess, and neither level, evidence, exposure nor advice."""
    answer = check_posting(RawRecord(""), tagger, language)
    explanation = answer["explanation"]

    assert (answer["category"], answer["risk_level"]) == ("unknown", "unknown")
    assert explanation["category"]["abstained"] == "too_short"
    assert (explanation["category"]["label"], explanation["category"]["definition"]) == ("", "")
    assert explanation["category"]["best_guess"] in tagger.knowledge.categories
    assert explanation["risk"] == {
        "label": "", "rule": "none", "derivation": "", "note": "", "counts_part": "", "rests_on": "", "english_site": False, "category_level": "",
        "category_label": "", "category_score": "", "traits_score": "", "exposure_differs": False, "evidence": [],
        "contrary": [],
    }  # fmt: skip
    assert explanation["ai_use"] == []
    assert (explanation["traits"], explanation["exposure"], explanation["advice"]) == ([], [], [])


def test_numbers_are_rounded_for_reading(tagger):
    """Probabilities have three decimals and weights two, largest weight first."""
    explained = check_posting(LOGO, tagger)["explanation"]["category"]
    probabilities = [other["probability"] for other in explained["runners_up"]]
    weights = [word["weight"] for word in explained["words"]]

    assert probabilities == [round(p, 3) for p in sorted(probabilities, reverse=True)]
    assert weights == [round(w, 2) for w in sorted(weights, reverse=True)]
    assert len(probabilities) == tagger.knowledge.policy.n_alternatives
    assert explained["words"][0]["word"] == "Logo"


@pytest.mark.parametrize(
    ("record", "quoted"),
    [
        pytest.param(RawRecord("Cherche rédactrice web"), "rédactrice", id="accents"),
        pytest.param(
            RawRecord("Traduction d’un CONTRAT de vente"), "Traduction d’un CONTRAT", id="apostrophe, capitals"
        ),
        pytest.param(RawRecord("Traduction d'un contrat"), "Traduction d'un contrat", id="several words"),
        pytest.param(RawRecord("Articles", "On veut 50 articles de blog,  sans IA."), "sans IA", id="description"),
        pytest.param(RawRecord("Children's book illustrations"), "Children", id="an English genitive"),
        pytest.param(
            RawRecord("Logo", "A logo, please write to logo@example.org for it."), "Logo", id="beside an address"
        ),
    ],
)
def test_words_are_quoted_as_the_posting_spells_them(tagger, record, quoted):
    """Deciding words and words of traits have the accents, apostrophes and capitals of the posting."""
    explanation = check_posting(record, tagger)["explanation"]
    words = [one["word"] for one in explanation["category"]["words"]]

    assert quoted in [*words, *(trait["words"] for trait in explanation["traits"])]


def test_french_elision_keeps_its_apostrophe():
    """What ends in an elided word is quoted with the sign that stands there."""
    assert "livre d'" == _Spelling(Posting("Illustrations d'enfants, livre d'images"))("livre d")


@given(st.text(alphabet="aéÉ'’ \n.,-@œx1", max_size=40))
def test_every_run_of_tokens_can_be_quoted(text):
    """Words found in a posting are quoted so that they normalise back to themselves, on one line."""
    tokens = [normalise(token) for token in split(text)]
    words = [word for word in tokens if word != BOUNDARY]
    spelling = _Spelling(Posting("", description=text))

    for word in words:
        assert [normalise(token) for token in split(spelling(word))] == [word]
    if words and words == tokens:
        assert "\n" not in spelling(" ".join(words))


@pytest.mark.parametrize(
    ("text", "word", "quoted"),
    [
        ("l'enfant", "l", "l'"), ("qu’elle", "qu", "qu’"), ("Jusqu'ici", "jusqu", "Jusqu'"),
        ("children's book", "children", "children"), ("don't", "don", "don"), ("we're", "we", "we"),
    ],
)  # fmt: skip
def test_only_elided_words_keep_their_apostrophe(text, word, quoted):
    """A French word cut short is quoted with its apostrophe, an English one before 's is not."""
    assert _Spelling(Posting(text))(word) == quoted


def test_a_quotation_holds_no_address():
    """An address between two neighbouring words is left out, as it is from the reasons of a batch."""
    spelling = _Spelling(Posting("", description="Write at jo@example.org today,\nplease"))

    assert spelling("at today") == "at today"
    assert spelling("nowhere to be seen") == "nowhere to be seen"


def test_use_of_ai_is_told_where_the_documents_have_an_example(tagger):
    """Translation is the documents' example of work handed over; what they are silent about has no note."""
    translated = check_posting(RawRecord("Traduction d'un contrat vers l'anglais"), tagger, "fr")["explanation"][
        "ai_use"
    ]

    assert [(mode["id"], mode["kind"], mode["document"]) for mode in translated] == [
        ("directive", "automation", "003:28")
    ]
    assert translated[0]["evidence"] == ["S259", "S260"]
    assert check_posting(LOGO, tagger)["explanation"]["ai_use"] == []


def test_level_is_derived_in_a_sentence(tagger):
    """The explanation holds the step from the deciding figure to the level, in the language asked for."""
    risk = check_posting(RawRecord("Traduction d'un contrat vers l'anglais"), tagger, "fr")["explanation"]["risk"]

    assert risk["derivation"] == "R1, S005 : -19 % se situe entre -25 % et -15 % : élevé."
    assert risk["exposure_differs"] is False


@pytest.mark.parametrize(
    ("trait_id", "category_id", "others", "why"),
    [
        pytest.param("one_off", "legal", {}, "too_weak", id="one weak sign"),
        pytest.param("one_off", "legal", {"onsite": -12}, "too_weak", id="what counts is of another kind"),
        pytest.param("expert_level", "legal", {}, "by_design", id="no points by design"),
        pytest.param("entry_level", "translation", {}, "not_here", id="not for this category"),
        pytest.param("one_off", "legal", {"bulk": 6}, "outweighed", id="another of its kind counts"),
        pytest.param("one_off", "legal", {"ongoing": 0}, "both_ways", id="its contrary is shown too"),
        pytest.param("one_off", "legal", {"bulk": 0}, "too_weak", id="two weak signs"),
    ],
)
def test_trait_without_points_says_why(tagger, trait_id, category_id, others, why):
    """A trait that was found and moves nothing names the reason."""
    found = FoundTrait(trait_id, "so", 0)
    tagged = tagger.tag_chunk([LOGO])[0]
    traits = (found, *(FoundTrait(name, "so", points) for name, points in others.items()))
    tagged = tagged._replace(risk=tagged.risk._replace(traits=traits))

    assert _why_uncounted(found, category_id, tagged, tagger.knowledge) == why


@pytest.mark.parametrize("record", RECORDS)
def test_trait_either_counts_or_says_why_not(tagger, record):
    """A trait has points or a reason to have none."""
    traits = check_posting(record, tagger)["explanation"]["traits"]

    assert all(bool(trait["points"]) != bool(trait["uncounted"]) for trait in traits)


@pytest.mark.parametrize("trait", load_knowledge().traits.values(), ids=lambda trait: trait.id)
def test_trait_tells_what_was_measured_from_what_was_not(trait):
    """Only a change in demand for the trait itself counts as measured; each statement stands once."""
    evidence = load_knowledge().evidence
    parted = _by_basis(trait, load_knowledge())

    assert sorted(name for names in parted.values() for name in names) == sorted(trait.evidence)
    assert {evidence[name].strength for name in parted["measured"]} <= {"count", "academic", "platform"}
    assert {evidence[name].strength for name in parted["of_use"]} <= {"usage", "survey"}
    assert {evidence[name].strength for name in parted["opinions"]} <= {"opinion", "anecdote", "forecast", "quoted"}
    assert set(parted["by_analogy"]) == set(trait.by_analogy)


def test_presence_at_a_place_was_never_measured(tagger):
    """Its academic row compares with other freelance work, the other one tells of use."""
    parted = _by_basis(tagger.knowledge.traits["onsite"], tagger.knowledge)

    assert parted == {"measured": [], "by_analogy": ["S060"], "both_ways": [], "of_use": ["S263"], "opinions": []}


@pytest.mark.parametrize(
    ("record", "trait_id", "by_words_alone"),
    [
        pytest.param(RawRecord("", "Translate my letter. This is a one-time job."), "one_off", False, id="a phrase"),
        pytest.param(RawRecord("Logo"), "one_off", True, id="one weak sign"),
        pytest.param(
            RawRecord("", "Write articles for my blog. Budget: $5"), "low_budget", False, id="no weighed words"
        ),
    ],
)
def test_trait_tells_whether_a_phrase_shows_it(tagger, record, trait_id, by_words_alone):
    """A trait is shown by words alone where words are weighed and no phrase of it stands there."""
    found = {trait["id"]: trait for trait in check_posting(record, tagger)["explanation"]["traits"]}

    assert found[trait_id]["by_words_alone"] is by_words_alone


@pytest.mark.parametrize(
    ("record", "rests_on"),
    [
        pytest.param(ARTICLES, "figures", id="R1"),
        pytest.param(LOGO, "figures", id="R5"),
        pytest.param(RawRecord("Chatbot with GPT and LangChain for our web shop"), "figures", id="R2"),
        pytest.param(RawRecord("Voice over artist for an audio book"), "words", id="R3"),
        pytest.param(RawRecord("Technicien systèmes et réseaux"), "part", id="R1, of a part only"),
        pytest.param(RawRecord("Plombier pour une fuite d'eau"), "", id="no level"),
    ],
)
def test_level_rests_on_figures_or_words(tagger, record, rests_on):
    """What decides is said: figures, one of a part of the category, or words where no figure does."""
    assert check_posting(record, tagger)["explanation"]["risk"]["rests_on"] == rests_on


@pytest.mark.parametrize(
    ("language", "said", "part"),
    [
        ("en", "This figure counts only a part of this kind of work: AI services in", "AI services in the AWS"),
        ("fr", "Ce chiffre ne compte qu'une partie de ce type de travail : les services d'IA", "les services d'IA des"),
    ],
)
def test_a_figure_of_a_part_is_no_trend_of_the_category(tagger, language, said, part):
    """Networks are none of the AI services in clouds that were counted: no trend, and what was counted is said."""
    answer = check_posting(RawRecord("Technicien systèmes et réseaux"), tagger, language)
    risk = answer["explanation"]["risk"]

    assert (answer["category"], answer["risk_level"], answer["risk_confidence"]) == ("cloud_it", "growing", "low")
    assert answer["trend_pct"] == ""
    assert "128" not in answer["reasons"]
    assert said in risk["derivation"]
    assert risk["counts_part"].startswith(part)


def test_a_figure_of_a_part_can_be_of_an_english_site(tagger):
    """The academic figure for engineering was counted on a platform chiefly in English, which French answers say."""
    risk = check_posting(RawRecord("Ingénieur mécanique pour plan CAO Solidworks"), tagger, "fr")["explanation"]["risk"]
    english = tagger.knowledge.evidence["X16"].site_language == "en"

    assert (risk["rests_on"], risk["english_site"]) == ("part", english)


@pytest.mark.parametrize(
    ("record", "language", "is_said"),
    [
        pytest.param(ARTICLES, "fr", True, id="Upwork, French answer"),
        pytest.param(ARTICLES, "en", True, id="Upwork, French posting"),
        pytest.param(RawRecord("Write articles for our blog"), "en", False, id="Upwork, all English"),
        pytest.param(RawRecord("Data scientist pour analyser nos ventes"), "fr", False, id="Malt"),
        pytest.param(RawRecord("Voix off pour un livre audio"), "fr", False, id="no figure decides"),
    ],
)
def test_french_is_told_where_figures_are_of_an_english_site(tagger, record, language, is_said):
    """Who asks in French, or about a French posting, is told that the figures that decide are of a site in English."""
    assert check_posting(record, tagger, language)["explanation"]["risk"]["english_site"] is is_said


@pytest.mark.parametrize("record", RECORDS)
def test_score_is_that_of_the_category_moved_by_traits(tagger, record):
    """The score of the row is the category's own and the traits' together, within 0 and 1."""
    answer = check_posting(record, tagger)
    risk = answer["explanation"]["risk"]
    if risk["category_score"]:
        moved = float(risk["category_score"]) + float(risk["traits_score"])

        assert answer["risk_score"] == f"{max(0.0, min(1.0, moved)):.2f}"
    else:
        assert answer["risk_score"] == ""


@LANGUAGES
def test_second_category_has_a_label(tagger, language):
    """A second category comes by id in its column and by label in the explanation."""
    record = RawRecord("Translation and video editing", "Translate our texts to French and edit our videos.")
    answer = check_posting(record, tagger, language)
    second = tagger.knowledge.categories[answer["category_2"]]

    assert answer["explanation"]["category"]["second_label"] == second.label.in_language(language)


@pytest.mark.parametrize(
    ("text", "given", "withheld"),
    [
        pytest.param(
            "Translate a novel, no AI, human translators only", "disclose_ai_use", "translator_post_edit", id="AI"
        ),
        pytest.param("Translate a contract, NDA to be signed", "protect_client_data", "", id="confidential"),
        pytest.param("Senior React architect, expert level", "dev_build_ai", "dev_beginner_foundations", id="expert"),
    ],
)
def test_advice_heeds_what_the_posting_says(tagger, text, given, withheld):
    """None that the posting forbids or that is for others; what it calls for stands among the first."""
    advice = check_posting(RawRecord(text), tagger, "en")["explanation"]["advice"]

    assert given in [entry["id"] for entry in advice][:6]
    assert withheld not in [entry["id"] for entry in advice]
