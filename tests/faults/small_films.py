"""Small films: who is paid for them, and the command that is looked at."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from ..run_directories import scene_object
from ..run_paths import video_path

_SMALL = ("--set", "resolution=160x90")
_SILENT = ("--skip-narration", "--skip-sound-effects")

Command = tuple[str, ...]
CONTINUE: Command = ("continue", "DIR")
AGAIN: Command = (*CONTINUE, "--in-doubt", "again")
_REDO: Command = ("redo", "DIR", "--scene", "1")
_GENERATE: Command = (
    *("generate", "SCRIPT", "--output-dir", "RUNS", "--resolution", "160x90", "--seed", "7"),
    *("--engine", "corner-named", *_SILENT, "--max-scenes", "1"),
    *("--initial-image-path", "PICTURE"),
)


@frozen(kw_only=True)
class Film:
    """What is made, and by which command.

    ``options`` are those of each ``continue``; ``scenes`` how many there are, 0 where a
    script model writes them, and ``told`` what is spoken in each. ``before``: the commands
    before the one that is looked at, each with the fault that ends it, empty for none;
    ``broken``: the file that is cut short by then. ``asked``: whether nothing that is bought
    can become a question, for the shop can tell.
    """

    name: str
    options: Command = ()
    scenes: int = 1
    told: str = ""
    before: tuple[tuple[str, Command], ...] = ()
    broken: str = ""
    command: Command = CONTINUE
    asked: bool = True

    def __str__(self) -> str:
        return self.name

    def written(self) -> list[dict[str, Any]]:
        """Return its scenes as they stand in the scenes file."""
        more = {"narration": self.told} if self.told else {}
        return [scene_object(number, **more) for number in range(1, self.scenes + 1)]


def _by(engine: str) -> Command:
    return ("--engine", engine, *_SILENT, *_SMALL)


def _spoken(name: str, **more: Any) -> Film:
    voice = ("--engine", "corner-copy", "--tts", "corner-voice", "--skip-sound-effects", *_SMALL)
    return Film(name=name, options=voice, told="A boat comes in.", asked=False, **more)


_LOST = (("kill@submit-after", CONTINUE),)
_WHOLE = (("", CONTINUE),)

FILMS = (
    Film(name="free", options=_by("corner-copy"), scenes=2),
    Film(name="idempotent", options=_by("corner-token")),
    Film(name="listing", options=_by("corner-list"), scenes=2),
    Film(name="mute", options=_by("corner-mute"), asked=False),
    _spoken("spoken"),
    Film(name="idempotent, lost", options=_by("corner-token"), before=_LOST),
    Film(name="listing, lost", options=_by("corner-list"), before=_LOST),
    Film(name="mute, lost", options=_by("corner-mute"), before=_LOST, command=AGAIN, asked=False),
    _spoken("spoken, lost", before=(("kill@ask-after", CONTINUE),), command=AGAIN),
    Film(name="broken", options=_by("corner-copy"), before=_WHOLE, broken=video_path(1)),
    Film(name="redone", options=_by("corner-token"), before=_WHOLE, command=_REDO),
    Film(
        name="undone",
        options=_by("corner-token"),
        before=(*_WHOLE, ("", _REDO)),
        command=("undo", "DIR"),
    ),
    Film(name="generated", scenes=0, command=_GENERATE),
)
