"""Planning what a film tells scene by scene: speech, its tracks, and what is read of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field

from vidgen_core.layout import OUTPUT
from vidgen_core.model import Key, Step
from vidgen_core.plan import TO_DO, Decision, File, Reason, Task, Why, because
from vidgen_core.planner.freshness import outdated, stale_reasons
from vidgen_core.planner.joins import goes_with, join, still_to_do
from vidgen_core.planner.kept import kept
from vidgen_core.planner.narration import (
    kept_notes,
    kept_speech,
    plan_speech,
    timings_of,
    unspoken_notes,
    words_of,
)
from vidgen_core.planner.orders import given_up
from vidgen_core.planner.scene_plan import ScenePlan, length
from vidgen_core.planner.situation import Situation, paths, texts_digest
from vidgen_core.planner.untold import is_untold, untold
from vidgen_core.planner.voice import unable
from vidgen_core.specs import (
    JoinNarrationRequest,
    NarrationFromScenesRequest,
    PlaceNarrationRequest,
    SpokenScene,
    SubtitledScene,
    SubtitlesRequest,
)

#: An adjusted narration counts while it is this close to the film's length.
NARRATION_TOLERANCE = 0.02


@define(kw_only=True)
class Told:
    """What a film tells: the narration as placed, the subtitles, and the tasks for both.

    ``untold``: files that were made of words which the film does not tell any more.
    """

    track: str | None = None
    subtitles: str | None = None
    untold: list[str] = field(factory=list)
    tasks: list[Task] = field(factory=list)
    notes: list[str] = field(factory=list)


def kept_narration(s: Situation) -> Told:
    """Return what is there of a film that stands. Nothing is made but its text, if that lacks."""
    told = Told()
    speech = {scene.number: kept_speech(s, scene) for scene in s.storyboard}
    told.tasks.extend(task for task in speech.values() if task)
    steps = (Step.NARRATION_TEXT, Step.NARRATION, Step.NARRATION_ADJUSTED, Step.SUBTITLES)
    found = {step: s.best(Key(step)) for step in steps}
    told.tasks.extend(kept(file) for file in found.values() if file)
    track, subtitles = found[Step.NARRATION_ADJUSTED], found[Step.SUBTITLES]
    told.track = track.path if track else None
    told.subtitles = subtitles.path if subtitles else None
    is_ours = s.record(s.best(Key(Step.FILM))) is not None
    if s.by_scene and is_ours and (track or subtitles) and not found[Step.NARRATION_TEXT]:
        words = {one.number: words_of(s, one, speech[one.number]) for one in s.storyboard}
        told.tasks[:0] = _text(s, words)
    return told


def narrate(
    s: Situation,
    scenes: Sequence[ScenePlan],
    videos: Mapping[int, str],
    joins: Sequence[Task],
) -> Told:
    """Plan what a film tells that is joined in this run.

    *videos*: the scenes' videos in the order of the film; *joins*: the tasks that
    make them.
    """
    told = Told()
    speech = _speech(s, told, scenes)
    words = {one.number: words_of(s, one, speech.get(one.number)) for one in s.storyboard}
    told.notes.extend(_notes(s, speech))
    told.tasks[:0] = _text(s, words)
    told.tasks.extend(_as_spoken(s, speech))
    placed = _as_placed(s, scenes, videos, joins, speech)
    subtitles = _subtitles(s, videos, joins, speech, words)
    told.tasks.extend(task for task in (placed, subtitles) if task)
    told.track = placed.output if placed else None
    told.subtitles = subtitles.output if subtitles else None
    planned = {task.output for task in told.tasks}
    told.untold.extend(path for path in untold(s) if path not in planned)
    return told


def why_narrated_again(s: Situation, scenes: Sequence[ScenePlan]) -> tuple[Reason, ...]:
    """Return why a film that stands is to be joined again for what it tells.

    What is missing is wanted where the film was made with it, or where the speech
    engine was named for this run.
    """
    if not s.by_scene or any(scene.video is None for scene in scenes):
        return ()
    record, speech = s.record(s.best(Key(Step.FILM))), s.providers.speech
    named = speech is not None and speech.explicit
    if record is None and (not named or s.best(Key(Step.NARRATION_ADJUSTED)) is not None):
        return ()
    videos = {scene.scene.number: scene.video.path for scene in scenes if scene.video}
    inputs = tuple(record.inputs) if record else ()
    wanted, told = _made_with(s, inputs), narrate(s, scenes, videos, ())
    made = (
        because(Why.INPUT_MADE, input=task.key)
        for task in told.tasks
        if task.decision in TO_DO and task.key.step not in (Step.NARRATION, Step.NARRATION_TEXT)
        if named or task.decision is Decision.REDO or task.output in wanted
    )
    planned = {task.output for task in told.tasks}
    removed = (
        because(Why.UNTOLD, input=key)
        for key in (Key(Step.NARRATION_ADJUSTED), Key(Step.SUBTITLES))
        for path in inputs
        if path not in planned and is_untold(s, key.step, path)
    )
    return (*made, *removed)[:3]


def _made_with(s: Situation, inputs: Iterable[str]) -> set[str]:
    """Return *inputs* and what those of them were made from, there or not."""
    records = (s.ledger.published.get(path) for path in inputs)
    return {*inputs, *(path for record in records if record for path in record.inputs)}


def _notes(s: Situation, speech: Mapping[int, Task]) -> list[str]:
    notes = kept_notes(s, speech)
    told = any(scene.narration.strip() for scene in s.storyboard)
    if s.options.skip_narration or not told:
        return notes
    if s.providers.speech is None:
        why = "no speech engine was chosen (--tts names one)"
        return [*notes, f"narration is not spoken: {why}; it is shown as subtitles"]
    return [*notes, *unspoken_notes(s, s.storyboard.scenes)]


# the words ---------------------------------------------------------------


def _text(s: Situation, words: Mapping[int, str]) -> Iterator[Task]:
    """Yield the task that keeps or writes the narration's text: the words that are told."""
    key = Key(Step.NARRATION_TEXT)
    told = (evolve(scene, narration=words[scene.number]) for scene in s.storyboard)
    scenes = tuple(scene for scene in told if scene.narration)
    request = NarrationFromScenesRequest(scenes=scenes)
    file = s.best(key)
    again = _why_again(s, file, (), texts_digest(request)) if file else ()
    if file is not None and is_untold(s, key.step, file.path):
        return
    if file is not None and (not again or not scenes or _is_a_providers(s, file)):
        yield kept(file, stale_reasons(s, file))
        return
    if not scenes or (s.options.skip_narration and not _is_read(s)):
        return
    output = s.path_for(key)
    task = Task(
        key=key,
        decision=Decision.REDO if file else Decision.MAKE,
        output=output,
        request=request,
        displaces=tuple(dict.fromkeys(paths(s.listing.by_key.get(key, ())))),
        reasons=again or s.broken_reasons(key) or (because(Why.MISSING),),
    )
    yield given_up(task) if key in s.options.given_up else task


def _is_a_providers(s: Situation, file: File) -> bool:
    record = s.record(file)
    return record is not None and bool(record.provider)


def _is_read(s: Situation) -> bool:
    """Whether the narration is shown as subtitles where nothing of it is spoken."""
    told = [scene for scene in s.storyboard if scene.narration.strip()]
    if not s.options.skip_narration:
        return bool(told)
    return any(unable(s, scene.narration) for scene in told)


# the speech --------------------------------------------------------------


def _speech(s: Situation, told: Told, scenes: Sequence[ScenePlan]) -> dict[int, Task]:
    """Return what is spoken, by scene, and add the tasks that no scene has yet."""
    placed = _stands_alone(s, scenes)
    found = {}
    for scene in scenes:
        number = scene.scene.number
        task = scene.speech
        if task is None:
            task = kept_speech(s, scene.scene) if placed else plan_speech(s, scene.scene)
            told.tasks.extend([task] if task else [])
        if task is not None:
            found[number] = task
    return found


def _stands_alone(s: Situation, scenes: Sequence[ScenePlan]) -> bool:
    """Whether there is a track of unknown origin and of the film's length: it needs no speech."""
    track = s.best(Key(Step.NARRATION_ADJUSTED))
    to_speak = any(scene.speech and scene.speech.decision in TO_DO for scene in scenes)
    return bool(track) and s.record(track) is None and not to_speak and _fits(track, scenes)


def _fits(track: File | None, scenes: Sequence[ScenePlan]) -> bool:
    seconds = math.fsum(map(length, scenes))
    return track is not None and abs(track.facts.seconds - seconds) <= NARRATION_TOLERANCE * seconds


def _as_spoken(s: Situation, speech: Mapping[int, Task]) -> Iterator[Task]:
    """Yield the task that keeps or joins the narration as it is spoken."""
    key, parts = Key(Step.NARRATION), tuple(task.output for task in speech.values())
    file, tasks = s.best(key), tuple(speech.values())
    again = _why_again(s, file, parts, "", tasks) if file else ()
    if file is not None and not parts and is_untold(s, key.step, file.path):
        return
    if file is not None and (not again or not parts):
        yield kept(file)
    elif parts:
        reasons = again or s.broken_reasons(key) or (because(Why.MISSING),)
        request = JoinNarrationRequest(parts=parts)
        yield _joined(s, key, request, inputs=parts, before=tasks, reasons=reasons)


def _as_placed(
    s: Situation,
    scenes: Sequence[ScenePlan],
    videos: Mapping[int, str],
    joins: Sequence[Task],
    speech: Mapping[int, Task],
) -> Task | None:
    """Return the task that keeps or makes the narration as it is placed."""
    key = Key(Step.NARRATION_ADJUSTED)
    file, spoken = s.best(key), {number: task.output for number, task in speech.items()}
    if file is not None and not spoken and is_untold(s, key.step, file.path):
        return None
    inputs = (*spoken.values(), *videos.values())
    before = (*joins, *speech.values())
    again: tuple[Reason, ...] = ()
    if file is not None:
        again = _why_again(s, file, inputs, "", before)
        # A record names the videos that it was placed by; without one its length must do.
        if not again and s.record(file) is None and not _fits(file, scenes):
            film = math.fsum(map(length, scenes))
            again = (because(Why.WRONG_LENGTH, seconds=file.facts.seconds, film=film),)
        if not again or not (spoken or goes_with(joins, file)):
            return kept(file)
    if not spoken:
        return None
    request = PlaceNarrationRequest(
        scenes=tuple(
            SpokenScene(video=video, speech=spoken.get(number)) for number, video in videos.items()
        )
    )
    reasons = again or s.broken_reasons(key) or (because(Why.MISSING),)
    return _joined(s, key, request, inputs=inputs, before=before, reasons=reasons)


# the subtitles -----------------------------------------------------------


def _subtitles(
    s: Situation,
    videos: Mapping[int, str],
    joins: Sequence[Task],
    speech: Mapping[int, Task],
    words: Mapping[int, str],
) -> Task | None:
    """Return the task that keeps or writes the subtitles."""
    key = Key(Step.SUBTITLES)
    file = s.best(key)
    if not any(words.values()) or not (speech or _is_read(s)):
        stays = file and not (is_untold(s, key.step, file.path) or goes_with(joins, file))
        return kept(file) if file and stays else None
    request = SubtitlesRequest(
        scenes=tuple(
            SubtitledScene(
                number=scene.number,
                video=videos[scene.number],
                text=words[scene.number],
                speech=speech[scene.number].output if scene.number in speech else None,
                timings=_timings(s, speech.get(scene.number)),
            )
            for scene in s.storyboard
        )
    )
    inputs = tuple(
        path
        for scene in request.scenes
        for path in (scene.video, scene.speech, scene.timings)
        if path
    )
    before = (*joins, *speech.values())
    again = _why_again(s, file, inputs, texts_digest(request), before) if file else ()
    if file is not None and not again:
        return kept(file)
    reasons = again or s.broken_reasons(key) or (because(Why.MISSING),)
    return _joined(s, key, request, inputs=inputs, before=before, reasons=reasons)


def _timings(s: Situation, speech: Task | None) -> str | None:
    """Return the file that says when each sentence of *speech* is spoken, if it is this one's."""
    if speech is None or speech.decision in TO_DO:
        return None
    file = timings_of(s, speech.key.scene)
    return file.path if file else None


# both --------------------------------------------------------------------


def _joined(s: Situation, key: Key, request: Any, *, before: Sequence[Task], **facts: Any) -> Task:
    return join(s, key, request, before=before, needs=still_to_do(before), **facts)


def _why_again(
    s: Situation,
    file: File,
    inputs: Sequence[str],
    prompt: str,
    before: Iterable[Task] = (),
) -> tuple[Reason, ...]:
    """Return why *file* is to be made again from *inputs*, which *before* makes.

    A file without a record is not stale, but one whose speech is made now is.
    """
    record = s.record(file)
    made = next((task for task in before if task.decision in TO_DO), None)
    if made is not None and (record is not None or made.key.step is Step.SCENE_NARRATION):
        return (because(Why.INPUT_MADE, input=made.key),)
    if record is None:
        return ()
    changed = outdated(s, file)
    if changed is not None:
        return (changed,)
    if prompt and record.prompt and record.prompt != prompt:
        return (because(Why.PROMPT_CHANGED),)
    added = next((path for path in inputs if path not in record.inputs), None)
    if added is not None:
        return (because(Why.INPUT_ADDED, input=added),)
    had = [path for path in record.inputs if not _is_lost_timings(s, path)]
    if had != list(inputs):
        return (because(Why.INPUT_CHANGED, input="what it is made from"),)
    return ()


def _is_lost_timings(s: Situation, path: str) -> bool:
    """Whether *path* said when words are spoken, and is gone or broken: its work is done."""
    file = s.files.get(path)
    is_there = file is not None and file.counts
    return not is_there and OUTPUT[Step.SCENE_TIMINGS].pattern.match(path) is not None
