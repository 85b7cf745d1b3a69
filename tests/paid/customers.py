"""Somebody with keys at a service on this machine: real commands, real SDKs, a real bill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from vidgen_core import Kind
from vidgen_core.errors import Billed
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import Ledger
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Charge, Service, colour_of

from ..command_line import PICTURES_ONLY, Ended, environment, vidgen
from ..generate_runs import SCRIPT, script_file
from ..run_directories import begin, frames
from .canaries import FAL_KEY, KEYS, LUMA_KEY

__all__ = ["FAL_KEY", "KEYS", "LUMA_KEY"]

#: Whoever runs the tests may have a keyring of their own.
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

Command = Sequence[str | os.PathLike[str]]

#: Both engines make a clip of a scene that is so long, and it is the shortest of one.
SECONDS = 5

#: Small pictures and nothing beside them, agreed to.
FILM = (*PICTURES_ONLY, "--yes")
#: What is sent to either engine to have something made, and paid for.
ORDERS = ("luma.video", "luma.image", "fal.submit")


@frozen(kw_only=True)
class Customer:
    """A user's home, and the service where their keys are good.

    ``more``: what else is set in the environment.
    """

    home: Path
    service: Service
    keys: Mapping[str, str] = field(default=KEYS, repr=False)
    more: Mapping[str, str] = field(factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """What this user has set."""
        return {**self.service.environment, **self.keys, **self.more}

    def scenes(self, count: int = 2, seconds: float = SECONDS) -> Path:
        """Begin a run with its scenes file and nothing else."""
        return begin(self.home, count, seconds=seconds)

    def vidgen(self, *words: str | os.PathLike[str], **environ: str) -> Ended:
        """Run the command to its end."""
        return vidgen(*words, home=self.home, environ=self.environ | environ)

    def heard(
        self, *words: str | os.PathLike[str], inside: Path | None = None, **environ: str
    ) -> Ended:
        """Run the installed command in *inside*, whatever it says, bugs too."""
        return self.ran(Path(sys.executable).with_name("vidgen"), *words, inside=inside, **environ)

    def ran(
        self, *command: str | os.PathLike[str], inside: Path | None = None, **environ: str
    ) -> Ended:
        """Run any program in *inside* as this user, whatever it says."""
        done = subprocess.run(
            command,
            env=environment(self.home, self.environ | environ),
            cwd=inside or self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            check=False,
        )
        out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
        return Ended(code=done.returncode, out=out, err=err)

    def finish(self, root: Path, engine: str = "", *more: str, **environ: str) -> Ended:
        """Continue *root*, agreed to whatever it costs; *engine*: empty for the run's own."""
        chosen = ("--engine", engine) if engine else ()
        return self.vidgen("continue", root, *chosen, *FILM, *more, **environ)

    def generate(self, engine: str, *more: str) -> Ended:
        """Generate a film of two scenes."""
        return self.vidgen(*self.generating(engine), *more)

    def generating(self, engine: str) -> tuple[str, ...]:
        """Return the command that generates a film of two scenes."""
        small = ("--resolution", "96x64", "--max-scenes", "2", "--max-environments", "2")
        script = script_file(self.home, SCRIPT)
        return ("generate", str(script), "--engine", engine, *small, *FILM)

    def start(self, *words: str | os.PathLike[str], **more: Any) -> subprocess.Popen[bytes]:
        """Begin a command and do not wait for it. What it says is written beside the home."""
        with self.home.with_name("said").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "vidgen_core", *words],
                env=environment(self.home, self.environ),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                **{"stdout": said, "stderr": said, **more},
            )

    def killed_once(
        self, command: Iterable[str | os.PathLike[str]], seen: Callable[[], Any]
    ) -> None:
        """Run *command* and kill it with -9 as soon as *seen* returns something."""
        child = self.start(*command)
        try:
            until(lambda: seen() or child.poll() is not None)
            assert child.poll() is None, f"it ended with {child.returncode} before it was killed"
        finally:
            child.kill()
            child.wait(30)

    def killed_after(self, command: Command, seconds: float) -> int:
        """Run *command*, kill it with -9 after *seconds*, and return how it ended."""
        child = self.start(*command)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
        return child.wait(30)

    @property
    def run(self) -> Path | None:
        """The run that was generated, if it was begun."""
        found = [*(self.home / "generated_videos").glob("video_*/script_*.txt")]
        return found[0].parent if found else None

    def orders(self) -> int:
        """How many requests for work reached the service."""
        return sum(len(self.service.requests(route)) for route in ORDERS)

    def bill(self, vendor: str = "") -> list[Charge]:
        """The bill, of one vendor or of all."""
        return [charge for charge in self.service.bill if vendor in ("", charge.vendor)]

    def usd(self) -> float:
        """What is on the bill."""
        return float(self.service.summed_bill()["usd"])


def until(seen: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until *seen* returns something."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it was waited for in vain"
        time.sleep(0.01)


#: Every way in which something would leave this machine.
_WAYS_OUT = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")


def by_way_of(base: str) -> dict[str, str]:
    """Return what to set so that whatever would leave this machine comes to *base*."""
    return dict.fromkeys(_WAYS_OUT, base) | {"NO_PROXY": "", "no_proxy": ""}


# what came of it ---------------------------------------------------------


def clips(root: Path) -> list[str]:
    """The names of the clips that *root* has."""
    return sorted(path.name for path in root.glob("scene_*_all_vid_*/scene_*_vid_*.mp4"))


def film_of(root: Path) -> Path:
    """The whole film of *root*."""
    film = root / root.name.replace("video_", "final_video_")
    film = film.with_name(film.name + ".mp4")
    assert probe(film, Kind.VIDEO).verdict is Verdict.WHOLE
    return film


def jobs_shown(root: Path, service: Service, seconds: float = SECONDS) -> list[int]:
    """The number of the job whose colour each scene of the film of *root* ends in."""
    shown = frames(film_of(root))
    scenes = len(list(root.glob("scene_*_2*.mp4")))
    each = len(shown) / scenes
    ends = [shown[round((scene + 1) * each) - 3] for scene in range(scenes)]
    colours = {job.number: _yuv(job.number) for job in service.jobs}
    return [min(colours, key=lambda number: _apart(colours[number], end)) for end in ends]


def _yuv(number: int) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in colour_of(number))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return 16 + 219 * luma, 128 + 126.4 * (blue - luma), 128 + 159.7 * (red - luma)


def _apart(one: Iterable[float], other: Iterable[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def jobs_in_journal(root: Path) -> list[str]:
    """The id of every job that the journal of *root* was ever told, each once."""
    lines = (root / ".vidgen/journal.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return sorted({record["job"] for record in records if record["kind"] == "submitted"})


def assert_books_agree(root: Path, service: Service) -> Ledger:
    """The journal of *root* and the bill name the same jobs, each charged once, at one sum.

    Beside them the journal may hold orders of which nobody knows.
    """
    bill = service.bill
    assert jobs_in_journal(root) == sorted(charge.job for charge in bill)
    ledger = read_ledger(root)
    paid = [charge for charge in ledger.charges if charge.billed is Billed.YES]
    assert len(paid) == len(bill)
    takes = {(charge.key, charge.take) for charge in paid}
    doubtful = [charge for charge in ledger.charges if charge.billed is Billed.UNKNOWN]
    # What a service does not list may have been charged, and is ordered again.
    assert {(charge.key, charge.take + 1) for charge in doubtful} <= takes
    usd = sum(charge.usd or 0 for charge in bill)
    assert ledger.bill.low == pytest.approx(usd, abs=0.005)
    assert ledger.bill.high is not None
    assert usd <= ledger.bill.high + 0.005
    return ledger


def assert_paid_once(root: Path, service: Service) -> None:
    """The film of *root* is whole, and the bill is one submit for each clip and picture."""
    film_of(root)
    assert_books_agree(root, service)
    pictures = [*root.glob("scene_*/scene_*_first_frame.*"), *root.glob("initial_image_*.png")]
    drawn = len([job for job in service.jobs if not job.is_video])
    assert drawn in (0, len(pictures))
    assert len(service.bill) == len(clips(root)) + drawn
