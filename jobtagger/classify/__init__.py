"""Tokens to a category with its probability, the words that decided, or an abstention."""

from jobtagger.classify.classifier import Classifier
from jobtagger.classify.model_store import (
    Model,
    default_model_folder,
    load_model,
    save_model,
    try_to_write,
    writing_model,
)

__all__ = ["Classifier", "Model", "default_model_folder", "load_model", "save_model", "try_to_write", "writing_model"]
