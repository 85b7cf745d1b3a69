"""What is spoken scene by scene: which scenes can be, by whom, and how long it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import TO_DO, Decision, File, Reason, Task, Why, because
from vidgen_core.planner.freshness import stale_reasons
from vidgen_core.planner.joins import built_on
from vidgen_core.planner.orders import work
from vidgen_core.planner.situation import Situation, paths, prompt_digest, wholeness
from vidgen_core.specs import SpeechEngineSpec, SpeechRequest

#: How fast a voice speaks, as long as nobody has measured it.
WORDS_PER_SECOND = 2.5
CHARACTERS_PER_SECOND = 4.5

#: How long a scene goes on after its words, in seconds.
REST = 0.8

#: The scripts that set no spaces between words, and words of all others.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORD = re.compile(r"\w[\w'’-]*")


def spoken_seconds(text: str) -> float:
    """Return about how long it takes to speak *text*, in seconds."""
    unspaced, rest = len(_UNSPACED.findall(text)), _UNSPACED.sub(" ", text)
    words = len(_WORD.findall(rest))
    return unspaced / CHARACTERS_PER_SECOND + words / WORDS_PER_SECOND


def unable(s: Situation, scene: Scene) -> str:
    """Return why the chosen speech engine cannot speak *scene*'s words; empty where it can.

    An engine that fails to say so is asked to speak, and its fault shown there.
    """
    speech = s.providers.speech
    if speech is None or not isinstance(speech.spec, SpeechEngineSpec):
        return ""
    try:
        return str(speech.spec.unable(scene.narration.strip(), speech.options))
    except Exception:
        return ""


def can_speak_scene(s: Situation, scene: Scene) -> bool:
    """Whether the speech of *scene* would be made, were it not there."""
    if s.options.skip_narration:
        return False
    if s.paid_for(Key(Step.SCENE_NARRATION, scene.number)):
        return True
    wanted = bool(scene.narration.strip()) and s.providers.speech is not None
    return wanted and not unable(s, scene)


def plan_speech(s: Situation, scene: Scene) -> Task | None:
    """Return the task that keeps or makes what is spoken in *scene*; ``None`` for nothing.

    Speech that cost nothing is made again when its text changed.
    """
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    if file is None:
        return _spoken(s, scene) if can_speak_scene(s, scene) else None
    stale = stale_reasons(s, file, prompt_digest(scene.narration.strip()))
    record = s.record(file)
    if not stale or record is None or record.paid:
        return _kept(file, stale)
    if not scene.narration.strip() or unable(s, scene):
        return None  # what it says is no longer told
    if not can_speak_scene(s, scene):
        return _kept(file, stale)
    task = _spoken(s, scene, file)
    free = task.decision is Decision.MAKE and task.price.free
    return evolve(task, decision=Decision.REDO) if free else _kept(file, stale)


def kept_speech(s: Situation, scene: Scene) -> Task | None:
    """Return the task that keeps the speech of *scene* that is there."""
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    if file is None:
        return None
    return _kept(file, stale_reasons(s, file, prompt_digest(scene.narration.strip())))


def _kept(file: File, stale: tuple[Reason, ...]) -> Task:
    return Task(
        key=file.key,
        decision=Decision.STALE if stale else Decision.KEEP,
        output=file.path,
        reasons=(wholeness(file), *stale),
        seconds=file.facts.seconds,
    )


def _spoken(s: Situation, scene: Scene, old: File | None = None) -> Task:
    key, speech = Key(Step.SCENE_NARRATION, scene.number), s.providers.speech
    request = SpeechRequest(text=scene.narration.strip(), scene=scene.number)
    reasons = (because(Why.PROMPT_CHANGED),) if old else ()
    task = work(s, key, speech, request, reasons=reasons)
    fault = _fault(s, scene) if task.decision is Decision.MAKE else None
    if fault is not None:
        task = evolve(task, decision=Decision.BLOCKED, reasons=(*task.reasons, fault))
    here = (*task.displaces, *((old.path,) if old else ()))
    timings = paths(s.listing.by_key.get(Key(Step.SCENE_TIMINGS, scene.number), ()))
    film = paths(s.listing.by_key.get(Key(Step.FILM), ()))
    built = [path for each in (task.output, *here) for path in built_on(s, each)]
    return evolve(task, displaces=tuple(dict.fromkeys((*here, *timings, *built, *film))))


def _fault(s: Situation, scene: Scene) -> Reason | None:
    """Return what the chosen speech engine does wrong when it is asked whether it can."""
    speech = s.providers.speech
    if speech is None or not isinstance(speech.spec, SpeechEngineSpec):
        return None
    try:
        speech.spec.unable(scene.narration.strip(), speech.options)
    except Exception as error:
        fault = f"unable() raised {type(error).__name__}: {error}"
        return because(Why.PROVIDER_RAISED, provider=speech.name, fault=fault)
    return None


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
        if s.best(Key(Step.SCENE_NARRATION, scene.number)) is None:
            why = unable(s, scene)
            if why:
                reasons.setdefault(why, []).append(scene.number)
    notes = []
    for why, numbers in reasons.items():
        some = "" if len(numbers) == len(told) else f" of {_scenes(numbers)}"
        notes.append(f"narration{some} is not spoken: {why}; it is shown as subtitles")
    return notes


def _scenes(numbers: Sequence[int]) -> str:
    listed = ", ".join(str(number) for number in numbers[:8])
    more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return f"scene{'s' if len(numbers) > 1 else ''} {listed}{more}"


def still_to_do(task: Task | None) -> bool:
    """Whether *task* means work now."""
    return task is not None and task.decision in TO_DO
