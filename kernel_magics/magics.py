"""The `%dsa` magic: splits the line, finds the command, runs it, and hands back its result."""

from __future__ import annotations

import difflib
import sys
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand, output_can_be_silenced

import dsa_workbench as dsa
from dsa_workbench.errors import DsaError, InvalidInput
from kernel_magics.commands import COMMANDS
from kernel_magics.grammar import Command, parse
from kernel_magics.one_line import in_one_line
from kernel_magics.pages import HelpPage
from kernel_magics.progress import ProgressReport, line_for
from kernel_magics.session import Session
from kernel_magics.words import expand, split

_HELP = "help"
_HELP_FLAGS = {"-h", "--help", "-?"}


@magics_class
class DsaMagics(Magics):
    """Git for tables: import, commit, read, diff, log and more. Type ``%dsa help``."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.session = Session(names=shell.user_ns, open_workbench=dsa.connect, tell=_tell)

    @no_var_expand
    @output_can_be_silenced
    @line_magic
    def dsa(self, line: str) -> Any:
        """Version tables: ``%dsa import orders.csv sales``, ``%dsa diff sales``. Type ``%dsa help``."""
        return self._answer(line.rstrip().removesuffix(";"), None)

    # Not to be silenced by a semicolon at the end: SQL ends with one.
    @no_var_expand
    @cell_magic("dsa")  # type: ignore[arg-type] # IPython types the decorator for functions alone
    def dsa_cell(self, line: str, cell: str) -> Any:
        """Ask versions in SQL: ``%%dsa sql``, and the query below. Type ``%dsa help sql``."""
        return self._answer(line.rstrip(), cell)

    def _answer(self, line: str, cell: str | None) -> Any:
        debug, words = _debug(line)
        try:
            return self._run(words, cell)
        except DsaError as error:
            if debug:
                raise
            in_one_line(error)
            raise

    def _run(self, line: str, cell: str | None) -> Any:
        words = [expand(word, self.session.names) for word in split(line)]
        if not words or words[0] in _HELP_FLAGS or words == [_HELP]:
            return HelpPage()
        if words[0] == _HELP:
            return HelpPage(command_named(words[1]))
        command = command_named(words[0])
        if _HELP_FLAGS.intersection(words[1:]):
            return HelpPage(command)
        given = parse(command, words[1:])
        _check_cell(command, cell)
        given.cell = cell
        with ProgressReport(line_for(self.shell)) as report:
            self.session.report = report
            try:
                return command.run(self.session, given)
            finally:
                self.session.report = None


def command_named(name: str) -> Command:
    """Find a command.

    Raises
    ------
    InvalidInput
        There is none of this name in this version; the message lists what there is.
    """
    if name in COMMANDS:
        return COMMANDS[name]
    near = difflib.get_close_matches(name, COMMANDS, 1)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise InvalidInput(
        f"%dsa has no command {name!r} in this version.",
        hint=f"{meant}There are: {', '.join(COMMANDS)} and help.",
    )


def _check_cell(command: Command, cell: str | None) -> None:
    if command.cell and not (cell or "").strip():
        raise InvalidInput(
            f"{command.title} begins a cell; what it is to do stands in the lines below.",
            hint=f"See %dsa help {command.name}.",
        )
    if not command.cell and cell is not None:
        raise InvalidInput(
            f"%dsa {command.name} takes no cell.", hint=f"Write it with one percent sign: %dsa {command.name}."
        )


def _debug(line: str) -> tuple[bool, str]:
    first, _, rest = line.strip().partition(" ")
    return (True, rest) if first == "--debug" else (False, line)


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
