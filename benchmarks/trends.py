"""How often the 95 % intervals of `jobtagger trends` hold the true change, and how wide they are: docs/trends.md.

Run with `python benchmarks/trends.py`; takes seconds. Three sources with 40, 20 and 10 listings of a category a week,
which really fall by 20 %; weeks scatter as each row says.
"""

import numpy as np

from jobtagger.watch.ratios import ratios

N_REPEATS = 4000
SIZES = np.array([40.0, 20.0, 10.0])
CHANGE = 0.8
CASES = {
    "chance alone (Poisson)": (1.0, 0.0, 0.0),
    "sources scatter three times as much": (3.0, 0.0, 0.0),
    "and all move together by 15 % from week to week": (3.0, 0.15, 0.0),
    "and weeks resemble the week before (autocorrelation 0.3)": (3.0, 0.15, 0.3),
    "and strongly so (0.6)": (3.0, 0.15, 0.6),
}


def measure(dispersion: float, together: float, autocorrelation: float, n_weeks: int) -> tuple[float, float]:
    """Give the share of intervals that hold the true change, and their median half width on the logarithm."""
    random = np.random.default_rng(1)
    is_recent = np.arange(2 * n_weeks) >= n_weeks
    swings = np.zeros((N_REPEATS, 2 * n_weeks))
    for week in range(2 * n_weeks):
        fresh = random.normal(size=N_REPEATS)
        before = swings[:, week - 1] if week else fresh
        weight = autocorrelation if week else 0.0
        swings[:, week] = weight * before + np.sqrt(1 - weight**2) * fresh
    means = SIZES[:, None] * np.where(is_recent, CHANGE, 1.0) * np.exp(together * swings - together**2 / 2)[:, None, :]
    if dispersion == 1:
        counts = random.poisson(means).astype(float)
    else:
        counts = random.negative_binomial(means / (dispersion - 1), 1 / dispersion).astype(float)
    found = ratios(counts, np.ones(means.shape[1:]), is_recent, 0.95, of_shares=False)
    held = float(np.mean((found.low <= CHANGE) & (found.high >= CHANGE)))
    return held, float(np.median(np.log(found.high / found.low)) / 2)


def main() -> None:
    """Print the table."""
    print("| how weeks scatter | 4 weeks each | 8 weeks each | 13 weeks each |")
    print("|---|---|---|---|")
    for name, case in CASES.items():
        cells = [measure(*case, n_weeks) for n_weeks in (4, 8, 13)]
        print(f"| {name} | " + " | ".join(f"{100 * held:.1f} % (±{100 * half:.0f} %)" for held, half in cells) + " |")


if __name__ == "__main__":
    main()
