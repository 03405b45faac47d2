"""The main views look as they did, in light and in dark; a view that is broken, or of the other theme, does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.browser import views
from tests.browser.camera import look, pin_looks, pin_time, take
from tests.browser.pictures import RENEW, compare, kept_picture, kept_under, minor
from tests.browser.views import THEMES, VIEWS, choose_theme, tell
from tests.fixtures.lab import PATIENT, Lab, launched, paged
from tests.fixtures.waiting import comes

BREAKAGES: dict[Callable[[Page], Locator], tuple[str, ...]] = {
    views.panel: (
        # a toolbar, the foot, one text and one badge that are not there
        ".jp-dsa-panel .jp-Toolbar { visibility: hidden }",
        ".jp-dsa-account { display: none }",
        ".jp-dsa-row[data-dsa-kind=table] .jp-dsa-meta { visibility: hidden }",
        ".jp-dsa-badge { display: none }",
        # rows that moved; colours of the dark theme
        ".jp-dsa-row[data-dsa-kind=ref] { padding-left: 42px }",
        ".jp-dsa-counts > b { color: var(--jp-success-color2) !important }",
        ".jp-dsa-row[data-dsa-kind=heading] { color: rgba(255, 255, 255, .7) }",
    ),
    views.data: (
        ".jp-dsa-bar-of-tools { display: none }",
        ".jp-dsa-count { visibility: hidden }",
        # on the canvas: no text, and headers of the dark theme
        "body { --jp-content-font-color1: transparent !important }",
        "body { --jp-layout-color2: #424242 !important }",
        "body { --jp-brand-color2: #fff !important }",
    ),
    views.query: (
        ".jp-dsa-query-told { display: none }",
        ".cm-gutters { display: none !important }",
        ".cm-content span { color: inherit !important }",
    ),
    views.history: (
        ".jp-dsa-details { display: none }",
        ".jp-dsa-commit svg { visibility: hidden }",
        ".jp-dsa-buttons { visibility: hidden }",
    ),
    views.diff: (
        ".jp-dsa-kinds { display: none }",
        ".jp-dsa-notes { visibility: hidden }",
        ".jp-dsa-removed { color: var(--jp-error-color2) }",
        "* { --jp-dsa-cell-removed: transparent !important }",
    ),
    views.importing: (
        ".jp-dsa-tabs { visibility: hidden }",
        ".jp-dsa-import-changes td:nth-child(3) { padding-left: 24px }",
        ".jp-dsa-import-changes ins { visibility: hidden }",
        ".jp-mod-accept { background: #424242 !important }",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def told(lab: Lab) -> None:
    """Have the story told to the store; skip where JupyterLab is another than the pictures were taken under."""
    here, kept = minor(version("jupyterlab")), kept_under()
    if here != kept and not os.environ.get(RENEW):
        pytest.skip(
            f"pictures were kept under JupyterLab {kept}, and this is {here}: look, and keep new ones ({RENEW}=1)"
        )
    tell(lab.workbench)


def shown(lab: Lab, page: Page, theme: str) -> Page:
    """Show JupyterLab in a theme, with nothing in it that varies."""
    expect.set_options(timeout=PATIENT)
    choose_theme(lab, page, theme)
    pin_time(page, lab.workbench.log("told")[0].time)
    lab.show(page)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    pin_looks(page)
    return page


def name_of(view: Callable[[Page], Locator], theme: str) -> str:
    """Name the picture of a view."""
    return f"{view.__name__}-{theme.rsplit(maxsplit=1)[-1].lower()}"


@pytest.mark.parametrize("theme", THEMES)
def test_views_look_as_they_did(lab: Lab, page: Page, theme: str) -> None:
    shown(lab, page, theme)
    refused = [look(view(page), name_of(view, theme), lab.server.folder) for view in VIEWS]
    assert not any(refused), "\n".join(filter(None, refused))


def test_views_look_so_where_glyphs_are_drawn_otherwise(lab: Lab, page: Page, playwright: Playwright) -> None:
    usual = take(views.panel(shown(lab, page, THEMES[0])))
    folder = lab.server.folder / "otherwise"
    folder.mkdir()
    flags = ("--font-render-hinting=full", "--disable-font-subpixel-positioning")
    with launched(playwright, *flags) as browser, paged(browser) as other:
        shown(lab, other, THEMES[0])
        refused = [look(view(other), name_of(view, THEMES[0]), folder) for view in VIEWS]
        assert not any(refused), "\n".join(filter(None, refused))
    # They were drawn otherwise: else nothing was tried here.
    assert Image.open(folder / "panel-light.png").tobytes() != usual.tobytes()


@contextmanager
def broken(page: Page, style: str) -> Iterator[None]:
    """Have a style in the page until the end of the block."""
    added = page.add_style_tag(content=style)
    touch(page)
    yield
    added.evaluate("style => style.remove()")
    touch(page)


def touch(page: Page) -> None:
    """Let what is drawn on a canvas read the colours of the theme again."""
    page.evaluate("document.body.style.setProperty('--touched', performance.now())")


def test_views_that_are_broken_are_refused(lab: Lab, page: Page) -> None:
    shown(lab, page, THEMES[0])
    folder = lab.server.folder / "broken"
    folder.mkdir()
    overlooked = []
    for view in VIEWS:
        name = name_of(view, THEMES[0])
        found, kept = view(page), kept_picture(name)
        for style in BREAKAGES[view]:
            told = look(found, name, folder)
            assert told is None, f"before {style}: {told}"
            with broken(page, style):
                if not comes(partial(differs, found, kept), seconds=10):
                    overlooked.append((view.__name__, style))
        assert look(found, name, folder) is None
    assert overlooked == []


def differs(view: Locator, kept: Image.Image) -> bool:
    """Tell whether a view looks otherwise."""
    return not compare(take(view), kept).agrees
