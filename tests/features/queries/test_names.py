"""Specs in SQL: quoted where they stand bare, and nowhere else."""

from __future__ import annotations

import pytest

from dsa_workbench.features.versioning.queries.names import quote_specs, without_end


@pytest.mark.parametrize(
    ("statement", "quoted"),
    [
        ("from sales@main", 'from "sales@main"'),
        ("from sales@main~1 a join sales@v1.0 b", 'from "sales@main~1" a join "sales@v1.0" b'),
        ("from sales@{2026-03-01 10:00}~2, t", 'from "sales@{2026-03-01 10:00}~2", t'),
        ("from sales@dev@{2026-03-01}:Q1 x", 'from "sales@dev@{2026-03-01}:Q1" x'),
        ("from my-data.x@feature/a-1^;", 'from "my-data.x@feature/a-1^";'),
        ("(from sales@main)", '(from "sales@main")'),
        ("select x from größe@main where a@b.c", 'select x from "größe@main" where "a@b.c"'),
        ("from sales@main, a", 'from "sales@main", a'),
    ],
)
def test_bare_specs_are_quoted(statement: str, quoted: str) -> None:
    assert quote_specs(statement) == quoted


@pytest.mark.parametrize(
    "statement",
    [
        "select 'sales@main'",
        "select 'it''s sales@main', e'\\' sales@main'",
        'from "sales@main" where "a""b@c" = 1',
        "select 1 -- sales@main\n",
        "select 1 /* from sales@main\n */",
        "select $$ sales@main $$, $x$ a@b $$ c@d $x$",
        "select @ -5, abs(@x), 3 @ 4, a @b",
        "select a.b, x~'y', b:c, $param",
        "select 1e5, 07@1",
    ],
)
def test_all_else_stays_as_it_is(statement: str) -> None:
    assert quote_specs(statement) == statement


def test_the_end_of_a_statement_is_found_behind_comments_and_not_in_strings() -> None:
    assert without_end("select ';' /* ; */ from t; -- ;\n ;") == "select ';' /* ; */ from t -- ;\n \n"
