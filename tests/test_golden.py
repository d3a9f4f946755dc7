"""The example inputs and the very bytes they give; `make golden` rewrites them, the difference is reviewed."""

from pathlib import Path

import pytest

from jobtagger.batch import tag_file

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "data" / "golden"
INPUTS = sorted([ROOT / "examples" / "postings.csv", *(ROOT / "examples" / "listings").glob("*.csv")])


@pytest.mark.parametrize("source", INPUTS, ids=lambda path: path.name)
def test_examples_give_the_golden_bytes(source, tmp_path, tagger, request):
    """Tagging an example gives the committed output, byte for byte."""
    output = tmp_path / source.name
    tag_file([str(source)], str(output), tagger)
    golden = GOLDEN / source.name
    if request.config.getoption("--rewrite-golden"):
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(output.read_bytes())

    assert golden.read_bytes() == output.read_bytes()
