"""Pictures as planes of luma and chroma, and the views a camera takes of them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageFilter, ImageOps

from vidgen_core import Refused
from vidgen_local.camera import View

Bytes: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
#: Luma, blue and red difference: BT.709, limited range, 4:2:0.
Planes: TypeAlias = tuple[Bytes, Bytes, Bytes]
#: The same three, as Pillow holds them.
Images: TypeAlias = tuple[Image.Image, Image.Image, Image.Image]

_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def floats(values: ArrayLike | Image.Image) -> Floats:
    """Return *values* as an array of 32-bit floats."""
    return np.asarray(values, dtype=np.float32)


def read_picture(path: Path, width: int, height: int) -> Floats:
    """Return the picture at *path* as ``height x width x 3``, 0 to 255.

    It is scaled to cover the size and cut at its longer side; one that has the
    size already is not touched. Raises ``Refused`` for what is no picture.
    """
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened)
            if upright.mode == "I;16":
                upright = upright.point(lambda value: value / 256).convert("L")
            picture = upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(
            f"the start frame {path} cannot be read: {error}",
            advice="replace it by a whole JPEG or PNG, or delete it to have it made again",
        ) from error
    if picture.size != (width, height):
        picture = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    return floats(picture)


def to_planes(rgb: Floats, noise: Floats | None = None) -> Planes:
    """Return *rgb* as planes; *noise* of its size, in ±0.5, hides the steps of gradients."""
    luma = rgb @ _LUMA
    blue = _halve((rgb[..., 2] - luma) * np.float32(112 / 255 / (1 - 0.0722)))
    red = _halve((rgb[..., 0] - luma) * np.float32(112 / 255 / (1 - 0.2126)))
    grey = luma * np.float32(219 / 255) + 16
    if noise is not None:
        grey += noise
        blue += noise[::2, ::2]
        red -= noise[::2, ::2]
    return _rounded(grey, 16, 235), _rounded(blue + 128, 16, 240), _rounded(red + 128, 16, 240)


def _halve(plane: Floats) -> Floats:
    """Return *plane* at half its size, sited as H.264 has it: left in x, between in y."""
    rows = (plane[0::2] + plane[1::2]) / 2
    before = np.concatenate([rows[:, :1], rows[:, 1:-1:2]], axis=1)
    return floats((before + 2 * rows[:, 0::2] + rows[:, 1::2]) / 4)


def _rounded(plane: Floats, low: int, high: int) -> Bytes:
    return np.clip(np.rint(plane), low, high).astype(np.uint8)


@frozen(kw_only=True)
class Margins:
    """How many pixels (even numbers) a camera sees beyond each border of the frame."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


def margins_for(views: list[View], width: int, height: int) -> Margins:
    """Return the margins that *views* of a frame of this size need."""

    def pixels(beyond: float, size: int) -> int:
        # two more, for the neighbours that interpolation reads
        return 0 if beyond <= 0 else 2 * (int(beyond * size / 2) + 2)

    return Margins(
        left=pixels(max(-view.x for view in views), width),
        top=pixels(max(-view.y for view in views), height),
        right=pixels(max(view.x + view.size for view in views) - 1, width),
        bottom=pixels(max(view.y + view.size for view in views) - 1, height),
    )


@frozen(kw_only=True, eq=False)
class Plate:
    """A picture with margins, ready to be looked at through a moving frame."""

    planes: Images
    margins: Margins
    width: int
    height: int

    def see(self, view: View) -> Images:
        """Return the planes of what *view* shows; ``View()`` is the frame, untouched."""
        luma, blue, red = self.planes
        return (
            self._crop(luma, view, 1, Image.Resampling.BICUBIC),
            self._crop(blue, view, 2, Image.Resampling.BILINEAR),
            self._crop(red, view, 2, Image.Resampling.BILINEAR),
        )

    def _crop(
        self, plane: Image.Image, view: View, step: int, way: Image.Resampling
    ) -> Image.Image:
        size = (self.width // step, self.height // step)
        left, top = self.margins.left // step, self.margins.top // step
        if view == View():
            return plane.crop((left, top, left + size[0], top + size[1]))
        x, y = left + view.x * size[0], top + view.y * size[1]
        right, bottom = x + view.size * size[0], y + view.size * size[1]
        inside = (
            max(0.0, x),
            max(0.0, y),
            min(float(plane.width), right),
            min(float(plane.height), bottom),
        )
        return plane.resize(size, way, box=inside)


def plate_of(planes: Planes, margins: Margins) -> Plate:
    """Return a plate of *planes* whose outermost pixels are the *margins*."""
    luma, blue, red = (Image.fromarray(plane) for plane in planes)
    return Plate(
        planes=(luma, blue, red),
        margins=margins,
        width=luma.width - margins.left - margins.right,
        height=luma.height - margins.top - margins.bottom,
    )


def extended(planes: Planes, margins: Margins) -> Plate:
    """Return a plate of a frame's *planes*, continued beyond its borders.

    What lies beyond is the picture's own mirror, softer with the distance, so
    that nothing in it looks like a second copy.
    """
    luma, blue, red = planes
    halves = Margins(
        left=margins.left // 2,
        top=margins.top // 2,
        right=margins.right // 2,
        bottom=margins.bottom // 2,
    )
    return plate_of(
        (_mirrored(luma, margins), _mirrored(blue, halves), _mirrored(red, halves)), margins
    )


def _mirrored(plane: Bytes, margins: Margins) -> Bytes:
    beyond = ((margins.top, margins.bottom), (margins.left, margins.right))
    wide: Bytes = np.pad(plane, beyond, mode="symmetric")
    reach = max(margins.left, margins.top, margins.right, margins.bottom)
    if not reach:
        return wide
    soft = Image.fromarray(wide).filter(ImageFilter.GaussianBlur(0.12 * reach))
    far = np.maximum(
        _distance(plane.shape[0], margins.top, margins.bottom)[:, None],
        _distance(plane.shape[1], margins.left, margins.right)[None, :],
    )
    share = Image.fromarray(_rounded(floats(255 * np.clip(far / (0.5 * reach), 0, 1)), 0, 255))
    return np.array(Image.composite(soft, Image.fromarray(wide), share))


def _distance(size: int, before: int, after: int) -> Floats:
    """Return how far each of the pixels of one axis lies outside the frame."""
    place = np.arange(-before, size + after, dtype=np.float32)
    return np.maximum(0, np.maximum(-place, place - (size - 1)))
