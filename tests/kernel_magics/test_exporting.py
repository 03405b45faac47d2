"""`%dsa export` and `import --exact`, as they are typed."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from kernel_magics.commands import COMMANDS
from tests.kernel_magics.conftest import Notebook

if TYPE_CHECKING:
    import pytest

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "exporting.md").read_text(encoding="utf-8")


def test_a_version_is_exported_as_told(sales: Notebook) -> None:
    done = sales.run(
        "%dsa export sales out.csv.gz --columns item,qty --where 'qty > 2' --order-by 'qty desc' --delimiter ; "
        "--line-end crlf --quote all --no-header --limit 1"
    )
    assert gzip.decompress(Path("out.csv.gz").read_bytes()) == b'"fig";"7"\r\n'
    assert done.rows == 1
    assert "1 row" in str(done)
    sales.run("%dsa commit {pd.DataFrame({'a': ['=1', None]})} other")
    sales.run("%dsa export other guarded.csv --guard-formulas --null NA")
    assert Path("guarded.csv").read_text() == "a\n'=1\nNA\n"
    sales.run("%dsa export other other.sql --sql-table shop.other --sql-create --sql-rows 1")
    assert Path("other.sql").read_text() == (
        'CREATE TABLE "shop"."other" (\n    "a" VARCHAR\n);\n'
        'INSERT INTO "shop"."other" ("a") VALUES\n(\'=1\');\nINSERT INTO "shop"."other" ("a") VALUES\n(NULL);\n'
    )


def test_what_was_imported_exactly_comes_back(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    odd = b'id;price\r\n"1";1,50\n\n2;2,00\r\n'
    Path("till.csv").write_bytes(odd)
    sales.run("%dsa import till.csv till --exact")
    sales.run("%dsa export till back.csv --exact")
    assert Path("back.csv").read_bytes() == odd
    assert "no import of it was exact" in sales.error("%dsa export sales x.csv --exact", capsys)
    assert not Path("x.csv").exists()


def test_a_note_says_what_a_workbook_does_not_hold(sales: Notebook) -> None:
    sales.run("%dsa commit {pd.DataFrame({'n': [2**60]})} large")
    done = sales.run("%dsa export large large.xlsx")
    assert "n: 1 whole numbers beyond 2**53 are text." in str(done)
    assert "n: 1 whole numbers beyond 2**53 are text." in done._repr_html_()


def test_the_guide_names_every_option_of_export() -> None:
    for option in COMMANDS["export"].options:
        assert option.flags[-1] in GUIDE
