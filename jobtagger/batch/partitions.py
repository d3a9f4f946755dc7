"""A partition of a larger frame through the tagger, in whatever process an engine puts it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jobtagger.batch.frame import FrameOptions, own_columns, tag_frame
from jobtagger.errors import ModelError
from jobtagger.records import OUTPUT_COLUMNS
from jobtagger.tagger import Tagger

if TYPE_CHECKING:
    import pandas as pd

COUNTED = ("category", "risk_level", "language", "needs_review")
Counts = dict[tuple[str, ...], int]
"""Rows of a run by their cells in the columns `COUNTED`."""

_ONE_AT_A_TIME = threading.Lock()  # workers may have several threads, and a tagger learns words as it goes


@dataclass(frozen=True, slots=True)
class PartitionTagger:
    """Tags partitions like `tag_frame`; travels to the workers without the model, which each of them loads once.

    Parameters
    ----------
    model_folder : str
        Where the model stands on every machine; empty for the shipped one.
    options : FrameOptions
    digest : str
        That of model and knowledge here, where it is made; a worker that has others refuses.

    Raises
    ------
    ModelError
        When a worker has another model or other knowledge.
    """

    model_folder: str = ""
    options: FrameOptions = field(default_factory=FrameOptions)
    digest: str = ""

    @classmethod
    def here(cls, model_folder: str = "", options: FrameOptions | None = None) -> "PartitionTagger":
        """Make one whose workers must have the model and the knowledge of this process."""
        return cls(model_folder, options or FrameOptions(), _digest(process_tagger(model_folder)))

    def __call__(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        """Tag one partition."""
        tagger = process_tagger(self.model_folder)
        if _digest(tagger) != self.digest:
            raise ModelError(
                f"worker: has model and knowledge {_digest(tagger)}, the run {self.digest};"
                " install the same jobtagger, with the same model folder, on all machines"
            )
        with _ONE_AT_A_TIME:
            return tag_frame(frame, tagger, self.options)

    def counted(self, theirs: Sequence[str]) -> list[str]:
        """Give the columns `COUNTED` under the names they have behind those columns."""
        own = own_columns(theirs, self.options)
        return [own[list(OUTPUT_COLUMNS).index(name)] for name in COUNTED]


@cache
def process_tagger(model_folder: str) -> Tagger:
    """Give the tagger of this process: loaded for its first partition, kept for the others."""
    return Tagger.from_folder(Path(model_folder) if model_folder else None)


def _digest(tagger: Tagger) -> str:
    return f"{tagger.model.digest}-{tagger.knowledge.digest[:16]}"
