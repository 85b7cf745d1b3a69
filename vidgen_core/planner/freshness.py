"""Freshness: what is out of date, by the records beside the files. No record, no doubt.

Free work that is out of date is made again. Paid work is reported and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from vidgen_core.layout import OUTPUT
from vidgen_core.ledger import Published
from vidgen_core.model import Key, Scene, Step, Verdict
from vidgen_core.patterns import OutputPattern
from vidgen_core.plan import File, Reason, Why, because
from vidgen_core.planner.joins import chapters
from vidgen_core.planner.reach import can_go_on_from
from vidgen_core.planner.scene_plan import ScenePlan
from vidgen_core.planner.situation import (
    Situation,
    join_digest,
    scene_digest,
    shown_digest,
    wholeness,
)
from vidgen_core.planner.voice import unable_in_one_piece


def stale_reasons(s: Situation, file: File, prompt: str = "") -> tuple[Reason, ...]:
    """Return why *file*, which is kept, may be out of date; *prompt*: its digest today."""
    record = s.record(file)
    if record is None:
        return ()
    reasons = []
    if prompt and record.prompt and record.prompt != prompt:
        reasons.append(because(Why.PROMPT_CHANGED))
    changed = s.changed_input(record)
    if changed:
        reasons.append(because(Why.INPUT_CHANGED, input=changed))
    if file.key.step is Step.CLIP:
        reasons.extend(_other_first_frame(s, file.key.scene, record))
        reasons.extend(_lost_continuity(s, file.key, record))
    return tuple(reasons)


def _other_first_frame(s: Situation, scene: int, clip: Published) -> Iterator[Reason]:
    """Yield the reason where *clip* began from a first frame that another took the place of.

    One of the same name is a changed input.
    """
    key = Key(Step.FIRST_FRAME, scene)
    first = s.best(key)
    begun = s.first_frame_in(clip, scene) if first is not None else None
    if first is None or begun is None or begun in s.files:
        return
    if first.sha256 not in ("", clip.inputs[begun]):
        yield because(Why.INPUT_CHANGED, input=key)


def _lost_continuity(s: Situation, key: Key, clip: Published | None) -> Iterator[Reason]:
    """Yield the reason where *clip* was made without a picture to go on from.

    What plays before it failed then, came to play before it later, or ends with a picture
    that its engine could not be given. Where today's engine cannot be given that either, to
    make the clip again would cost money and mend nothing.
    """
    # A record without its distribution was mended after a crash and tells no inputs.
    if clip is None or clip.inputs or not (clip.asked_seconds and clip.distribution):
        return
    before = _plays_before(s, key)
    if before is not None and can_go_on_from(s, before):
        yield because(Why.NOT_CONTINUED, input=before)


def _plays_before(s: Situation, key: Key) -> Key | None:
    """Return the clip that is there before clip *key*, or before a first clip the scene."""
    if key.clip > 1:
        clips = [clip for clip in s.clip_numbers.get(key.scene, ()) if clip < key.clip]
        return Key(Step.CLIP, key.scene, clips[-1]) if clips else None
    scene = s.before.get(key.scene)
    return Key(Step.SCENE, scene) if scene is not None else None


def stale_video(s: Situation, video: File, scene: Scene) -> tuple[Reason, ...]:
    """Return why a scene's whole video may be out of date: its own clips, or what they show."""
    reasons = list(stale_reasons(s, video))
    record = s.record(video)
    clips = [*map(s.ledger.published.get, record.inputs)] if record else []
    prompts = {clip.prompt for clip in clips if clip and clip.prompt}
    if prompts - {scene_digest(scene)}:
        reasons.append(because(Why.PROMPT_CHANGED))
    begun = (s.changed_input(clip) for clip in clips if clip)
    reasons.extend(because(Why.INPUT_CHANGED, input=path) for path in filter(None, begun))
    for clip in filter(None, clips):
        reasons.extend(_other_first_frame(s, scene.number, clip))
    if clips:
        reasons.extend(_lost_continuity(s, Key(Step.CLIP, scene.number, 1), clips[0]))
    return tuple(reasons)


def outdated(s: Situation, file: File) -> Reason | None:
    """Return why *file*, made by free work, should be made again."""
    record = s.record(file)
    if record is None:
        return None
    if file.facts.verdict is Verdict.DAMAGED and not (record.paid or _inherited(s, record)):
        return wholeness(file)
    changed = s.changed_input(record)
    if changed:
        return because(Why.INPUT_CHANGED, input=changed)
    return because(Why.CHOICE_CHANGED) if _lacks_sound(s, file, record) else None


def _lacks_sound(s: Situation, file: File, record: Published) -> bool:
    """Whether a scene was joined without the sound of its clips, which is wanted now.

    Sound that is not wanted may stay in a scene: the film's join leaves it out.
    """
    if not s.options.keep_clip_audio or file.key.step is not Step.SCENE:
        return False
    clips = (s.files[path] for path in record.inputs if path in s.files)
    dropped = record.prompt == join_digest(keep_audio=False)
    return dropped and any(clip.facts.has_audio for clip in clips)


def _inherited(s: Situation, record: Published) -> bool:
    """Whether the damage of a file is that of an input, which is kept: made again it comes back."""
    inputs = (s.files[path] for path in record.inputs if path in s.files)
    return any(file.facts.verdict is Verdict.DAMAGED for file in inputs)


def is_older(s: Situation, frame: File, video: File) -> bool:
    """Whether *frame*'s record says that it was not taken from *video* as it is now.

    A frame of the clip that a scene's video was joined from is the video's too.
    """
    record = s.record(frame)
    if record is None or not record.inputs:
        return False
    taken_from = record.inputs.get(video.path)
    if taken_from is not None:
        return bool(video.sha256 and taken_from != video.sha256)
    joined = s.record(video)
    return not joined or record.inputs.items().isdisjoint(joined.inputs.items())


def why_film_again(s: Situation, scenes: Sequence[ScenePlan]) -> tuple[Reason, ...]:
    """Return why the film is to be joined; empty where the one that is there stands."""
    film = s.best(Key(Step.FILM))
    if film is None:
        return s.broken_reasons(Key(Step.FILM)) or (because(Why.MISSING),)
    reasons = [
        because(Why.INPUT_MADE, input=Key(Step.SCENE, scene.scene.number))
        for scene in scenes
        if not scene.complete or scene.outdated
    ]
    reasons += [
        because(Why.INPUT_MADE, input=key)
        for key in _explicitly_wanted(s, scenes)
        if s.best(key) is None
    ]
    record = s.record(film)
    if record is not None:
        if film.facts.verdict is Verdict.DAMAGED and not _inherited(s, record):
            reasons.append(wholeness(film))
        reasons.extend(_film_outdated(s, scenes, record))
        if not reasons and _shows_otherwise(s, record.prompt.partition("-")[2]):
            reasons.append(because(Why.CHOICE_CHANGED))
    return tuple(reasons[:3])


def _explicitly_wanted(s: Situation, scenes: Sequence[ScenePlan]) -> Iterator[Key]:
    """Outputs whose provider was named for this run: wanted even where a film stands."""
    sounds, speech = s.providers.sounds, s.providers.speech
    if sounds and sounds.explicit:
        yield from (Key(Step.SOUND, n) for n in sounds_to_make(s, scenes))
    if s.by_scene:
        return  # see narrated_film
    named = speech is not None and (speech.explicit or _named_for_words(s))
    if named and s.best(Key(Step.NARRATION_ADJUSTED)) is None and can_speak(s):
        yield Key(Step.NARRATION)


def _named_for_words(s: Situation) -> bool:
    """Whether somebody was named for a narration text that is not there."""
    script = s.providers.script
    return script is not None and script.explicit and s.best(Key(Step.NARRATION_TEXT)) is None


def sounds_to_make(s: Situation, scenes: Sequence[ScenePlan]) -> list[int]:
    """The scenes whose sound effect would be made, were it not there."""
    if s.options.skip_sound_effects:
        return []
    return [
        scene.scene.number
        for scene in scenes
        if scene.scene.sound_prompt.strip()
        and (s.providers.sounds or s.paid_for(Key(Step.SOUND, scene.scene.number)))
    ]


def can_speak(s: Situation) -> bool:
    """Whether a narration would be made, were none there."""
    if s.options.skip_narration:
        return False
    if s.paid_for(Key(Step.NARRATION)):
        return True
    if s.providers.speech is None or unable_in_one_piece(s):
        return False
    text = Key(Step.NARRATION_TEXT)
    return bool(s.best(text) or s.providers.script or s.paid_for(text))


def _film_outdated(
    s: Situation, scenes: Sequence[ScenePlan], record: Published
) -> Iterable[Reason]:
    """Yield what the film was made from and is no longer so."""
    kept = record.prompt.partition("-")[0]
    if kept not in ("", join_digest(keep_audio=s.options.keep_clip_audio)):
        yield because(Why.CHOICE_CHANGED)  # a record of older versions does not tell
    changed = s.changed_input(record)
    if changed:
        yield because(Why.INPUT_CHANGED, input=changed)
    numbers = {scene.scene.number for scene in scenes}
    patterns = _patterns(s, Step.SCENE)
    for path in record.inputs:
        fields = _fields(path, patterns)
        if fields and fields["scene"] not in numbers:
            yield because(Why.INPUT_REMOVED, input=Key(Step.SCENE, int(fields["scene"])))
    videos = [scene.video.path for scene in scenes if scene.video]
    added = next((path for path in videos if path not in record.inputs), None)
    if added:
        yield because(Why.INPUT_ADDED, input=added)
    elif list(filter(set(videos).__contains__, record.inputs)) != videos:
        yield because(Why.INPUT_CHANGED, input="the order of the scenes")
    yield from _sound_added(s, scenes, record)
    yield from _sound_removed(s, scenes, record)


def _shows_otherwise(s: Situation, shown: str) -> bool:
    """Whether a film of digest *shown* would get other chapters or drawn words today."""
    burnt = s.options.burn_subtitles and s.best(Key(Step.SUBTITLES)) is not None
    if not shown:
        return burnt  # it was joined before there were chapters
    return shown != shown_digest(chapters(s), s.options.font if burnt else None)


def _sound_added(s: Situation, scenes: Sequence[ScenePlan], record: Published) -> Iterable[Reason]:
    """Yield the sounds that are there and not in the film."""
    keys = [Key(Step.SOUND, scene.scene.number) for scene in scenes]
    keys += [Key(Step.NARRATION_ADJUSTED), Key(Step.SUBTITLES)]
    heard = [file for file in map(s.best, keys) if file is not None]
    adjusted, raw = s.best(Key(Step.NARRATION_ADJUSTED)), s.best(Key(Step.NARRATION))
    if raw is not None and adjusted is None and not (s.by_scene or _has_narration(s, record)):
        heard.append(raw)
    for file in heard:
        if file.path not in record.inputs:
            yield because(Why.INPUT_ADDED, input=file.path)
    changed = outdated(s, adjusted) if adjusted and raw and not s.by_scene else None
    if changed:
        yield changed


def _sound_removed(
    s: Situation, scenes: Sequence[ScenePlan], record: Published
) -> Iterable[Reason]:
    """Yield the film's sounds that somebody deleted and that would be made again."""
    wanted = sounds_to_make(s, scenes)
    sounds, narrations = _patterns(s, Step.SOUND), _patterns(s, Step.NARRATION_ADJUSTED)
    for path in record.inputs:
        if path in s.files:
            continue
        sound = _fields(path, sounds)
        if sound and sound["scene"] in wanted:
            yield because(Why.INPUT_MADE, input=path)
        adjusted = _fields(path, narrations) is not None and not s.by_scene
        if adjusted and (s.best(Key(Step.NARRATION)) or can_speak(s)):
            yield because(Why.INPUT_MADE, input=path)


def _has_narration(s: Situation, record: Published) -> bool:
    patterns = _patterns(s, Step.NARRATION_ADJUSTED)
    return any(_fields(path, patterns) is not None for path in record.inputs)


def _patterns(s: Situation, step: Step) -> tuple[OutputPattern, ...]:
    """Return the patterns that an output of *step* may be written by in this run."""
    provider = s.provider_for(step)
    outputs = provider.spec.outputs if provider is not None else ()
    chosen = tuple(output.pattern for output in outputs if output.step is step)
    return (OUTPUT[step].pattern, *chosen)


def _fields(path: str, patterns: tuple[OutputPattern, ...]) -> dict[str, int | str] | None:
    """Return the fields of *path*, there or not, by the first of *patterns* that it matches."""
    found = (pattern.match(path) for pattern in patterns)
    return next((fields for fields in found if fields is not None), None)
