"""What the classifier was unsure of, the most valuable first: what a person's look would change most.

The value of a listing is how close the classifier's call was (1 less the margin between its two best categories: margin
sampling, Settles 2009, Active Learning Literature Survey, section 3.1), times the listings that have the same text, so
that one answer settles many. Of each guessed category the second one counts half, the third a third and so on, so that
not all questions are about the same. Texts with hardly a word, or in a language that is not classified, come last: an
answer teaches nothing there.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobtagger.job.schema import listings
from jobtagger.records import Prediction, RawRecord
from jobtagger.tagger import Tagger
from jobtagger.watch.corrections import to_review

_N_CONSIDERED = 2000
_TEACHES_NOTHING = ("too_short", "language")


class Unsure(NamedTuple):
    """A text to look at; `n_listings` have it, `prediction` is what the tagger says of it now."""

    listing_id: int
    text_digest: str
    n_listings: int
    source: str
    url: str
    record: RawRecord
    prediction: Prediction

    @property
    def guesses(self) -> list[tuple[str, float]]:
        """The likely categories, the likeliest first."""
        said = self.prediction
        return [(said.category_id, said.probability), *said.alternatives]


def unsure_listings(connection: Connection, tagger: Tagger, limit: int) -> list[Unsure]:
    """Give up to `limit` texts that nobody has looked at, each once, the most valuable first."""
    texts = connection.execute(to_review().limit(max(limit, _N_CONSIDERED))).all()
    copies = {text.listing_id: text.n_listings for text in texts}
    query = select(listings).where(listings.c.listing_id.in_(copies)).order_by(listings.c.listing_id)
    rows = connection.execute(query).all()
    records = [RawRecord(row.title or "", row.description or "", row.skills or "", row.details or "") for row in rows]
    unsure = [
        Unsure(
            row.listing_id,
            row.text_digest,
            copies[row.listing_id],
            row.source,
            row.url or "",
            record,
            tagged.prediction,
        )
        for row, record, tagged in zip(rows, records, tagger.tag(records), strict=True)
    ]
    return _ranked(unsure)[:limit]


def _ranked(unsure: Sequence[Unsure]) -> list[Unsure]:
    by_worth = sorted(unsure, key=lambda entry: (-_worth(entry), entry.listing_id))
    seen: Counter[str] = Counter()
    values = {}
    for entry in by_worth:
        category_id = entry.prediction.category_id
        seen[category_id] += 1
        values[entry.listing_id] = _worth(entry) / seen[category_id]
    last = {entry.listing_id for entry in unsure if entry.prediction.abstained in _TEACHES_NOTHING}
    return sorted(by_worth, key=lambda entry: (entry.listing_id in last, -values[entry.listing_id], entry.listing_id))


def _worth(entry: Unsure) -> float:
    best, *others = (probability for _, probability in entry.guesses)
    margin = best - (others[0] if others else 0.0)
    return entry.n_listings * (1.0 - margin)
