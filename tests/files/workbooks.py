"""Workbooks written by hand, for what no library writes."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = (14, 46, 20, 10, 22)
"""Number formats of the cell styles 1 to 5: a date, a duration, a time, a percentage, a moment."""


def xlsx(path: Path, rows: str, *, shared: str = "", epoch_1904: bool = False, extra: str = "") -> Path:
    """Write a workbook with one sheet `S`; `rows` is the XML in `sheetData`, `shared` that of the shared strings."""
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *_STYLES))
    dates = '<workbookPr date1904="1"/>' if epoch_1904 else ""
    parts = {
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{dates}<sheets>'
        '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="6">{formats}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{extra}</worksheet>',
    }
    path.write_bytes(package(parts))
    return path


def ods(path: Path, rows: str) -> Path:
    """Write a workbook with one sheet `S`; `rows` is the XML in its table."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f"<office:document-content {spaces} {calc}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(package({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}))
    return path


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """Pack parts into a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def record(kind: int, body: bytes) -> bytes:
    """Write a record of an .xlsb part, of at most 127 bytes."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def numbers(*values: int) -> bytes:
    """Write numbers of four bytes."""
    return struct.pack(f"<{len(values)}I", *values)


def _relations(*targets: tuple[str, str]) -> str:
    each = "".join(f'<Relationship Id="r{i}" Type="{_OFFICE}/{k}" Target="{t}"/>' for i, (k, t) in enumerate(targets))
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'
