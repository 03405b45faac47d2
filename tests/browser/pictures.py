"""Pictures of views, compared with those that are kept beside this file.

Two machines never draw the same pixels: glyphs are smoothed in other ways, and a line may end up a pixel lower. So a
picture is cut into blocks, and a block differs where its mean colour is found nowhere within a few pixels of its place
in the other picture. What is drawn in another colour, what is missing and what has moved fills several blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

KEPT = Path(__file__).parent / "pictures"
RENEW = "DSA_RENEW_PICTURES"
"""The variable of the environment with which pictures are written anew instead of compared."""

BLOCK = 8
"""Pixels of a block's side: about a glyph or two."""
SHIFT = 2
"""Pixels that anything may have moved by."""
LEVEL = 12
"""Steps of 255 that a channel of a block's mean may differ by."""
ALLOWED = 3
"""Blocks that may differ: a glyph out of another font, a smoothed corner."""
COLORS = 256
"""Colours that a kept picture has, so that it is small; chosen so that a few red pixels stay red."""

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Comparison:
    """What came of comparing two pictures."""

    blocks: NDArray[np.bool_]
    """Which blocks differ, as they stand in the picture."""
    sizes: tuple[tuple[int, int], tuple[int, int]]
    """Width and height of the picture and of the one that is kept."""

    @property
    def agrees(self) -> bool:
        """Whether the picture is as the one that is kept."""
        (width, height), (kept_width, kept_height) = self.sizes
        near = abs(width - kept_width) <= SHIFT and abs(height - kept_height) <= SHIFT
        return near and int(self.blocks.sum()) <= ALLOWED

    def __str__(self) -> str:
        sizes = [f"{width} × {height}" for width, height in self.sizes]
        if not self.blocks.any():
            return f"it is {sizes[0]} pixels, and was {sizes[1]}"
        rows, columns = np.nonzero(self.blocks)
        left, top, right, bottom = BLOCK * np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        return (
            f"{len(rows):,} of {self.blocks.size:,} blocks differ, {ALLOWED} may; they lie between ({left}, {top}) and "
            f"({right}, {bottom}) of {sizes[0]} pixels" + ("" if sizes[0] == sizes[1] else f", which were {sizes[1]}")
        )


def compare(picture: Image.Image, kept: Image.Image) -> Comparison:
    """Compare two pictures by blocks; what one has beyond the other's border differs nowhere, but see `agrees`."""
    width, height = (min(of) // BLOCK * BLOCK for of in zip(picture.size, kept.size, strict=True))
    one, other = (np.asarray(of.convert("RGB").crop((0, 0, width, height)), dtype=np.float32) for of in (picture, kept))
    # Both ways: a block of nothing but background is soon found near a word, a word is not found in the background.
    far = np.maximum(_distance(one, other), _distance(other, one))
    return Comparison(far > LEVEL, (picture.size, kept.size))


def _distance(pixels: Pixels, others: Pixels) -> Pixels:
    """Give for each block how far its mean is from the nearest one around the same place of the other picture."""
    height, width, channels = pixels.shape
    means = pixels.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels).mean(axis=(1, 3))
    around = _means(np.pad(others, ((SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge"))
    steps = range(2 * SHIFT + 1)
    return np.min(
        [
            np.abs(means - around[down : down + height : BLOCK, right : right + width : BLOCK]).max(axis=2)
            for down in steps
            for right in steps
        ],
        axis=0,
    )


def _means(pixels: Pixels) -> Pixels:
    """Give the mean colour of the block that begins at each pixel."""
    sums = np.pad(pixels, ((1, 0), (1, 0), (0, 0))).astype(np.int32).cumsum(axis=0).cumsum(axis=1)
    corners = sums[BLOCK:, BLOCK:] - sums[:-BLOCK, BLOCK:] - sums[BLOCK:, :-BLOCK] + sums[:-BLOCK, :-BLOCK]
    return (corners / BLOCK**2).astype(np.float32)


def has_picture(name: str) -> bool:
    """Tell whether a picture of that name is kept."""
    return (KEPT / f"{name}.png").exists()


def kept_picture(name: str) -> Image.Image:
    """Open a picture that is kept."""
    return Image.open(KEPT / f"{name}.png")


def kept_under() -> str:
    """Tell under which JupyterLab the pictures were taken, as in 4.5: another draws its own parts otherwise."""
    for path in KEPT.glob("*.png"):
        with Image.open(path) as picture:
            return minor(str(picture.info["JupyterLab"]))
    return minor(version("jupyterlab"))


def minor(number: str) -> str:
    """Shorten a version to its first two numbers."""
    return ".".join(number.split(".")[:2])


def keep(name: str, picture: Image.Image) -> None:
    """Keep a picture, from now on."""
    told = PngInfo()
    told.add_text("JupyterLab", version("jupyterlab"))
    KEPT.mkdir(exist_ok=True)
    few = picture.quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(KEPT / f"{name}.png", optimize=True, pnginfo=told)


def refusal(name: str, picture: Image.Image, folder: Path) -> str:
    """Say why a picture is not the one that is kept; both, and where they differ, are then in the folder."""
    picture.save(folder / f"{name}.png")
    again = f"If it is right as it is, keep it: run this again with {RENEW}=1"
    if not has_picture(name):
        return f"{name}: no picture of it is kept yet. See {folder / name}.png. {again}"
    kept = kept_picture(name)
    kept.convert("RGB").save(folder / f"{name}-kept.png")
    found = compare(picture, kept)
    mark(picture, found).save(folder / f"{name}-difference.png")
    return (
        f"{name}: {found}. Kept under JupyterLab {kept.info.get('JupyterLab')}, taken under {version('jupyterlab')}. "
        f"See {folder / name}-difference.png. {again}"
    )


def mark(picture: Image.Image, found: Comparison) -> Image.Image:
    """Give the picture, pale but for the blocks that differ, in red frames."""
    pixels = np.asarray(picture.convert("RGB")).copy()
    differs = np.zeros(pixels.shape[:2], dtype=bool)
    blocks = found.blocks.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
    differs[: blocks.shape[0], : blocks.shape[1]] = blocks
    pixels[~differs] = pixels[~differs] // 3 + 128
    inner = np.logical_and.reduce([np.roll(differs, step, axis) for step in (-1, 1) for axis in (0, 1)])
    pixels[differs & ~inner] = (220, 0, 0)
    return Image.fromarray(pixels)
