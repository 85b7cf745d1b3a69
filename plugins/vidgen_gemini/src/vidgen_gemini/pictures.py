"""The image generator ``gemini``."""

from __future__ import annotations

import io
import math
from pathlib import Path

from vidgen_core import BadOutput, Billed, Context, ImageRequest, clean_words
from vidgen_gemini.answer import read_answer
from vidgen_gemini.faults import SERVICE
from vidgen_gemini.gemini import Picture, Question, connect
from vidgen_gemini.options import PictureOptions

#: Width to height, as Gemini takes them.
_ASPECTS = (
    (1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5), (5, 4), (9, 16), (16, 9), (21, 9)
)  # fmt: skip
#: Both formats that vidgen keeps pictures in, by the beginning of such a file.
_HEADS = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff"}
_MOST_PIXELS = 64 << 20
_QUALITY = 95


class GeminiPainter:
    """Makes pictures."""

    def __init__(self, context: Context) -> None:
        self._options: PictureOptions = context.options
        self._gemini = connect(context)

    def ask(self, request: ImageRequest) -> bytes:
        """Ask for a picture, once."""
        size = self._options.image_size
        form = Picture(
            aspect=nearest_aspect(request.width, request.height),
            size="" if size == "default" else size,
        )
        question = Question(model=self._options.image_model, prompt=request.prompt, form=form)
        return self._gemini.ask(question)

    def write(self, answer: bytes, request: ImageRequest, into: Path) -> None:
        """Write the picture of *answer* in the format that *into* is named for."""
        told = read_answer(answer)
        drawn = next((part for part in told.parts if part.kind.startswith("image/")), None)
        if drawn is None:
            said = clean_words(told.text)
            raise BadOutput(
                f"{SERVICE} drew nothing" + (f" and said: {said}" if said else ""),
                billed=Billed.YES,
            )
        into.write_bytes(_in_format(drawn.content, into.suffix.lower()))


def nearest_aspect(width: int, height: int) -> str:
    """Return that of Gemini's aspects which is nearest to *width* by *height*."""
    across, down = min(
        _ASPECTS, key=lambda aspect: abs(math.log(width / height * aspect[1] / aspect[0]))
    )
    return f"{across}:{down}"


def _in_format(content: bytes, suffix: str) -> bytes:
    """Return a picture as PNG or JPEG; one that is so already is left alone."""
    head = _HEADS[".png" if suffix == ".png" else ".jpg"]
    if content.startswith(head):
        return content
    try:
        return _converted(content, "PNG" if suffix == ".png" else "JPEG")
    except BadOutput:
        raise
    except Exception:  # each format's decoder has errors of its own, of a dozen classes
        raise BadOutput(f"{SERVICE}'s picture cannot be read", billed=Billed.YES) from None


def _converted(content: bytes, name: str) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise BadOutput(f"{SERVICE}'s picture is too large", billed=Billed.YES)
        made = io.BytesIO()
        how = {"quality": _QUALITY, "subsampling": 0} if name == "JPEG" else {}
        picture.convert("RGB").save(made, name, **how)
        return made.getvalue()
