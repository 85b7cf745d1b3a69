"""Bringing one video to another's form, to the exact frame."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidgen_core.errors import MachineError
from vidgen_core.media.encoding import video_options
from vidgen_core.protocols import Progress
from vidgen_core.stitch.footage import UNSPECIFIED, Footage, Form, survey, unusable

if TYPE_CHECKING:
    from vidgen_core.media import Media

Colours = tuple[int, int, int]

#: H.273's numbers of a matrix, as the scaler spells them.
_MATRIX = {1: "bt709", 5: "bt470", 6: "smpte170m", 7: "smpte240m", 9: "bt2020"}


def frames_after(footage: Footage, shown: int, fps: Fraction) -> int:
    """Return how many frames at *fps* the first *shown* frames of a video last; at least one.

    Where the rate stays, not a frame is added or lost.
    """
    if footage.even and footage.form.fps == fps:
        return shown
    return max(1, round(footage.seconds * shown / footage.frames * fps))


def fitted(source: Form, target: Form) -> tuple[int, int]:
    """Return the even size, in the target's pixels, at which *source* fits without distortion."""
    wide = source.width * source.sar / target.sar
    scale = min(target.width / wide, Fraction(target.height, source.height))
    return (
        min(target.width, max(2, round(wide * scale / 2) * 2)),
        min(target.height, max(2, round(source.height * scale / 2) * 2)),
    )


def reshape(
    media: Media,
    footage: Footage,
    into: Path,
    *,
    form: Form,
    colours: Colours,
    shown: int,
    progress: Progress,
) -> Footage:
    """Re-encode the first *shown* frames of a video to *form*, video only, at *into*.

    The picture keeps its proportions inside a black frame. The result has exactly
    :func:`frames_after` frames. Raises ``MachineError``, and ``BadOutput`` where
    the video does not give so many.
    """
    frames = frames_after(footage, shown, form.fps)
    picture = _timed(media.input(footage.path).video, footage, shown, form.fps, frames)
    picture = _shaped(picture, footage, form, colours)
    try:
        media.run(
            media.output(picture, into=into, **_options(form, colours)),
            into,
            seconds=float(frames / form.fps),
            progress=progress,
        )
    except MachineError as error:
        # ffmpeg's words name the scratch file; the user knows the clip.
        raise MachineError(f"{footage.path}: {error.message}", advice=error.advice) from error
    made = survey(into)
    if made.frames != frames:
        raise unusable(footage.path, f"only {made.frames} of {frames} frames came out of it")
    return made


def _options(form: Form, colours: Colours) -> dict[str, Any]:
    """Return the options of all that vidgen encodes, with the film's colours for its own.

    The same options give the same parameter sets, so what is made here stands
    beside vidgen's own clips without any seam.
    """
    own = video_options(form.fps)
    options = {name: value for name, value in own.items() if not name.startswith("color")}
    options["color_range"] = "pc" if form.full_range else "tv"
    return options | _tags(colours)


def _tags(colours: Colours) -> dict[str, int]:
    names = ("color_primaries", "color_trc", "colorspace")
    return {n: c for n, c in zip(names, colours, strict=True) if c != UNSPECIFIED}


def _timed(picture: Any, footage: Footage, shown: int, fps: Fraction, frames: int) -> Any:
    rate = f"{fps.numerator}/{fps.denominator}"
    if shown < footage.frames:
        picture = picture.filter("trim", end_frame=shown)
    if footage.even and footage.form.fps == fps:
        picture = picture.filter("setpts", f"N/({rate})/TB")
    else:
        picture = picture.filter("setpts", "PTS-STARTPTS").filter("fps", fps=rate)
    # Rounding may end the last frame early: it is held that long, and the count cut to the exact.
    held = 1 + math.ceil(fps / footage.form.fps)
    return picture.filter("tpad", stop_mode="clone", stop=held).filter("trim", end_frame=frames)


def _shaped(picture: Any, footage: Footage, form: Form, colours: Colours) -> Any:
    width, height = fitted(footage.form, form)
    picture = picture.filter(
        "scale",
        width,
        height,
        flags="bicubic+accurate_rnd+full_chroma_int",
        in_color_matrix=_matrix(footage.colours, footage.form),
        out_color_matrix=_matrix(colours, form),
        out_range="pc" if form.full_range else "tv",
    )
    if (width, height) != (form.width, form.height):
        picture = picture.filter("pad", form.width, form.height, -1, -1)
    # A square pixel is left unsaid, as in vidgen's own clips: equal parameter sets.
    shape = 0 if form.sar == 1 else f"{form.sar.numerator}/{form.sar.denominator}"
    picture = picture.filter("setsar", shape).filter("format", "yuv420p")
    tags = _tags(colours)
    return picture.filter("setparams", **tags) if tags else picture


def _matrix(colours: Colours, form: Form) -> str:
    """Return the colour matrix as the scaler spells it; unsaid, it is what players assume."""
    guess = "bt709" if form.width >= 1280 or form.height > 576 else "bt601"
    return _MATRIX.get(colours[2], guess)
