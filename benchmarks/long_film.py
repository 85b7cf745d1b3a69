"""Generate a film of many scenes and watch what it takes of the machine.

    python benchmarks/long_film.py [--scenes 200]

Prints, as the film grows, the memory and the open files of the process and of all
that it starts: neither may grow with the number of scenes. Everything is made, by
the offline providers: clips, speech, sounds, subtitles and the film. The scenes are
brief (``brief_film.py``), for what a scene leaves behind does not depend on its length.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from attrs import frozen

HERE = Path(__file__).parent
PARTS = 4
MOST_GROWTH = 1.2
MOST_MORE_FILES = 4
SECONDS_BETWEEN_LOOKS = 0.25


@frozen(kw_only=True)
class Look:
    """What was taken at one moment: megabytes and open files, alone and with the children."""

    scenes: int
    own_memory: float
    own_files: int
    memory: float
    files: int


def look(vidgen: psutil.Process, scenes: int) -> Look:
    own = vidgen.memory_info().rss / 1e6
    files = vidgen.num_fds()
    children_memory, children_files = 0.0, 0
    for child in vidgen.children(recursive=True):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            children_memory += child.memory_info().rss / 1e6
            children_files += child.num_fds()
    return Look(
        scenes=scenes,
        own_memory=own,
        own_files=files,
        memory=own + children_memory,
        files=files + children_files,
    )


@contextmanager
def generating(folder: Path, scenes: int) -> Iterator[psutil.Popen]:
    """Begin to generate a film of so many scenes in *folder*."""
    facts = folder / "brief_film-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: brief-film\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[vidgen]\nbrief = brief_film\n")
    (folder / "script.txt").write_text("A traveller walks on alone.\n")
    command = [
        sys.executable, "-m", "vidgen_core", "generate", str(folder / "script.txt"), "-q",
        "--output-dir", str(folder), "--max-scenes", str(scenes), "--resolution", "320x180",
        "--engine", "brief", "--model", "brief",
    ]  # fmt: skip
    path = os.pathsep.join([str(HERE), str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIDGEN_")}
    environment = {**kept, "PYTHONPATH": path, "XDG_CONFIG_HOME": str(folder)}
    child = psutil.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        yield child
    finally:
        with suppress(psutil.NoSuchProcess):
            child.kill()


def made(folder: Path) -> int:
    """How many scenes of the film in *folder* are there."""
    return len(list(folder.glob("video_*/scene_*.mp4")))


def watched(folder: Path, scenes: int) -> list[Look]:
    """Generate the film and return what was seen of it."""
    seen = []
    with generating(folder, scenes) as child:
        while child.poll() is None:
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                seen.append(look(child, made(folder)))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if child.returncode:
            raise SystemExit(f"generate ended with {child.returncode}")
    if made(folder) != scenes:
        raise SystemExit(f"there are {made(folder)} scenes")
    return seen


def middle(looks: list[Look]) -> Look:
    """Return the median of each figure."""

    def of(name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in looks))

    return Look(
        scenes=looks[-1].scenes,
        own_memory=of("own_memory"),
        own_files=round(of("own_files")),
        memory=of("memory"),
        files=round(of("files")),
    )


def show(label: str, figures: Look) -> None:
    print(
        f"{label:22}  {figures.own_memory:6.0f} MB {figures.own_files:4} files"
        f"   with its children {figures.memory:6.0f} MB {figures.files:4} files"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=200)
    scenes = parser.parse_args().scenes
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        seen = watched(Path(name), scenes)
    ends = [scenes * part // PARTS for part in range(1, PARTS + 1)]
    parts = [
        middle([each for each in seen if end - scenes // PARTS <= each.scenes < end])
        for end in ends
    ]
    for end, part in zip(ends, parts, strict=True):
        show(f"until {end} scenes", part)
    show("while the film is cut", middle([each for each in seen if each.scenes == scenes]))
    print(f"at most {max(each.own_memory for each in seen):.0f} MB without them")
    print(f"{scenes} scenes in {time.monotonic() - begun:.0f} s")
    first, last = parts[1], parts[-1]  # the first part is still filling caches
    growth = last.own_memory / first.own_memory
    more = last.own_files - first.own_files
    print(f"from the second part to the last: memory x {growth:.2f}, files {more:+d}")
    return int(growth > MOST_GROWTH or more > MOST_MORE_FILES)


if __name__ == "__main__":
    sys.exit(main())
