"""What `%dsa` keeps between commands: the connection and the dataset in use; and what names mean."""

from __future__ import annotations

import difflib
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.rendering.words import count
from kernel_magics.words import ObjectWord

Reporter = Callable[[Progress], None]


@dataclass(slots=True)
class Session:
    """A notebook's work with one store.

    `names` are the user's variables, `tell` says a line beside the result, `report` takes progress.
    """

    names: MutableMapping[str, Any]
    open_workbench: Callable[[str | None], Any]
    tell: Callable[[str], None]
    report: Reporter | None = None
    opened: Any = None
    in_use: VersionSpec | None = None

    @property
    def workbench(self) -> Any:
        """The workbench; the first command that needs it connects."""
        if self.opened is None:
            self.opened = self.open_workbench(None)
        return self.opened

    def connect(self, url: str | None) -> Any:
        """Connect anew; what was connected before is closed once the new connection stands."""
        fresh = self.open_workbench(url)
        self.close()
        self.opened = fresh
        return fresh

    def close(self) -> None:
        """Close the connection, if there is one; background jobs on it are waited for."""
        if self.opened is not None:
            if here := self.opened.jobs_here:
                self.tell(f"Waiting for {count(here, 'background job')}. To cancel, interrupt.")
            self.opened.close()
            self.opened = None

    def spec(self, word: str | None) -> str:
        """Complete a spec by the dataset in use: nothing at all, ``@main~1``, ``@~1`` or ``:Sheet2``.

        Raises
        ------
        InvalidInput
            There is no dataset in use to complete it with, or the word is no text.
        """
        if isinstance(word, ObjectWord):
            raise InvalidInput(f"{word} is not text.", hint="A spec is expected here, as in sales@main~1.")
        if word and word[0] not in "@:":
            return word
        if self.in_use is None:
            what = f"{word!r} names no dataset" if word else "No dataset is named"
            raise InvalidInput(f"{what}, and none is in use.", hint="Name one, or choose one with: %dsa use NAME")
        used = f"{self.in_use.dataset}@{self.in_use.version}"
        if not word:
            return used
        if word.startswith(("@~", "@^", "@:")) or word == "@":
            return used + word[1:]
        return used + word if word.startswith(":") else self.in_use.dataset + word

    def target(self, dataset: str | None, ref: str | None) -> tuple[str, str]:
        """Tell which dataset and branch a write goes to; ``sales@dev`` names both.

        Raises
        ------
        InvalidInput
            The branch is named twice, or the spec names more than a branch.
        """
        spec = parse_spec(self.spec(dataset))
        if spec.back or spec.at or spec.table is not None:
            raise InvalidInput(
                f"{dataset!r} is a place in history; data is written to a branch.",
                hint="Name the dataset, and the branch with --ref; the table with --table.",
            )
        named = dataset is not None and "@" in dataset
        if named and ref is not None and ref != spec.version:
            raise InvalidInput(f"{dataset!r} and --ref {ref} name two branches.", hint="Leave one of them out.")
        if dataset is not None and not named:
            return spec.dataset, ref or DEFAULT_BRANCH
        return spec.dataset, ref or spec.version

    def frame(self, word: str) -> Any:
        """Find the data that a word names: a Python variable (dots may follow) or ``{expression}``.

        Raises
        ------
        NotFound
            There is no such variable.
        InvalidInput
            It holds no table.
        """
        value = word.value if isinstance(word, ObjectWord) else self._variable(word)
        if not is_data(value):
            raise InvalidInput(
                f"{word} is a {type(value).__name__}, which is no table.",
                hint="Give a pandas or polars frame, an Arrow table, or a dict of them.",
            )
        return value

    def _variable(self, word: str) -> Any:
        first, *rest = word.split(".")
        if first not in self.names and ("." in word or "/" in word):
            raise NotFound(
                f"There is no Python variable {first!r}.", hint="To commit a file, use: %dsa import FILE DATASET"
            )
        value = self.variable(first, is_data)
        for attribute in rest:
            if not hasattr(value, attribute):
                raise NotFound(f"{word} has no attribute {attribute!r}.", hint="Write an expression in braces.")
            value = getattr(value, attribute)
        return value

    def variable(self, name: str, meant: Callable[[object], bool] = lambda _: True) -> Any:
        """Give the value of a Python variable; `meant` tells which others may have been meant.

        Raises
        ------
        NotFound
            There is none of this name.
        """
        if name in self.names:
            return self.names[name]
        others = [other for other, value in self.names.items() if not other.startswith("_") and meant(value)]
        near = difflib.get_close_matches(name, others, 1)
        raise NotFound(
            f"There is no Python variable {name!r}.",
            hint=f"Did you mean {near[0]}?" if near else "Assign it to a variable first.",
        )

    def spec_or_frame(self, word: str) -> Any:
        """Take a word as data or as a spec.

        ``{expression}`` is data. A plain name is a dataset if there is one of that name, else a variable that
        holds a table. Everything else is a spec.
        """
        if isinstance(word, ObjectWord):
            return self.frame(word)
        if not word.isidentifier() or word not in self.names or not is_data(self.names[word]):
            return self.spec(word)
        if word not in {dataset.name for dataset in self.workbench.datasets()}:
            return self.names[word]
        self.tell(f"{word} names a dataset and a variable: the dataset is taken. Write {{{word}}} for the variable.")
        return word


def is_table(value: object) -> bool:
    """Say whether a value is a table: a frame or anything that gives Arrow and has columns."""
    gives = any(hasattr(value, name) for name in ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__"))
    return gives and hasattr(value, "columns") and not isinstance(value, type)


def is_data(value: object) -> bool:
    """Say whether a value can be committed: a table, or a dict of tables by name."""
    if isinstance(value, dict):
        return bool(value) and all(isinstance(k, str) and is_table(v) for k, v in value.items())
    return is_table(value)
