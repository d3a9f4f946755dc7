"""Reads the knowledge folder, checks it strictly and reports all problems at once."""

import csv
import hashlib
import io
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from jobtagger.errors import KnowledgeError
from jobtagger.knowledge import readers
from jobtagger.knowledge.schema import Fields, Problems
from jobtagger.knowledge.types import (
    Advice,
    Category,
    EmphasisWords,
    Evidence,
    Exposure,
    Knowledge,
    Mode,
    Negation,
    Outlook,
    Policy,
    Sector,
    Sources,
    Trait,
    WordWeights,
)

DATA_FOLDER = Path(__file__).parent / "data"


def load_knowledge(folder: Path = DATA_FOLDER) -> Knowledge:
    """Read all knowledge files of `folder`.

    Raises
    ------
    KnowledgeError
        With every problem of every file, each as "file: place: what".
    """
    return _Loader(folder).load()


class _Loader:
    """One reading of a folder; each method reads one file and notes its problems."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problems] = []
        self.digest = hashlib.sha256()

    def load(self) -> Knowledge:
        sectors, categories = self._taxonomy()
        policy = self._policy()
        evidence = self._evidence(categories)
        outlooks = self._outlooks(categories, evidence)
        modes = self._modes(categories, evidence)
        traits, negation = self._traits(categories, evidence, policy)
        advice = self._advice(categories, evidence, traits)
        trait_words = self._trait_words(traits, categories)
        emphasis_words = self._emphasis_words()
        sources = self._sources()
        exposure = self._exposure(categories, policy)
        found = [problem for problems in self.problems for problem in problems.found]
        if found:
            raise KnowledgeError(found)
        assert policy is not None  # noqa: S101 - both are None only with problems
        assert sources is not None  # noqa: S101
        return Knowledge(
            sectors,
            categories,
            evidence,
            outlooks,
            advice,
            modes,
            traits,
            trait_words,
            negation,
            emphasis_words,
            policy,
            sources,
            exposure,
            self.digest.hexdigest()[:16],
        )

    def _taxonomy(self) -> tuple[dict[str, Sector], dict[str, Category]]:
        table, problems = self._toml("taxonomy.toml")
        retired = table.pop("retired_ids", [])
        if not isinstance(retired, list):
            problems.note("retired_ids", "is no list of ids")
            retired = []
        sectors = self._entries(table, "sector", problems, readers.sector)
        known = {sector.id for sector in sectors}
        categories = self._entries(table, "category", problems, lambda fields: readers.category(fields, known))
        _refuse_left_overs(table, problems)
        for category in categories:
            if category.id in retired:
                problems.note(f'category "{category.id}"', "this id is retired and may not be used again")
        return _by_id(sectors, problems), _by_id(categories, problems)

    def _policy(self) -> Policy | None:
        table, problems = self._toml("policy.toml")
        levels = self._entries(table, "level", problems, readers.level)
        policy = readers.policy(tuple(levels), table, problems) if table and levels else None
        if policy is None:
            problems.note("file", "holds no levels or cannot be read")
        return policy

    def _evidence(self, categories: Collection[str]) -> dict[str, Evidence]:
        rows, problems = self._csv("evidence.csv")
        entries = [readers.evidence(row, place, problems, categories) for place, row in rows]
        by_id = _by_id(entries, problems)
        for entry in entries:
            if entry.restates and entry.restates not in by_id:
                problems.note(entry.id, f'restates: "{entry.restates}" is no id of this file')
        return by_id

    def _outlooks(self, categories: Collection[str], evidence: dict[str, Evidence]) -> dict[str, Outlook]:
        table, problems = self._toml("outlooks.toml")
        outlooks = {
            name: readers.outlook(name, Fields(values, f"[{name}]", problems), evidence)
            for name, values in table.items()
        }
        for name in outlooks.keys() - set(categories):
            problems.note(f"[{name}]", "is not in taxonomy.toml")
        for name in set(categories) - outlooks.keys() - {"other"}:
            problems.note("file", f"category {name} has no outlook; say how its level is derived")
        return outlooks

    def _advice(
        self, categories: Collection[str], evidence: Collection[str], traits: Collection[str]
    ) -> tuple[Advice, ...]:
        table, problems = self._toml("advice.toml")
        entries = self._entries(
            table, "advice", problems, lambda fields: readers.advice(fields, {*categories, "all"}, evidence, traits)
        )
        _refuse_left_overs(table, problems)
        return tuple(_by_id(entries, problems).values())

    def _modes(self, categories: Collection[str], evidence: Collection[str]) -> tuple[Mode, ...]:
        table, problems = self._toml("modes.toml")
        entries = self._entries(table, "mode", problems, lambda fields: readers.mode(fields, categories, evidence))
        _refuse_left_overs(table, problems)
        return tuple(_by_id(entries, problems).values())

    def _traits(
        self, categories: Collection[str], evidence: Collection[str], policy: Policy | None
    ) -> tuple[dict[str, Trait], Negation]:
        table, problems = self._toml("traits.toml")
        section = Fields(table.pop("negation", {}), "[negation]", problems)
        reaches = (policy.negation_window, policy.negation_reach) if policy else (0, 0)
        negation = readers.negation(section, *reaches)
        section.finish()
        traits = self._entries(table, "trait", problems, lambda fields: readers.trait(fields, categories, evidence))
        _refuse_left_overs(table, problems)
        by_id = _by_id(traits, problems)
        if policy and policy.budget.trait not in by_id:
            problems.note(
                "file", f'policy.toml shows low offers as the trait "{policy.budget.trait}", which is not here'
            )
        for trait in traits:
            for name in set(trait.yields_to) - (by_id.keys() - {trait.id}):
                problems.note(f"trait {trait.id}", f'yields_to: "{name}" is no other trait')
        return by_id, negation

    def _trait_words(self, traits: Collection[str], categories: Collection[str]) -> dict[str, WordWeights]:
        rows, problems = self._csv("trait_words.csv")
        weights: dict[str, dict[str, dict[str, float]]] = {}
        for place, row in rows:
            entry = readers.trait_word(row, place, problems, traits, categories)
            of_place = weights.setdefault(entry.trait_id, {}).setdefault(entry.place, {})
            if entry.word in of_place:
                problems.note(place, f'"{entry.word}" has a weight there already')
            of_place[entry.word] = entry.weight
        for trait_id, places in weights.items():
            for name in ("start", "to_count"):
                if name not in places:
                    problems.note("file", f"{trait_id} has no row with place {name}")
        return {trait_id: readers.word_weights(places) for trait_id, places in weights.items()}

    def _emphasis_words(self) -> EmphasisWords:
        table, problems = self._toml("emphasis.toml")
        return readers.emphasis_words(Fields(table, "file", problems))

    def _sources(self) -> Sources | None:
        table, problems = self._toml("sources.toml")
        layouts = self._entries(table, "layout", problems, readers.layout)
        footers = self._entries(table, "footer", problems, readers.footer)
        _by_id(layouts, problems)
        _by_id(footers, problems)
        return readers.sources(tuple(layouts), tuple(footers), table, problems)

    def _exposure(self, categories: Collection[str], policy: Policy | None) -> tuple[Exposure, ...]:
        rows, problems = self._csv("exposure.csv")
        entries = tuple(readers.exposure(row, place, problems, categories) for place, row in rows)
        if policy and policy.exposure_measure not in {entry.measure for entry in entries}:
            problems.note("file", f'policy.toml shows the measure "{policy.exposure_measure}", which has no row here')
        return entries

    def _read(self, name: str) -> tuple[str, Problems]:
        problems = Problems(name)
        self.problems.append(problems)
        try:
            content = (self.folder / name).read_bytes()
            self.digest.update(name.encode() + b"\0" + content)
            return content.decode("utf-8"), problems
        except OSError as error:
            problems.note("file", f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            problems.note(f"byte {error.start}", "is not UTF-8")
        return "", problems

    def _toml(self, name: str) -> tuple[dict[str, Any], Problems]:
        text, problems = self._read(name)
        try:
            return tomllib.loads(text), problems
        except tomllib.TOMLDecodeError as error:
            problems.note("file", f"is not TOML: {error}")
            return {}, problems

    def _csv(self, name: str) -> tuple[Iterator[tuple[str, dict[str, str]]], Problems]:
        text, problems = self._read(name)
        reader = csv.DictReader(io.StringIO(text, newline=""))
        return ((f"row {reader.line_num}", row) for row in reader), problems

    @staticmethod
    def _entries(table: dict[str, Any], key: str, problems: Problems, read: Any) -> list[Any]:
        entries = []
        found = table.pop(key, [])
        if not isinstance(found, list):
            problems.note(key, "is no list of tables; write [[" + key + "]]")
            found = []
        for number, values in enumerate(found, 1):
            name = values.get("id", number) if isinstance(values, dict) else number
            fields = Fields(values, f"{key} {name}", problems)
            entries.append(read(fields))
            fields.finish()
        return entries


def _by_id(entries: list[Any], problems: Problems) -> dict[str, Any]:
    by_id: dict[str, Any] = {}
    for entry in entries:
        if entry.id in by_id:
            problems.note(entry.id, "this id stands there twice")
        by_id[entry.id] = entry
    return by_id


def _refuse_left_overs(table: dict[str, Any], problems: Problems) -> None:
    for key in table:
        problems.note("file", f'unknown key "{key}"')
