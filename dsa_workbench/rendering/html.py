"""Documents as HTML that stands alone: in JupyterLab, nbconvert's pages, on GitHub, in light and dark themes.

Every value is escaped. The style block is scoped by one class; where it is stripped, `ins`, `del`, signs and
captions still say what happened.
"""

from __future__ import annotations

import html

from dsa_workbench.rendering.controls import harmless
from dsa_workbench.rendering.document import (
    SIGNS,
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Line,
    Mark,
    Piece,
    Pieces,
    Row,
    RowKind,
    Verbatim,
)
from dsa_workbench.rendering.style import STYLE

_SPOKEN = {RowKind.PLAIN: "", RowKind.ADDED: "added", RowKind.REMOVED: "removed", RowKind.CHANGED: "changed"}
_TAGS = {Mark.OLD: "del", Mark.NEW: "ins", Mark.CODE: "code", Mark.STRONG: "strong", Mark.NULL: "em"}
_RIGHT = ' class="dsa-r"'


def write(document: Document, *, page: bool = False) -> str:
    """Write a document as one HTML fragment; on a page of its own it has real headings."""
    blocks = "".join(_block(block, page=page) for block in document)
    return f'<div class="dsa"><style>{STYLE}</style>{blocks}</div>'


def _block(block: Block, *, page: bool) -> str:
    if isinstance(block, Heading):
        # Not h1-h6: a result must not stand in the notebook's table of contents.
        tag = f"h{block.level}" if page else "div"
        return f'<{tag} class="dsa-h{block.level}">{_pieces(block.pieces)}</{tag}>'
    if isinstance(block, Line):
        return f"<p>{_pieces(block.pieces)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{_pieces(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Facts):
        pairs = (
            f'<tr><th scope="row">{_escape(label)}</th><td>{_pieces(what)}</td></tr>' for label, what in block.pairs
        )
        return f'<table class="dsa-facts"><tbody>{"".join(pairs)}</tbody></table>'
    if isinstance(block, Verbatim):
        return f"<pre>{html.escape(block.text)}</pre>"
    return _grid(block, region=page)


def _pieces(pieces: Pieces) -> str:
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    title = f' title="{_escape(piece.full)}"' if piece.full is not None else ""
    if piece.mark is Mark.PLAIN and not title:
        return _escape(piece.text)
    tag = _TAGS.get(piece.mark, "span")
    css = f' class="dsa-{piece.mark}"' if tag in {"span", "em"} and piece.mark is not Mark.PLAIN else ""
    return f"<{tag}{css}{title}>{_escape(piece.text)}</{tag}>"


def _grid(grid: Grid, *, region: bool) -> str:
    caption = f"<caption>{_escape(grid.caption)}</caption>" if grid.caption else ""
    sign = '<th scope="col"><span class="dsa-sr">change</span></th>' if grid.signed else ""
    heads = "".join(
        f'<th scope="col"{_RIGHT if head.right else ""}>'
        f"{_key_mark(head.key)}{_escape(head.name)}{_note(head.note)}</th>"
        for head in grid.heads
    )
    rights = [head.right for head in grid.heads]
    body = "".join(_row(row, rights, grid.signed) for row in grid.rows)
    foot = f'<p class="dsa-foot">{_escape(grid.foot)}</p>' if grid.foot else ""
    role = f' role="region" aria-label="{_escape(grid.caption) or "table"}"' if region else ""
    return (
        f'<div class="dsa-scroll" tabindex="0"{role}><table class="dsa-grid">{caption}'
        f"<thead><tr>{sign}{heads}</tr></thead><tbody>{body}</tbody></table></div>{foot}"
    )


def _key_mark(key: bool) -> str:
    return '<span class="dsa-key" title="key column">key</span> ' if key else ""


def _note(note: str) -> str:
    return f'<br><span class="dsa-note">{_escape(note)}</span>' if note else ""


def _row(row: Row, rights: list[bool], signed: bool) -> str:
    sign = ""
    if signed:
        spoken = f'<span class="dsa-sr">{_SPOKEN[row.kind]}</span>' if row.kind is not RowKind.PLAIN else ""
        sign = f'<td class="dsa-sign"><span aria-hidden="true">{SIGNS[row.kind]}</span>{spoken}</td>'
    cells = "".join(
        f"<td{_RIGHT if right else ''}>{_pieces(pieces)}</td>" for pieces, right in zip(row.cells, rights, strict=True)
    )
    css = "" if row.kind is RowKind.PLAIN else f' class="dsa-{row.kind}"'
    return f"<tr{css}>{sign}{cells}</tr>"


def _escape(text: str) -> str:
    return html.escape(harmless(text))
