"""Raw text to clean text, tokens to language."""

from jobtagger.text.clean import clean_text
from jobtagger.text.footer import FooterCutter
from jobtagger.text.language import LanguageIdentifier, LanguageModel
from jobtagger.text.prepare import Preparer

__all__ = ["FooterCutter", "LanguageIdentifier", "LanguageModel", "Preparer", "clean_text"]
