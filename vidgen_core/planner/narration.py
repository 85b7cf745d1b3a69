"""What is spoken scene by scene: which scenes can be, by whom, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve

from vidgen_core import wording
from vidgen_core.model import Key, Scene, Step
from vidgen_core.pace import REST, spoken_seconds
from vidgen_core.plan import TO_DO, Decision, File, Reason, Task, Why, because
from vidgen_core.planner.freshness import outdated, stale_reasons
from vidgen_core.planner.joins import built_on
from vidgen_core.planner.kept import kept
from vidgen_core.planner.orders import work
from vidgen_core.planner.situation import Situation, paths, prompt_digest
from vidgen_core.planner.voice import fault, unable
from vidgen_core.specs import SpeechRequest


def can_speak_scene(s: Situation, scene: Scene) -> bool:
    """Whether the speech of *scene* would be made, were it not there."""
    if s.options.skip_narration:
        return False
    if s.paid_for(Key(Step.SCENE_NARRATION, scene.number)):
        return True
    wanted = bool(scene.narration.strip()) and s.providers.speech is not None
    return wanted and not unable(s, scene.narration)


def is_withdrawn(s: Situation, scene: Scene) -> bool:
    """Whether the speech of *scene* that vidgen made says what is no longer told.

    Its words were taken away, or nobody here speaks the new ones. It stays where it
    is, out of the film, and counts again when its words are put back.
    """
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    record = s.record(file)
    if file is None or record is None:
        return False  # it may be a film maker's own
    told = scene.narration.strip()
    if not told:
        return True
    return not record.paid and bool(_changed(s, file, scene)) and bool(unable(s, told))


def plan_speech(s: Situation, scene: Scene) -> Task | None:
    """Return the task that keeps or makes what is spoken in *scene*; ``None`` for nothing.

    Speech that cost nothing is made again when its text changed, or when nothing
    says any more when each of its sentences is spoken.
    """
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    if file is None:
        return _spoken(s, scene) if can_speak_scene(s, scene) else None
    if is_withdrawn(s, scene):
        return None
    stale = _changed(s, file, scene)
    again = stale or _lost_timings(s, file)
    record = s.record(file)
    if not again or record is None or record.paid or not can_speak_scene(s, scene):
        return kept(file, stale)
    task = _spoken(s, scene, file, again)
    free = task.decision is Decision.MAKE and task.price.free
    return evolve(task, decision=Decision.REDO) if free else kept(file, stale)


def kept_speech(s: Situation, scene: Scene) -> Task | None:
    """Return the task that keeps the speech of *scene* that is there, and told."""
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    if file is None or is_withdrawn(s, scene):
        return None
    return kept(file, _changed(s, file, scene))


def words_of(s: Situation, scene: Scene, speech: Task | None) -> str:
    """Return what *scene* tells: what its *speech* says where that is kept, else its own words.

    ``s.texts`` has what speech says by its path, as far as anything tells.
    """
    own = scene.narration.strip()
    if speech is None or speech.decision not in (Decision.KEEP, Decision.STALE):
        return own
    record = s.record(s.files[speech.output])
    if record is not None and record.prompt in ("", prompt_digest(own)):
        return own
    return s.texts.get(speech.output, "").strip() or own


def timings_of(s: Situation, number: int) -> File | None:
    """Return what says when each sentence of scene *number*'s speech is spoken, if it is this's."""
    file = s.best(Key(Step.SCENE_TIMINGS, number))
    if file is None or (s.record(file) is not None and outdated(s, file) is not None):
        return None
    return file


def _changed(s: Situation, file: File, scene: Scene) -> tuple[Reason, ...]:
    """Return why the speech *file* may be out of date."""
    return stale_reasons(s, file, prompt_digest(scene.narration.strip()))


def _lost_timings(s: Situation, file: File) -> tuple[Reason, ...]:
    """Return the reason why speech that came with timings has none now.

    Another engine's voice would not fit the other scenes.
    """
    record, speech = s.record(file), s.providers.speech
    if record is None or not record.timings or timings_of(s, file.key.scene) is not None:
        return ()
    same = speech is not None and speech.name == record.provider
    return (because(Why.NO_TIMINGS),) if same else ()


def _spoken(
    s: Situation, scene: Scene, old: File | None = None, reasons: tuple[Reason, ...] = ()
) -> Task:
    key, speech = Key(Step.SCENE_NARRATION, scene.number), s.providers.speech
    request = SpeechRequest(text=scene.narration.strip(), scene=scene.number)
    task = work(s, key, speech, request, reasons=reasons)
    raised = fault(s, request.text) if task.decision is Decision.MAKE else None
    if raised is not None:
        task = evolve(task, decision=Decision.BLOCKED, reasons=(*task.reasons, raised))
    here = (*task.displaces, *((old.path,) if old else ()))
    timings = paths(s.listing.by_key.get(Key(Step.SCENE_TIMINGS, scene.number), ()))
    film = paths(s.listing.by_key.get(Key(Step.FILM), ()))
    built = [path for each in (task.output, *here) for path in built_on(s, each)]
    return evolve(task, displaces=tuple(dict.fromkeys((*here, *timings, *built, *film))))


def seconds_for(s: Situation, scene: Scene, speech: Task | None) -> float:
    """Return how long *scene* must last for its words; 0 where nothing is spoken in it."""
    if speech is None or speech.decision is Decision.BLOCKED:
        return 0.0
    if speech.decision in (Decision.KEEP, Decision.STALE):
        return s.files[speech.output].facts.seconds + REST
    return spoken_seconds(scene.narration) + REST


def unspoken_notes(s: Situation, scenes: Sequence[Scene]) -> list[str]:
    """Say which narrations cannot be spoken, and why: one sentence for each reason."""
    told = [scene for scene in scenes if scene.narration.strip()]
    reasons: dict[str, list[int]] = {}
    for scene in told:
        if s.best(Key(Step.SCENE_NARRATION, scene.number)) is None or is_withdrawn(s, scene):
            why = unable(s, scene.narration)
            if why:
                reasons.setdefault(why, []).append(scene.number)
    notes = []
    for why, numbers in reasons.items():
        some = "" if len(numbers) == len(told) else f" of {_listed(numbers)}"
        notes.append(f"narration{some} is not spoken: {why}; it is shown as subtitles")
    return notes


def kept_notes(s: Situation, speech: Mapping[int, Task]) -> list[str]:
    """Say where speech is kept that does not say what its scene tells: a sentence for each case."""
    withdrawn = [scene for scene in s.storyboard if is_withdrawn(s, scene)]
    taken = [scene.number for scene in withdrawn if not scene.narration.strip()]
    replaced = [scene.number for scene in withdrawn if scene.narration.strip()]
    unknown = [scene.number for scene in s.storyboard if _says_otherwise(s, scene, speech)]
    notes = []
    if taken:
        notes.append(
            f"what was spoken in {_listed(taken)} is no longer told: it is left out of the"
            " film, and its files stay where they are"
        )
    if replaced:
        notes.append(
            f"the new words of {_listed(replaced)} cannot be spoken: what was spoken there is left"
            " out of the film, and its files stay where they are"
        )
    if unknown:
        notes.append(
            f"nothing tells what is spoken in {_listed(unknown)}, whose words changed since:"
            " the subtitles show the words of the scenes file"
        )
    return notes


def _says_otherwise(s: Situation, scene: Scene, speech: Mapping[int, Task]) -> bool:
    """Whether the kept speech of *scene* says other words than its own, and nobody knows which."""
    task = speech.get(scene.number)
    if task is None or task.decision is not Decision.STALE:
        return False
    record = s.record(s.files[task.output])
    if record is None or record.prompt in ("", prompt_digest(scene.narration.strip())):
        return False
    return not s.texts.get(task.output, "").strip()


def _listed(numbers: Sequence[int]) -> str:
    return wording.scenes(numbers, all_of_them=False)


def still_to_do(task: Task | None) -> bool:
    """Whether *task* means work now."""
    return task is not None and task.decision in TO_DO
