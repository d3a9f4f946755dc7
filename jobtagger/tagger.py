"""The spine: raw records in, tagged postings out, chunk by chunk. The class users hold."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from jobtagger.classify import Classifier, Model, load_model
from jobtagger.knowledge import Knowledge, load_knowledge
from jobtagger.records import Posting, RawRecord, TaggedPosting, from_columns
from jobtagger.risk import Assessor
from jobtagger.text import LanguageIdentifier, LanguageModel, Preparer
from jobtagger.vocabulary import Vocabulary

CHUNK_SIZE = 512


class Tagger:
    """Tags postings with a category and a risk level; for one thread at a time, as it keeps the words it has seen.

    Parameters
    ----------
    knowledge : Knowledge, optional
        The shipped one if left out.
    model : Model, optional
        The shipped one if left out.

    Attributes
    ----------
    n_sessions : int
        How often the memory of words was begun afresh, the first time included.
    """

    def __init__(self, knowledge: Knowledge | None = None, model: Model | None = None) -> None:
        self.knowledge = knowledge or load_knowledge()
        self.model = model or load_model()
        self._preparer = Preparer(self.knowledge.sources, self.knowledge.policy)
        self.n_sessions = 0
        self._start_session()

    @classmethod
    def from_folder(cls, model_folder: Path | None) -> "Tagger":
        """Make a tagger with the model of a folder, the shipped one for None."""
        return cls(model=load_model(model_folder))

    def tag(self, records: Iterable[RawRecord]) -> Iterator[TaggedPosting]:
        """Tag records lazily, in order, a chunk at a time."""
        records = iter(records)
        while chunk := list(islice(records, CHUNK_SIZE)):
            yield from self.tag_chunk(chunk)

    def tag_chunk(self, records: list[RawRecord]) -> list[TaggedPosting]:
        """Tag records together; the result of each is the same as if it stood alone."""
        return self.tag_postings(list(map(self.prepare, records)))

    def prepare(self, record: RawRecord) -> Posting:
        """Clean one record."""
        return self._preparer.prepare(record)

    def tag_postings(self, postings: list[Posting]) -> list[TaggedPosting]:
        """Tag prepared postings together; begins a new session when the last is full."""
        if self._vocabulary.is_full:
            self._start_session()
        tokens = self._vocabulary.tokenise(postings)
        languages = self._language.identify(tokens)
        predictions = self._classifier.predict(tokens, languages)
        risks = self._assessor.assess(postings, tokens, predictions)
        return from_columns(TaggedPosting, languages, predictions, risks)

    def traits_by_phrases(self, posting: Posting) -> set[str]:
        """Give the traits that a phrase of their own shows, or weak signs enough to count, without words that are weighed."""
        return self._assessor.traits_by_phrases(self._vocabulary.tokenise([posting]))

    def _start_session(self) -> None:
        """Begin with an empty memory of words; endless runs do so now and then, so that memory stays flat."""
        self.n_sessions += 1
        knowledge, model = self.knowledge, self.model
        policy = knowledge.policy
        self._vocabulary = Vocabulary(model.words)
        language_model = LanguageModel(
            model.languages,
            model.word_languages.astype(np.float32),
            model.triples,
            model.triple_languages.astype(np.float32),
        )
        self._language = LanguageIdentifier(language_model, self._vocabulary, policy)
        self._classifier = Classifier(model, self._vocabulary, policy, knowledge.emphasis_words)
        self._assessor = Assessor(knowledge, self._vocabulary)
