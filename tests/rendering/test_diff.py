from __future__ import annotations

import re
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from dsa_workbench.core.model.change import ChangeCounts, SchemaChange, SchemaChangeKind
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.rendering.diff import ROWS
from dsa_workbench.results import Diff
from tests.rendering.hand_made import HandMade, diff_of

ORDERS = {"id": pa.int64(), "item": pa.string(), "qty": pa.int64()}


def one(table: HandMade) -> Diff:
    return Diff("sales@main~1", "sales@main", {"data": table})


@pytest.fixture
def orders() -> Diff:
    return one(
        diff_of(
            ORDERS,
            added=[[4, "pear", 1]],
            removed=[[3, None, 7]],
            changed=[([1, "apple", 2], [1, "apple", 20], ["qty"])],
            key=("id",),
        )
    )


def test_text_has_signs_counts_and_both_values(orders: Diff) -> None:
    assert repr(orders).splitlines() == [
        "sales@main~1  →  sales@main",
        "+1 added  −1 removed  ~1 changed  10 unchanged",
        "Changed cells: qty 1.",
        "",
        "  id (key)  item      qty",
        "  --------  -----  ------",
        "~        1  apple  2 → 20",
        "−        3  null        7",
        "+        4  pear        1",
        "Rows are paired by the key id.",
    ]


def test_html_marks_changes_without_relying_on_colour(orders: Diff) -> None:
    html = orders._repr_html_()
    assert "<del>2</del> → <ins>20</ins>" in html
    assert '<tr class="dsa-added"><td class="dsa-sign"><span aria-hidden="true">+</span>' in html
    assert '<span class="dsa-sr">removed</span>' in html
    assert '<em class="dsa-null">null</em>' in html
    assert 'scope="col"' in html
    assert '<td class="dsa-r">' in html


def test_markdown_is_a_table(orders: Diff) -> None:
    markdown = orders._repr_markdown_()
    assert "|  | id (key) | item | qty |\n|---|---:|---|---:|\n" in markdown
    assert "~~2~~ → **20**" in markdown


class Closed(HTMLParser):
    """Checks that every tag is closed in order, and notes the tags."""

    VOID = frozenset({"br"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EVIL = [
    "<script>alert(1)</script>",
    "`code` | pipe",
    "*b* _i_ $x$ [l](u)",
    '" onmouseover="x',
    "&amp;",
    "\x1b[31m",
    "\u200b",
]


@pytest.mark.parametrize("evil", EVIL)
def test_everything_is_escaped(evil: str) -> None:
    changes = (
        SchemaChange(SchemaChangeKind.RENAMED, evil, evil, evil + "2"),
        SchemaChange(SchemaChangeKind.ADDED, evil, None, evil),
    )
    table = diff_of(
        {"id": pa.int64(), evil: pa.string()},
        added=[[1, evil]],
        changed=[([2, evil], [2, evil + "!" * 300], [evil])],
        key=(evil,),
        schema_changes=changes,
        pairing=evil,
    )
    diff = Diff(evil, evil, {evil: table, "data": table})
    html = diff._repr_html_()
    parser = Closed()
    parser.feed(html)
    assert parser.open == []
    assert parser.tags <= {
        "div", "style", "p", "ul", "li", "strong", "span", "del", "ins", "code", "em", "br",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert not re.search(r"<[^>]*\sonmouseover=\"x", html.replace("&quot;", ""))
    assert "\x1b" not in html + repr(diff) + diff._repr_markdown_()
    for line in diff._repr_markdown_().splitlines():
        if line.startswith("|"):  # a pipe in a value must not make a cell
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 7}
        assert "<" not in line


def test_the_first_rows_are_shown_and_the_rest_is_counted() -> None:
    table = diff_of(ORDERS, added=[[i, "x", i] for i in range(1284)], key=("id",))
    text = repr(one(table))
    assert text.count("\n+ ") == ROWS
    assert "… and 1,234 more rows." in text
    assert table.asked == [ROWS]


def test_wide_tables_hide_what_did_not_change() -> None:
    columns = {"id": pa.int64()} | {f"c{i}": pa.int64() for i in range(30)}
    old = [1] + [0] * 30
    new = [1] + [0] * 29 + [5]
    text = repr(one(diff_of(columns, changed=[(old, new, ["c29"])], key=("id",))))
    assert "  id (key)    c29\n" in text
    assert "29 columns are hidden: c0, c1, c2, c3, c4, c5, c6, c7 and 21 more." in text


def test_added_rows_of_a_wide_table_show_some_of_their_values() -> None:
    columns = {f"c{i}": pa.int64() for i in range(30)} | {"id": pa.int64()}
    text = repr(one(diff_of(columns, added=[[7] * 31], key=("id",))))
    assert "c0  c1  c2  c3  c4  c5  c6  id (key)" in text


def test_without_a_key_rows_are_numbered() -> None:
    text = repr(one(diff_of(ORDERS, added=[[1, "x", 2]], removed=[[1, "y", 2]])))
    assert "  row  id  item  qty" in text


def test_schema_changes_stand_above_the_rows() -> None:
    kinds = SchemaChangeKind
    changes = (
        SchemaChange(kinds.ADDED, "tax", None, "float64"),
        SchemaChange(kinds.DROPPED, "note", "string", None),
        SchemaChange(kinds.RENAMED, "qty", "amount", "qty"),
        SchemaChange(kinds.RETYPED, "id", "int32", "int64"),
        SchemaChange(kinds.REORDERED, ""),
        SchemaChange(kinds.NULLABILITY, "id", "allowed", "not allowed"),
        SchemaChange(kinds.METADATA, "", "a", "b"),
        SchemaChange(kinds.METADATA, "qty", None, "dsa:given=decimal128(10, 2)"),
        SchemaChange(kinds.METADATA, "id", "dsa:given=int64", None),
        SchemaChange(kinds.METADATA, "", "dsa:given=text", "dsa:given=string"),
        SchemaChange(kinds.METADATA, "tax", None, "dsa:given=int64, unit=EUR"),
        SchemaChange(kinds.KEY, "", None, "id"),
    )
    text = repr(one(diff_of(ORDERS, changed=[([1, "a", 1], [1, "a", 2], ["qty"])], schema_changes=changes)))
    for sentence in (
        "- Column tax added (float64).",
        "- Column note dropped (string).",
        "- Column renamed: amount → qty",
        "- Column id has another type: int32 → int64",
        "- Columns stand in another order.",
        "- Column id: nulls allowed → not allowed",
        "- Table metadata a → b",
        "- Column qty: its type is given as decimal128(10, 2), and later imports keep it.",
        "- Column id: its type is not given any more; imports find it.",
        "- Table: the type of all columns is given as string, and later imports keep it.",
        "- Column tax: metadata  → dsa:given=int64, unit=EUR",
        "- Key: none → id",
    ):
        assert sentence in text
    assert "was amount" in text
    assert text.index("Key:") < text.index("1 → 2")


@pytest.mark.parametrize("kind", SchemaChangeKind)
def test_every_kind_of_schema_change_has_a_sentence(kind: SchemaChangeKind) -> None:
    assert repr(one(diff_of(ORDERS, schema_changes=(SchemaChange(kind, "c", "old", "new"),)))).count("\n- ") == 1


def test_no_difference_says_so() -> None:
    diff = one(diff_of(ORDERS, counts=ChangeCounts(unchanged=12)))
    assert not diff
    assert repr(diff) == "sales@main~1  →  sales@main\nNo difference: 12 rows are the same."


def test_moved_and_reformed_rows_are_told_though_nothing_differs() -> None:
    diff = one(diff_of(ORDERS, counts=ChangeCounts(unchanged=12, moved=3, reformed={"qty": 2})))
    assert not diff
    assert "3 rows moved: the order is not the same." in repr(diff)
    assert "Equal in value, written differently (not counted as changes): qty 2." in repr(diff)


def test_a_workbook_shows_an_overview_and_each_changed_table() -> None:
    changed = diff_of(ORDERS, added=[[1, "x", 1]])
    same = diff_of(ORDERS, counts=ChangeCounts(unchanged=4))
    diff = Diff("book@main~1", "book@main", {"Q1": changed, "Q2": same})
    text = repr(diff)
    assert "Q2         0        0        0          4               0" in text
    assert "\nQ1\n+1 added" in text
    assert "\nQ2\n" not in text


def test_a_diff_gives_counts_schema_and_rows(orders: Diff) -> None:
    assert orders
    assert orders.summary == {"data": {"added": 1, "removed": 1, "changed": 1, "unchanged": 10}}
    assert orders.schema == {"data": ()}
    assert orders.to_arrow().num_rows == 3
    assert list(orders.to_pandas("data")["change"]) == ["changed", "removed", "added"]
    with pytest.raises(NotFound, match=r"no table 'x'\. It has: data"):
        orders.to_arrow("x")
    two = Diff("a", "b", {"Q1": orders.tables["data"], "Q2": orders.tables["data"]})
    with pytest.raises(InvalidInput, match="Name one of: Q1, Q2"):
        two.to_arrow()


def test_a_change_stays_in_sight_in_narrow_text() -> None:
    columns = {"id": pa.int64(), "a": pa.string(), "b": pa.string(), "c": pa.string(), "d": pa.string()}
    old, new = [1, "a" * 60, "b" * 60, "c" * 60, "d" * 60], [1, "a" * 60, "b" * 60, "x" + "c" * 60, "d" * 60]
    text = repr(one(diff_of(columns, changed=[(old, new, ["c"])], key=("id",))))
    assert re.search(r"c+…? → xc+", text)
    assert max(len(line) for line in text.splitlines()) <= 120
