"""The guide cannot drift: it names every command and option, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from kernel_magics.commands import COMMANDS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "magics.md").read_text(encoding="utf-8")


def test_the_guide_names_every_command_as_help_does() -> None:
    listed = re.findall(r"^\| `%?%dsa (\w+)(.*?)` \|", GUIDE, re.MULTILINE)
    expected = [
        (name, "".join(f" [{a.name}]" if a.optional else f" {a.name}" for a in command.arguments))
        for name, command in COMMANDS.items()
    ]
    assert listed == [*expected, ("help", " [COMMAND]")]


def test_the_guide_names_every_option_of_writing() -> None:
    for name in ("import", "commit"):
        for option in COMMANDS[name].options:
            assert option.flags[-1] in GUIDE


def test_the_guide_names_no_option_that_does_not_exist() -> None:
    known = {flag for command in COMMANDS.values() for option in command.options for flag in option.flags}
    assert set(re.findall(r"--[a-z][a-z-]+", GUIDE)) <= known | {"--help", "--debug"}
