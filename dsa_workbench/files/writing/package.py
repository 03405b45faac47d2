"""What stands in a workbook's archive beside its sheets: names, styles, and how the parts hang together."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
LONGEST_NAME = 31


class PARTS:
    """Where the parts of a workbook stand in its archive."""

    WORKBOOK = "xl/workbook.xml"
    STYLES = "xl/styles.xml"

    @staticmethod
    def sheet(number: int) -> str:
        """Name the part of a sheet, counted from 1."""
        return f"xl/worksheets/sheet{number}.xml"


class Styles:
    """The styles of cells: those of moments, and one for each number of decimals."""

    HEADER, DATE, DATETIME, TIME, SPAN = range(1, 6)

    def __init__(self) -> None:
        self._formats = ["yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm:ss", "hh:mm:ss", "[h]:mm:ss"]

    def decimals(self, places: int) -> int:
        """Give the style of numbers with so many decimals."""
        text = "0." + "0" * places if places else "0"
        if text not in self._formats:
            self._formats.append(text)
        return 2 + self._formats.index(text)

    def xml(self) -> str:
        """Write the part."""
        formats = "".join(
            f'<numFmt numFmtId="{164 + i}" formatCode={quoteattr(text)}/>' for i, text in enumerate(self._formats)
        )
        plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        bold = '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        others = "".join(
            f'<xf numFmtId="{164 + i}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
            for i in range(len(self._formats))
        )
        font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
        return (
            f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(self._formats)}">{formats}</numFmts>'
            f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{2 + len(self._formats)}">{plain}{bold}{others}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


def column_letters(index: int) -> str:
    """Name a column (from 0) as a sheet does: A to Z, AA, ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_names() -> Generator[str, str, None]:
    """Make names that sheets can have: each sent to it comes back fitting, and unlike those before."""
    names = _sheet_names()
    next(names)
    return names


def _sheet_names() -> Generator[str, str, None]:
    used: set[str] = {"history"}  # Excel keeps this one for itself.
    found = ""
    while True:
        wished = yield found
        plain = _FORBIDDEN.sub("_", wished).strip("'") or "Sheet"
        found, number = plain[:LONGEST_NAME], 1
        while found.lower() in used:
            number += 1
            ending = f" ({number})"
            found = plain[: LONGEST_NAME - len(ending)] + ending
        used.add(found.lower())


def workbook_parts(titles: Sequence[str], styles: Styles) -> Iterator[tuple[str, str]]:
    """Write what ties the sheets together: pairs of a part's place and its text."""
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{i}" r:id="rId{i}"/>'
        for i, title in zip(numbers, titles, strict=True)
    )
    yield PARTS.WORKBOOK, f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    yield PARTS.STYLES, styles.xml()
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in numbers
    )
    links += f'<Relationship Id="rId{len(titles) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    yield "xl/_rels/workbook.xml.rels", _relationships(links)
    yield (
        "_rels/.rels",
        _relationships(f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="{PARTS.WORKBOOK}"/>'),
    )
    overrides = "".join(_override(PARTS.sheet(i), "worksheet") for i in numbers)
    types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f"{_override(PARTS.WORKBOOK, 'sheet.main')}{_override(PARTS.STYLES, 'styles')}{overrides}</Types>"
    )
    yield "[Content_Types].xml", types


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/{escape(part)}" ContentType="{_TYPE}.{kind}+xml"/>'


def _relationships(links: str) -> str:
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
