"""Help pages, made of the same descriptions that the parser is made of."""

from __future__ import annotations

from dataclasses import dataclass

from dsa_workbench.rendering.document import (
    Block,
    Document,
    Facts,
    Grid,
    Head,
    Heading,
    Mark,
    Piece,
    Row,
    Verbatim,
    line,
    plain,
)
from dsa_workbench.results import Displayed
from kernel_magics.commands import COMMANDS
from kernel_magics.grammar import Command, Option


@dataclass(frozen=True, repr=False)
class HelpPage(Displayed):
    """The help of one command, or the list of all."""

    command: Command | None = None

    def document(self) -> Document:
        """Describe the command or the commands."""
        return _overview() if self.command is None else _page(self.command)


def _overview() -> Document:
    rows = [Row(((Piece(command.title, Mark.CODE),), plain(command.what))) for command in COMMANDS.values()]
    rows.append(Row(((Piece("%dsa help COMMAND", Mark.CODE),), plain("show the words, options and examples of one"))))
    specs = (
        ("sales", "the head of the branch main"),
        ("sales@dev", "the head of a branch"),
        ("sales@main~2", "two commits before the head"),
        ("sales@v1.0", "a tag"),
        ("sales@3fa9c1d", "a commit by the start of its id"),
        ("sales@{2026-03-01}", "what main was at the end of that day"),
        ("book@main:Sheet2", "one table of a workbook"),
        ("@main~1", "of the dataset in use (%dsa use sales)"),
    )
    return (
        Heading(plain("%dsa: git for tables")),
        Grid("", (Head("command"), Head("what it does")), tuple(rows)),
        Heading(plain("Versions are named like this"), level=2),
        Facts(tuple((spec, plain(what)) for spec, what in specs)),
        Heading(plain("Good to know"), level=2),
        line("A result can be kept: d = %dsa diff sales@v1 sales. {expression} and $name take Python values."),
        line("Press Tab to complete commands, options, datasets, branches, columns, variables and paths."),
    )


def _page(command: Command) -> Document:
    blocks: list[Block] = [
        Heading((Piece(command.usage, Mark.CODE),)),
        line(f"{command.what[0].upper()}{command.what[1:]}."),
    ]
    if command.arguments:
        blocks.append(Facts(tuple((argument.name, plain(argument.what)) for argument in command.arguments)))
    if command.options:
        rows = tuple(Row(((Piece(_flags(option), Mark.CODE),), plain(_meaning(option)))) for option in command.options)
        blocks.append(Grid("", (Head("option"), Head("what it says")), rows))
    if command.examples:
        blocks.append(Heading(plain("Examples"), level=2))
        blocks += _examples(command)
    blocks += [line(note) for note in command.notes]
    return tuple(blocks)


def _examples(command: Command) -> list[Block]:
    if not command.cell:
        return [Facts(tuple((example, plain(what)) for example, what in command.examples))]
    blocks: list[Block] = []
    for example, what in command.examples:
        blocks += [line(f"{what[0].upper()}{what[1:]}:"), Verbatim(example)]
    return blocks


def _flags(option: Option) -> str:
    flags = ", ".join(option.flags)
    return flags if option.read is None else f"{flags} {option.value}"


def _meaning(option: Option) -> str:
    return f"{option.what} ({', '.join(option.choices)})" if option.choices and ":" not in option.what else option.what
