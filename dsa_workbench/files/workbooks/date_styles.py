"""Which styles of an .xlsx workbook show a number as a date or a time of day.

Needed for one thing: calamine takes a negative number in such a style for midnight. Excel shows no date for it either,
so it stays a number.
"""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree as ET

_BUILT_IN = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
"""Numbers of formats that need no definition; 46 is a duration."""
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What a format shows as it is, fills or colours."""
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[ymdhse]", re.IGNORECASE)


def date_styles(archive: zipfile.ZipFile, part: str | None) -> frozenset[int]:
    """Give the numbers of the cell styles whose format is one of dates or times, but not of durations."""
    if part is None:
        return frozenset()
    root = ET.fromstring(archive.read(part))  # noqa: S314
    formats = {
        int(element.get("numFmtId", "0")): _is_date(element.get("formatCode", ""))
        for element in root.iter(_named(root, "numFmt"))
    }
    styles = root.find(_named(root, "cellXfs"))
    used = [] if styles is None else [int(style.get("numFmtId", "0")) for style in styles]
    return frozenset(i for i, number in enumerate(used) if formats.get(number, number in _BUILT_IN))


def _named(root: ET.Element, name: str) -> str:
    return f"{root.tag.partition('}')[0]}}}{name}" if "}" in root.tag else name


def _is_date(code: str) -> bool:
    first = code.partition(";")[0]
    if _DURATION.search(first):
        return False
    shown = _SILENT.sub("", first)
    return "general" not in shown.lower() and _DATE.search(shown.replace("E+", "").replace("E-", "")) is not None
