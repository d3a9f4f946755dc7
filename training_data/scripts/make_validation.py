"""Write docs/validation.md: `python training_data/scripts/make_validation.py GOLD.jsonl docs/validation.md`."""

import json
import sys
from pathlib import Path

from jobtagger.tagger import Tagger
from jobtagger.train.evaluate_traits import evaluate_traits, read_trait_gold
from jobtagger.train.validate import validation_page

OUR_SCORES = Path(__file__).parents[1] / "traits" / "held_out.json"

if __name__ == "__main__":
    gold, target = map(Path, sys.argv[1:3])
    tagger = Tagger()
    scores = evaluate_traits(read_trait_gold(gold), tagger)
    our_scores = json.loads(OUR_SCORES.read_text("utf-8"))
    target.write_text(validation_page(tagger.knowledge, scores, our_scores), "utf-8")
