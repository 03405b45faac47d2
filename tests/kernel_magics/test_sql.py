"""``%%dsa sql``: the query in the cell, values by name, a result to keep."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from kernel_magics.grammar import literal
from tests.kernel_magics.conftest import Notebook


def test_a_query_and_its_result(sales: Notebook) -> None:
    sales.run("%dsa commit df sales")
    sales.run("least, city = 3, 'x'")
    result = sales.run(
        "%%dsa sql -o found --param least --param most=10 --param half={1 / 2} --limit 5\n"
        "-- who has more\nselect n.item, n.qty, $half as half\nfrom sales@main n join sales@main~1 o using (id)\n"
        "where n.qty >= $least and n.qty <= $most;"
    )
    assert result.to_arrow().to_pylist() == [{"item": "pear", "qty": 3, "half": 0.5}]
    assert sales.shell.user_ns["found"] is result
    assert sales.run("%dsa commit found top").created


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%dsa sql", "begins a cell"),
        ("%%dsa sql\n  ", "begins a cell"),
        ("%%dsa read sales\nx", "%dsa read takes no cell"),
        ("%%dsa sql --param lesat\nselect 1", "no Python variable 'lesat'. Did you mean least?"),
        ("%%dsa sql --param a-b=1\nselect 1", "'a-b' is no name"),
        ("%%dsa sql -o 1x\nselect 1", "'1x' cannot name a variable"),
        ("%%dsa sql select 1\nselect 1", "one word too many"),
        ("%%dsa sql\ndrop table sales", "SQL here reads and does nothing else"),
        ("%%dsa sql\nselect {least} from sales", "syntax error"),
    ],
)
def test_what_it_does_not_take(sales: Notebook, capsys: pytest.CaptureFixture[str], cell: str, says: str) -> None:
    sales.run("least = 3")
    assert says in sales.error(cell, capsys)


def test_a_condition(sales: Notebook) -> None:
    found = sales.run("%dsa read sales --where \"qty > 2 and item <> 'fig'\"")
    assert found.to_arrow()["item"].to_pylist() == ["pear"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *(("10", 10), ("-3", -3), ("1.5", 1.5), ("1e3", 1000.0), ("true", True), ("NULL", None)),
        *(("02139", "02139"), ("Ulm", "Ulm"), ("", ""), ("1.", "1."), ("nan", "nan"), ("2026-01-01", "2026-01-01")),
    ],
)
def test_literals(word: str, value: object) -> None:
    assert repr(literal(word)) == repr(value)


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        ("select * from s", ["sales"]),
        ("select *\nfrom sales@", ["sales@dev", "sales@main"]),
        ('select *\nfrom "sales@d', ['"sales@dev"']),
        ("select id from sales@main a\njoin orders:Q", ["orders:Q1", "orders:Q2"]),
        ("from sales where q", ["qty"]),
        ("from sales s where s.i", ["s.id", "s.item"]),
        ("from nothing where q", []),
    ],
)
def test_completion_in_the_cell(sales: Notebook, body: str, offered: list[str]) -> None:
    sales.run("%dsa branch sales dev")
    sales.run("%dsa commit {dict(Q1=df, Q2=df)} orders")
    cell = f"%%dsa sql --param x\n{body}"
    with provisionalcompleter():
        found = list(sales.shell.Completer.completions(cell, len(cell)))
    assert [one.text for one in found if not one.text.startswith("%")] == offered


def test_options_of_the_first_line_complete(sales: Notebook) -> None:
    with provisionalcompleter():
        found = list(sales.shell.Completer.completions("%%dsa sql --pa", 14))
    assert [one.text for one in found] == ["--param"]
