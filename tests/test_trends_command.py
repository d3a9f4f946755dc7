"""`jobtagger trends` on a real store: what is counted, what is left out, and how it is said and drawn."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from stores import add_run, day, some, stamp

from jobtagger.cli import cli
from jobtagger.job.store import open_store
from jobtagger.watch.counts import weekly_counts
from jobtagger.watch.facts import day_counts, read_days
from jobtagger.watch.published import Published, published_trends, verdict
from jobtagger.watch.trends import Change

N_DAYS = 19 * 7 + 1


@pytest.fixture
def path(tmp_path):
    """Give the file of a store of 19 weeks in which writing falls and legal work stays."""
    path = tmp_path / "s.sqlite"
    random = np.random.default_rng(2)
    with open_store(path) as store:
        for number in range(N_DAYS):
            writing, legal = random.poisson(20 * 0.95 ** (number / 7)), random.poisson(20)
            backlog = some(500, category="translation") if number == 0 else []
            found = {
                "board": [
                    *some(writing, category="content_writing"),
                    *some(legal),
                    *some(1, category="my_own"),
                    *backlog,
                ]
            }
            if number >= 70:
                found["late"] = some(30, category="data_entry")
            add_run(store, day(number), found)
    return path


def ask(path, *options):
    """Run the command."""
    return CliRunner().invoke(cli, ["trends", "--store", str(path), *options])


def test_change_stands_beside_what_was_published(path):
    """The text names windows, sources, what was left out, the change, the published figure and whether they agree."""
    result = ask(path, "--lang", "en")

    assert 0 == result.exit_code
    lines = {line.split("  ")[0]: line for line in result.output.splitlines()}
    assert "2026-03-09 to 2026-05-03 against 2026-05-18 to 2026-07-12" in result.output
    assert "Sources compared, each with itself: board" in lines
    assert "Left out: late (new, first read 2026-05-11)" in lines
    assert "-33 %" in lines["Content writing"]
    assert lines["Content writing"].rstrip().endswith("same way")
    assert "* " in lines["Content writing"]
    assert "Translation" not in result.output
    assert "my_own" in lines


def test_french_wording(path):
    """The same in French."""
    result = ask(path, "--lang", "fr", "--series")

    assert "Laissées de côté : late (nouvelle, lue depuis le 2026-05-11)" in result.output
    assert "Rédaction de contenu" in result.output
    assert "même sens" in result.output
    assert "2026-W12" in result.output


def test_json_holds_everything(path):
    """Intervals, series, evidence and verdict stand in the JSON; the true change lies inside the interval."""
    found = json.loads(ask(path, "--json").output)

    writing = next(entry for entry in found["categories"] if entry["category_id"] == "content_writing")
    assert ("S004", -33, "same") == (
        writing["published"]["evidence_id"],
        writing["published"]["trend_pct"],
        writing["verdict"],
    )
    assert writing["count"]["low"] < 100 * (0.95**10 - 1) < writing["count"]["high"] < 0
    assert [{"source": "late", "reason": "new", "day": "2026-05-11"}] == found["left_out"]
    assert 18 == len(writing["series"])
    assert None is found["all"]["published"]
    assert 1 == found["n_models"]


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_picture_is_drawn(path, tmp_path, ending):
    """The picture has the categories with a change, and is the same for the same data."""
    files = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
    for file in files:
        assert 0 == ask(path, "--picture", str(file), "--lang", "fr").exit_code

    assert files[0].read_bytes() == files[1].read_bytes()
    if ending == "svg":
        assert "Rédaction de contenu" in "".join(ElementTree.parse(files[0]).getroot().itertext())  # noqa: S314 - our own
    else:
        assert files[0].read_bytes().startswith(b"\x89PNG")


def test_picture_of_another_kind_is_refused(path, tmp_path):
    """Endings that are no picture, and folders that are not there, are named."""
    assert "pictures end with .svg, .png, .pdf" in ask(path, "--picture", str(tmp_path / "t.txt")).output
    assert "cannot be written" in ask(path, "--picture", str(tmp_path / "no" / "t.svg")).output


def test_young_store_says_when_to_come_back(tmp_path):
    """Two weeks are no trend: one line, exit code 1."""
    with open_store(tmp_path / "s.sqlite") as store:
        for number in range(15):
            add_run(store, day(number), {"board": some(3)})

    result = ask(tmp_path / "s.sqlite", "--lang", "en")
    french = ask(tmp_path / "s.sqlite", "--lang", "fr")

    assert 1 == result.exit_code == french.exit_code
    assert "jobtagger: trends: 1 complete weeks are known; four complete weeks" in result.output
    assert "jobtagger: trends : semaines complètes connues : 1 ; il en faut quatre" in french.output
    assert 1 == len(french.output.splitlines())


def counted(store):
    """Give the weekly counts of a store."""
    with store.read() as connection:
        return weekly_counts(day_counts(connection), read_days(connection))


def test_flood_of_reposts_moves_nothing(tmp_path):
    """Ten thousand reposts of one listing are no demand: the counts are those without them."""
    with open_store(tmp_path / "with.sqlite") as flooded, open_store(tmp_path / "without.sqlite") as plain:
        for number in range(50):
            flood = some(1000 if number in range(30, 40) else 0, category="data_entry", repost_of=1)
            add_run(flooded, day(number), {"board": [*some(10), *flood]})
            add_run(plain, day(number), {"board": some(10)})

        assert counted(plain).categories == counted(flooded).categories
        assert np.array_equal(counted(plain).counts, counted(flooded).counts)


def test_day_of_posting_counts_unless_it_lies_ahead(tmp_path):
    """A listing counts in the week it was posted; a time of posting after the first sight is not believed."""
    early, ahead = {"posted_at": stamp(day(15))}, {"posted_at": stamp(day(60))}
    with open_store(tmp_path / "s.sqlite") as store:
        for number in range(43):
            add_run(store, day(number), {"board": [early, ahead] if number == 22 else some(1)})

        counts = counted(store)

    assert [7, 8, 7, 7, 7] == counts.counts.sum(axis=(0, 1)).astype(int).tolist()[:5]
    assert [2026, 3, 9] == list(counts.weeks[0].timetuple())[:3]


def test_days_of_failed_reading_are_no_reading(tmp_path):
    """A week in which a source only failed is not watched, nor are its neighbours."""
    with open_store(tmp_path / "s.sqlite") as store:
        for number in range(50):
            add_run(store, day(number), {"board": "HTTP 500" if 21 <= number < 28 else some(5)})

        counts = counted(store)

    assert [True, False, False, False, True, True] == counts.watched[0].tolist()


def change(low, high):
    """Give a change with this interval."""
    return Change((low + high) / 2, low, high, 0.01, is_clear=True)


@pytest.mark.parametrize(
    ("observed", "published", "expected"),
    [
        (change(-20, -5), Published("critical", -33), "same"),
        (change(5, 20), Published("critical", -33), "opposite"),
        (change(-20, 5), Published("critical", -33), "unclear"),
        (change(5, 20), Published("growing", None), "same"),
        (change(5, 20), Published("moderate", None), "unpublished"),
        (change(5, 20), None, "unpublished"),
        (None, Published("critical", -33), "few"),
    ],
)
def test_verdict(observed, published, expected):
    """The two agree, differ, or cannot be compared."""
    assert expected == verdict(observed, published)


def test_every_category_has_its_published_trend(knowledge):
    """What is shown as published is what the levels are derived from."""
    found = published_trends(knowledge)

    assert set(knowledge.categories) == set(found)
    assert (-33.0, "S004") == (found["content_writing"].trend_pct, found["content_writing"].evidence_id)
    assert "Upwork" in found["content_writing"].population
    assert ("growing", None, "S233") == (
        found["cloud_it"].level,
        found["cloud_it"].trend_pct,
        found["cloud_it"].evidence_id,
    )


def test_published_trend_is_worded_in_french(knowledge, path):
    """Period and population of the deciding statement are French where the answer is."""
    published = published_trends(knowledge, "fr")["content_writing"]
    answer = json.loads(ask(path, "--json", "--lang", "fr").output)
    shown = next(entry for entry in answer["categories"] if entry["category_id"] == "content_writing")["published"]

    assert published.period == "du 1er novembre 2022 au 14 février 2024"
    assert published.population.endswith("sans groupe témoin")
    assert (shown["period"], shown["population"]) == (published.period, published.population)
