"""The versions that a statement names, and those that stand in it without quotes.

``from sales@main~1`` is no SQL: names with @ have to be quoted there. But ``a@b`` can mean nothing else, since SQL
knows no such operator between two words, so what looks like a spec is quoted for the user. Strings, quoted names,
comments and dollar quotes stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

_OPAQUE = (
    r"[eE]'(?:[^'\\]|''|\\.)*'"
    r"|'(?:[^']|'')*'"
    r'|"(?:[^"]|"")*"'
    r"|--[^\n]*"
    r"|/\*.*?\*/"
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
)
_SPEC = r"(?P<spec>[^\W\d_][\w.-]*@(?:[^\W_]\w*(?:[./+-]\w+)*)?(?:@?\{[^{}\n]*\})?(?:~\d*|\^)*(?::\w+)?)"
_END = re.compile(rf"(?P<kept>{_OPAQUE})|;", re.DOTALL)
_TOKEN = re.compile(rf"{_OPAQUE}|{_SPEC}|\w+", re.DOTALL)


def quote_specs(statement: str) -> str:
    """Put the specs of a statement into quotes where they stand without."""
    return _TOKEN.sub(lambda m: quoted(m["spec"]) if m["spec"] else m[0], statement)


def without_end(statement: str) -> str:
    """Take away the semicolons of one statement, so that it can stand in another."""
    return _END.sub(lambda m: m["kept"] or "", statement) + "\n"


def quoted(name: str) -> str:
    """Quote a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def tables_of(tree: Any) -> list[tuple[str, ...]]:
    """List the tables that a syntax tree names, as paths (of catalogue, schema and table what is given)."""
    found: dict[tuple[str, ...], None] = {}
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += reversed(node)
        elif isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                path = (node.get("catalog_name", ""), node.get("schema_name", ""), node["table_name"])
                found[tuple(part for part in path if part)] = None
            todo += reversed(node.values())
    return list(found)


def expressions_of(tree: Any) -> set[str]:
    """Collect the names that WITH gives to its parts."""
    names: set[str] = set()
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            names.update(entry["key"] for entry in node.get("cte_map", {}).get("map", []))
            todo += node.values()
    return names
