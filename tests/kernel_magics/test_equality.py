"""`%dsa equality`, and diffs by a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsa_workbench.core.model.profile import make_profile
from dsa_workbench.results import Equality
from tests.kernel_magics.conftest import Notebook

if TYPE_CHECKING:
    import pytest


def test_a_profile_is_set_shown_and_followed(sales: Notebook) -> None:
    sales.run("df['item'] = ['APPLE', ' pear', 'kiwi']\ndf['qty'] = df['qty'] + 0.001\n%dsa commit df sales")
    assert sales.run("%dsa diff sales").summary["data"]["changed"] == 2
    shown = sales.run("%dsa equality sales --case item --trim * --float-tolerance qty=0.01")
    assert isinstance(shown, Equality)
    assert shown.profile == make_profile(case=["item"], whitespace="trim", float_tolerance={"qty": 0.01})
    diff = sales.run("%dsa diff sales")
    assert diff.summary["data"]["changed"] == 1
    assert sales.run("%dsa diff sales --profile none").summary["data"]["changed"] == 2
    assert sales.run("%dsa diff sales --profile 1").summary == diff.summary
    assert sales.run("%dsa diff sales --profile {dict(ignore=['qty', 'item'])}").summary["data"]["changed"] == 0
    form = repr(sales.run("%dsa diff sales --form"))
    assert "Rows that changed in form alone:" in form
    assert "pear" in form
    assert "Rows that changed" not in repr(diff)


def test_settings_stay_until_they_are_taken_back(sales: Notebook) -> None:
    sales.run("%dsa equality sales --ignore qty")
    assert sales.run("%dsa equality sales --decimal-scale 2 --null-tokens NA,-").profile == make_profile(
        ignore=["qty"], decimal_scale=2, null_tokens=["NA", "-"]
    )
    assert sales.run("%dsa equality sales --ignore '' --decimal-scale none").profile == make_profile(
        null_tokens=["NA", "-"]
    )
    assert sales.run("%dsa equality sales --clear --case *").profile == make_profile(case=True)
    assert [v.version for v in sales.run("%dsa equality sales --log").versions] == [4, 3, 2, 1]
    sales.run("%dsa use sales")
    assert sales.run("%dsa equality").version == 4


def test_what_does_not_fit_is_one_line(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Did you mean item" in sales.error("%dsa equality sales --case itme", capsys)
    assert "is no number" in sales.error("%dsa equality sales --float-tolerance much", capsys)
    assert "Give one of them" in sales.error("%dsa equality sales --trim * --whitespace ignore", capsys)
    assert "no equality profile" in sales.error("%dsa diff sales --profile strict", capsys)
