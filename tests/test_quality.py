"""The ratchet: what the committed model reaches on hard cases and foreign texts of our own, and floors that only rise."""

import json
import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from jobtagger.records import RawRecord
from jobtagger.train.corpus import read_corpus
from jobtagger.train.evaluate import OTHER, evaluate
from jobtagger.train.labelled import LabelledPosting, read_labelled

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
FLOORS = tomllib.loads((DATA / "floors.toml").read_text("utf-8"))
MEASURES = [(group, name) for group, floors in FLOORS.items() for name in floors]
SLACK = 0.05  # a floor further than this below what is reached holds nothing
MIN_CASES = {"en": 90, "fr": 60}
MIN_OUTSIDE = 120


@pytest.fixture(scope="module")
def hard_cases(knowledge):
    """Our hard cases."""
    return read_labelled(DATA / "hard_cases.jsonl", knowledge.categories, knowledge)


@pytest.fixture(scope="module")
def reached(tagger, hard_cases):
    """What the committed model reaches, by group and measure."""
    outside = [
        LabelledPosting(RawRecord(text), "", OTHER, ())
        for text in (DATA / "outside.txt").read_text("utf-8").splitlines()
    ]
    figures = evaluate(hard_cases, tagger).figures
    return {**figures, "outside": evaluate(outside, tagger).figures[OTHER]}


@pytest.mark.parametrize(("group", "name"), MEASURES, ids=[" ".join(measure) for measure in MEASURES])
def test_floor_is_reached(reached, group, name):
    """The committed model is not worse than floors.toml says."""
    assert FLOORS[group][name] <= reached[group][name]


@pytest.mark.parametrize(("group", "name"), MEASURES, ids=[" ".join(measure) for measure in MEASURES])
def test_floor_follows_what_is_reached(reached, group, name):
    """When the model became better, the floor in floors.toml has to be raised."""
    assert reached[group][name] - SLACK <= FLOORS[group][name]


def test_floors_never_fell():
    """No committed state of floors.toml asked for more than the present one."""
    path = "tests/data/floors.toml"
    listed = subprocess.run(
        ["git", "log", "--format=%H", "--diff-filter=AM", "--", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    fallen = {}
    for revision in listed.stdout.split():
        shown = subprocess.run(
            ["git", "show", f"{revision}:{path}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for group, floors in tomllib.loads(shown.stdout).items():
            fallen |= {
                (revision[:8], group, name): (floor, FLOORS.get(group, {}).get(name, 0.0))
                for name, floor in floors.items()
                if floor > FLOORS.get(group, {}).get(name, 0.0)
            }

    assert {} == fallen


def test_hard_cases_cover_every_category_in_both_languages(hard_cases, knowledge):
    """At least 90 English and 60 French cases, every category among them."""
    languages = Counter(posting.language for posting in hard_cases)
    covered = {(posting.language, posting.primary) for posting in hard_cases}

    assert {language: n for language, n in MIN_CASES.items() if languages[language] < n} == {}
    assert {(language, c) for language in MIN_CASES for c in knowledge.categories} - covered == set()


def test_hard_cases_are_no_training_postings(hard_cases, knowledge):
    """No hard case shares its title and text, or a run of eight words, with a posting the model was trained on."""
    trained = set()
    for posting in read_corpus(ROOT / "training_data" / "postings", tuple(knowledge.categories)):
        trained |= _runs(posting.record)

    assert [case.record.title for case in hard_cases if _runs(case.record) & trained] == []


def test_outside_texts_are_many_and_different():
    """At least 120 foreign texts, no line twice."""
    lines = (DATA / "outside.txt").read_text("utf-8").splitlines()

    assert MIN_OUTSIDE <= len(lines) == len(set(lines))


def test_hard_cases_are_written_as_a_gold_set():
    """Every line has the keys of a gold posting and nothing else."""
    lines = (DATA / "hard_cases.jsonl").read_text("utf-8").splitlines()
    keys = {"lang", "title", "description", "skills", "primary", "secondary"}

    assert [number for number, line in enumerate(lines, 1) if set(json.loads(line)) != keys] == []


def _runs(record, length=8):
    """Give the whole posting and all its runs of a number of words, without case and punctuation."""
    words = re.findall(r"\w+", f"{record.title} {record.description}".lower())
    return {tuple(words)} | {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}
