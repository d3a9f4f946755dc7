"""Helper processes, that they start from what is installed and not from what lies in the current folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SAFE_PATH = {"PYTHONSAFEPATH": "1"}
"""Keeps Python from importing a `random.py` of the current folder, as it does when it starts with -c or -m."""


@contextmanager
def safe_path() -> Iterator[None]:
    """Have all processes of Python that are started meanwhile leave the current folder off their path."""
    before = {name: os.environ.get(name) for name in SAFE_PATH}
    os.environ.update(SAFE_PATH)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
