"""A real IPython shell on a real store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

from kernel_magics import unload_ipython_extension

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Notebook:
    """A shell, and what a person does with it."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def cell(self, source: str) -> ExecutionResult:
        return self.shell.run_cell(source)

    def run(self, source: str) -> Any:
        result = self.cell(source)
        result.raise_error()
        return result.result

    def error(self, source: str, capsys: pytest.CaptureFixture[str]) -> str:
        capsys.readouterr()
        result = self.cell(source)
        assert not result.success
        shown = capsys.readouterr()
        return _COLOURS.sub("", shown.out + shown.err)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    try:
        yield shell
    finally:
        unload_ipython_extension(shell)
        InteractiveShell.clear_instance()


@pytest.fixture
def notebook(shell: InteractiveShell, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.setenv("DSA_DATABASE_URL", pg_url)
    shell.run_line_magic("load_ext", "dsa_workbench")
    Path("orders.csv").write_text("id,item,qty\n1,apple,2\n2,pear,3\n3,fig,7\n")
    return Notebook(shell)


@pytest.fixture
def sales(notebook: Notebook) -> Notebook:
    notebook.run("%dsa import orders.csv sales --key id -m First")
    notebook.run(
        "import pandas as pd\n"
        "df = pd.DataFrame({'id': [1, 2, 4], 'item': ['apple', 'pear', 'kiwi'], 'qty': [20, 3, 1]})"
    )
    return notebook
