"""Generate a film of many scenes and watch what it takes of the machine.

    python benchmarks/long_film.py [--scenes 200]

Prints the memory of the whole process tree and the open files, in the first and in
the last quarter of the run: neither may grow with the length of the film.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

MOST_GROWTH = 1.5
PLACES = ("a stormy sea at night", "a pine forest in the snow", "a desert at noon")


def script(scenes: int) -> str:
    return "\n\n".join(
        f"In {PLACES[number % len(PLACES)]}, traveller number {number + 1} walks on alone."
        for number in range(scenes)
    )


def taken(tree: list[psutil.Process]) -> tuple[float, int]:
    """Return the megabytes and the open files of a process tree."""
    memory, files = 0.0, 0
    for process in tree:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            memory += process.memory_full_info().uss / 1e6
            files += process.num_fds()
    return memory, files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=200)
    scenes = parser.parse_args().scenes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "script.txt").write_text(script(scenes))
        command = [
            sys.executable, "-m", "vidgen_core", "generate", str(folder / "script.txt"), "-q",
            "--output-dir", name, "--resolution", "320x180", "--max-scenes", str(scenes),
        ]  # fmt: skip
        begun = time.monotonic()
        child = psutil.Popen(command, stdout=subprocess.DEVNULL)
        seen: list[tuple[float, int]] = []
        while child.poll() is None:
            with suppress(psutil.NoSuchProcess):
                seen.append(taken([child, *child.children(recursive=True)]))
            time.sleep(1)
        if child.returncode:
            raise SystemExit(f"generate ended with {child.returncode}")
        made = len(list(folder.glob("video_*/scene_*.mp4")))
    quarter = max(1, len(seen) // 4)
    first, last = seen[:quarter], seen[-quarter:]
    growth = []
    for index, label in enumerate(("memory, MB", "open files")):
        early, late = (statistics.median(each[index] for each in part) for part in (first, last))
        growth.append(late / early)
        most = max(each[index] for each in seen)
        print(
            f"{label}: {early:.0f} in the first quarter, {late:.0f} in the last, {most:.0f} at most"
        )
    print(f"{made} scenes in {time.monotonic() - begun:.0f} s")
    return int(max(growth) > MOST_GROWTH or made != scenes)


if __name__ == "__main__":
    sys.exit(main())
