"""The model folder: whole or refused, and the same bytes for the same model."""

import json
import shutil

import numpy as np
import pytest

from jobtagger.classify import default_model_folder, load_model, save_model, try_to_write
from jobtagger.classify.model_store import _remedy
from jobtagger.errors import ModelError


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped model that may be broken."""
    return shutil.copytree(default_model_folder(), tmp_path / "model")


def test_saving_a_loaded_model_gives_the_same_bytes(folder, tmp_path):
    """Load and save is the identity on every file of the model."""
    save_model(load_model(folder), tmp_path / "again")

    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_shipped_model_is_small(folder):
    """The model folder stays under its budget of 15 MB."""
    assert sum(path.stat().st_size for path in folder.iterdir()) < 15_000_000


@pytest.mark.parametrize("name", ["words.txt", "pair_weights.npy", "triples.txt"])
def test_any_altered_file_is_named(folder, name):
    """One changed byte anywhere is found before anything of it is used."""
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(ModelError, match=rf"{name}: was altered .*; name a folder that"):
        load_model(folder)


def test_missing_file_is_named(folder):
    """A model without one of its files is refused."""
    (folder / "words.txt").unlink()

    with pytest.raises(ModelError, match=r"words\.txt: cannot be read \(No such file"):
        load_model(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("{", "model.json: is not JSON", id="no JSON"),
        pytest.param('{"format": 99}', "format 99, this version reads format 2; train it again", id="another format"),
        pytest.param("[]", "format None, this version reads format 2; train it again", id="no object"),
    ],
)
def test_wrong_facts_are_refused(folder, content, message):
    """A model.json we cannot read is refused with what was found."""
    (folder / "model.json").write_text(content)

    with pytest.raises(ModelError, match=message):
        load_model(folder)


@pytest.mark.parametrize(
    "name", ["bias", "categories", "files", "languages", "n_postings", "sharpness", "subword_scale", "unknown_norm"]
)
@pytest.mark.parametrize("value", [None, [], "a", [["a"]]], ids=["null", "empty", "text", "nested"])
def test_facts_of_the_wrong_kind_are_named(folder, name, value):
    """Whatever is missing in model.json, or of another kind, is named."""
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(facts | {name: value}))

    with pytest.raises(ModelError, match=rf"model\.json: was altered: {name} missing or wrong; name a folder"):
        load_model(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [("categories", ["a"]), ("languages", ["en"]), ("bias", [0.5])],
)
def test_facts_that_do_not_fit_the_arrays_are_refused(folder, name, value):
    """One category, language or bias more or less than the arrays have is found when the model is loaded."""
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(facts | {name: value}))

    with pytest.raises(ModelError, match="its parts do not fit together"):
        load_model(folder)


def test_remedy_fits_the_folder(folder, tmp_path):
    """Only the shipped model is reinstalled; a folder of the user's own is named anew."""
    with pytest.raises(
        ModelError, match=r'my_modle/model\.json: cannot be read .*; name a folder that "jobtagger train"'
    ):
        load_model(tmp_path / "my_modle")
    assert "reinstall" in _remedy(default_model_folder())


@pytest.mark.parametrize("inside", [False, True], ids=["a file", "in a file"])
def test_folder_that_cannot_be_written_is_refused(folder, tmp_path, inside):
    """A file in the place of the folder is a model error, for saving and for the trial beforehand."""
    (tmp_path / "taken").write_text("mine")
    place = tmp_path / "taken" / "model" if inside else tmp_path / "taken"

    for write in (try_to_write, lambda place: save_model(load_model(folder), place)):
        with pytest.raises(ModelError, match=r"taken.*: cannot be written .*; name another folder"):
            write(place)
    assert (tmp_path / "taken").read_text() == "mine"


def test_trial_leaves_nothing_behind(tmp_path):
    """Trying to write makes the folder and nothing in it."""
    try_to_write(tmp_path / "new" / "model")

    assert [] == list((tmp_path / "new" / "model").iterdir())


def test_pickles_are_never_loaded(folder):
    """An array file that holds objects is refused even if its digest fits."""
    import hashlib  # noqa: PLC0415

    path = folder / "word_norms.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    facts = json.loads((folder / "model.json").read_text())
    facts["files"]["word_norms.npy"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "model.json").write_text(json.dumps(facts))

    with pytest.raises(ModelError, match=r"is incomplete: .*allow_pickle=False"):
        load_model(folder)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("sharpness", lambda sharpness: sharpness + 0.5, id="other probabilities"),
        pytest.param("categories", lambda names: names[::-1], id="categories in another order"),
        pytest.param("languages", lambda names: names[::-1], id="languages in another order"),
    ],
)
def test_digest_changes_with_what_stands_beside_the_weights(folder, name, change):
    """Models of the same weights that give other answers are different models."""
    model = load_model(folder)
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    facts[name] = change(facts[name])
    (folder / "model.json").write_text(json.dumps(facts), "utf-8")

    assert load_model(folder).digest != model.digest


def test_digest_names_the_weights(folder):
    """The digest of a model depends on its files."""
    model = load_model(folder)

    assert 16 == len(model.digest)
    assert model.digest == load_model(default_model_folder()).digest
