"""What a comparison of pictures lets pass and what it refuses, tried on the pictures that are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.browser.pictures import KEPT, compare, kept_picture, mark, refusal

NAMES = sorted(path.stem for path in KEPT.glob("*.png"))
OTHER = {"light": "dark", "dark": "light"}


def kept(name: str) -> Image.Image:
    return kept_picture(name).convert("RGB")


def smoothed(picture: Image.Image) -> Image.Image:
    """Draw it as with softer glyphs."""
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def heavier(picture: Image.Image) -> Image.Image:
    """Draw it as with glyphs that have a little more ink, as another gamma gives them."""
    return Image.blend(picture, picture.filter(ImageFilter.MinFilter(3)), 0.08)


def lower(picture: Image.Image) -> Image.Image:
    """Draw it one pixel to the right and two below."""
    below = picture.copy()
    below.paste(picture, (1, 2))
    return below


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("drawn", [smoothed, heavier, lower])
def test_another_hand_passes(name: str, drawn: Callable[[Image.Image], Image.Image]) -> None:
    picture = kept(name)
    again = drawn(picture)
    assert again.tobytes() != picture.tobytes()
    found = compare(again, picture)
    assert found.agrees, str(found)


@pytest.mark.parametrize("name", NAMES)
def test_what_moved_is_missing_or_of_the_other_theme_is_refused(name: str) -> None:
    picture = kept(name)
    view, theme = name.split("-")
    assert not compare(kept(f"{view}-{OTHER[theme]}"), picture).agrees
    width, height = picture.size
    assert not compare(ImageChops.offset(picture, 8, 0), picture).agrees
    assert not compare(ImageChops.offset(picture, 0, 8), picture).agrees
    assert not compare(picture.crop((0, 0, width - 8, height)), picture).agrees
    # The upper 40 pixels are the title or the toolbar of each view.
    bare = picture.copy()
    bare.paste(picture.getpixel((2, 4)), (0, 0, width, 40))
    assert not compare(bare, picture).agrees


def test_one_word_is_missed_and_shown_where_it_was() -> None:
    picture = kept("panel-light")
    bare = picture.copy()
    place = (196, 362, 244, 380)  # "290 rows"
    bare.paste(picture.getpixel((place[0], place[1])), place)
    found = compare(bare, picture)
    assert not found.agrees
    rows, columns = np.nonzero(found.blocks)
    assert columns.min() >= place[0] // 8
    assert rows.min() >= place[1] // 8
    assert rows.max() <= place[3] // 8
    marked = np.asarray(mark(bare, found))
    red = (marked == (220, 0, 0)).all(axis=2)
    assert red.any()
    assert not red[: place[1] - 8].any()


def test_a_refusal_names_view_and_theme_and_leaves_three_pictures(tmp_path: Path) -> None:
    told = refusal("panel-dark", kept("panel-light"), tmp_path)
    assert told.startswith("panel-dark: ")
    assert "blocks differ" in told
    assert "DSA_RENEW_PICTURES=1" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "panel-dark-difference.png", "panel-dark-kept.png", "panel-dark.png",
    ]  # fmt: skip
    assert "no picture of it is kept yet" in refusal("unheard-of", kept("panel-light"), tmp_path)
