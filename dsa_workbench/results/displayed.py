"""How results show themselves: one document, written as HTML, Markdown or text.

The representations live on the objects, so a script's `print`, a notebook without the magics and nbconvert
all show the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection

from dsa_workbench.rendering import html, markdown, text
from dsa_workbench.rendering.document import Document

_WRITERS = {"text/plain": text.write, "text/html": html.write, "text/markdown": markdown.write}


class Displayed(ABC):
    """A thing that can show itself."""

    __slots__ = ()

    @abstractmethod
    def document(self) -> Document:
        """Describe this result."""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Give every form that is asked for; what is shown is read once for all of them."""
        wanted = [kind for kind in _WRITERS if (not include or kind in include) and kind not in (exclude or ())]
        if not wanted:
            return {}
        document = self.document()
        return {kind: _WRITERS[kind](document) for kind in wanted}

    def _repr_html_(self) -> str:
        return html.write(self.document())

    def _repr_markdown_(self) -> str:
        return markdown.write(self.document())

    def __repr__(self) -> str:
        return text.write(self.document())
