"""[alerts] and [metrics] in the configuration: every mistake is named, and a run does what they say."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from jobs import FOLDER_SOURCE

from jobtagger.errors import ConfigError
from jobtagger.job import read_config
from jobtagger.watch import WatchSettings, after_run, read_watch_settings, read_whole_config
from jobtagger.watch.settings import AlertSettings, Email, Limits

EVERYTHING = """
[alerts]
language = "fr"
webhook = "${HOOK}"
text_field = "content"
command = "/usr/bin/tell --to 'the team' --to ops"
tell_cleared = false
timeout_seconds = 5
[alerts.email]
host = "mail.example.org"
port = 465
security = "tls"
from = "job@example.org"
to = ["a@example.org", "b@example.org"]
user = "job"
password = "${SMTP_PASSWORD}"
[alerts.limits]
silent_days = 1.5
failed_runs = 3
p_value = 0.01
min_effect = 0.2
min_listings = 50
level_factor = 3
reject_rise = 2
review_rise = 5
clear_after_hours = 0
[metrics]
textfile = "out/jobtagger.prom"
"""


@pytest.fixture
def config(tmp_path):
    """Give a function that writes a configuration."""

    def write(text):
        path = tmp_path / "jobtagger.toml"
        path.write_text(FOLDER_SOURCE + text)
        return path

    return write


def test_everything_is_read(config, tmp_path):
    """Each key has its place, and the job's own reader lets them pass."""
    path = config(EVERYTHING)

    assert WatchSettings(
        AlertSettings(
            language="fr",
            tell_cleared=False,
            webhook="${HOOK}",
            text_field="content",
            command=("/usr/bin/tell", "--to", "the team", "--to", "ops"),
            timeout_seconds=5,
            email=Email(
                "mail.example.org",
                "job@example.org",
                ("a@example.org", "b@example.org"),
                465,
                "tls",
                "job",
                "${SMTP_PASSWORD}",
            ),
            limits=Limits(1.5, 3, 0.01, 0.2, 50, 3, 2, 5, 0),
        ),
        tmp_path / "out/jobtagger.prom",
    ) == read_watch_settings(path)
    assert ["board"] == [source.name for source in read_config(path).sources]


def test_nothing_is_configured(config):
    """Without the tables there are neither alerts nor metrics."""
    assert WatchSettings(None, None) == read_watch_settings(config(""))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[alerts]\n", r"\[alerts\]: name at least one of webhook, command and \[alerts.email\]"),
        ("alerts = 5\n", r"\[alerts\]: is no table"),
        ('[alerts]\nwebhok = "https://x"\n', r'\[alerts\]: unknown key "webhok"; did you mean "webhook"\?'),
        (
            '[alerts]\nwebhook = "ftp://x"\n',
            r"\[alerts\]: webhook: give an address that starts with https:// or http://",
        ),
        ('[alerts]\ncommand = "it\'s"\n', r"\[alerts\]: command: cannot be split into words: No closing quotation"),
        ('[alerts]\ncommand = "x"\nlanguage = "de"\n', r'\[alerts\]: language: "de" is not known'),
        ('[alerts]\ncommand = "x"\ntell_cleared = "no"\n', r"\[alerts\]: tell_cleared: 'no' is of the wrong type"),
        (
            '[alerts.email]\nhost = "x"\n',
            r"(?s)\[alerts.email\]: from: is empty or missing.*to: is missing.*to: names nobody",
        ),
        (
            '[alerts.email]\nhost = "x"\nfrom = "a"\nto = ["b"]\nuser = "u"\npassword = "secret"\n',
            r'\[alerts.email\]: password: a secret must not stand in the file; write "\$\{NAME\}"',
        ),
        ('[alerts.email]\nhost = "x"\nfrom = "a"\nto = ["b"]\nuser = "u"\n', r"user and password: give both or none"),
        ('[alerts]\ncommand = "x"\n[alerts.limits]\np_value = 2\n', r"\[alerts.limits\]: p_value: 2 is not between"),
        ("[metrics]\n", r"\[metrics\]: textfile: is empty or missing"),
        ('[metrics]\ntextfile = "x"\nfile = "y"\n', r'\[metrics\]: unknown key "file"'),
    ],
)
def test_mistakes_are_named(config, text, message):
    """Every mistake is named with its place."""
    path = config("") if text.startswith("alerts =") else config(text)
    if text.startswith("alerts ="):
        path.write_text(text + FOLDER_SOURCE)

    with pytest.raises(ConfigError, match=message):
        read_watch_settings(path)


def test_missing_and_broken_files_are_named(tmp_path):
    """No file, and a file that is no TOML."""
    with pytest.raises(ConfigError, match=r"no such file"):
        read_watch_settings(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[alerts")
    with pytest.raises(ConfigError, match=r"is not TOML"):
        read_watch_settings(tmp_path / "bad.toml")


def test_run_tells_and_measures(config, tmp_path):
    """A real `jobtagger run` whose only source fails says so by the command, and writes the metrics; its exit code is 1."""
    script = f"import sys; open({str(tmp_path / 'told.txt')!r}, 'a').write(sys.stdin.read())"
    (tmp_path / "tell.py").write_text(script)
    (tmp_path / "listings").mkdir()
    (tmp_path / "listings" / "a.csv").write_text("title\n")
    path = config(
        f'[alerts]\ncommand = "{sys.executable} {tmp_path / "tell.py"}"\n[metrics]\ntextfile = "jobtagger.prom"\n'
    )

    results = [
        subprocess.run(
            [sys.executable, "-c", "from jobtagger.cli import main; main()", "run", "--config", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        for _ in range(3)
    ]

    assert [1, 1, 1] == [result.returncode for result in results], results[0].stderr
    told = (tmp_path / "told.txt").read_text().splitlines()
    assert 2 == len(told)  # the failed run at once, the failing source after the second time, and nothing twice
    assert told[0].startswith("Alert: the job: the last run failed: board: ")
    assert told[1].startswith("Alert: board: could not be read in the last 2 runs: ")
    metrics = (tmp_path / "jobtagger.prom").read_text()
    assert 'jobtagger_source_failures_total{source="board"} 3.0' in metrics
    assert 'jobtagger_alert{kind="run_failed",source=""} 1.0' in metrics


def test_what_fails_after_a_run_is_a_problem_and_no_error(config, tmp_path):
    """A store that is not there, or a folder for metrics that is not there, is said and raised nowhere."""
    settings = read_config(config(""))
    watched = WatchSettings(AlertSettings(command=("true",)), tmp_path / "none" / "m.prom")

    problems = after_run(settings, watched, datetime(2026, 3, 2, tzinfo=UTC))

    assert 2 == len(problems)
    assert all("no such store" in problem for problem in problems)


def test_mistakes_of_the_run_and_of_what_looks_after_it_are_told_together(config):
    """One reading names them all; a file that is no TOML is named once."""
    with pytest.raises(ConfigError, match="unknown key") as error:
        read_whole_config(config('[alerts]\nlanguage = "de"\nwebhook = "http://x"\n[store]\nx = 1\n'), {})
    lines = str(error.value).splitlines()
    assert ["[store]" in lines[0], "[alerts]: language" in lines[1]] == [True, True], lines
    assert 2 == len(lines)

    with pytest.raises(ConfigError, match="is not TOML") as error:
        read_whole_config(config("[alerts"), {})
    assert 1 == len(str(error.value).splitlines())
