"""Tag freelance job postings with a category and a demand-trend risk level.

>>> from jobtagger import RawRecord, Tagger
>>> next(Tagger().tag([RawRecord("Logo for my bakery", "Simple and quick.")])).prediction.category_id
'graphic_design'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobtagger.batch import tag_file, tag_frame
    from jobtagger.records import Posting, Prediction, RawRecord, Reason, RiskTag, TaggedPosting
    from jobtagger.tagger import Tagger

__all__ = [
    "Posting",
    "Prediction",
    "RawRecord",
    "Reason",
    "RiskTag",
    "TaggedPosting",
    "Tagger",
    "__version__",
    "tag_file",
    "tag_frame",
]

__version__ = "0.1.0"

_HOMES = {"Tagger": "jobtagger.tagger", "tag_file": "jobtagger.batch", "tag_frame": "jobtagger.batch"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is: `jobtagger --help` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "jobtagger.records")), name)
