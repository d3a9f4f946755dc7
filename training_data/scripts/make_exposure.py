"""Write jobtagger/knowledge/data/exposure.csv from the published occupation tables.

Usage: python training_data/scripts/make_exposure.py EXPOSURE_FOLDER

EXPOSURE_FOLDER holds the tables of GPTs-are-GPTs (MIT) and Microsoft working-with-ai (CC BY 4.0). The value of a
category is that of the one occupation named by `soc` in taxonomy.toml; the percentile is the share of all
occupations of that table whose value is lower or equal (mid-rank for ties), 0 to 100. The French names of occupations
are ours: they are kept from the table as it was, and one that is missing is for you to fill in.
"""

import csv
import sys
import tomllib
from pathlib import Path

DATA = Path(__file__).parents[2] / "jobtagger" / "knowledge" / "data"
MEASURES = [
    (
        "gpt4_beta",
        "gpts_are_gpts_occ_level.csv",
        "O*NET-SOC Code",
        "dv_rating_beta",
        10,
        "MIT",
        "Eloundou et al., GPTs are GPTs: GPT-4 rating, beta",
    ),
    (
        "ms_applicability",
        "microsoft_soc_ai_applicability.csv",
        "SOC Code",
        "ai_applicability_score",
        7,
        "CC BY 4.0",
        "Microsoft Research, Working with AI: AI applicability score",
    ),
]


def _percentile(value: float, values: list[float]) -> int:
    below = sum(v < value for v in values)
    ties = sum(v == value for v in values)
    return round(100 * (below + ties / 2) / len(values))


def _french_names() -> dict[str, str]:
    with (DATA / "exposure.csv").open(encoding="utf-8") as table:
        return {row["occupation"]: row["occupation_fr"] for row in csv.DictReader(table)}


def main(folder: Path) -> None:
    """Look up every mapped category in every measure and write the table."""
    categories = tomllib.loads((DATA / "taxonomy.toml").read_text("utf-8"))["category"]
    french = _french_names()
    with (DATA / "exposure.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(
            [
                "category_id",
                "measure",
                "value",
                "percentile",
                "code",
                "occupation",
                "occupation_fr",
                "licence",
                "source",
            ]
        )
        for measure, name, code_column, value_column, width, licence, source in MEASURES:
            with (folder / name).open(encoding="utf-8") as table:
                rows = list(csv.DictReader(table))
            by_code = {row[code_column]: row for row in rows}
            values = [float(row[value_column]) for row in rows]
            for category in categories:
                row = by_code.get(category["soc"][:width])
                if row is None:
                    continue
                value = float(row[value_column])
                title = row.get("Title") or row.get("title")
                writer.writerow(
                    [
                        category["id"],
                        measure,
                        f"{value:.4f}",
                        _percentile(value, values),
                        category["soc"][:width],
                        title,
                        french.get(title, ""),
                        licence,
                        source,
                    ]
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
