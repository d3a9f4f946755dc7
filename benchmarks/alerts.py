"""How many alerts a source raises in which nothing is wrong: docs/operations.md.

Run with `python benchmarks/alerts.py`; takes a few minutes. Made-up half years of sources read daily, with quiet weekends
and a large first scrape, whose weeks differ by more than chance: in size, and in the mix of 20 categories.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np

from jobtagger.watch.checks import LOOK_BACK, check_source
from jobtagger.watch.facts import HourCount, SourceHistory, SourceRun
from jobtagger.watch.settings import Limits

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
N_DAYS, N_CATEGORIES, N_SOURCES = 200, 20, 6
FIRST_CHECK = 30
SIZES = (20, 100, 1000)
SWINGS = {"chance alone": (0, 0.1), "weeks differ": (500, 0.2), "weeks differ strongly": (150, 0.3)}
"""Concentration of the weekly mix about the usual one (0: no difference), and scatter of the weekly size."""


def count_alerts(seed: int, size: int, concentration: float, scatter: float) -> Counter[str]:
    """Count the alerts of one source by kind, each once as long as it lasts."""
    random = np.random.default_rng(seed)
    usual = random.dirichlet(np.ones(N_CATEGORIES))
    history, raised, lasting = SourceHistory(), Counter[str](), set[str]()
    mix, swing = usual, 1.0
    for number in range(N_DAYS):
        at = START + timedelta(days=number)
        if number % 7 == 0:
            mix = random.dirichlet(usual * concentration + 1e-3) if concentration else usual
            swing = np.exp(scatter * random.normal())
        mean = size * swing * (0.5 if number % 7 > 4 else 1.0) * (10 if number == 0 else 1)
        n = int(random.poisson(random.gamma(mean)))
        n_rejected = int(random.binomial(n, 0.01))
        history.runs.append(SourceRun(at, n + n_rejected, n, n_rejected, ""))
        for category, n_of in enumerate(random.multinomial(n, mix)):
            parts = random.multinomial(n_of, (0.26, 0.04, 0.62, 0.08))
            for part, (language, review) in zip(
                parts, (("fr", False), ("fr", True), ("en", False), ("en", True)), strict=True
            ):
                if part:
                    history.listings.append(HourCount(at, str(category), language, review, int(part)))
        if number > FIRST_CHECK:
            recent = SourceHistory(
                [run for run in history.runs if run.at >= at - LOOK_BACK],
                [count for count in history.listings if count.at >= at - LOOK_BACK],
            )
            found = {finding.kind for finding in check_source("a", recent, at, Limits())}
            raised.update(found - lasting)
            lasting = found
    return raised


def main() -> None:
    """Print alerts per source and month."""
    months = N_SOURCES * (N_DAYS - FIRST_CHECK) / 30
    print("| listings a day | " + " | ".join(SWINGS) + " |")
    print("|---|" + "---|" * len(SWINGS))
    for size in SIZES:
        totals = [
            sum(count_alerts(seed, size, *swing).total() for seed in range(N_SOURCES)) for swing in SWINGS.values()
        ]
        print(f"| {size} | " + " | ".join(f"{total / months:.2f}" for total in totals) + " |")


if __name__ == "__main__":
    main()
