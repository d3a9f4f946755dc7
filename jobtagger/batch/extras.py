"""Libraries that only some formats need: imported when the format is met, with a message naming the extra."""

import importlib
from typing import Any

from jobtagger.errors import InputError


def require(module: str, extra: str, name: str) -> Any:
    """Import a library of an extra.

    Raises
    ------
    InputError
        When it is not installed; `name` is the file, or the option, that needs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise InputError(f'{name}: needs the extra "{extra}": pip install "jobtagger[{extra}]"') from None
