"""docs/operations.md and docs/trends.md say what the code does: configuration, kinds, limits, metrics."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jobs import FOLDER_SOURCE
from prometheus_client.parser import text_string_to_metric_families
from stores import add_run, day, some

from jobtagger.job import read_config
from jobtagger.job.store import open_store
from jobtagger.watch import read_watch_settings
from jobtagger.watch.alerts import send_alerts
from jobtagger.watch.metrics import write_metrics
from jobtagger.watch.settings import AlertSettings, Limits
from jobtagger.watch.status import read_status
from jobtagger.watch.trends import USUAL_WINDOWS, Question
from jobtagger.watch.wording import KINDS

DOCS = Path(__file__).parents[1] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text("utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", OPERATIONS, re.DOTALL), ids=["alerts", "metrics"])
def test_configurations_of_the_page_are_read(block, tmp_path):
    """Every configuration of the page can be copied as it stands."""
    path = tmp_path / "jobtagger.toml"
    path.write_text(FOLDER_SOURCE + block)

    watched = read_watch_settings(path)

    assert watched.alerts or watched.textfile
    assert read_config(path).sources


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_alert_is_documented(kind):
    """Each kind has its row."""
    assert re.search(rf"^\|.*`{kind}`.*\|.*\|.*\|$", OPERATIONS, re.MULTILINE)


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_every_limit_is_documented_with_its_default(limit):
    """Each limit stands there with the default that the code has."""
    assert f"`{limit.name} = {limit.default:g}`" in OPERATIONS


def test_every_metric_is_documented(tmp_path):
    """Each metric of the file stands on the page, without its beginning."""
    with open_store(tmp_path / "s.sqlite") as store:
        add_run(store, day(0), {"a": some(1), "b": "HTTP 500"}, "failed")
        send_alerts(store, AlertSettings(command=("true",)), {}, day(0))
        with store.read() as connection:
            write_metrics(read_status(connection, "s", day(0)), tmp_path / "m.prom")

    names = {
        sample.name
        for family in text_string_to_metric_families((tmp_path / "m.prom").read_text())
        for sample in family.samples
    }
    assert [] == sorted(name for name in names if f"`{name.removeprefix('jobtagger_')}`" not in OPERATIONS)


def test_numbers_of_the_method_are_those_of_the_code(knowledge):
    """Windows, minimum and level stand in docs/trends.md as the code has them."""
    text = (DOCS / "trends.md").read_text("utf-8")

    assert {"month": 3, "week": 8} == USUAL_WINDOWS
    assert "up to three months or eight weeks" in text
    assert f"fewer than {Question().min_count} listings" in text
    assert f"{100 * Question().level:g} % confidence" in text
    assert f"of {len(set(knowledge.categories) - {'other'})} intervals of 95 %" in text
