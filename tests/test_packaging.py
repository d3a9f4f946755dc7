"""`pip install` into an empty environment gives a tool that works without the checkout and without network."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install a wheel of this checkout into a new environment; give its `jobtagger`."""
    folder = tmp_path_factory.mktemp("install")
    quiet = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, *quiet, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    venv.create(folder / "env", with_pip=True)
    wheel = next(folder.glob("jobtagger-*.whl"))
    subprocess.run([str(folder / "env" / "bin" / "python"), *quiet, "install", str(wheel)], check=True)
    return folder / "env" / "bin" / "jobtagger"


def test_installed_tool_works_offline(installed, tmp_path):
    """Model and knowledge are inside the wheel: tag, check and doctor work in an empty folder, with proxies that lead nowhere."""
    (tmp_path / "in.csv").write_text("title\nLogo for a bakery\n")
    nowhere = {
        "PATH": os.environ["PATH"],
        "https_proxy": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "LANG": "fr_FR.UTF-8",
    }

    def run(*args):
        return subprocess.run(
            [str(installed), *args], cwd=tmp_path, env=nowhere, capture_output=True, text=True, check=True
        ).stdout

    run("tag", "in.csv", "-o", "out.csv")

    assert "graphic_design" in (tmp_path / "out.csv").read_text()
    assert "Catégorie" in run("check", "Logo pour une boulangerie")
    assert run("doctor", "--lang", "en").endswith("all is well\n")
    assert str(ROOT) not in run("check", "--json", "Logo")


def test_installed_tool_brings_nothing_heavy(installed):
    """The plain installation holds neither scikit-learn nor pandas nor spaCy."""
    listed = subprocess.run(
        [str(installed.parent / "python"), "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True, text=True, check=True,
    ).stdout.lower()  # fmt: skip

    names = {line.split("==")[0] for line in listed.splitlines()}
    assert {"scikit-learn", "scipy", "pandas", "spacy"} & names == set()
    assert {"jobtagger", "numpy", "click"} <= names


def test_installed_tool_runs_the_job(installed, tmp_path):
    """The configuration that init writes runs after a plain installation; a feed says which extra it needs."""
    (tmp_path / "listings").mkdir()
    (tmp_path / "listings" / "a.csv").write_text("title\nLogo for a bakery\n")

    def run(*args):
        return subprocess.run([str(installed), *args], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == run("init").returncode
    assert "folder: 1 read, 1 new" in run("run").stdout
    with (tmp_path / "jobtagger.toml").open("a") as config:
        config.write('[[source]]\nname = "feed"\nkind = "feed"\nurls = ["http://127.0.0.1:9/"]\n')
    result = run("run")
    assert 1 == result.returncode
    assert 'needs the extra "job": pip install "jobtagger[job]"' in result.stderr


def test_train_without_its_extra_says_what_to_install(installed, tmp_path):
    """A command that needs scikit-learn names the extra that brings it."""
    (tmp_path / "training_data").mkdir()

    result = subprocess.run([str(installed), "train"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 2 == result.returncode
    assert 'pip install "jobtagger[train]"' in result.stderr
