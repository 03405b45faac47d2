from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dsa_workbench.errors import InvalidInput
from kernel_magics.commands import COMMANDS
from kernel_magics.grammar import Command, parse
from kernel_magics.magics import command_named
from kernel_magics.pages import HelpPage
from kernel_magics.words import ObjectWord, expand, split


def given(line: str) -> dict[str, Any]:
    name, *words = line.split()
    return {key: value for key, value in vars(parse(COMMANDS[name], words)).items() if value not in (None, False)}


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("import a.csv sales --key id,line", {"source": "a.csv", "dataset": "sales", "key": ["id", "line"]}),
        ("import a.csv --types zip=text,qty=int", {"source": "a.csv", "types": {"zip": "text", "qty": "int"}}),
        ("import a.csv --types text", {"source": "a.csv", "types": "text"}),
        ("import a.csv --delimiter tab", {"source": "a.csv", "delimiter": "\t"}),
        ("import a.csv --delimiter \\t", {"source": "a.csv", "delimiter": "\t"}),
        ("import a.csv --no-header --ragged fill", {"source": "a.csv", "no_header": True, "ragged": "fill"}),
        ("import --mode append a.csv sales", {"source": "a.csv", "dataset": "sales", "mode": "append"}),
        ("commit df sales -m why", {"data": "df", "dataset": "sales", "message": "why"}),
        ("commit df --rename a=b", {"data": "df", "rename": {"a": "b"}}),
        ("read sales --offset 1_000 --limit 1,000", {"spec": "sales", "offset": 1000, "limit": 1000}),
        ("read sales --as pandas", {"spec": "sales", "as": "pandas"}),
        ("read", {}),
        ("storage sales", {"dataset": "sales"}),
        ("storage", {}),
        ("refs sales --protect main", {"dataset": "sales", "protect": "main"}),
    ],
)
def test_words_are_read(line: str, values: dict[str, Any]) -> None:
    assert given(line) == values


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import", "%dsa import: the following arguments are required: SOURCE"),
        ("import a.csv sales more", "'more' is one word too many"),
        ("import a.csv --kye id", r"has no option --kye. Did you mean --key\?"),
        ("status --x", "%dsa status has no option --x. It has no options."),
        ("import a.csv --mode sideways", "'sideways'"),
        ("import a.csv --delimiter ab", "'ab' is not one character"),
        ("import a.csv --types zip=", "'zip=' is not of the form name=value"),
        ("read sales --limit many", "'many' is not a number of rows"),
        ("import a.csv --key", "expected one argument"),
    ],
)
def test_what_cannot_be_read_is_told(line: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInput, match=told):
        given(line)
    assert capsys.readouterr() == ("", "")


def test_options_take_python_values() -> None:
    words = ["a.csv", "--key", ObjectWord("k", ["a,b", "c"]), "--types", ObjectWord("t", {"zip": "text"})]
    found = parse(COMMANDS["import"], words)
    assert (found.key, found.types) == (["a,b", "c"], {"zip": "text"})
    with pytest.raises(InvalidInput, match="is no list of names"):
        parse(COMMANDS["import"], ["a.csv", "--key", ObjectWord("n", 3)])


@pytest.mark.parametrize("name", ["rollback", "stash", "checkout", "imprt"])
def test_commands_that_do_not_exist_are_told_with_the_list(name: str) -> None:
    with pytest.raises(InvalidInput) as told:
        command_named(name)
    assert f"no command {name!r} in this version" in str(told.value)
    assert all(command in str(told.value) for command in COMMANDS)
    assert ("Did you mean import?" in str(told.value)) is (name == "imprt")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_has_a_help_page(command: Command) -> None:
    page = repr(HelpPage(command))
    assert page.startswith(command.title)
    for argument in command.arguments:
        assert argument.name in page
    for option in command.options:
        assert all(flag in page for flag in option.flags)
    for example, _ in command.examples:
        assert example in page
    assert command.title in repr(HelpPage())


@pytest.mark.parametrize(
    ("command", "example"),
    [(command, example) for command in COMMANDS.values() for example, _ in command.examples],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_example_can_be_read(command: Command, example: str) -> None:
    words = example.splitlines()[0].partition(f"{command.title} ")[2]
    assert command.title in example
    names = {"df": pd.DataFrame({"qty": [1]}), "pd": pd, "d": "a diff"}
    assert parse(command, [expand(word, names) for word in split(words)]) is not None
