"""The configuration of the job: what is wrong in it is named, all at once; no secret stands in it."""

import re

import pytest
from jobs import EXAMPLE, uncommented
from sqlalchemy import make_url

from jobtagger.errors import ConfigError
from jobtagger.job.config import _KEYS, COLUMN_FIELDS, PAGINGS, read_config
from jobtagger.job.settings import DatabaseSource, FeedSource, FolderSource, HttpSource, fill, fill_address

FOLDER = '[[source]]\nname = "a"\nkind = "folder"\npaths = ["x/*"]\n'
FEED = '[[source]]\nname = "a"\nkind = "feed"\nurls = ["http://x/a"]\n'
HTTP = '[[source]]\nname = "a"\nkind = "http"\nurl = "http://x/a"\n'
DATABASE = '[[source]]\nname = "a"\nkind = "database"\nurl = "sqlite:///x"\n'


def read(tmp_path, content):
    """Read a configuration of this content."""
    path = tmp_path / "jobtagger.toml"
    path.write_text(content, "utf-8")
    return read_config(path, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[source", r"jobtagger\.toml: is not TOML"),
        ("", r"jobtagger\.toml: file: names no source; write a \[\[source\]\]"),
        ('[source]\nfolder = "x"\n', r"\[source\]: is one table; write \[\[source\]\]"),
        ("[sauce]\n" + FOLDER, r'file: unknown section "sauce"; did you mean "source"\? \(allowed: store, privacy, model, source, alerts, metrics\)'),
        ('[store]\ndatabas = "x"\n' + FOLDER, r'\[store\]: unknown key "databas"; did you mean "database"\? \(allowed: database, url, busy_seconds\)'),
        ("[store]\ndatabase = 5\n" + FOLDER, r"\[store\]: database: 5 is of the wrong type"),
        ('[store]\ndatabase = "a"\nurl = "postgresql://b/c"\n' + FOLDER, r"\[store\]: database and url: name one of them"),
        ('[store]\nurl = "mysql://b/c"\n' + FOLDER, r"\[store\]: url: must begin with postgresql://"),
        ('[store]\nurl = "postgresql://me:hush@b/c"\n' + FOLDER, r"\[store\]: url: a password must not stand in the file; write "),
        ("[privacy]\nmask = 1\n" + FOLDER, r"\[privacy\]: mask: 1 is of the wrong type"),
        ("[privacy]\nkeep_text_days = -1\n" + FOLDER, r"keep_text_days: -1 is not between 0 and 36500"),
        ('[[source]]\nkind = "folder"\npaths = ["x"]\n', r"\[\[source\]\] 1: name: is missing"),
        (FOLDER + FOLDER, r'\[\[source\]\] "a": name: another source has it already'),
        (FOLDER.replace('"a"', '"a b"'), r'name: "a b" must be letters, digits'),
        (FOLDER.replace("folder", "foldr"), r'kind: "foldr" is not known; did you mean "folder"'),
        (FOLDER + 'path = "x"\n', r'\[\[source\]\] "a": unknown key "path"; did you mean "paths"\? \(allowed: name, kind, paths, '),
        (FOLDER + 'columns = { titel = "x" }\n', r'"a" columns: unknown key "titel"; did you mean "title"\? \(allowed: title, descr'),
        (FOLDER + 'columns = { title = "t", skills = "" }\n', r'"a" columns: skills: is empty; name a column, or leave skills out'),
        (FOLDER + "columns = { title = 5 }\n", r"columns: must be a table of strings"),
        (FOLDER.replace('["x/*"]', "[]"), r"paths: names no file"),
        (FEED.replace("http:", "ftp:"), r'"ftp://x/a" is no http or https address'),
        (FEED + "timeout_s = 0\n", r"timeout_s: 0 is not between 0.1 and 600"),
        (FEED + 'headers = { Authorization = "Bearer abc" }\n', r"headers: Authorization: a secret must not stand in the file; write "),
        (HTTP + 'params = { api_key = "abc" }\n', r"params: api_key: a secret must not stand in the file"),
        (HTTP.replace("x/a", "x/a?token=abc"), r"address: token: a secret must not stand in the file"),
        (HTTP.replace("//x", "//me:hush@x"), r"url: a password must not stand in the file"),
        (HTTP + 'paging = { kind = "pages" }\n', r'paging: kind: "pages" is not known; did you mean "page"'),
        (HTTP + 'paging = { kind = "page" }\n', r"paging: param: is "),
        (HTTP + 'paging = { kind = "cursor", param = "a", path = "b" }\n', r'paging: unknown key "path".*\(allowed: kind, param, at'),
        (DATABASE.replace("sqlite:///x", "postgresql://b/c?password=hush") + 'table = "t"\n', r"address: password: a secret must not stand in the file"),
        (DATABASE, r"table and query: name one of them"),
        (DATABASE.replace("sqlite:///x", "oracle://x") + 'table = "t"\n', r"url: must begin with sqlite:/// or postgresql://"),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_place(tmp_path, content, message):
    """Unknown keys name file, key and what is allowed; wrong values say what is wrong."""
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, content)


def test_all_mistakes_are_reported_at_once(tmp_path):
    """One reading tells everything that is wrong."""
    with pytest.raises(ConfigError, match=r"\[store\]: unknown key") as error:
        read(tmp_path, "[store]\nx = 1\n[privacy]\ny = 2\n" + FOLDER + "z = 3\n" + DATABASE)

    assert 5 == len(str(error.value).splitlines())


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ('pathz = ["x"]\n', ["name: is missing or empty", "kind: is missing or empty", 'unknown key "pathz"; did you mean "paths"? (allowed: name, kind, paths, ']),
        ('name = ""\nkind = 5\n', ["name: is missing or empty", "kind: 5 is of the wrong type"]),
        ('name = "a"\nkind = "zzz"\nurlz = "x"\n', ['kind: "zzz" is not known (known: folder, feed, http, database)', 'unknown key "urlz"; did you mean "url']),
        ('name = "a"\nkind = "http"\npaging = { kind = "cursor" }\n', ["url: is missing or empty", "paging: param: is missing or empty", "paging: at: is missing or empty"]),
        ('name = "a"\nkind = "http"\nurl = "http://x"\npaging = 5\n', ["paging: is no table"]),
        ('name = "a"\nkind = "database"\ntable = "t"\n', ["url: is missing or empty"]),
    ],
)  # fmt: skip
def test_every_mistake_of_a_source_is_said_once(tmp_path, source, problems):
    """Unknown keys are named even where the kind is not known, and nothing is said twice."""
    with pytest.raises(ConfigError, match=r"jobtagger\.toml: \[\[source\]\]") as error:
        read(tmp_path, f"[[source]]\n{source}")

    lines = str(error.value).splitlines()
    assert len(problems) == len(lines), lines
    for problem, line in zip(problems, lines, strict=True):
        assert problem in line


def test_missing_configuration_says_how_to_get_one(tmp_path):
    """No configuration is an error that points to `jobtagger init`."""
    with pytest.raises(ConfigError, match=r'no such file; "jobtagger init" writes one to start from'):
        read_config(tmp_path / "jobtagger.toml")


def test_paths_begin_at_the_folder_of_the_file(tmp_path):
    """Files, stores and databases are found from wherever the job is started."""
    settings = read(tmp_path, FOLDER + DATABASE.replace('"a"', '"b"') + 'table = "t"\n')

    assert tmp_path / "jobtagger.sqlite" == settings.store
    assert (("x/*",), tmp_path) == (settings.sources[0].patterns, settings.sources[0].base)
    assert f"sqlite:///{tmp_path}/x" == settings.sources[1].url


def test_example_as_it_is_reads(tmp_path):
    """What `jobtagger init` writes works."""
    settings = read(tmp_path, EXAMPLE)

    assert [FolderSource] == [type(source) for source in settings.sources]
    assert settings.mask


def test_example_shows_everything_that_can_be_set(tmp_path):
    """Every key of every section stands in the example, and no other."""
    shown = set(re.findall(r"^(?:# )?(\w+) = ", EXAMPLE, re.MULTILINE))
    inner = set(re.findall(r"[{,] ?(\w+) = ", EXAMPLE))

    for section, keys in _KEYS.items():
        assert set(keys) <= (inner if section == "paging" else shown), section
    assert shown == {key for section, keys in _KEYS.items() if section != "paging" for key in keys}
    assert set(COLUMN_FIELDS) <= inner
    assert set(PAGINGS) - {"none"} <= set(re.findall(r'kind = "(\w+)"', EXAMPLE))


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("without", [("database", "table"), ('url = "postgresql://jobtagger', "query")])
def test_example_with_everything_set_reads(tmp_path, which, without):
    """The commented parts of the example are right too, every alternative of them."""
    settings = read(tmp_path, uncommented(which, without))

    assert [FolderSource, FeedSource, HttpSource, DatabaseSource] == [type(source) for source in settings.sources]
    assert ("page", "offset", "cursor", "next", "link")[which] == settings.sources[2].paging.kind


def test_variables_are_filled_in_when_they_are_needed():
    """A missing variable is named with its place; nothing else of the text changes."""
    assert "a b $c ${}" == fill("a ${X} $c ${}", {"X": "b"}, "here")
    with pytest.raises(ConfigError, match="here: the environment has no variable Y; set it before the run"):
        fill("${Y}", {"X": "b"}, "here")


@pytest.mark.parametrize("secret", ["sec@ret99", "a/b?c#d", "p%41:&=+ x", "éà"])
def test_secret_of_any_signs_stays_one_part_of_an_address(secret):
    """User, password and parameters are what the environment holds, to the sign; the place is filled in as it is."""
    address = "postgresql://${U}:${P}@${HOST}:${PORT}/${DB}?options=${P}&x=${U}"
    environ = {"U": "me@work", "P": f"{secret}\n", "HOST": "db.example", "PORT": "5433", "DB": "jobs"}

    url = make_url(fill_address(address, environ, "here"))

    assert ("me@work", secret, "db.example", 5433, "jobs") == (
        url.username,
        url.password,
        url.host,
        url.port,
        url.database,
    )
    assert {"options": secret, "x": "me@work"} == dict(url.query)
    assert "https://x/a@b/c?t=%26" == fill_address("https://x/${A}/c?t=${B}", {"A": "a@b", "B": "&"}, "here")
