"""What all widgets share: the line to the page, and the faces that need no page: HTML, Markdown and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
from traitlets import Int, Unicode, default

from dsa_workbench.rendering import html, markdown, text
from dsa_workbench.results import Displayed
from dsa_workbench.widgets.answers import Answer, Asked, reply, unforeseen
from dsa_workbench.widgets.attended import is_attended
from dsa_workbench.widgets.code import load_code

HEIGHT = 360
"""Pixels."""


class Linked(anywidget.AnyWidget):
    """A widget that shows a result, and answers what its page asks."""

    _esm = Unicode().tag(sync=True)
    _code = Unicode().tag(sync=True)
    _face = Unicode().tag(sync=True)
    _still = Unicode().tag(sync=True)
    height = Int(HEIGHT, help="How high it is, in pixels.").tag(sync=True)

    def __init__(self, shown: Displayed, answer: Callable[[Asked], Answer], **traits: Any) -> None:
        self._shown, self._answer = shown, answer
        super().__init__(_still=html.write(shown.document()), **traits)
        self.on_msg(self._hear)

    @default("_esm")
    def _boot(self) -> str:
        return load_code().boot

    @default("_code")
    def _hash(self) -> str:
        return load_code().hash

    def __repr__(self) -> str:
        return repr(self._now())

    def _now(self) -> Displayed:
        """Give what is shown as it is now."""
        return self._shown

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Give the widget to pages that can draw it, and what it shows to all others: whoever shows it chooses."""
        document = self._now().document()
        still = {"text/html": html.write(document), "text/markdown": markdown.write(document)}
        plain = {"text/plain": text.write(document)}
        if not is_attended():
            return still | plain, {}
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return data | still | plain, metadata

    def _hear(self, _: Any, content: Mapping[str, Any], buffers: list[Any]) -> None:
        if content.get("wants") == "code":
            code = load_code()
            self.send({"code": code.hash}, [code.drawing, code.style])
            return
        try:
            told, bytes_ = reply(content, self._answer, buffers)
        except Exception as err:
            self.send(unforeseen(content, err))
            raise  # for ipywidgets to write it into the kernel's log
        self.send(told, bytes_)
