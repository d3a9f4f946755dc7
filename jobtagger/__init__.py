"""Tag freelance job postings with a category and a demand-trend risk level."""

from jobtagger.records import Posting, Prediction, Reason, RiskTag, TaggedPosting

__all__ = ["Posting", "Prediction", "Reason", "RiskTag", "TaggedPosting", "__version__"]

__version__ = "0.1.0"
