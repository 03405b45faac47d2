"""Characters that the eye misses or that change the look of their neighbours, spelled out."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"\r\n|\r|\n")
# Controls, zero-width and direction characters, and line separators: they would hide or reorder what stands
# beside them.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_ENDS = re.compile(r"^[ \u00a0]+|[ \u00a0]+$")


def visible(text: str) -> str:
    """Show what the eye would miss: line breaks, tabs, blanks at the ends, controls and direction marks."""
    return _ENDS.sub(lambda match: "·" * len(match[0]), harmless(text))


def harmless(text: str) -> str:
    """Spell out line breaks, tabs, controls and direction marks; blanks stay as they are.

    The writers pass every piece through this, so that no view can forget it.
    """
    text = _BREAKS.sub("↵", text).replace("\t", "⇥")
    return _HIDDEN.sub(lambda match: _spelled(match[0]), text)


def _spelled(char: str) -> str:
    point = ord(char)
    if point < 0x20:
        return chr(0x2400 + point)
    return "␡" if point == 0x7F else f"⟨U+{point:04X}⟩"
