"""Words and options of the command that tells where values come from."""

from __future__ import annotations

import csv
from typing import Any

from kernel_magics import verbs
from kernel_magics.grammar import Argument, Command, Means, Option, names, profile
from kernel_magics.options import TABLE
from kernel_magics.words import ObjectWord


def _key(word: str) -> Any:
    return word.value if isinstance(word, ObjectWord) else next(csv.reader([word], skipinitialspace=True))


BLAME = Command(
    "blame",
    "say which commit gave each cell of a row its value, seen through merges",
    verbs.blame,
    (Argument("SPEC", "the version; the dataset in use where it is left out", Means.SPEC, optional=True),),
    (
        Option(
            ("--key",),
            "the row: the value of its key, or several in the key's order; one with a comma in quotes",
            _key,
            "A,B",
        ),
        Option(("--column", "--columns"), "only these columns", names, "A,B", means=Means.COLUMNS),
        Option(("--profile",), "what counts as equal: none (values alone), a version, or {a dict}", profile, "PROFILE"),
        TABLE,
    ),
    (
        ("%dsa blame sales --key 4711", "the row whose key is 4711: a commit for each column"),
        ("%dsa blame sales@main~3 --key 4711 --column qty", "one cell, at an older version"),
        ("%dsa blame stock --key Ulm,2026-03-01", "a key of two columns"),
    ),
)
