from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter

from kernel_magics.commands import COMMANDS
from kernel_magics.completion import WAIT, complete
from kernel_magics.session import Session
from tests.kernel_magics.conftest import Notebook


def after_tab(notebook: Notebook, line: str) -> list[str]:
    """Give the lines that Tab at the end of this one offers, by the interface that kernels use."""
    cell = f"x = 1\n{line}"
    with provisionalcompleter():
        found = list(notebook.shell.Completer.completions(cell, len(cell)))
    return [cell[: one.start].rsplit("\n", maxsplit=1)[-1] + one.text for one in found]


def test_commands(notebook: Notebook) -> None:
    for prefix in ("%dsa ", "d = %dsa ", "a, b = %dsa "):
        assert after_tab(notebook, prefix) == [prefix + name for name in [*COMMANDS, "help"]]
        assert after_tab(notebook, prefix + "da") == [prefix + "datasets"]


OFFERED = [
    ("%dsa help re", ["%dsa help read", "%dsa help refs"]),
    ("%dsa import --mo", ["%dsa import --mode"]),
    (
        "%dsa import --mode ",
        ["%dsa import --mode replace", "%dsa import --mode append", "%dsa import --mode upsert"],
    ),
    ("%dsa import --mode=ap", ["%dsa import --mode=append"]),
    ("%dsa log ", ["%dsa log orders", "%dsa log sales"]),
    ("%dsa log sa", ["%dsa log sales"]),
    ("%dsa log sales@", ["%dsa log sales@dev", "%dsa log sales@main"]),
    ("%dsa log sales@d", ["%dsa log sales@dev"]),
    ("%dsa read orders@main:", ["%dsa read orders@main:Q1", "%dsa read orders@main:Q2"]),
    ("%dsa read orders:Q2", ["%dsa read orders:Q2"]),
    ("%dsa read sales --columns ", [f"%dsa read sales --columns {name}" for name in ("id", "item", "qty")]),
    ("%dsa read sales --columns id,q", ["%dsa read sales --columns id,qty"]),
    ("%dsa read orders --table Q", ["%dsa read orders --table Q1", "%dsa read orders --table Q2"]),
    ("%dsa commit d", ["%dsa commit df", "%dsa commit dff"]),
    ("%dsa commit df sa", ["%dsa commit df sales"]),
    ("%dsa commit df sales --ref d", ["%dsa commit df sales --ref dev"]),
    ("%dsa refs sales --protect m", ["%dsa refs sales --protect main"]),
    ("%dsa diff sales d", ["%dsa diff sales df", "%dsa diff sales dff"]),
    ("%dsa import ord", ["%dsa import orders.csv"]),
    ("%dsa import fol", ["%dsa import folder/"]),
    ("%dsa import folder/", ['%dsa import "folder/a b.csv']),
    ("%dsa import 'folder/a ", ["%dsa import 'folder/a b.csv"]),
]


def test_words(sales: Notebook) -> None:
    sales.run("%dsa commit df sales")
    Path("folder").mkdir()
    Path("folder/a b.csv").write_text("x\n1\n")
    sales.run("%dsa branch sales dev")
    sales.run("dff = df; number = 3; book = {'Q1': df, 'Q2': df}")
    sales.run("%dsa commit book orders\ndel book")
    found = {line: after_tab(sales, line) for line, _ in OFFERED}
    assert found == dict(OFFERED)


def test_home_folder(sales: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path.cwd()))
    assert after_tab(sales, "%dsa import ~/ord") == ["%dsa import ~/orders.csv"]


def test_the_dataset_in_use(sales: Notebook) -> None:
    sales.run("%dsa use sales")
    assert after_tab(sales, "%dsa log @m") == ["%dsa log @main"]
    assert after_tab(sales, "%dsa read --columns q") == ["%dsa read --columns qty"]


def test_other_lines_are_left_alone(sales: Notebook) -> None:
    assert "df.columns" in after_tab(sales, "df.colu")
    assert after_tab(sales, "%load_ex") == ["%load_ext"]
    assert "%dsa" in after_tab(sales, "%ds")


def test_nothing_is_connected_for_a_tab(notebook: Notebook) -> None:
    session = notebook.shell.magics_manager.registry["DsaMagics"].session
    assert complete(session, "log ") == ("", [])
    assert session.opened is None


def test_where_nothing_fits_nothing_is_offered(sales: Notebook) -> None:
    session = sales.shell.magics_manager.registry["DsaMagics"].session
    for rest in ("log nowhere@", "status ", "nonsense ", "log sales more "):
        assert complete(session, rest)[1] == []


class Stuck:
    """A store that does not answer in time, or fails."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def datasets(self) -> Any:
        if self.seconds:
            time.sleep(self.seconds)
        raise RuntimeError("the store is gone")


@pytest.mark.parametrize("seconds", [0, WAIT + 2])
def test_a_store_that_fails_or_hangs_gives_no_candidates(seconds: float) -> None:
    session = Session({}, lambda url: None, print, opened=Stuck(seconds))
    assert complete(session, "log ") == ("", [])


@pytest.mark.parametrize(
    "rest", ["", "'", "{", "log 'sales", "import /nowhere/", "read {df} --columns ", "\\", "--", "=", "@:"]
)
def test_any_line_can_be_completed(rest: str) -> None:
    session = Session({}, lambda url: None, print)
    fragment, candidates = complete(session, rest)
    assert isinstance(fragment, str)
    assert all(isinstance(text, str) for text in candidates)
