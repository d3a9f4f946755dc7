"""Why something was found as it was: a sentence in English that can be worded in another language."""

from collections.abc import Callable
from typing import Any

Part = tuple[str, dict[str, Any]]


class Why(str):
    """A reason as English text; `parts` are the sentences it was made of, each with what fills its gaps."""

    parts: tuple[Part, ...]
    __slots__ = ("parts",)

    @classmethod
    def of(cls, *parts: Part) -> "Why":
        """Put a reason together."""
        why = cls("; ".join(text.format(**values) for text, values in parts))
        why.parts = parts
        return why

    def worded(self, word: Callable[[str], str]) -> str:
        """Give the reason with the sentences, and the words in their gaps, that `word` gives for the English ones."""
        parts = [
            word(text).format(
                **{key: word(value) if isinstance(value, str) else value for key, value in values.items()}
            )
            for text, values in self.parts
        ]
        return " ; ".join(parts)
