"""Eight weeks played through the real run: what the files said comes out of trends, and alerts keep quiet until they must not."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from jobs import Job

from jobtagger.cli import cli
from jobtagger.job import World, run_job
from jobtagger.watch import WatchSettings, after_run
from jobtagger.watch.settings import AlertSettings

FIRST = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # a Monday
N_WEEKS = 10
TITLES = {
    "translation": "Translate contract {n} from English to French",
    "graphic_design": "Logo number {n} for a bakery",
}


def rows_of(day, number, random, per_day):
    """Give a day's rows: new listings, five reposts of the first one under new ids, and on the first day a backlog."""
    rows = []
    for category_id, mean in per_day.items():
        for n in range(random.poisson(mean)):
            title = TITLES[category_id].format(n=f"{number}-{n}")
            rows.append([f"{category_id}-{number}-{n}", title, "", (day - timedelta(hours=3)).isoformat()])
    rows += [
        [f"again-{number}-{n}", "Translate the same book from English to French", "", day.isoformat()] for n in range(5)
    ]
    if number == 0:
        old = (day - timedelta(days=20)).isoformat()
        rows += [[f"old-{n}", f"Translate old letter {n} from English to French", "", old] for n in range(300)]
    return rows


@pytest.fixture(scope="module")
def played(tmp_path_factory, tagger):
    """Give a job after ten weeks, in which translation fell by two thirds after five weeks and logos stayed, and all it told."""
    home = tmp_path_factory.mktemp("played")
    job, random = Job(home, tagger), np.random.default_rng(8)
    told = home / "told.txt"
    watched = WatchSettings(AlertSettings(command=("tee", "-a", str(told))), home / "jobtagger.prom")
    settings = job.settings()
    for number in range(N_WEEKS * 7 + 1):
        day = FIRST + timedelta(days=number)
        per_day = {"translation": 24 if number < 35 else 8, "graphic_design": 24}
        job.add(f"{number:03}.csv", rows_of(day, number, random, per_day), "id,title,description,posted_at")
        run_job(settings, tagger, World(lambda day=day: day))
        assert [] == after_run(settings, watched, day)
    return job, told


def test_trends_say_what_the_files_said(played):
    """The fall is found, the steady category is steady; backlog and reposts are not counted."""
    job, _ = played

    result = CliRunner().invoke(cli, ["trends", "--config", str(job.config), "--by", "week", "--window", "4", "--json"])

    found = json.loads(result.output)
    by_id = {entry["category_id"]: entry for entry in found["categories"]}
    assert ("2026-03-09", "2026-05-10") == (found["base"]["start"], found["recent"]["end"])
    assert by_id["translation"]["count"]["low"] < 100 * (8 / 24 - 1) < by_id["translation"]["count"]["high"] < 0
    assert by_id["graphic_design"]["count"]["low"] < 0 < by_id["graphic_design"]["count"]["high"]
    assert 168 == pytest.approx(by_id["translation"]["base"]["per_week"], abs=15)
    assert "same" == by_id["translation"]["verdict"]


def test_alerts_named_the_shift_once(played):
    """The fall of a category is told as a shift of the mix once, is over when it has become usual, and nothing else is told."""
    _, told = played

    lines = told.read_text().splitlines()

    assert ["Alert: board: the categories", "Over: board: the categories"] == [
        " ".join(line.split()[:4]) for line in lines
    ]
    assert "translation" in lines[0]


def test_status_is_well(played):
    """After all that, the status counts what was read."""
    job, _ = played

    result = CliRunner().invoke(cli, ["status", "--config", str(job.config), "--json", "--max-age", "1e6"])

    found = json.loads(result.output)
    assert (0, []) == (result.exit_code, found["attention"])
    assert found["totals"]["reposts"] == 5 * (N_WEEKS * 7 + 1) - 1
    assert (job.home / "jobtagger.prom").exists()
