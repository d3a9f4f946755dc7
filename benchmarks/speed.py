"""Speed side by side in one run: our steps and whole pipeline, scikit-learn's plain one, spaCy's tokens and phrases.

Usage: python benchmarks/speed.py POSTINGS.jsonl[.gz] [N]

POSTINGS has title, description and skills per line (real postings; not part of this repository). Prints postings per
second and, what counts on a noisy machine, ratios against scikit-learn `TfidfVectorizer(1,2)` + `LogisticRegression`.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from jobtagger.classify.features import EmphasisReader, count_pairs, count_words
from jobtagger.pieces import split
from jobtagger.records import RawRecord
from jobtagger.tagger import CHUNK_SIZE, Tagger

BASELINE = "sklearn tfidf(1,2) + LR predict_proba"
TEXT_TO_CATEGORY = ("clean", "tokens", "language", "classifier")


def read(path: Path, n: int) -> list[RawRecord]:
    """Read the first n postings."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(n), strict=False)]
    skills = [", ".join(filter(None, row.get("skills") or [])) for row in rows]
    return [RawRecord(r["title"] or "", r["description"] or "", s) for r, s in zip(rows, skills, strict=True)]


def seconds(step: Callable[[], object], repeats: int = 3) -> float:
    """Give the best time of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times)


def chunks(records: list[RawRecord]) -> Iterable[list[RawRecord]]:
    """Cut records as the tagger does."""
    return (records[i : i + CHUNK_SIZE] for i in range(0, len(records), CHUNK_SIZE))


def measure(records: list[RawRecord], with_spacy: bool = True) -> dict[str, float]:
    """Give the seconds each step takes for all records."""
    texts = [f"{r.title} {r.skills} {r.description}" for r in records]
    tagger = Tagger()
    vocabulary, language, classifier = tagger._vocabulary, tagger._language, tagger._classifier
    cut = [list(map(tagger.prepare, chunk)) for chunk in chunks(records)]
    tokens = [vocabulary.tokenise(chunk) for chunk in cut]
    languages = [language.identify(chunk) for chunk in tokens]
    reader = EmphasisReader(tagger.knowledge.emphasis_words, vocabulary)
    emphasis = [reader.read(chunk) for chunk in tokens]
    predictions = [classifier.predict(t, named) for t, named in zip(tokens, languages, strict=True)]
    labels = [prediction.category_id for chunk in predictions for prediction in chunk]
    result = {
        "clean": seconds(lambda: [list(map(tagger.prepare, chunk)) for chunk in chunks(records)]),
        "tokens": seconds(lambda: [vocabulary.tokenise(chunk) for chunk in cut]),
        "language": seconds(lambda: [language.identify(chunk) for chunk in tokens]),
        "emphasis": seconds(lambda: [reader.read(chunk) for chunk in tokens]),
        "counting": seconds(
            lambda: [(count_words(t, e), count_pairs(t, e)) for t, e in zip(tokens, emphasis, strict=True)]
        ),
        "classifier": seconds(
            lambda: [classifier.predict(t, named) for t, named in zip(tokens, languages, strict=True)]
        ),
        "traits + risk": seconds(
            lambda: [tagger._assessor.assess(p, t, q) for p, t, q in zip(cut, tokens, predictions, strict=True)]
        ),
        "whole tagger": seconds(lambda: [tagger.tag_chunk(chunk) for chunk in chunks(records)]),
        "whole tagger + rows": seconds(
            lambda: [[t.cells() for t in tagger.tag_chunk(chunk)] for chunk in chunks(records)]
        ),
    }
    result |= sklearn_times(texts, labels)
    if with_spacy:
        result |= spacy_times(texts, [phrase for trait in tagger.knowledge.traits.values() for phrase in trait.matches])
    return result


def main(path: Path, n: int) -> None:
    """Measure and print."""
    records = read(path, n)
    result = measure(records)
    base = result[BASELINE]
    print(f"{len(records)} postings")
    for name, took in result.items():
        print(f"{name:40} {len(records) / took:>10,.0f} /s   {base / took:>6.2f} x sklearn")


def sklearn_times(texts: list[str], labels: list[str]) -> dict[str, float]:
    """Time scikit-learn's plain pipeline, fitted on the same texts with our predictions as labels."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    classifier = LogisticRegression(max_iter=20).fit(vectorizer.fit_transform(texts), labels)
    return {
        BASELINE: seconds(lambda: classifier.predict_proba(vectorizer.transform(texts))),
    }


def spacy_times(texts: list[str], phrases: list[str]) -> dict[str, float]:
    """Time spaCy's leanest tokens, and its phrase matcher on top, if spaCy is installed."""
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
        from spacy.tokenizer import Tokenizer
    except ImportError:
        return {}
    nlp = spacy.blank("en")
    tokenizer = Tokenizer(nlp.vocab)
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("all", [tokenizer(phrase) for phrase in phrases])
    spaced = [" ".join(split(text)) for text in texts]

    def match() -> None:
        with nlp.memory_zone():
            for text in spaced:
                matcher(tokenizer(text))

    def tokens() -> None:
        with nlp.memory_zone():
            for text in spaced:
                tokenizer(text)

    return {"spaCy tokens (ready spaced)": seconds(tokens), "spaCy tokens + phrases": seconds(match)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
