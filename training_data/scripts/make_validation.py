"""Write docs/validation.md: `python training_data/scripts/make_validation.py GOLD.jsonl docs/validation.md`."""

import sys
from pathlib import Path

from jobtagger.tagger import Tagger
from jobtagger.train.evaluate_traits import evaluate_traits, read_trait_gold
from jobtagger.train.validate import validation_page

if __name__ == "__main__":
    gold, target = map(Path, sys.argv[1:3])
    tagger = Tagger()
    target.write_text(validation_page(tagger.knowledge, evaluate_traits(read_trait_gold(gold), tagger)), "utf-8")
