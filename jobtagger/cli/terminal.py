"""The terminal: how wide its lines may be."""

import shutil

_WIDTH = 100
_LEAST = 20


def line_width() -> int:
    """Give the columns of the terminal, at most 100; 100 where there is none."""
    return max(_LEAST, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 0)).columns))
