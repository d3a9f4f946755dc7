"""What looks after the job says the same of a store in SQLite and in PostgreSQL."""

from datetime import timedelta

from stores import add_run, day, some

from jobtagger.job.store import open_store
from jobtagger.watch.alerts import find, open_alerts, send_alerts
from jobtagger.watch.corrections import add_correction, take_back, training_rows, valid_corrections
from jobtagger.watch.counts import weekly_counts
from jobtagger.watch.facts import day_counts, histories, models_used, read_days
from jobtagger.watch.review import unsure_listings
from jobtagger.watch.settings import AlertSettings, Limits
from jobtagger.watch.status import read_status


def test_facts_are_the_same(store_place):
    """Counts, histories, status, alerts, the queue and corrections work in both."""
    with open_store(store_place) as store:
        for number in range(30):
            unsure = some(
                1, needs_review="true", text_digest="same", title="Help with texts", description="Write or translate"
            )
            add_run(
                store, day(number), {"a": [*some(4), *unsure, "rejected"], "b": "HTTP 500" if number > 25 else some(2)}
            )
        add_run(store, day(30), {"a": []}, "failed", "disk full")
        report = send_alerts(store, AlertSettings(command=("true",)), {}, day(30))
        with store.read() as connection:
            counts = weekly_counts(day_counts(connection), read_days(connection))
            history = histories(connection, day(0))
            status = read_status(connection, "s", day(30) + timedelta(hours=1))
            alerts = open_alerts(connection)
            found = {(finding.kind, finding.source) for finding in find(connection, day(30), Limits())}
            assert {"m": 202} == models_used(connection)

    assert ((35 + 14) * 2, 3) == (int(counts.counts[:, :, :2].sum()), len(counts.weeks))
    assert (31, 60) == (len(history["a"].runs), len(history["a"].listings))
    assert {"listings": 202, "reposts": 0, "to_review": 1, "corrected": 0, "rejected": 0} == status.totals
    assert ("failed", 6, 4) == (
        status.last_finished.outcome,
        status.sources[0].totals["n_read"] // 30,
        status.sources[1].n_failures,
    )
    assert ("run_failed", "") in found
    assert {(alert.kind, alert.source) for alert in alerts} == found
    assert () == report.problems


def test_corrections_are_the_same(store_place, tagger):
    """A correction is stored, counts for the queue and for training, and can be taken back."""
    with open_store(store_place) as store:
        add_run(store, day(0), {"a": some(3, needs_review="true", text_digest="same", title="Help with texts")})
        with store.write() as connection:
            assert [(1, 3)] == [
                (entry.listing_id, entry.n_listings) for entry in unsure_listings(connection, tagger, 9)
            ]
            first = add_correction(connection, 1, "legal", day(1), "ada")
            second = add_correction(connection, 2, "other", day(2), "ada", "a note")
            assert ["a note"] == [entry.note for entry in valid_corrections(connection).values()]
            take_back(connection, second)
            assert [] == unsure_listings(connection, tagger, 9)
            assert ["legal"] == [row.category for row in training_rows(connection)]
            take_back(connection, first)
            assert {} == valid_corrections(connection)
