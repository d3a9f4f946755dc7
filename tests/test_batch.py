"""Files through the tagger: nothing lost, nothing changed, every bad thing said."""

import csv
import gc
import io
import json
import os
import re
import sys

import pytest

from jobtagger.batch import FrameOptions, ReadOptions, RunOptions, tag_file
from jobtagger.batch.columns import find_fields
from jobtagger.batch.reading import open_table
from jobtagger.errors import InputError
from jobtagger.records import OUTPUT_COLUMNS, RejectedRecord

HEADER = "id,title,description\n"


def _rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _tag(tmp_path, content, tagger, name="in.csv", options=None, run=None):
    source = tmp_path / name
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    output = tmp_path / "out.csv"
    return tag_file([str(source)], str(output), tagger, options, run), output


def test_users_columns_come_through_and_ours_stand_behind(tmp_path, tagger):
    """The same rows and columns come out, untouched and in order, ours after them."""
    content = 'id,title,note\n007,Logo for a bakery,NA\n12345678901234567890,"Translate ""this"", please",=1+1\n'

    summary, output = _tag(tmp_path, content, tagger)

    rows = _rows(output)
    assert ["id", "title", "note", *OUTPUT_COLUMNS] == list(rows[0])
    assert [("007", "NA"), ("12345678901234567890", "=1+1")] == [(r["id"], r["note"]) for r in rows]
    assert 'Translate "this", please' == rows[1]["title"]
    assert ["graphic_design", "translation"] == [r["category"] for r in rows]
    assert (2, 0) == (summary.n_tagged, summary.n_rejected)


def test_own_column_names_in_the_input_are_kept_and_ours_renamed(tmp_path, tagger):
    """An input with a `category` column keeps it; ours is called jobtagger_category and the summary says so."""
    summary, output = _tag(tmp_path, "title,category\nLogo for a bakery,Pets\n", tagger)

    row = _rows(output)[0]
    assert ("Pets", "graphic_design") == (row["category"], row["jobtagger_category"])
    assert ["jobtagger_category"] == summary.renamed_columns


def test_tagging_in_chunks_gives_the_same_as_one_by_one(tmp_path, tagger):
    """The tag of a row does not depend on its neighbours."""
    titles = [
        "Logo for a bakery",
        "Fix my WordPress site",
        "Voix off pour une publicité",
        "Cold calling dentists",
    ]
    many = "title\n" + "\n".join(titles * 300) + "\n"

    _, output = _tag(tmp_path, many, tagger)
    together = [(r["category"], r["category_probability"], r["reasons"]) for r in _rows(output)]
    alone = []
    for title in titles:
        _, output = _tag(tmp_path, f"title\n{title}\n", tagger)
        alone += [(r["category"], r["category_probability"], r["reasons"]) for r in _rows(output)]

    assert alone * 300 == together


@pytest.mark.parametrize(
    ("content", "n_tagged", "rejected"),
    [
        pytest.param(
            HEADER + "1,Logo,\n2,too few\n3,Flyer,\n",
            2,
            [("3", "2 cells where the header has 3")],
            id="too few cells",
        ),
        pytest.param(
            HEADER + "1,Logo,,more,cells\n3,Flyer,\n",
            1,
            [("2", "5 cells where the header has 3")],
            id="too many cells",
        ),
        pytest.param(HEADER + "1,Logo,,\n", 1, [], id="a delimiter at the line's end"),
        pytest.param(HEADER + "1,Logo,\n\n\n2,Flyer,\n", 2, [], id="blank lines are no rows"),
        pytest.param(
            HEADER + '1,"never closed,\n2,Flyer,\n3,Logo,\n',
            2,
            [("2", "a quote is opened and never closed")],
            id="open quote",
        ),
        pytest.param(HEADER + '1,"closed\nlater",x\n2,Flyer,y\n', 2, [], id="line break in quotes"),
        pytest.param(HEADER + "1,Logo\x00 design,\n", 1, [], id="NUL byte"),
        pytest.param(HEADER + "1,,\n", 1, [], id="a row without text is still a row"),
    ],
)
def test_bad_rows_are_rejected_with_row_and_reason(tmp_path, tagger, content, n_tagged, rejected):
    """Rows in = rows tagged + rows rejected; each rejected one is named by its row and the reason."""
    summary, output = _tag(tmp_path, content, tagger)

    beside = tmp_path / "out.rejected.csv"
    found = [(r["row"], r["reason"]) for r in _rows(beside)] if beside.exists() else []
    assert (n_tagged, rejected) == (len(_rows(output)), found)
    assert (n_tagged, len(rejected)) == (summary.n_tagged, summary.n_rejected)


def test_rejected_file_of_an_earlier_run_goes_away(tmp_path, tagger):
    """When nothing is rejected, no rejected file is left over."""
    _tag(tmp_path, HEADER + "1,x\n2,Logo,\n", tagger)
    assert (tmp_path / "out.rejected.csv").exists()

    _tag(tmp_path, HEADER + "2,Logo,\n", tagger)

    assert not (tmp_path / "out.rejected.csv").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"in\.csv: is empty", id="empty"),
        pytest.param(b" \n\n", r"in\.csv: is empty", id="blank"),
        pytest.param(b"title,description\n", r"in\.csv: has a header and no rows", id="header only"),
        pytest.param(
            b"a,b\n1,2\n",
            r"no text column found; name it with --title or --description, or say --no-header if .*; columns: a, b",
            id="no text",
        ),
    ],
)
def test_unreadable_inputs_are_refused_and_nothing_is_harmed(tmp_path, tagger, content, message):
    """A file that cannot be read at all is an error that says where and what; an earlier output stays as it was."""
    (tmp_path / "out.csv").write_text("precious")

    with pytest.raises(InputError, match=message):
        _tag(tmp_path, content, tagger)

    assert "precious" == (tmp_path / "out.csv").read_text()
    assert ["in.csv", "out.csv"] == sorted(os.listdir(tmp_path))


def test_encoding_can_be_forced(tmp_path, tagger):
    """With --encoding cp1252 a Windows file is read and its accents survive."""
    _, output = _tag(tmp_path, "titre\nDéveloppeur web\n".encode("cp1252"), tagger, options=ReadOptions("cp1252"))

    assert "Développeur web" == _rows(output)[0]["titre"]


def test_unknown_encoding_is_refused(tmp_path, tagger):
    """An encoding nobody knows is named."""
    with pytest.raises(InputError, match="encoding klingon is not known; try utf-8"):
        _tag(tmp_path, "title\nx\n", tagger, options=ReadOptions("klingon"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(tmp_path, tagger, encoding):
    """A BOM neither sticks to the first column's name nor gets lost for spreadsheets."""
    _, output = _tag(tmp_path, "title,n\nÉcrire un article,1\n".encode(encoding), tagger)

    assert "Écrire un article" == _rows(output)[0]["title"]
    assert output.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_found_and_kept(tmp_path, tagger, delimiter):
    """Semicolons, tabs and bars are recognised, and the output uses the same."""
    content = f"title{delimiter}description\nLogo{delimiter}for a bakery, small\n"

    _, output = _tag(tmp_path, content, tagger)

    assert output.read_text().startswith(f"title{delimiter}description{delimiter}category{delimiter}")


def test_five_megabyte_field_is_tagged(tmp_path, tagger):
    """A huge field is a row like any other; only its beginning is read by the classifier."""
    huge = "Please design a logo. " * 250_000

    summary, output = _tag(tmp_path, f'title,description\nLogo,"{huge}"\n', tagger)

    assert (1, 0) == (summary.n_tagged, summary.n_rejected)
    assert "graphic_design" in output.read_text()[-700:]


def test_several_files_share_one_output(tmp_path, tagger):
    """Rows of all inputs come out in order, under the union of their columns."""
    (tmp_path / "a.csv").write_text("title,x\nLogo for a bakery,1\n")
    (tmp_path / "b.csv").write_text("titre;y\nTraduire un contrat en anglais;2\n")
    output = tmp_path / "out.csv"

    tag_file([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], str(output), tagger)

    rows = _rows(output)
    assert ["title", "x", "titre", "y"] == list(rows[0])[:4]
    assert [("1", ""), ("", "2")] == [(r["x"], r["y"]) for r in rows]


def test_json_array_nested_feed_and_json_lines_are_read(tmp_path, tagger):
    """A list of objects, a feed with its items inside, and one object per line are all tables."""
    item = {
        "title": "Logo for a bakery",
        "link": "l",
        "description": "d",
        "content:encoded": "",
        "pubDate": "",
        "n": {"a": 1},
    }
    shapes = {
        "array.json": json.dumps([item]),
        "feed.json": json.dumps({"rss": {"channel": {"title": "all jobs", "item": [item]}}}),
        "lines.jsonl": json.dumps(item) + "\n" + json.dumps(item) + "\n",
    }

    for name, content in shapes.items():
        _, output = _tag(tmp_path, content, tagger, name=name)

        row = _rows(output)[0]
        assert ("graphic_design", '{"a": 1}') == (row["category"], row["n"]), name


def test_bad_json_lines_are_rejected_one_by_one(tmp_path, tagger):
    """In JSON lines a broken line is a rejected row, not the end."""
    content = '{"title": "Logo for a bakery"}\n{broken\n[1]\n{"title": "Voice over"}\n'

    summary, _ = _tag(tmp_path, content, tagger, name="in.jsonl")

    assert (2, 2) == (summary.n_tagged, summary.n_rejected)
    assert [("2", "is no JSON object"), ("3", "is no JSON object")] == [
        (r["row"], r["reason"]) for r in _rows(tmp_path / "out.rejected.csv")
    ]


def test_json_lines_out(tmp_path, tagger):
    """An output that ends in .jsonl has one object per row with the same values."""
    (tmp_path / "in.csv").write_text("title\nLogo for a bakery\n")

    tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.jsonl"), tagger)

    row = json.loads((tmp_path / "out.jsonl").read_text())
    assert ["title", *OUTPUT_COLUMNS] == list(row)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param(
            "missing/out.csv",
            r"missing/out\.csv: cannot be written: there is no folder .*missing; make it, or give the output another name",
            id="no folder",
        ),
        pytest.param("out.docx", r'out\.docx: format "\.docx" is not known; known: \.csv', id="unknown format"),
        pytest.param("in.csv", r"in\.csv: is an input too; give the output another name", id="the input itself"),
    ],
)
def test_outputs_that_cannot_be_written_are_refused(tmp_path, tagger, output, message):
    """Where the output cannot be written, that is said and the input stays whole."""
    (tmp_path / "in.csv").write_text("title\nLogo\n")

    with pytest.raises(InputError, match=message):
        tag_file([str(tmp_path / "in.csv")], str(tmp_path / output), tagger)

    assert "title\nLogo\n" == (tmp_path / "in.csv").read_text()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's always-full device")
def test_full_disk_ends_with_a_message(tmp_path, tagger):
    """A write that fails for want of space is an InputError that names the file."""
    (tmp_path / "in.csv").write_text("title\n" + "Logo for a bakery\n" * 3000)
    (tmp_path / "out.csv.part").symlink_to("/dev/full")

    with pytest.raises(InputError, match=r"out\.csv\.part: cannot be written: No space left on device"):
        tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger)

    assert not (tmp_path / "out.csv").exists()


def test_standard_input_and_output(monkeypatch, capsysbinary, tagger):
    """The path "-" reads standard input and writes standard output."""
    stdin = io.TextIOWrapper(io.BytesIO(b"title\nLogo for a bakery\n"))
    monkeypatch.setattr(sys, "stdin", stdin)

    tag_file(["-"], "-", tagger)
    sys.stdout.flush()

    assert capsysbinary.readouterr().out.startswith(b"title,category,category_probability")


def test_progress_adds_up_to_the_size_of_the_file(tmp_path, tagger):
    """The progress callback is told every byte once."""
    path = tmp_path / "in.csv"
    path.write_text("title\n" + "Logo for a bakery\n" * 2000)
    told = []

    tag_file([str(path)], str(tmp_path / "out.csv"), tagger, on_progress=told.append)

    assert path.stat().st_size == sum(told)


def test_named_columns_win_over_recognition(knowledge):
    """--title and --description decide, whatever the names look like."""
    fields = find_fields(
        "f.csv",
        ["title", "real title", "notes"],
        knowledge.sources,
        {"title": "real title", "description": "notes"},
    )

    assert ((1,), (2,), "options") == (fields.title, fields.description, fields.found_by)


def test_named_column_that_is_not_there_is_refused(knowledge):
    """A wrong column name is answered with the names there are."""
    with pytest.raises(InputError, match=r'f\.csv: no column "titel"; did you mean "title"\?; columns: title, text'):
        find_fields("f.csv", ["title", "text"], knowledge.sources, {"title": "titel"})


@pytest.mark.parametrize(
    ("columns", "found_by"),
    [
        pytest.param(
            ["title", "url", "published", "description", "skills", "rss_url"],
            "layout:upwork_rss_csv",
            id="upwork",
        ),
        pytest.param(["Job", "Summary", "Skills", "Category", "Subcategory", "PHP"], "layout:workana", id="workana"),
        pytest.param(["JOB_URL", "MISSION", "TITLE", "SKILLS", "TJM"], "layout:freework", id="freework"),
        pytest.param(["Intitulé du poste", "Descriptif"], "names", id="French names"),
    ],
)
def test_layouts_are_recognised_by_their_columns(knowledge, columns, found_by):
    """A board's export is known by its columns; other files by names that speak for themselves."""
    fields = find_fields("f.csv", columns, knowledge.sources, {})

    assert found_by == fields.found_by
    assert fields.title


def test_empty_first_column_falls_back_to_the_next(knowledge):
    """Of several columns of a field the first that is not empty is read."""
    fields = find_fields("f.csv", ["description", "summary", "title"], knowledge.sources, {})

    assert "short" == fields.record(["", "short", "t"]).description


@pytest.mark.parametrize(
    ("columns", "cells", "details"),
    [
        pytest.param(
            [
                "title",
                "uid",
                "tier",
                "occupations_oservice_pref_label",
                "duration",
                "engagement",
                "amount_amount",
                "hourly_rate",
            ],
            ["Cat portrait", "7", "Entry level", "Art", "More than 6 months", "", "40", "None"],
            "duration More than 6 months\nbudget 40 USD fixed\nexperience level Entry level",
            id="Upwork's interface",
        ),
        pytest.param(
            ["JOB_URL", "MISSION", "TITLE", "SKILLS", "TJM", "DURATION", "EXPERIENCE", "REMOTE"],
            ["u", "Freelance", "Chat", "", "400-500 €⁄j", "6 mois", "2 à 5 ans d'expérience", "Télétravail 100%"],
            "mission de 6 mois\n400-500 €⁄j\n2 à 5 ans d'expérience\nTélétravail 100%",
            id="Free-Work",
        ),
        pytest.param(
            ["Titre", "Budget", "Durée", "Pays"],
            ["Chat", "30 €", "3 mois", "FR"],
            "budget 30 €\nduree 3 mois",
            id="names",
        ),
        pytest.param(
            ["Title", "Budget (USD)", "Seniority", "Project length"],
            ["Cat", "15", "Senior", "2 months"],
            "budget 15 USD\nduration 2 months\nexperience level Senior",
            id="other names",
        ),
        pytest.param(["title", "budget"], ["Cat", "['']"], "", id="empty list for a value"),
        pytest.param(["title", "text"], ["Cat", "Draw it"], "", id="no such columns"),
    ],
)
def test_further_columns_become_details(knowledge, columns, cells, details):
    """Budget, duration and experience are worded line by line; what is empty is not said."""
    assert details == find_fields("f.csv", columns, knowledge.sources, {}).record(cells).details


_TALKING_COLUMNS = {
    "budget": ("$20", "low_budget"), "budget usd": ("15", "low_budget"), "budget eur": ("15", "low_budget"),
    "budget gbp": ("10", "low_budget"), "hourly rate": ("$3", "low_budget"), "hourly range": ("$3-$5", "low_budget"),
    "budget estime": ("15 €", "low_budget"), "estimated budget": ("$15", "low_budget"), "budget range": ("$10-20", "low_budget"),
    "taux horaire": ("3 €", "low_budget"), "tjm": ("80", "low_budget"), "rate": ("$3/hr", "low_budget"),
    "pay": ("$3 per hour", "low_budget"), "price": ("$10", "low_budget"), "salary": ("$3/hr", "low_budget"),
    "salaire": ("3 €/h", "low_budget"), "compensation": ("$4 per hour", "low_budget"), "tarif": ("80 €/jour", "low_budget"),
    "remuneration": ("80 €/jour", "low_budget"), "duration": ("More than 6 months", "ongoing"), "duree": ("12 mois", "ongoing"),
    "duree de la mission": ("6 mois", "ongoing"), "duree mission": ("1 an", "ongoing"), "project length": ("12 months", "ongoing"),
    "project duration": ("Ongoing", "ongoing"), "contract length": ("6 months", "ongoing"), "contract duration": ("2 years", "ongoing"),
    "hours per week": ("20", "ongoing"), "weekly hours": ("20", "ongoing"), "heures par semaine": ("20", "ongoing"),
    "engagement": ("Full time", "ongoing"), "workload": ("Part-time", "ongoing"), "rythme": ("2 jours par semaine", "ongoing"),
    "charge de travail": ("3 jours par semaine", "ongoing"), "experience level": ("Senior", "expert_level"),
    "seniority": ("Junior", "entry_level"), "seniority level": ("Beginner", "entry_level"), "level": ("Advanced", "expert_level"),
    "niveau": ("Débutant", "entry_level"), "niveau d experience": ("Confirmé", "expert_level"), "experience": ("5 ans", "expert_level"),
    "job type": ("Permanent", "ongoing"), "contract type": ("Full-time", "ongoing"), "employment type": ("Internship", "entry_level"),
    "contract": ("Part time", "ongoing"), "type de contrat": ("CDI", "ongoing"), "contrat": ("CDD", "ongoing"),
    "remote": ("Hybrid", "onsite"), "work mode": ("Onsite", "onsite"), "location": ("London (hybrid)", "onsite"),
    "workplace": ("On-site", "onsite"), "teletravail": ("2 jours / semaine", "onsite"), "lieu": ("Sur site", "onsite"),
}  # fmt: skip
"""What a column of an export nobody has seen may be called, with something it may say, and the trait that comes of it."""


@pytest.mark.parametrize(("column", "value", "trait_id"), [(name, *told) for name, told in _TALKING_COLUMNS.items()])
def test_columns_of_unknown_exports_show_traits(tagger, column, value, trait_id):
    """What a column says counts as what the text says."""
    fields = find_fields("f.csv", ["title", "description", column.title()], tagger.knowledge.sources, {})
    text = ["Work on our application", "Work on our application with our team."]

    said, unsaid = [tag.as_row() for tag in tagger.tag_chunk([fields.record([*text, cell]) for cell in (value, "")])]

    assert trait_id in said["traits"].split()
    assert trait_id not in unsaid["traits"].split()


def test_every_column_of_details_was_asked_about(knowledge):
    """A column added to sources.toml is added to the test above."""
    assert {name for wording in knowledge.sources.details for name in re.findall(r"{(.+?)}", wording)} == set(
        _TALKING_COLUMNS
    )


def test_overlong_record_is_given_up_and_the_rest_is_read(tmp_path, knowledge, monkeypatch):
    """A quote that swallows more than a record may hold costs its own line only."""
    monkeypatch.setattr("jobtagger.batch.delimited.MAX_RECORD_CHARS", 1000)
    path = tmp_path / "in.csv"
    path.write_text('title,n\n"open,1\n' + "".join(f"Logo {i},{i}\n" for i in range(200)))

    rows = list(open_table(str(path), ReadOptions(), knowledge.sources).rows)

    assert isinstance(rows[0], RejectedRecord)
    assert [f"Logo {i}" for i in range(200)] == [row[0] for row in rows[1:]]


def test_the_collector_is_left_as_it_was(tmp_path, tagger):
    """What is there before a run is kept out of garbage collections, which are rare, while it lasts, and no longer."""
    (tmp_path / "in.csv").write_text(HEADER + "1,Logo,for a bakery\n")
    before, during = gc.get_threshold(), []

    def look(n_bytes):
        during.append((gc.get_freeze_count() > 0, gc.get_threshold()[0] > before[0]))

    tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, on_progress=look)

    assert set(during) == {(True, True)}
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


def test_one_path_need_not_stand_in_a_list(tmp_path, tagger):
    """A single path, as text or as a Path, is an input."""
    (tmp_path / "in.csv").write_text("title\nLogo for a bakery\n")

    for inputs in (str(tmp_path / "in.csv"), tmp_path / "in.csv", [tmp_path / "in.csv"]):
        assert 1 == tag_file(inputs, tmp_path / "out.csv", tagger).n_tagged


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RunOptions(duplicates="bogus"), 'duplicates: "bogus" is not known; known: exact, near, off'),
        (lambda: RunOptions(jobs=-5), "jobs: -5 processes cannot be; give 0"),
        (lambda: ReadOptions(columns=(("titel", "x"),)), 'no field "titel"; did you mean "title"?; fields: title, '),
        (lambda: FrameOptions(columns=(("titel", "x"),)), 'no field "titel"; did you mean "title"?; fields: title, '),
    ],
)
def test_options_that_mean_nothing_are_refused(make, message):
    """An option that would be passed over in silence, or end in a trace, is an error that says what is known."""
    with pytest.raises(InputError) as refusal:
        make()

    assert message in str(refusal.value)


def test_files_without_rows_do_not_stop_the_others(tmp_path, tagger, monkeypatch):
    """Among several inputs one of a header alone, or of nothing, is passed over and noted; alone it is an error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("title\nLogo for a bakery\n")
    (tmp_path / "b.csv").write_text("title\n")
    (tmp_path / "c.csv").write_text("")

    summary = tag_file(["?.csv"], "out.tsv", tagger)

    assert (1, ["a.csv"]) == (summary.n_tagged, [entry["name"] for entry in summary.inputs])
    assert [(name, "no_rows") for name in ("b.csv", "c.csv")] == [
        (entry["name"], entry["reason"]) for entry in summary.left_out
    ]
    with pytest.raises(InputError, match=r"c\.csv: is empty"):
        tag_file(["b.csv", "c.csv"], "out.tsv", tagger)
