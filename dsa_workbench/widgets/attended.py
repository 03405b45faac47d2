"""Whether a person looks at what is shown, as far as the kernel can know."""

from __future__ import annotations

from typing import Any

from IPython.core.getipython import get_ipython


def is_attended() -> bool:
    """Say whether a page may be there that draws widgets.

    A page with a person in front of it can be asked for input; programs that run notebooks (nbconvert, papermill,
    nbval) say that they cannot. They write the state of widgets into the notebook, and pages made of it would take
    that for the widget itself.
    """
    shell: Any = get_ipython()
    kernel = getattr(shell, "kernel", None)
    return kernel is None or bool(getattr(kernel, "_allow_stdin", True))
