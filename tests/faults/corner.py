"""Films whose clips are bought at the corner shop, each by processes of its own.

The shop's books outlive the processes that order there, so that what came of them can be
compared with the bill.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from vidgen_core import layout
from vidgen_core.journal import read_ledger
from vidgen_core.layout import OUTPUT
from vidgen_core.listing import Claims
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from ..command_line import PICTURES_ONLY, Ended, environment, vidgen
from ..plugins.distributions import write_distribution
from ..run_directories import begin, scene_object, video, visible_files
from ..run_paths import FILM

_SHOP = Path(__file__).parents[1] / "data" / "corner-shop" / "corner_shop.py"
SECRET = "sk-corner-0123456789abcdef"
KEY = "CORNER_SHOP_KEY"
SCENES = 2

#: An engine that takes money at once, and says what it took after so many seconds; it also
#: talks by the handles that every program begins with.
_SLOW = """
import os
import time
from corner_shop import CLIP, KEY, Selling, shop
from vidgen_core import Price, VideoEngineSpec, hookimpl

class Slow(Selling):
    def submit(self, request, token):
        for handle in (1, 2):
            try:
                os.write(handle, b"slow corner talks\\n")
            except OSError:
                pass
        job = super().submit(request, token)
        (shop() / "taken").touch()
        time.sleep(float(os.environ.get("SLOW_CORNER", "0")))
        return job

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="slow-corner", summary="takes its time", keys=(KEY,), lengths=(1,),
        factory=lambda context: Slow("slow-corner", True, context),
        abilities=frozenset({"idempotent"}), price=lambda request, options: Price(CLIP, CLIP),
    )
"""
_CLAIMS = Claims(tuple(OUTPUT.values()))
_KINDS = {
    ".mp4": Kind.VIDEO,
    ".mp3": Kind.AUDIO,
    ".wav": Kind.AUDIO,
    ".jpg": Kind.IMAGE,
    ".png": Kind.IMAGE,
    ".json": Kind.JSON,
    ".txt": Kind.TEXT,
    ".srt": Kind.TEXT,
}


@frozen(kw_only=True)
class Corner:
    """A customer's *home*, the shop, and a film there of :data:`SCENES` scenes."""

    home: Path
    shop: Path
    site: Path
    root: Path

    def environ(self, **more: str) -> dict[str, str]:
        """What a command at the corner needs in its environment."""
        own = {"CORNER_SHOP": str(self.shop), KEY: SECRET, "PYTHONPATH": str(self.site)}
        return own | {"VIDGEN_FFMPEG": "bundled", "VIDGEN_RESOLUTION": "160x90"} | more

    def command(self, *words: str, engine: str = "corner-token", root: Path | None = None) -> Any:
        """Return the command that continues the film, and agrees to its price."""
        agreed = ("--engine", engine, *PICTURES_ONLY, "--yes", *words)
        return [sys.executable, "-m", "vidgen_core", "continue", str(root or self.root), *agreed]

    def start(self, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Begin *command* and do not wait for it."""
        environ = environment(self.home, self.environ(**more.pop("environ", {})))
        return subprocess.Popen(
            command, env=environ, cwd=self.home, **{"stdin": subprocess.DEVNULL, **more}
        )

    def finish(self, *words: str, **more: Any) -> Ended:
        """Continue the film to its end, which must be reached."""
        environ = self.environ(**more.pop("environ", {}))
        more = {"timeout": 200, **more}
        ended = vidgen(
            "continue", self.root, *words, "--yes", home=self.home, environ=environ, **more
        )
        assert ended.code == 0, ended.err
        self.assert_bought_once()
        return ended

    def orders(self) -> list[dict[str, Any]]:
        """What the shop has charged for."""
        book = self.shop / "orders.jsonl"
        return (
            [json.loads(line) for line in book.read_bytes().splitlines()] if book.exists() else []
        )

    # what must hold ------------------------------------------------------------

    def assert_sound(self, root: Path | None = None) -> None:
        """Whatever happened: what has a name is whole, and the bill is what the journal says."""
        root = root or self.root
        for name, path in visible_files(root).items():
            assert _CLAIMS.claim(name) is not None, f"I2: {name}"
            verdict = probe(path, _KINDS[path.suffix]).verdict
            assert verdict is Verdict.WHOLE, f"I1: {name} is {verdict}"
        ledger = read_ledger(root)
        assert ledger.damage == "", ledger.damage
        usd = sum(order["usd"] for order in self.orders())
        assert ledger.bill.low <= usd + 0.001, f"I12: at least {ledger.bill}, the bill is {usd}"
        assert ledger.bill.high is not None
        assert usd <= ledger.bill.high + 0.001, f"I12: at most {ledger.bill}, the bill is {usd}"
        twice = {key: n for key, n in self._placed().items() if n > 1}
        assert not twice, f"I3: {twice}"
        for path in root.rglob("*"):
            assert not path.is_file() or SECRET.encode() not in path.read_bytes(), f"I8: {path}"

    def _placed(self) -> Counter[tuple[int, int]]:
        return Counter((order["scene"], order["clip"]) for order in self.orders())

    def assert_bought_once(self, root: Path | None = None) -> None:
        """The film is whole, and each of its clips was bought once."""
        root = root or self.root
        self.assert_sound(root)
        assert (root / FILM).is_file()
        assert self._placed() == {(scene, 1): 1 for scene in range(1, SCENES + 1)}
        assert not (root / layout.TEMPORARY).exists(), "I2: what was not finished is still there"


def new_corner(folder: Path, **scene: Any) -> Corner:
    """Open the shop in *folder*, with a film that lacks all its clips."""
    corner = Corner(
        home=folder / "home",
        shop=folder / "shop",
        site=folder / "site",
        root=folder / "home" / "films" / "video_20250131_120000",
    )
    for each in (corner.home, corner.shop, corner.site):
        each.mkdir(parents=True)
    for number in range(1, SCENES + 1):
        (corner.shop / f"clip-{number}.mp4").write_bytes(video(number))
    write_distribution(corner.site, "corner-shop", _SHOP.read_text("utf-8"))
    write_distribution(corner.site, "slow-corner", _SLOW)
    scenes = [scene_object(number, **scene) for number in range(1, SCENES + 1)]
    begin(corner.root.parent, scenes, name=corner.root.name)
    return corner


def stand_in_ffmpeg(corner: Corner) -> Mapping[str, str]:
    """Return the environment in which ffmpeg works for long while the file ``hold`` is there.

    It says so by a file ``held``.
    """
    import imageio_ffmpeg

    script = corner.home / "ffmpeg"
    hold, held = corner.shop / "hold", corner.shop / "held"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *-progress*) if [ -e "{hold}" ]; then touch "{held}"; sleep 90; '
        f'fi;; esac\nexec "{imageio_ffmpeg.get_ffmpeg_exe()}" "$@"\n'
    )
    script.chmod(0o755)
    return {"VIDGEN_FFMPEG": str(script)}


def needs_linux() -> None:
    """Skip where what is tested is Linux's own."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux is tested so")


def is_locked(root: Path) -> bool:
    """Whether a process holds the directory."""
    import fcntl

    handle = os.open(root / layout.LOCK, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
