"""The image generator ``local``: one still of the world that a scene's words name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from attrs import frozen
from PIL import Image

from vidgen_core import BadOutput, Context, ImageRequest, Interrupted, Progress, Refused
from vidgen_local.engine import camera_of, place_words
from vidgen_local.world.pose import opening_pose
from vidgen_local.world.stage import as_picture, stage_for

#: The length for which a scene's camera is given room, where none is told.
_SECONDS = 5.0


@frozen
class LocalPainter:
    """Draws pictures on this machine."""

    context: Context

    def render(self, request: ImageRequest, into: Path, progress: Progress) -> None:
        """Draw what *request* asks for and write it to *into*, a PNG or a JPEG.

        It shows the scene's environment from where the scene's clip begins, so that
        the engine ``local`` goes on in the same world.
        """
        if request.width < 1 or request.height < 1:
            raise Refused(f"a picture needs a size, got {request.width}x{request.height}")
        self._stop()
        scene = request.scene
        prompt = request.prompt if scene is None else scene.prompt
        words = place_words(scene, request.prompt)
        move = camera_of(scene, prompt, request.film_seed)
        seconds = (scene.duration if scene else None) or _SECONDS
        size = (request.width + request.width % 2, request.height + request.height % 2)
        stage = stage_for(words, request.film_seed, (max(8, size[0]), max(8, size[1])))
        progress(0.7)
        self._stop()
        planes = stage.frame(opening_pose(move, min(10.0, seconds)), 0.0)
        picture = as_picture(planes)[: request.height, : request.width]
        _write(Image.fromarray(np.rint(picture).astype(np.uint8)), into)
        progress(1.0)

    def _stop(self) -> None:
        if self.context.cancelled():
            raise Interrupted("the picture was stopped before it was finished")


def _write(image: Image.Image, into: Path) -> None:
    suffix = into.suffix.lower()
    if suffix == ".png":
        image.save(into, format="PNG")
    elif suffix in (".jpg", ".jpeg"):
        image.save(into, format="JPEG", quality=95, subsampling=0)
    else:
        raise BadOutput(
            f"a picture cannot be written as {into.suffix!r}", advice="use .png or .jpg"
        )
