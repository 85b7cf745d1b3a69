"""The script model ``local``: any script becomes scenes, places and a narration, by rules."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from vidgen_core import (
    Context,
    EnvironmentsRequest,
    InputError,
    Interrupted,
    NarrationTextRequest,
    PlacedScenesRequest,
    Progress,
    Refused,
    ScenesRequest,
    dump_environments,
    dump_scenes,
    dump_scenes_without_environment,
)
from vidgen_local.script.durations import durations_for
from vidgen_local.script.environments import environments_of, place_scenes
from vidgen_local.script.narrating import narration_text
from vidgen_local.script.story import Story, read_story
from vidgen_local.script.storyboard import scenes_of

ScriptRequest = EnvironmentsRequest | ScenesRequest | PlacedScenesRequest | NarrationTextRequest


class LocalScriptModel:
    """Writes scenes, environments and narration on this machine; the same script, the same film."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reading = Lock()
        self._read: tuple[str, Story] | None = None

    def render(self, request: ScriptRequest, into: Path, progress: Progress) -> None:
        """Write what *request* asks for to *into*.

        Raises ``InputError`` for a script that is empty or no text, ``Interrupted``
        as soon as the run is to stop.
        """
        progress(0.0)
        written = self._written(request, progress)
        self._stop_if_cancelled()
        into.write_bytes(written)
        progress(1.0)

    def _written(self, request: ScriptRequest, progress: Progress) -> bytes:
        match request:
            case EnvironmentsRequest():
                story = self._story(request.script, progress)
                return dump_environments(environments_of(story, request.most, request.scenes))
            case ScenesRequest():
                durations = durations_for(request.lengths, request.words_per_second)
                story = self._story(request.script, progress)
                return dump_scenes_without_environment(scenes_of(story, request.most, durations))
            case PlacedScenesRequest():
                return self._placed(request)
            case NarrationTextRequest():
                text = narration_text(request.scenes, request.words)
                return text.encode("utf-8", "replace")
        raise Refused(f"the script model local cannot do a {type(request).__name__}")

    def _placed(self, request: PlacedScenesRequest) -> bytes:
        if not request.scenes or not request.environments:
            what = "environments" if request.scenes else "scenes"
            raise InputError(
                f"there are no {what} to put together",
                advice=f"Delete the file of {what} and run continue: it is made again.",
            )
        return dump_scenes(place_scenes(request.scenes, request.environments))

    def _story(self, script: str, progress: Progress) -> Story:
        """Return the story of *script*; a long one takes a while, and two steps need it."""
        with self._reading:
            if self._read and self._read[0] == script:
                story, self._read = self._read[1], None
            else:
                story = read_story(script, self._stop_if_cancelled)
                self._read = (script, story)
        progress(0.7)
        return story

    def _stop_if_cancelled(self) -> None:
        if self._context.cancelled():
            raise Interrupted("the script was left before it was read")
