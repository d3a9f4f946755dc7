"""Exports of boards nobody has seen: which column holds what, told by its name and by what it holds."""

import pandas as pd
import pytest
from click.testing import CliRunner

from jobtagger.batch.columns import find_fields
from jobtagger.cli import cli
from jobtagger.errors import InputError

_TITLES = [
    "Logo for a bakery",
    "Brochure into French",
    "Website of a plumber",
    "Voice for a film",
    "Novel to proofread",
]
_TEXTS = [
    f"We look for somebody who helps us with this: {title}. It starts next week, so please tell us your price."
    for title in _TITLES
]
_FIRMS = [
    f"Firm {i} was founded long ago and sells many kinds of goods to shops all over the country and abroad too."
    for i in range(5)
]
_KINDS = {
    "T": _TITLES,
    "D": _TEXTS,
    "C": _FIRMS,
    "N": ["Ann Lee", "Paul Roux", "Eve Martin", "Bob Kahn", "Ida Fox"],
    "A": [f"{i} rue de la Paix, Paris" for i in range(5)],
    "S": ["Illustrator, Photoshop"] * 5,
    "K": ["Mission freelance"] * 5,
    "Q": list("12345"),
    "U": [f"https://board.example/{i}" for i in range(5)],
}


def _columns(header):
    """Give the names, what each holds, and the rows of a header such as `Title=T|Text=D`."""
    pairs = [part.rsplit("=", 1) for part in header.split("|")]
    return (
        [name for name, _ in pairs],
        dict(pairs),
        [list(row) for row in zip(*[_KINDS[kind] for _, kind in pairs], strict=True)],
    )


@pytest.mark.parametrize(
    "header",
    [
        "Job Title=T|Job Body=D|Tags=S",
        "JobTitle=T|JobDescription=D|CompanyDescription=C",
        "project_title=T|project_description=D|skills_required=S",
        "heading=T|full_description=D|summary=D",
        "Role=T|About the role=D|About the company=C",
        "ad_name=T|ad_content=D|client_name=N",
        "Project=T|Scope of work=D|Address=A",
        "position=Q|title=T|body_html=D",
        "name=T|description=D",
        "job_url=U|job=T|job_text=D",
        "Titre=T|Mission=D",
        "Titre de la mission=T|Description de la mission=D|Présentation de l'entreprise=C",
        "Intitulé de l'offre=T|Texte de l'annonce=D|Lieu=A",
        "Nom du projet=T|Votre besoin=D|Client=N",
        "Mission=T|Détails=D",
        "Offre d'emploi=T|Descriptif du poste=D|Profil recherché=C",
        "Libellé=T|Contenu de l'annonce=D",
        "Título del proyecto=T|Descripción del proyecto=D|Empresa=N",
        "Puesto=T|Detalle=D|Habilidades requeridas=S",
        "Título da vaga=T|Descrição da vaga=D",
        "Titre=T|Ce que vous ferez=D|Société=C",
        "Title=T|Work to be done=D|Our firm=C|Notes=C",
    ],
)
def test_title_and_description_of_unknown_boards(knowledge, header):
    """Names are read word by word, and one column alone holds texts on what the titles name."""
    columns, kinds, rows = _columns(header)

    fields = find_fields("f.csv", columns, knowledge.sources, {}, rows=rows)

    assert {"T"} == {kinds[columns[place]] for place in fields.title}
    assert {"D"} == {kinds[columns[place]] for place in fields.description}
    assert {"S"} >= {kinds[columns[place]] for place in fields.skills}


@pytest.mark.parametrize(
    ("header", "unread"),
    [
        pytest.param("title=T|client_description=C|url=U", ["client_description"], id="the client"),
        pytest.param("title=T|who=C", ["who"], id="texts that are not about the titles"),
        pytest.param("title=T|address=A|company=N", ["address", "company"], id="addresses and people"),
        pytest.param("title=T|mission=K|url=U", [], id="a kind that repeats"),
        pytest.param("title=T|first part=D|second part=D", ["first part", "second part"], id="two that may be it"),
        pytest.param("titre=T|description_id=Q", [], id="numbers"),
    ],
)
def test_what_is_no_description_is_not_taken(knowledge, header, unread):
    """Where it is not clear nothing is taken, and what may hold the text is named."""
    columns, _, rows = _columns(header)

    fields = find_fields("f.csv", columns, knowledge.sources, {}, rows=rows)

    assert ((), unread) == (fields.description, [columns[place] for place in fields.unread])


def test_names_of_people_are_no_titles(knowledge):
    """`name` is the last resort, where there is a description; a table without either is refused, with a hint."""
    columns, _, rows = _columns("id=Q|client_name=N|name=N|notes=D")
    with pytest.raises(InputError, match=r"no text column found; .* \(long texts stand in notes\)"):
        find_fields("f.csv", columns, knowledge.sources, {}, rows=rows)

    assert not find_fields("f.csv", ["client", "text"], knowledge.sources, {}).title


def test_a_full_text_is_read_before_a_short_one(knowledge):
    """Of several columns of a field the strongest name comes first."""
    columns = ["short_description", "summary", "full_description", "text"]

    fields = find_fields("f.csv", columns, knowledge.sources, {})

    assert ["full_description", "text", "summary", "short_description"] == [
        columns[place] for place in fields.description
    ]


@pytest.mark.parametrize(
    ("header", "lang", "words"),
    [
        (
            "Title=T|Work to be done=D",
            "en",
            'note: in.csv: "Work to be done" was read as the description: no name says so',
        ),
        (
            "Titre=T|Ce que vous ferez=D",
            "fr",
            "note : in.csv : « Ce que vous ferez » a été lue comme champ description",
        ),
        (
            "Title=T|One=D|Two=D",
            "en",
            "not read: One, Two; if one of them holds the text of the postings, name it with",
        ),
        ("Titre=T|Une=D|Deux=D", "fr", "non lues : Une, Deux ; si l'une d'elles contient le texte des annonces"),
        ("Where=A|Description=D", "en", "no column with titles was found; not read: Where;"),
    ],
)
def test_what_was_not_found_by_name_is_said(tmp_path, monkeypatch, header, lang, words):
    """Nobody tags titles alone without knowing it; a column that was taken for what it holds is named."""
    columns, _, rows = _columns(header)
    monkeypatch.chdir(tmp_path)
    lines = [";".join(columns), *map(";".join, rows)]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    result = CliRunner().invoke(cli, ["tag", "in.csv", "-o", "o.csv", "-q", "--lang", lang])

    assert (0, True) == (result.exit_code, words in result.stderr)


def test_a_layout_that_has_no_description_is_no_cause_for_a_note(tmp_path):
    """Boards whose exports leave it out are known."""
    (tmp_path / "in.csv").write_text("JOB_URL,MISSION,TITLE,SKILLS,TJM,X\nu,Freelance,Java,Java,5,We need two words\n")

    assert "note" not in CliRunner().invoke(cli, ["tag", str(tmp_path / "in.csv"), "-q"]).stderr


def test_a_named_column_may_be_spelled_otherwise(knowledge):
    """--title forgives what recognition forgives, unless two columns would do."""
    fields = find_fields("f.csv", ["a", " Quoi  donc "], knowledge.sources, {"title": "quoi donc"})
    assert (1,) == fields.title

    with pytest.raises(InputError, match='no column "quoi"; did you mean "Quoi"'):
        find_fields("f.csv", ["Quoi", "QUOI"], knowledge.sources, {"title": "quoi"})


def test_three_common_names_are_no_board(knowledge):
    """Title, date and description beside a budget are no layout that would leave the budget out."""
    columns = ["title", "date", "description", "budget"]

    fields = find_fields("f.csv", columns, knowledge.sources, {})

    assert ("names", True) == (fields.found_by, "$5" in fields.record(["a", "b", "c", "$5"]).details)


def test_engines_do_not_pass_over_descriptions_in_silence(tmp_path):
    """They go by names alone, for all parts of a folder alike, and say what may be the text before they begin."""
    (tmp_path / "in").mkdir()
    columns, _, rows = _columns("Title=T|Work to be done=D")
    pd.DataFrame(rows, columns=columns).to_parquet(tmp_path / "in" / "a.parquet")
    (tmp_path / "out").write_text("in the way")

    result = CliRunner().invoke(cli, ["tag", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--engine", "dask"])

    assert "titles decide alone; not read: Work to be done;" in result.stderr
