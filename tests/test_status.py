"""The status of the job: what happened, how old it is, and when a person is needed; also for Prometheus."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from jobs import Job
from prometheus_client.parser import text_string_to_metric_families
from stores import add_run, day, some

from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.job import Settings
from jobtagger.job.store import open_store
from jobtagger.watch import WatchSettings, after_run
from jobtagger.watch.alerts import send_alerts
from jobtagger.watch.causes import cause
from jobtagger.watch.metrics import write_metrics
from jobtagger.watch.settings import AlertSettings
from jobtagger.watch.status import read_status

HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path):
    """Give the file of the store."""
    return tmp_path / "s.sqlite"


@pytest.fixture
def store(path):
    """Give an empty store."""
    with open_store(path) as opened:
        yield opened


def status_of(store, at=None, n_runs=10):
    """Read the status at a moment."""
    with store.read() as connection:
        return read_status(connection, "s", at or day(0) + HOUR, n_runs)


def test_counts_by_run_and_source(store):
    """Counts of the last run, and totals of all, stand by source."""
    add_run(store, day(0), {"a": [*some(3), "rejected"], "b": some(2, needs_review="true")})
    add_run(store, day(1), {"a": some(1, repost_of=1), "b": "HTTP 503"}, outcome="problems")

    found = status_of(store, day(1) + HOUR)

    assert [("problems", 1, 1), ("ok", 6, 0)] == [
        (entry.run.outcome, entry.counts["n_read"], entry.n_failed_sources) for entry in found.runs
    ]
    a, b = found.sources
    assert ("a", 1, 5, 1, "") == (a.source, a.counts["n_read"], a.totals["n_read"], a.totals["n_rejected"], a.error)
    assert ("HTTP 503", day(0), day(0), 1) == (b.error, b.last_read, b.last_new, b.n_failures)
    assert {"listings": 6, "reposts": 1, "to_review": 2, "corrected": 0, "rejected": 0} == found.totals


@pytest.mark.parametrize(
    ("runs", "hours", "expected"),
    [
        ([], 1, ("no_run",)),
        (["ok"], 1, ()),
        (["ok"], 27, ("late",)),
        (["ok", "problems"], 1, ("problems",)),
        (["ok", "failed"], 1, ("failed",)),
        (["ok", "failed"], 27, ("failed", "late")),
        (["failed"], 1, ("failed", "late")),
        (["failed", "ok"], 1, ()),
        (["ok", "running"], 2, ()),
        (["running"], 1, ("no_run",)),
    ],
)
def test_what_needs_a_person(store, runs, hours, expected):
    """Failures, problems and age each have their word; a run at work hides none of them."""
    for number, outcome in enumerate(runs):
        add_run(store, day(0) + number * timedelta(minutes=5), {"a": []}, outcome)

    assert expected == status_of(store, day(0) + hours * HOUR).attention(timedelta(hours=26))


def test_lasting_alerts_need_a_person_until_they_are_over(store):
    """An alert that is shown, and stands in the metrics, is never "all is well"; it is over when it is cleared."""
    add_run(store, day(0), {"a": []}, "failed")
    send_alerts(store, AlertSettings(command=("true",)), {}, day(0))
    before = status_of(store).attention(26 * HOUR)
    add_run(store, day(0) + HOUR, {"a": []})

    after = status_of(store, day(0) + 2 * HOUR)

    assert ("failed", "late", "alerts") == before
    assert (("alerts",), 1) == (after.attention(26 * HOUR), len(after.alerts))
    send_alerts(store, AlertSettings(command=("true",)), {}, day(2))
    cleared = status_of(store, day(0) + 2 * HOUR)
    assert ((), 0) == (cleared.attention(26 * HOUR), len(cleared.alerts))


def test_alerts_that_are_no_longer_configured_do_not_last(store, path, tmp_path):
    """Without [alerts] nobody finds out whether one lasts: the next run ends it."""
    add_run(store, day(0), {"a": []}, "failed")
    send_alerts(store, AlertSettings(command=("true",)), {}, day(0))
    add_run(store, day(0) + HOUR, {"a": []})

    assert [] == after_run(Settings((), path), WatchSettings(), day(0) + HOUR)

    assert ((), 0) == (status_of(store, day(0) + HOUR).attention(26 * HOUR), len(status_of(store).alerts))


def test_last_good_run_is_found_behind_many_failures(store):
    """However many runs failed since, the last good one tells the age."""
    add_run(store, day(0), {"a": some(1)})
    for number in range(1, 6):
        add_run(store, day(number), {"a": "down"}, "failed")

    found = status_of(store, day(5), n_runs=2)

    assert day(0) == found.last_good.started_at
    assert 3 == len(found.runs)


def test_command_says_it_and_its_exit_code_too(store, path):
    """Text in both languages, JSON, and exit codes for monitoring."""
    add_run(store, datetime.now(UTC) - 3 * HOUR, {"a": some(2), "b": "HTTP 503"}, "problems")

    text = CliRunner().invoke(cli, ["status", "--store", str(path), "--lang", "en"])
    french = CliRunner().invoke(cli, ["status", "--store", str(path), "--lang", "fr"])
    as_json = CliRunner().invoke(cli, ["status", "--store", str(path), "--json", "--max-age", "1"])

    assert 3 == text.exit_code
    assert "Last complete run 2 h 59 min ago" in text.output
    assert "Needs attention: the last run had problems." in text.output
    assert "À regarder : la dernière exécution a eu des problèmes." in french.output
    assert "  problems  " in text.output
    assert "  problèmes  " in french.output
    assert "problems" not in french.output
    assert ["problems", "late"] == json.loads(as_json.output)["attention"]
    assert 179 * 60 == pytest.approx(json.loads(as_json.output)["lag_seconds"], abs=60)


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("g: /x/nowhere: is no folder, or cannot be reached", "g: /x/nowhere : n'est pas un dossier, ou est inaccessible"),
        ("http://x: the server answered 503 Busy; b: c.csv: no such file",
         "http://x : le serveur a répondu 503 Busy; b: c.csv : ce fichier n'existe pas"),
        ("http://x: the answer is no JSON (39 bytes, said to be text/html)",
         "http://x : la réponse n'est pas du JSON (39 octets, annoncés comme text/html)"),
        ("http://x: is left alone until 2026-04-01 after 3 failures in a row",
         "http://x : est laissée en paix jusqu'à 2026-04-01 après 3 échecs de suite"),
        ("was asked to stop; the next run goes on", "on lui a demandé d'arrêter ; la prochaine exécution continue"),
        ("KeyError: something else", "KeyError: something else"),
    ],
)  # fmt: skip
def test_causes_are_told_in_french(english, french):
    """What the job itself says comes in French; what others said stays as it is."""
    assert french == cause(english, "fr")
    assert english == cause(english, "en")


def test_causes_that_sources_give_are_known(tmp_path, tagger, store_place):
    """Real failures: alerts and status in French hold no English half sentence."""
    job = Job(tmp_path, tagger, store_place, '[[source]]\nname = "g"\nkind = "folder"\npaths = ["nowhere/*"]\n')
    told = tmp_path / "told"
    job.configure('[[source]]\nname = "g"\nkind = "folder"\npaths = ["nowhere/*"]\n')
    for _ in range(2):
        job.run()
    settings = AlertSettings(language="fr", command=("sh", "-c", f"cat > {told}"))
    with open_store(job.store) as opened:
        send_alerts(opened, settings, {}, job.now)
    french = CliRunner().invoke(cli, ["status", "--store", str(job.store), "--lang", "fr"])

    for text in (told.read_text(), french.output):
        assert "nowhere : n'est pas un dossier, ou est inaccessible" in text
        assert "no folder" not in text


def test_command_is_content_when_all_is_well(store, path):
    """Exit code 0, and the last line says so."""
    add_run(store, datetime.now(UTC) - HOUR, {"a": some(2)})

    result = CliRunner().invoke(cli, ["status", "--store", str(path), "--lang", "en"])

    assert (0, "All is well.") == (result.exit_code, result.output.splitlines()[-1])


@pytest.mark.parametrize("given", [["--max-age", "-1"], ["--max-age", "0"], ["--max-age", "1e300"], ["--runs", "-3"]])
def test_numbers_out_of_range_are_wrong_usage(store, path, given):
    """An age or a number of runs that cannot be is refused, not answered."""
    result = CliRunner().invoke(cli, ["status", "--store", str(path), *given])

    assert (2, True) == (result.exit_code, "is not in the range" in result.output)


def test_missing_store_is_no_new_store(tmp_path):
    """Asking for the status of nothing makes nothing."""
    result = CliRunner().invoke(cli, ["status", "--store", str(tmp_path / "none.sqlite")])

    assert 1 == result.exit_code
    assert 'no such store; "jobtagger run" makes it' in result.output
    assert [] == list(tmp_path.iterdir())


def test_metrics_are_read_by_prometheus(store, path, tmp_path):
    """The file is understood by Prometheus' own parser, and holds what the status says."""
    add_run(store, day(0), {'quo"ted': [*some(3), "rejected"], "b": "HTTP 503"}, "problems")
    send_alerts(store, AlertSettings(command=("true",)), {}, day(0))
    file = tmp_path / "jobtagger.prom"

    write_metrics(status_of(store), file)

    samples = {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels, reverse=True))): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }
    assert 3 == samples["jobtagger_listings",]
    assert 0 == samples["jobtagger_last_run_ok",]
    assert (day(0) + timedelta(minutes=1)).timestamp() == samples["jobtagger_last_good_run_timestamp_seconds",]
    assert 4 == samples["jobtagger_source_rows_total", 'quo"ted', "read"]
    assert 1 == samples["jobtagger_source_last_run_rows", 'quo"ted', "rejected"]
    assert (0, 1) == (samples["jobtagger_source_error", 'quo"ted'], samples["jobtagger_source_error", "b"])
    assert ("jobtagger_source_last_read_timestamp_seconds", "b") not in samples
    assert ["jobtagger.prom", "s.sqlite"] == sorted(p.name for p in tmp_path.iterdir() if "-" not in p.name)


def test_metrics_of_an_empty_store(store, tmp_path):
    """Before the first run there is a file too, without times."""
    write_metrics(status_of(store), tmp_path / "m.prom")

    text = (tmp_path / "m.prom").read_text()
    assert "jobtagger_listings 0.0" in text
    assert "jobtagger_last_run_start_timestamp_seconds" not in [line.split(" ")[0] for line in text.splitlines()]


def test_metrics_to_nowhere_are_an_error(store, tmp_path):
    """A folder that does not exist is named."""
    with pytest.raises(InputError, match=r"m\.prom: cannot be written: No such file or directory"):
        write_metrics(status_of(store), tmp_path / "none" / "m.prom")
