"""The model folder: arrays, word lists and one JSON file; checked by digest before anything is read from it.

`model.json` names the categories and holds the facts of the training; loading executes nothing.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobtagger.errors import ModelError

FORMAT = 2  # since words of a title count by their place in it
ARRAYS = (
    "word_weights", "word_norms", "word_languages", "bucket_weights", "pair_words", "pair_weights", "triple_languages",
)  # fmt: skip
WORD_LISTS = ("words", "triples")
_DECIDING = ("files", "bias", "sharpness", "subword_scale", "unknown_norm")


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. C categories, L languages.

    Attributes
    ----------
    words : list of str
        The known normalised words; word i has number i + 1 in every session.
    word_weights : array, shape (n_words, C)
        All that a word adds to the log-odds of each category before dividing by the posting's norm.
    word_norms : array, shape (n_words,)
        Its squared part of that norm.
    word_languages : array, shape (n_words, L)
        Log-odds of the languages.
    bucket_weights : array, shape (n_buckets, C)
        Weights of letter groups, for words not in `words`.
    pair_words, pair_weights : arrays, shapes (n_pairs, 2) and (n_pairs, C)
        Pairs of neighbouring words, as places in `words`.
    triples, triple_languages : list of str and array, shape (n_triples, L)
        Log-odds of the languages by letter triples, for words not in `words`.
    facts : dict
        All of model.json.
    """

    categories: tuple[str, ...]
    languages: tuple[str, ...]
    words: list[str]
    word_weights: NDArray[np.float16]
    word_norms: NDArray[np.float16]
    word_languages: NDArray[np.float16]
    bucket_weights: NDArray[np.float16]
    pair_words: NDArray[np.int32]
    pair_weights: NDArray[np.float16]
    triples: list[str]
    triple_languages: NDArray[np.float16]
    facts: dict[str, Any]

    @property
    def digest(self) -> str:
        """The name of this very model: it changes with every number and name that answers hang on."""
        names = {"categories": self.categories, "languages": self.languages}
        deciding = json.dumps(names | {name: self.facts[name] for name in _DECIDING}, sort_keys=True)
        return hashlib.sha256(deciding.encode()).hexdigest()[:16]


def default_model_folder() -> Path:
    """Give the shipped model: inside the installed package, or `models/default` of a source checkout."""
    package = Path(__file__).parents[1]
    inside = package / "model"
    return inside if inside.is_dir() else package.parent / "models" / "default"


def load_model(folder: Path | None = None) -> Model:
    """Check the digests of a model folder and read it.

    Raises
    ------
    ModelError
        When the folder is missing, incomplete, altered, or of another format.
    """
    folder = folder or default_model_folder()
    facts = _read_facts(folder)
    contents = {name: _read_checked(folder, name, digest) for name, digest in facts["files"].items()}
    try:
        arrays: dict[str, Any] = {name: _array(contents[f"{name}.npy"]) for name in ARRAYS}
        lists: dict[str, Any] = {name: contents[f"{name}.txt"].decode("utf-8").splitlines() for name in WORD_LISTS}
    except (KeyError, ValueError) as error:
        raise ModelError(f"{folder}: is incomplete: {error}; {_remedy(folder)}") from error
    model = Model(tuple(facts["categories"]), tuple(facts["languages"]), facts=facts, **arrays, **lists)
    _refuse_wrong_sizes(model, folder)
    return model


@contextmanager
def writing_model(folder: Path) -> Iterator[None]:
    """Make a model folder to write into; whatever keeps files from being written there is a `ModelError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ModelError(f"{folder}: cannot be written ({error.strerror}); name another folder") from None


def try_to_write(folder: Path) -> None:
    """Refuse a model folder that cannot be written, before anything is trained for it.

    Raises
    ------
    ModelError
        When it is no folder, or nothing can be written into it.
    """
    with writing_model(folder), TemporaryFile(dir=folder):
        pass


def save_model(model: Model, folder: Path) -> None:
    """Write a model folder; the same model gives the same bytes.

    Raises
    ------
    ModelError
        When it cannot be written.
    """
    with writing_model(folder):
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(model, name), allow_pickle=False)
        for name in WORD_LISTS:
            (folder / f"{name}.txt").write_text("\n".join(getattr(model, name)) + "\n", "utf-8")
        names = sorted([f"{name}.npy" for name in ARRAYS] + [f"{name}.txt" for name in WORD_LISTS])
        facts = dict(model.facts)
        facts["format"] = FORMAT
        facts["categories"] = list(model.categories)
        facts["languages"] = list(model.languages)
        facts["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
        content = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (folder / "model.json").write_text(content, "utf-8")


def _remedy(folder: Path) -> str:
    if folder.resolve() == default_model_folder().resolve():
        return 'reinstall jobtagger or run "make model"'
    return 'name a folder that "jobtagger train" wrote, or train it again'


def _read_facts(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    try:
        facts = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {_remedy(folder)}") from None
    except ValueError as error:
        raise ModelError(f"{path}: is not JSON ({error}); {_remedy(folder)}") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        found = facts.get("format") if isinstance(facts, dict) else None
        raise ModelError(
            f'{path}: format {found}, this version reads format {FORMAT}; train it again (ours: "make model")'
        )
    wrong = [name for name, is_right in _FACTS.items() if not is_right(facts.get(name))]
    if wrong:
        raise ModelError(f"{path}: was altered: {', '.join(wrong)} missing or wrong; {_remedy(folder)}")
    return facts


def _read_checked(folder: Path, name: str, digest: str) -> bytes:
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {_remedy(folder)}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(f"{path}: was altered (its digest is not the one in model.json); {_remedy(folder)}")
    return content


def _refuse_wrong_sizes(model: Model, folder: Path) -> None:
    """Refuse a model whose parts do not belong together, such as one with a category taken out of model.json."""
    n_categories, n_languages, n_words = len(model.categories), len(model.languages), len(model.words)
    n_pairs, n_buckets = len(model.pair_words), len(model.bucket_weights)
    shapes = {
        "word_weights": (n_words, n_categories),
        "word_norms": (n_words,),
        "word_languages": (n_words, n_languages),
        "bucket_weights": (n_buckets, n_categories),
        "pair_words": (n_pairs, 2),
        "pair_weights": (n_pairs, n_categories),
        "triple_languages": (len(model.triples), n_languages),
    }
    found = {name: getattr(model, name).shape for name in shapes} | {"bias": (len(model.facts["bias"]),)}
    for name, shape in (shapes | {"bias": (n_categories,)}).items():
        if found[name] != shape:
            raise ModelError(
                f"{folder}: its parts do not fit together: {name} has shape {found[name]}, not {shape}; {_remedy(folder)}"
            )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list_of(is_right: Callable[[object], bool], value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_right, value))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_FACTS: dict[str, Callable[[object], bool]] = {
    "categories": partial(_is_list_of, _is_text),
    "languages": partial(_is_list_of, _is_text),
    "bias": partial(_is_list_of, _is_number),
    "files": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "sharpness": _is_number,
    "subword_scale": _is_number,
    "unknown_norm": _is_number,
    "n_postings": _is_number,
    "own_data": lambda value: value is None or isinstance(value, dict),
}
"""What of model.json is read again, and what it must look like."""


def _array(content: bytes) -> NDArray[Any]:
    return np.load(io.BytesIO(content), allow_pickle=False)  # type: ignore[no-any-return]
