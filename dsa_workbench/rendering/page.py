"""A document as an HTML page that stands alone: nothing is fetched, nothing runs, and it follows the reader's theme."""

from __future__ import annotations

import html

from dsa_workbench.rendering.controls import harmless
from dsa_workbench.rendering.document import Document
from dsa_workbench.rendering.html import write

_RULES = (
    ":root{color-scheme:light dark}body{margin:24px auto;padding:0 20px;max-width:1400px}"
    "main h1,main h2{font-size:inherit}.dsa.dsa .dsa-scroll{max-height:none}"
    ".dsa.dsa .dsa-scroll:focus-visible{outline:2px solid currentColor;outline-offset:2px}"
    "@media print{body{margin:0;max-width:none}.dsa.dsa .dsa-scroll{overflow:visible}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(title: str, document: Document) -> str:
    """Write a document as a page; its headings are real ones, and its tables regions that can be reached by key."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(harmless(title))}</title><style>{_RULES}</style></head>\n"
        f"<body><main>{write(document, page=True)}</main></body></html>\n"
    )
