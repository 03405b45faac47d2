"""The command `equality`: what counts as equal in the diffs of a dataset."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from dsa_workbench.core.model.profile import SETTINGS
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput
from kernel_magics.grammar import Argument, Command, Means, Option, names, numbers, some_columns, types
from kernel_magics.session import Session


def equality(session: Session, words: Namespace) -> Any:
    """Show what counts as equal, after setting it where that is asked for."""
    dataset = parse_spec(session.spec(words.dataset)).dataset
    given = {name: value for name in SETTINGS if (value := getattr(words, name)) is not None}
    if words.trim is not None:
        if "whitespace" in given:
            raise InvalidInput("--trim and --whitespace both speak of white space.", hint="Give one of them.")
        given["whitespace"] = "trim" if words.trim is True else dict.fromkeys(words.trim, "trim")
    if given or words.clear:
        session.workbench.set_equality(dataset, clear=words.clear, **given)
    return session.workbench.equality(dataset, log=words.log)


EQUALITY = Command(
    "equality",
    "show or set what counts as equal in the diffs of a dataset",
    equality,
    (Argument("DATASET", "whose; the one in use where it is left out", Means.DATASET, optional=True),),
    (
        Option(("--ignore",), "columns that do not count", names, "A,B", means=Means.COLUMNS),
        Option(("--case",), "columns in which upper and lower case are the same; * for all", some_columns, "A,B"),
        Option(("--trim",), "columns in which white space at the ends does not count; * for all", some_columns, "A,B"),
        Option(("--whitespace",), "exact, trim, collapse or ignore, for all columns or by column", types, "HOW"),
        Option(("--null-tokens",), "texts that count as null", names, "A,B"),
        Option(("--decimal-scale",), "decimals that count, for all columns or by column", numbers, "N"),
        Option(("--float-tolerance",), "how far floats may lie apart, for all or by column", numbers, "X"),
        Option(("--relative-tolerance",), "the same as a part of the larger one", numbers, "X"),
        Option(("--clear",), "begin anew: values alone count, and what is said beside this"),
        Option(("--log",), "show all versions: who set what, and when"),
    ),
    (
        ("%dsa equality sales", "what counts as equal now"),
        ("%dsa equality sales --ignore updated_at --case price_code --trim *", "set it; what is not said stays"),
        ("%dsa equality sales --float-tolerance 1e-9 --null-tokens NA,-", "noise and nulls"),
        ("%dsa equality sales --log", "who set what, and when"),
    ),
    (
        "What the profile takes for the same is told as changes of form: %dsa diff sales --form shows these cells.",
        "%dsa diff sales --profile none compares by values alone all the same.",
    ),
)
