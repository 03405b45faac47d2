"""How pictures of a page are taken so that two of them can be compared: what differs from run to run is pinned.

Text is drawn in the one font that every machine with the tests has: pillow brings it. Times are told as of a moment
that is hours after the last commit. What is of this run alone (ids, moments, bytes on the disk, seconds) keeps its
place and is not seen.
"""

from __future__ import annotations

import base64
import io
import os
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageFont
from playwright.sync_api import Locator, Page

from tests.browser.pictures import RENEW, compare, has_picture, keep, kept_picture, refusal
from tests.fixtures.waiting import comes, until

_LATER = timedelta(hours=3, minutes=5)
"""Far from where one more second is told in other words."""

_SECONDS = 15
"""How long a view that looks otherwise is looked at again."""

_EDGE = 600
"""Where the upper section of the panel ends, in pixels from the top."""

_VARYING = """
    .jp-dsa-account > .jp-dsa-meta, .jp-dsa-row[data-dsa-kind=storage] > *, .jp-dsa-at,
    .jp-dsa-details dd:nth-of-type(n + 2) > *, .jp-dsa-details dd:nth-of-type(2),
    .jp-dsa-query-told > :nth-child(n + 2), .jp-dsa-id
"""
_STYLE = """
    @font-face { font-family: "pinned"; src: url(data:font/ttf;base64,%s); }
    :root, body {
        --jp-ui-font-family: pinned, sans-serif !important;
        --jp-content-font-family: pinned, sans-serif !important;
        --jp-code-font-family: pinned, sans-serif !important;
        --jp-code-font-family-default: pinned, sans-serif !important;
    }
    * { font-family: pinned, sans-serif !important; scrollbar-width: none !important; }
    .cm-cursorLayer, .jp-dsa-import-status { visibility: hidden !important; }
    %s {
        visibility: hidden !important; display: inline-block !important; box-sizing: border-box !important;
        flex: none !important; width: 90px !important; height: 14px !important; overflow: hidden !important;
    }
"""


def pin_time(page: Page, last: datetime) -> None:
    """Let a page that is not yet open believe that it is some hours after the last commit."""
    page.clock.set_fixed_time(last + _LATER)


def pin_looks(page: Page) -> None:
    """Pin fonts, and hide what varies; before documents are opened, since a grid measures its text as it is made."""
    font = ImageFont.load_default(12)
    assert isinstance(font, ImageFont.FreeTypeFont)
    page.add_style_tag(content=_STYLE % (base64.b64encode(font.font_bytes).decode(), _VARYING))
    # A canvas draws in the font that is there, and asks for no other.
    page.evaluate("Promise.all(['12px', '600 12px', 'italic 12px'].map(how => document.fonts.load(`${how} pinned`)))")
    until(lambda: _is_parted(page))


def _is_parted(page: Page) -> bool:
    """Tell whether the panel's two sections meet where they shall; else drag their border there.

    Left alone, it is a few pixels higher or lower: as the styles or the panel were there first.
    """
    edge = page.locator(".jp-dsa-panel .lm-SplitPanel-handle:visible").first.bounding_box()
    assert edge is not None
    if edge["y"] == _EDGE:
        return True
    page.mouse.move(edge["x"] + 50, edge["y"] + 1)
    page.mouse.down()
    page.mouse.move(edge["x"] + 50, _EDGE + 1)
    page.mouse.up()
    return False


def take(view: Locator, alike: int = 2) -> Image.Image:
    """Take a picture of a view, once so many in a row are the same."""
    page = view.page
    page.mouse.move(page.viewport_size["width"] / 2 if page.viewport_size else 0, 1)  # onto nothing that lights up
    taken = deque([b""], maxlen=alike)

    def is_settled() -> bool:
        taken.append(view.screenshot(animations="disabled", caret="hide", scale="css"))
        return len(taken) == alike and len(set(taken)) == 1

    until(is_settled)
    return Image.open(io.BytesIO(taken[-1])).convert("RGB")


def look(view: Locator, name: str, folder: Path) -> str | None:
    """Compare a view with its kept picture, and say what differs, with pictures of it in the folder.

    What is still loading has some seconds to come. With `DSA_RENEW_PICTURES` set, the view is kept instead.
    """
    if os.environ.get(RENEW):
        keep(name, take(view, alike=10))
        return None
    picture: Image.Image

    def agrees() -> bool:
        nonlocal picture
        picture = take(view)
        return has_picture(name) and compare(picture, kept_picture(name)).agrees

    if not comes(agrees, _SECONDS):
        return refusal(name, picture, folder)
    picture.save(folder / f"{name}.png")
    return None
