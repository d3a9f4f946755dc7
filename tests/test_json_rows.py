"""JSON in all the forms in which postings come: nothing is lost, and a bad record costs itself alone."""

import csv
import json
import os
import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.batch import ReadOptions, tag_file
from jobtagger.batch.json_document import JsonDocument
from jobtagger.batch.reading import open_table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.records import RejectedRecord

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]


def _read(path, sources, **options):
    with open_table(str(path), ReadOptions(**options), sources) as table:
        return table, [tuple(row) if isinstance(row, list) else row for row in table.rows]


class _Pieces:
    """A sound text in pieces of some size."""

    def __init__(self, text, size):
        self._text, self._size = text, size

    def texts(self):
        for start in range(0, len(self._text), self._size):
            yield self._text[start : start + self._size]

    def fault(self, text):
        return ""


_JSON = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(st.sampled_from('\\"[]{},:a9é'), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('a"\\[{', max_size=3), inner, max_size=4),
    max_leaves=30,
)


@given(st.lists(st.dictionaries(st.text('ab"', max_size=3), _JSON, max_size=4)), st.integers(1, 9), st.booleans())
def test_records_are_the_same_however_the_document_comes_in(records, size, is_indented):
    """Where blocks end decides nothing; a record is what Python reads in it, but numbers are text and NaN is none."""
    text = json.dumps({"n": 1.5, "list": records, "x": {"y": "]"}}, indent=1 if is_indented else None)

    found = [record for path, record in JsonDocument(_Pieces(text, size)).lists() if path == ("list",)]

    plain = {"parse_int": str, "parse_float": str, "parse_constant": lambda _: None}
    assert json.loads(text, **plain)["list"] == found


@given(_JSON, st.integers(0, 60), st.sampled_from(['"', "]", "{", "x", "\\", ","]), st.integers(1, 99))
def test_a_damaged_document_ends(value, place, junk, size):
    """Whatever stands in a document, and wherever it breaks off, it is read to an end."""
    text = json.dumps([value, {"a": 1}], ensure_ascii=False)
    for damaged in (text[:place] + junk + text[place:], text[:place]):
        assert len(list(JsonDocument(_Pieces(damaged, size)).lists())) <= len(text) + 1


@pytest.mark.parametrize("name", ["in.json", "in.jsonl"])
def test_values_that_are_not_there_are_empty(tmp_path, knowledge, name):
    """NaN and Infinity, as Python and pandas write them, cost no record and no row behind them."""
    records = [{"title": "a", "n": float("nan")}, {"title": "b", "n": [float("-inf"), 1]}, {"title": "NaN", "n": 2}]
    text = "\n".join(map(json.dumps, records)) if name == "in.jsonl" else json.dumps(records)
    (tmp_path / name).write_text(text)

    assert [("a", ""), ("b", "[null, 1]"), ("NaN", "2")] == _read(tmp_path / name, knowledge.sources)[1]


@pytest.mark.parametrize("name", ["in.json", "in.jsonl"])
def test_numbers_keep_their_digits_wherever_they_stand(tmp_path, knowledge, name):
    """A number is the text it was written as, at the top and inside of lists and objects."""
    numbers = ["12345678901234567890.123", "1.10", "1e400", "1E5", "-0", "9" * 6000]
    inner = f'{{"é\\"": [{", ".join(numbers)}], "b": [true, null, "1.10"]}}'
    record = f'{{"title": "a", {", ".join(f""""n{i}": {n}""" for i, n in enumerate(numbers))}, "inner": {inner}}}'
    (tmp_path / name).write_text(record if name == "in.jsonl" else f"[{record}]")

    assert [("a", *numbers, inner)] == _read(tmp_path / name, knowledge.sources)[1]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param("{'title': 'x'}", "is no JSON: Expecting property name", id="other quotes"),
        pytest.param('{"title": "a\\q"}', "is no JSON: Invalid \\escape", id="escape"),
        pytest.param('{"title": undefined, "n": [{"a": "]}"}]}', "is no JSON: Expecting value", id="undefined"),
        pytest.param("undefined", "is no JSON: Expecting value", id="no value"),
        pytest.param('"text, with a comma"', "is no JSON object", id="text"),
        pytest.param('{"title": "a" "b": 1}', "is no JSON: Expecting ',' delimiter", id="comma missing"),
    ],
)
def test_a_damaged_record_of_a_document_costs_itself(tmp_path, knowledge, bad, reason):
    """It is rejected with its text and its place; those behind it are read."""
    before, behind = '[{"title": "before"}, ', ', {"title": "behind"},]\n'
    (tmp_path / "in.json").write_text(before + bad + behind)

    first, rejected, last = _read(tmp_path / "in.json", knowledge.sources)[1]

    assert (("before",), ("behind",)) == (first, last)
    assert (bad, 2) == (rejected.content, rejected.row)
    assert rejected.reason.startswith(reason)


def test_bad_bytes_cost_their_record(tmp_path, knowledge):
    """One record of another encoding in a document or in JSON lines is rejected with the byte."""
    good, bad = '{"title": "Créer un logo"}'.encode(), '{"title": "Créer"}'.encode("cp1252")
    (tmp_path / "in.json").write_bytes(b"[" + b",".join([good, good, bad, good, good]) + b"]")
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([good, good, bad, good, good]))

    for name in ("in.json", "in.jsonl"):
        rows = _read(tmp_path / name, knowledge.sources)[1]
        assert [("Créer un logo",)] * 4 == [*rows[:2], *rows[3:]]
        assert rows[2].reason.startswith("byte 0xE9 is not utf-8; say --encoding")
        assert '{"title": "Cr\udce9er"}' == rows[2].content.rstrip()


def test_a_document_of_one_long_line_in_another_encoding(tmp_path, knowledge):
    """Half a megabyte of Western Windows without a single end of line is read as that."""
    records = [{"title": f"Création d'un très bel été à Nîmes {number}"} for number in range(9000)]
    (tmp_path / "in.json").write_bytes(json.dumps(records, ensure_ascii=False).encode("cp1252"))

    table, rows = _read(tmp_path / "in.json", knowledge.sources)

    assert "cp1252" == table.shape.encoding.name
    assert [(record["title"],) for record in records] == rows


def test_half_characters_in_names(tmp_path, tagger):
    """Half an emoji in the name of a column can be written too, to every format."""
    (tmp_path / "in.jsonl").write_text('{"title": "Logo", "n\\ud83d": 1}\n')

    for name in ("out.csv", "out.parquet", "out.xlsx"):
        tag_file([str(tmp_path / "in.jsonl")], str(tmp_path / name), tagger)
        table, _ = _read(tmp_path / name, tagger.knowledge.sources)
        assert ["title", "n\ufffd"] == table.columns[:2]


@pytest.mark.parametrize(
    ("document", "columns", "n_rows"),
    [
        pytest.param({"title": "Logo", "skills": ["Illustrator"]}, ["title", "skills"], 1, id="list of words"),
        pytest.param(
            {"title": "Logo", "description": "x", "attachments": [{"name": "a.pdf"}]},
            ["title", "description", "attachments"],
            1,
            id="attachments",
        ),
        pytest.param({"data": {"jobs": [{"title": "a"}, {"title": "b"}]}}, ["title"], 2, id="two levels down"),
        pytest.param({"a": {"b": {"jobs": [{"title": "a"}]}}}, ["title"], 1, id="three levels down"),
        pytest.param(
            {"filters": [{"id": 1}] * 9, "jobs": [{"title": "a"}, {"title": "b", "n": 1}]},
            ["title", "n"],
            2,
            id="two lists",
        ),
        pytest.param({"old": [{"title": "a"}], "new": [{"title": "b"}] * 3}, ["title"], 4, id="two that are alike"),
        pytest.param(
            {"old": [{"title": "a"}], "new": [{"title": "b", "n": 1}] * 3}, ["title", "n"], 3, id="the longer"
        ),
        pytest.param({"name": "all", "jobs": [{"title": "a"}, {"title": "b"}]}, ["title"], 2, id="usual name"),
        pytest.param(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "x",
                "description": "y",
                "items": [{"title": "a"}] * 2,
            },
            ["title"],
            2,
            id="JSON feed",
        ),
        pytest.param(
            {"title": "All jobs", "jobs": [{"title": "a", "description": "b"}]},
            ["title", "description"],
            1,
            id="titled",
        ),
        pytest.param(
            {"rss": {"channel": {"title": "x", "description": "y", "item": [{"title": "a"}] * 2}}},
            ["title"],
            2,
            id="feed",
        ),
        pytest.param({"total": 0, "pages": [], "job": {"title": "x"}}, ["title", "total", "pages"], 1, id="none"),
    ],
)
def test_where_the_records_stand(tmp_path, knowledge, document, columns, n_rows):
    """The list that looks most like postings is taken; an object that is a posting itself is the only record."""
    (tmp_path / "in.json").write_text(json.dumps(document))

    table, rows = _read(tmp_path / "in.json", knowledge.sources)

    assert (columns, n_rows) == (table.columns, len(rows))


def test_a_named_column_says_which_list_is_meant(tmp_path, knowledge):
    """--title is looked for among the records too."""
    (tmp_path / "in.json").write_text('{"title": "x", "rows": [{"quoi": "Logo"}, {"quoi": "Site"}]}')

    assert [("Logo",), ("Site",)] == _read(tmp_path / "in.json", knowledge.sources, columns=(("title", "quoi"),))[1]


@pytest.mark.parametrize(
    ("name", "content"),
    [("jobs.json.csv", "title\nLogo\n"), ("data.jsonl.csv.gz", "title\nLogo\n"), ("a.JSON", '[{}, {"title": 1}]')],
)
def test_the_last_ending_counts(tmp_path, knowledge, name, content):
    """What a name says further before, behind which the real ending stands, decides nothing."""
    (tmp_path / name).write_text(content)

    assert ["title"] == _read(tmp_path / name, knowledge.sources)[0].columns


def test_a_line_without_end_is_shown_by_its_beginning(tmp_path, knowledge):
    """Of a line of JSON that is too long, little stands in the rejected file."""
    with (tmp_path / "in.jsonl").open("w") as file:
        file.write('{"title": "a"}\n{"title": "' + "x" * 40_000_000 + '"}\n{"title": "b"}\n')

    first, rejected, last = _read(tmp_path / "in.jsonl", knowledge.sources)[1]

    assert (("a",), ("b",)) == (first, last)
    assert rejected.reason == "longer than 32,000,000 characters; is a quote never closed?"
    assert rejected.content.startswith('{"title": "xxx')
    assert 1000 < len(rejected.content) < 1100
    rejected.content.encode()


def _tag_through_bash(command):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, env={**os.environ, "JT": " ".join(map(json.dumps, PROGRAM))})  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
@pytest.mark.parametrize(
    "inputs", ["<(cat IN)", "/dev/stdin < <(cat IN)", "<(cat IN) <(cat IN)", "- < IN", "/dev/stdin < IN"]
)
def test_pipes_by_name_are_read_like_standard_input(tmp_path, form, inputs):
    """What can be read only once is read only once, whatever it is called."""
    path = tmp_path / f"in.{form}"
    records = [{"title": f"Logo {number}", "n": "x" * 99} for number in range(2000)]
    with path.open("w") as file:
        if form == "csv":
            csv.writer(file).writerows([["title", "n"], *[record.values() for record in records]])
        else:
            file.write(json.dumps(records) if form == "json" else "\n".join(map(json.dumps, records)))

    done = _tag_through_bash(f"eval $JT tag -q -o {tmp_path}/out.csv {inputs.replace('IN', str(path))}")

    assert (0, "") == (done.returncode, done.stderr)
    with (tmp_path / "out.csv").open() as file:
        assert [f"Logo {number}" for number in range(2000)] * (
            2 if " <(" in inputs and "stdin" not in inputs else 1
        ) == [row["title"] for row in csv.DictReader(file)]


def test_no_room_for_the_copy_is_said_in_one_line(tmp_path):
    """JSON from standard input needs a copy; where there is no room for it, TMPDIR is named."""
    limit = (100_000, 100_000)
    done = subprocess.run(
        [*PROGRAM, "tag", "-"],
        input='{"title": "Logo"}\n' * 20_000,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )

    assert 1 == done.returncode
    assert 1 == done.stderr.count("\n")
    assert "standard input: no room for a copy, which JSON needs" in done.stderr
    assert "TMPDIR" in done.stderr


def test_what_is_no_json_is_refused(tmp_path, knowledge):
    """A document of which nothing can be read says where it fails."""
    (tmp_path / "in.json").write_text('{"title": "x", "n": oops}')

    with pytest.raises(InputError, match=r"in\.json: is not JSON: .*Expecting value \(character 21\)"):
        _read(tmp_path / "in.json", knowledge.sources)


@pytest.mark.parametrize("name", ["in.json", "in"])
def test_lines_longer_than_the_first_look_are_lines(tmp_path, knowledge, name):
    """A first record that is longer than what is looked at first is told from a document all the same."""
    long = "x" * 400_000
    (tmp_path / name).write_text(f'{{"title": "a", "text": "{long}"}}\n\n{{"title": "b", "text": "{long}"}}\n')
    (tmp_path / "one.json").write_text(f'{{"title": "a", "text": "{long}"}}\n')

    table, rows = _read(tmp_path / name, knowledge.sources)
    one, single = _read(tmp_path / "one.json", knowledge.sources)

    assert ("jsonl", [("a", long), ("b", long)]) == (table.shape.format, rows)
    assert ("json", [("a", long)]) == (one.shape.format, single)


_JOB = {"id": "7", "title": "Logo", "description": "Draw a logo"}


@pytest.mark.parametrize(
    ("document", "columns", "rows"),
    [
        pytest.param(
            {"data": {"x": {"edges": [{"node": _JOB, "cursor": "c"}]}}},
            ["id", "title", "description", "cursor"],
            [("7", "Logo", "Draw a logo", "c")],
            id="GraphQL",
        ),
        pytest.param(
            {"hits": {"hits": [{"_id": "a", "_source": _JOB}]}},
            ["id", "title", "description", "_id"],
            [("7", "Logo", "Draw a logo", "a")],
            id="search engine",
        ),
        pytest.param(
            [{"id": "1", "attributes": _JOB}, {"id": "2", "attributes": {}}],
            ["id", "title", "description", "outer.id"],
            [("7", "Logo", "Draw a logo", "1"), ("", "", "", "2")],
            id="name that stands in both",
        ),
        pytest.param(
            [{"page": 1, "jobs": [_JOB, 3]}, {"page": 2, "jobs": [_JOB]}],
            ["id", "title", "description", "page"],
            [("7", "Logo", "Draw a logo", "1"), "is no JSON object", ("7", "Logo", "Draw a logo", "2")],
            id="pages",
        ),
        pytest.param({"0": _JOB, "1": _JOB}, list(_JOB), [tuple(_JOB.values())] * 2, id="numbered"),
        pytest.param(
            {"a": {"b": {"c": {"d": {"jobs": [_JOB]}}}}}, list(_JOB), [tuple(_JOB.values())], id="five levels down"
        ),
        pytest.param(
            {"first": [_JOB], "second": [{"titre": "Affiche", "texte": "Dessiner"}]},
            [*_JOB, "titre", "texte"],
            [("7", "Logo", "Draw a logo", "", ""), ("", "", "", "Affiche", "Dessiner")],
            id="lists beside each other",
        ),
        pytest.param(
            [{"title": "Logo", "client": {"title": "Acme", "description": "A firm"}}],
            ["title", "client"],
            [("Logo", '{"title": "Acme", "description": "A firm"}')],
            id="the client is no posting",
        ),
    ],
)
def test_postings_are_found_in_what_wraps_them(tmp_path, knowledge, document, columns, rows):
    """What every record wraps stands in its place, and nothing around it is lost."""
    (tmp_path / "in.json").write_text(json.dumps(document))

    table, read = _read(tmp_path / "in.json", knowledge.sources)

    assert (columns, rows) == (table.columns, [row.reason if isinstance(row, RejectedRecord) else row for row in read])


def test_wrapped_lines_become_flat(tmp_path, knowledge):
    """JSON lines may wrap their postings too."""
    (tmp_path / "in.jsonl").write_text(json.dumps({"job": _JOB, "client": {"name": "Acme"}}) + "\n")

    table, rows = _read(tmp_path / "in.jsonl", knowledge.sources)

    assert ([*_JOB, "client"], "Logo") == (table.columns, rows[0][1])


def test_the_list_called_jobs_is_read_and_others_are_named(tmp_path):
    """A longer list of other postings does not win, and is not passed over in silence."""
    (tmp_path / "in.json").write_text(json.dumps({"jobs": [_JOB], "related": [_JOB] * 3}))

    done = subprocess.run(
        [*PROGRAM, "tag", str(tmp_path / "in.json"), "-o", str(tmp_path / "o.csv"), "-q", "--lang", "fr"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert 2 == len((tmp_path / "o.csv").read_text().splitlines())
    assert "listes qui n'ont pas été lues : related (3)" in done.stderr


@pytest.mark.parametrize(
    "document",
    [
        {"title": {"0": "Logo", "1": "Site"}, "description": {"0": "Draw", "1": "Build"}},
        {"title": ["Logo", "Site"], "budget": ["5", "6"]},
    ],
)
def test_an_object_of_columns_is_refused(tmp_path, knowledge, document):
    """Columns are not taken for one posting."""
    (tmp_path / "in.json").write_text(json.dumps(document))

    with pytest.raises(InputError, match=r"holds columns, not records; .*orient=\"records\""):
        _read(tmp_path / "in.json", knowledge.sources)


@pytest.mark.parametrize("document", [{"jobs": [], "total": 0}, {"title": "Jobs", "description": "feed", "jobs": []}])
def test_an_empty_list_of_postings_has_no_rows(tmp_path, knowledge, document):
    """Nothing found today is no error among several files."""
    (tmp_path / "in.json").write_text(json.dumps(document))

    with pytest.raises(NoRowsError):
        _read(tmp_path / "in.json", knowledge.sources)


def test_texts_deeper_in_records_are_said(tmp_path):
    """The message does not advise to name a column that holds objects."""
    (tmp_path / "in.json").write_text(json.dumps([{"a": {"b": {"title": "Logo"}}}]))

    done = subprocess.run([*PROGRAM, "tag", str(tmp_path / "in.json")], capture_output=True, text=True, check=False)

    assert "the texts stand deeper in the records" in done.stderr


@pytest.mark.parametrize("n_rows", [0, 1, 3])
def test_arrays_are_written(tmp_path, tagger, n_rows):
    """A JSON array holds the objects that JSON lines hold."""
    (tmp_path / "in.csv").write_text("title,n\nonly one cell\n" + '"Logo, ""é""",007\n' * n_rows, encoding="utf-8")
    for name in ("out.json", "out.jsonl"):
        tag_file([str(tmp_path / "in.csv")], str(tmp_path / name), tagger)

    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == list(map(json.loads, lines))
    assert n_rows == len(lines)
