"""Everything we claim to know: data files, their schema, and the loader that checks them."""

from jobtagger.knowledge.load import DATA_FOLDER, load_knowledge
from jobtagger.knowledge.types import Knowledge, Policy, Text

__all__ = ["DATA_FOLDER", "Knowledge", "Policy", "Text", "load_knowledge"]
