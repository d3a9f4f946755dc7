"""Category and traits to a demand-trend level that can name every cause."""

from jobtagger.risk.assess import Assessor
from jobtagger.risk.outlook import DerivedLevel, derive_level, derive_levels
from jobtagger.risk.traits import TraitFinder

__all__ = ["Assessor", "DerivedLevel", "TraitFinder", "derive_level", "derive_levels"]
