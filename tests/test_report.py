"""The report of an evaluation: text, JSON and pictures of what was measured."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from jobtagger.errors import InputError
from jobtagger.train.evaluate import Evaluation
from jobtagger.train.metrics import Bin, CategoryFigures, Confusion, CoveragePoint
from jobtagger.train.report import figures_table, report, write_report
from jobtagger.train.wording import WORDING

EVALUATION = Evaluation(
    model="abc",
    knowledge="def",
    n=4,
    figures={"en": {"n": 4.0, "top1": 0.75}},
    categories=[CategoryFigures("legal", 3, 1.0, 0.667, 0.8)],
    confusions=[Confusion("legal", "other", 1)],
    calibration=[Bin(i / 10, 4 * (i == 9), 0.95 * (i == 9), 0.75 * (i == 9)) for i in range(10)],
    coverage=[CoveragePoint(0.5, 2, 0.96, 1.0), CoveragePoint(1.0, 4, 0.9, 0.75)],
)


def test_figures_are_aligned():
    """There is a column per language and a row per figure, blank where a column lacks it."""
    figures = {"en": {"n": 4.0, "top1": 0.75}, "other": {"n": 2.0, "noticed": 0.5}}

    assert figures_table(figures).splitlines() == [
        "                          en   other",
        "n                          4       2",
        "top1                    0.75        ",
        "noticed                          0.5",
    ]


def test_report_holds_every_part():
    """Figures, categories, confusions, filled bins and round shares stand in the text, nothing else of the bins."""
    assert report(EVALUATION).splitlines() == [
        "4 labelled postings, model abc, knowledge def",
        "",
        "                          en",
        "n                          4",
        "top1                    0.75",
        "",
        "category                           n precision    recall        f1",
        "legal                              3      1.00      0.67      0.80",
        "",
        "label                        answer                          n",
        "legal                     -> other                           1",
        "",
        "probability                        n      said     right",
        "0.9-1.0                            4      0.95      0.75",
        "",
        "surest                             n      from     right",
        "50 %                               2      0.96      1.00",
        "100 %                              4      0.90      0.75",
    ]


def test_long_list_of_confusions_is_cut_and_says_so():
    """25 pairs are shown, and how many postings the others are."""
    many = replace(EVALUATION, confusions=[Confusion("a", f"b{i}", 2) for i in range(27)])

    assert "and 4 more in 2 pairs" in report(many)


def test_write_report_writes_text_json_and_pictures(tmp_path):
    """All four files appear in a new folder; the JSON is the evaluation, the pictures are pictures of two panels."""
    paths = write_report(EVALUATION, tmp_path / "new" / "report")

    assert [path.name for path in paths] == ["report.txt", "report.json", "report.svg", "report.png"]
    assert paths[0].read_text("utf-8") == report(EVALUATION) + "\n"
    assert json.loads(paths[1].read_text("utf-8")) == EVALUATION.as_dict()
    drawn = "".join(ET.parse(paths[2]).getroot().itertext())  # noqa: S314 - our own file
    assert "Reliability: expected calibration error 0.200" in drawn
    assert "Coverage: accuracy of the surest share" in drawn
    assert paths[3].read_bytes().startswith(b"\x89PNG")


def test_same_evaluation_gives_the_same_bytes(tmp_path):
    """No file depends on when it was made."""
    first, second = write_report(EVALUATION, tmp_path / "a"), write_report(EVALUATION, tmp_path / "b")

    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_folder_that_is_a_file_is_refused(tmp_path):
    """What cannot be written is an input error that names it."""
    (tmp_path / "report").write_text("")

    with pytest.raises(InputError, match="report: cannot be written"):
        write_report(EVALUATION, tmp_path / "report")


def test_report_in_french(tmp_path):
    """Every word of the report and of its picture is French; figures keep their names, which are those of JSON."""
    assert WORDING["en"].keys() == WORDING["fr"].keys()
    paths = write_report(EVALUATION, tmp_path, "fr")
    text, drawn = paths[0].read_text("utf-8"), "".join(ET.parse(paths[2]).getroot().itertext())  # noqa: S314 - our own file

    assert text == report(EVALUATION, "fr") + "\n"
    for word in ("annonces étiquetées", "catégorie", "étiquette", "probabilité", "plus sûres"):
        assert word in text, word
    for word in ("labelled", "category", "answer", "surest", "said"):
        assert word not in text, word
    assert "Fiabilité : erreur de calibration attendue 0.200" in drawn
    for word in ("probability", "share", "right", "measured"):
        assert word not in drawn, word
