"""Installed distributions that misbehave as they are told, and one that watches what is left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ..command_line import Ended, environment, vidgen
from ..plugins.distributions import write_distribution
from ..run_directories import FPS, add_scene, begin, scene_object, sound, video
from ..run_paths import FILM

#: What every run here may end with: nothing is a bug of vidgen's, nothing is undocumented.
DOCUMENTED = frozenset({0, 2, 3, 4, 5, 6, 8, 9, 10})
#: Seconds after which a command has not come to its end, on the busiest machine.
_LONG = 300
PICTURES = ("--skip-narration", "--skip-sound-effects")

#: Runs the misdeeds that ``plan.json`` has for a place and a scene, until it is mended.
_DEEDS = """
import json
from pathlib import Path

HERE = Path(__file__).parent
PLAN = json.loads((HERE / "plan.json").read_text())
CLIP = HERE / "clip.mp4"
NOTHING = object()

def has(place, number):
    return str(number) in PLAN["deeds"].get(place, {}) and not (HERE / "mended").exists()

def at(place, number, into=None):
    if not has(place, number):
        return NOTHING
    given = {"into": into, "clip": CLIP, "root": Path(PLAN["root"]), "film": PLAN["film"]}
    exec(PLAN["deeds"][place][str(number)], given)
    return given.get("result", NOTHING)

def deliver(place, number, into):
    if has(f"{place} instead", number):
        at(f"{place} instead", number, into)
        return
    into.write_bytes(CLIP.read_bytes())
    at(place, number, into)

def bill(line):
    with (HERE / "bill").open("a") as file:
        file.write(f"{line}\\n")
"""

_WITNESS = """
import gc, json, locale, os, signal, socket, sys, threading
from vidgen_core import JobRef, Price, Ready, VideoEngineSpec, hookimpl
from vidgen_odd_deeds import CLIP, HERE, bill

def state():
    umask = os.umask(0o22)
    os.umask(umask)
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1)
    handlers = [signal.getsignal(number) for number in asked]
    streams = [getattr(stream, "closed", None) for stream in (sys.stdin, sys.stdout, sys.stderr)]
    return {
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "umask": umask,
        "handlers": [getattr(each, "__qualname__", str(each)) for each in handlers],
        "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        "recursion": sys.getrecursionlimit(),
        "locale": locale.setlocale(locale.LC_ALL),
        "timeout": socket.getdefaulttimeout(),
        "garbage": [gc.isenabled(), gc.get_threshold()],
        "streams": streams,
        "handles": [os.fstat(handle).st_ino for handle in (0, 1, 2)],
        "hooks": [sys.excepthook is sys.__excepthook__, threading.excepthook.__name__],
        "traced": threading.gettrace() is not None,
    }

def watch():
    with (HERE / "witness.jsonl").open("a") as file:
        file.write(json.dumps(state()) + "\\n")

watch()

class Shop:
    def __init__(self, context):
        pass

    def submit(self, request, token):
        bill(f"good {request.scene.number}")
        return JobRef(id=f"{request.scene.number}")

    def poll(self, job):
        return Ready(job=job)

    def fetch(self, ready, into):
        into.write_bytes(CLIP.read_bytes())

def price(request, options):
    return Price(0.5, 0.5)

@hookimpl
def vidgen_video_engines():
    watch()
    yield VideoEngineSpec(
        name="good", summary="sells", factory=Shop, lengths=(1,), price=price, max_active=1
    )

@hookimpl
def vidgen_plan_ready(plan):
    watch()

@hookimpl
def vidgen_task_done(task, outcome):
    watch()
"""

_ODD = """
from vidgen_core import FREE, JobRef, Price, Ready, Unavailable, hookimpl
from vidgen_core import SoundEngineSpec, StitcherSpec, VideoEngineSpec, stitch
from vidgen_odd_deeds import HERE, NOTHING, at, bill, deliver

def given(result, usual):
    return usual if result is NOTHING else result

class Here:
    def __init__(self, context):
        at("factory", 0)

    def render(self, request, into, progress):
        deliver("render", request.scene.number, into)

class Shop:
    settle_seconds = 0.1

    def __init__(self, context):
        at("factory", 0)

    def submit(self, request, token):
        number = request.scene.number
        bill(f"odd {number}")
        result = at("submit", number)
        if at("lose", number) is not NOTHING:
            raise Unavailable("the line went dead")
        return given(result, JobRef(id=str(number)))

    def poll(self, job):
        return given(at("poll", job.id), Ready(job=job))

    def fetch(self, ready, into):
        deliver("fetch", ready.job.id, into)

    def find(self, request, token, since):
        return given(at("find", request.scene.number), [JobRef(id=str(request.scene.number))])

def price(request, options):
    return given(at("price", request.scene.number), FREE)

def cost(request, options):
    return Price(0.1, 0.1)

def split(seconds, options):
    return given(at("split", round((seconds - 1) * 12)), (seconds,))

def engine(name, factory, **more):
    # No clip waits for the picture that the one before it ends with.
    more["abilities"] = more.get("abilities", frozenset()) | {"pictures-by-url"}
    return VideoEngineSpec(name=name, summary="odd", factory=factory, lengths=(1, 2), **more)

@hookimpl
def vidgen_video_engines():
    yield engine("here", Here, price=price, split=split)
    yield engine("shop", Shop, price=cost, split=split)
    yield engine("list", Shop, price=cost, split=split, abilities=frozenset({"find"}))

class Foley:
    def __init__(self, context):
        at("factory", 0)

    def ask(self, request):
        number = request.prompt.split()[-1]
        bill(f"odd {number}")
        return given(at("ask", number), (HERE / "sound.mp3").read_bytes())

    def write(self, answer, request, into):
        into.write_bytes(answer)
        at("write", request.prompt.split()[-1], into)

@hookimpl
def vidgen_sound_engines():
    yield SoundEngineSpec(name="foley", summary="odd", factory=Foley, price=cost)

class Cutter:
    def __init__(self, context):
        (spec,) = stitch.vidgen_stitchers()
        self.inner = spec.factory(context)

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def join_scene(self, request, into, progress):
        self.inner.join_scene(request, into, progress)
        at("join", into.parent.name.split("-")[1], into)

@hookimpl
def vidgen_stitchers():
    yield StitcherSpec(name="cutter", summary="odd", factory=Cutter)
"""

_AT_PLACE = {
    "import": "",
    "hook": """
        from vidgen_core import hookimpl
        @hookimpl
        def vidgen_video_engines():
            exec({deed!r}, {{}})
            return []
    """,
    "options": """
        import attrs
        from vidgen_core import StitcherSpec, hookimpl
        @attrs.frozen
        class Options:
            def __attrs_post_init__(self):
                exec({deed!r}, {{}})
        @hookimpl
        def vidgen_stitchers():
            yield StitcherSpec(name="{name}", summary="odd", factory=print, options=Options)
    """,
    "plan_ready": """
        from vidgen_core import hookimpl
        @hookimpl
        def vidgen_plan_ready(plan):
            exec({deed!r}, {{}})
    """,
    "task_done": """
        from vidgen_core import hookimpl
        @hookimpl
        def vidgen_task_done(task, outcome):
            exec({deed!r}, {{}})
    """,
}


#: What a call of a plugin may set for itself, for as long as it takes.
_ITS_OWN = frozenset({"directory", "environment", "recursion", "locale", "timeout", "garbage"})


@frozen(kw_only=True)
class Stage:
    """A run of a few scenes, its user's folder, and what is installed for it."""

    home: Path
    site: Path
    root: Path
    environ: Mapping[str, str] = field(factory=dict)

    def install(self, place: str, number: int, deed: str) -> str:
        """Install a distribution of its own that does *deed* at *place*; return its name."""
        name = f"vidgen-odd-{number:02}"
        source = textwrap.dedent(_AT_PLACE[place])
        source = f"{deed}\n" if place == "import" else source.format(deed=deed, name=name)
        write_distribution(self.site, name, source)
        return name

    def vidgen(self, *words: str, **environ: str) -> Ended:
        """Run a command in the user's folder, which the run is named from."""
        given = {"PYTHONPATH": str(self.site), **self.environ, **environ}
        return vidgen(*words, home=self.home, environ=given, timeout=_LONG)

    def interrupted(self, when: str, times: int, *words: str) -> tuple[int, str]:
        """``vidgen continue``, with Ctrl-C pressed *times* once standard error says *when*.

        Returns its exit code, which it must come to, and what stands on standard output.
        """
        command = [sys.executable, "-m", "vidgen_core", "continue", self.root.name, *PICTURES]
        with subprocess.Popen(
            [*command, *words],
            env=environment(self.home, {"PYTHONPATH": str(self.site)}),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background ignores Ctrl-C, and so would what is started there.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        ) as process:
            try:
                assert process.stderr is not None
                assert any(when in line for line in process.stderr), "it never came there"
                for _ in range(times):
                    process.send_signal(signal.SIGINT)
                    time.sleep(1)
                out, _ = process.communicate(timeout=_LONG)
            finally:
                process.kill()
        return process.returncode, out

    def goes_on(self, *words: str, **environ: str) -> Ended:
        """``vidgen continue`` with JSON, which must be the only thing on standard output."""
        skipped = PICTURES if "--sound-engine" not in words else PICTURES[:1]
        ended = self.vidgen("continue", self.root.name, *skipped, "--json", *words, **environ)
        assert ended.code in DOCUMENTED, ended.err
        assert ended.json["exit_code"] == ended.code, ended.err
        return ended

    def mend(self) -> None:
        """From now on nobody misbehaves."""
        (self.site / "mended").touch()

    @property
    def bill(self) -> list[str]:
        """Each order that was placed, and by whom."""
        return (self.site / "bill").read_text().splitlines()

    @property
    def is_made(self) -> bool:
        """Whether the film is there and is one."""
        film = self.root / FILM
        return film.is_file() and film.stat().st_size > 1000

    def assert_untouched(self, but: str = "", *, meanwhile: bool = False) -> None:
        """Everything that another plugin found, *but* one thing, is as the first found it.

        That is so at last, when no call is out, and *meanwhile*, too, where one is called after
        the other: all but what a call may set for itself as long as it takes.
        """
        lines = (self.site / "witness.jsonl").read_text().splitlines()
        first, *others = map(json.loads, lines)
        assert others, "nobody watched"
        for other in others:
            for what, value in first.items():
                later = other is not others[-1] and (what in _ITS_OWN or not meanwhile)
                assert later or what == but or other[what] == value, what

    def watch_anew(self) -> None:
        """Forget what was seen: another process begins with another state."""
        (self.site / "witness.jsonl").unlink(missing_ok=True)


def stage(folder: Path, scenes: int, deeds: Mapping[str, Mapping[int, str]]) -> Stage:
    """Make a run of which only scene 1 is there; scene N is a second and N frames long.

    *deeds*: by place and scene, what the engines ``here``, ``shop`` and ``list`` do.
    """
    home, site = folder / "home", folder / "site"
    home.mkdir(parents=True)
    site.mkdir()
    objects = [
        scene_object(n, seconds=1 + n / FPS, sound_effects_prompt=f"waves {n}")
        for n in range(1, scenes + 1)
    ]
    root = begin(home, objects)
    add_scene(root, 1)  # which tells how large the pictures are
    (site / "clip.mp4").write_bytes(video(2, 2.2))
    (site / "sound.mp3").write_bytes(sound())
    (site / "bill").touch()
    plan = {"deeds": deeds, "root": str(root), "film": FILM}
    (site / "plan.json").write_text(json.dumps(plan))
    (site / "vidgen_odd_deeds.py").write_text(_DEEDS)
    write_distribution(site, "vidgen-a-witness", _WITNESS)
    write_distribution(site, "vidgen-odd", _ODD)
    return Stage(home=home, site=site, root=root)


def numbered(deeds: Iterable[Any]) -> dict[int, Any]:
    """Return *deeds* by the scene that each concerns; scene 1 is there."""
    return dict(enumerate(deeds, start=2))
