"""Makes the README's picture: frames of a film side by side.

    python examples/frame_strip.py FILM docs/frame-strip.png [--frames 4]

The film is cut into as many equal parts, and each gives the frame at its four
fifths: with scenes of equal length that is one frame a scene, past its start.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import av
from PIL import Image

GAP = 4


def chosen_frames(film: Path, count: int, height: int) -> list[Image.Image]:
    """Return *count* frames of *film*, scaled to *height* pixels."""
    with av.open(str(film)) as container:
        total = sum(1 for _ in container.decode(video=0))
    wanted = [int((part + 0.8) * total / count) for part in range(count)]
    found = []
    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                found.append(Image.fromarray(frame.to_ndarray(format="rgb24")))
    return [
        image.resize((round(image.width * height / image.height), height), Image.Resampling.LANCZOS)
        for image in found
    ]


def strip(images: list[Image.Image]) -> Image.Image:
    """Return *images* in one row, on white."""
    width = sum(image.width for image in images) + GAP * (len(images) - 1)
    row = Image.new("RGB", (width, images[0].height), "white")
    left = 0
    for image in images:
        row.paste(image, (left, 0))
        left += image.width + GAP
    return row


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(description="Frames of a film side by side.")
    parser.add_argument("film", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--frames", type=int, default=4, help="how many (default: 4)")
    parser.add_argument("--height", type=int, default=180, help="in pixels (default: 180)")
    chosen = parser.parse_args()
    row = strip(chosen_frames(chosen.film, chosen.frames, chosen.height))
    row.save(chosen.picture, optimize=True)
    print(chosen.picture)


if __name__ == "__main__":
    main()
