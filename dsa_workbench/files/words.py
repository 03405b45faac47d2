"""Words that several messages about files are made of."""

from __future__ import annotations


def an(thing: str) -> str:
    """Put the article before a word: an int64, a double."""
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"
