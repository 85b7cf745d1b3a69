"""Planning before there are scenes: the script's own steps, and what the rest may cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from vidgen_core.model import Key, Scene, Step
from vidgen_core.pace import (
    CHARACTERS_A_WORD,
    REST,
    SPOKEN_WORDS_PER_SECOND,
    WRITTEN_WORDS_PER_SECOND,
    most_words,
)
from vidgen_core.plan import (
    TO_DO,
    Decision,
    EngineProvider,
    File,
    Plan,
    Provider,
    Task,
    Why,
    because,
)
from vidgen_core.planner.kept import kept
from vidgen_core.planner.narration import unspoken_notes
from vidgen_core.planner.orders import work
from vidgen_core.planner.reach import from_jobs, takes_files
from vidgen_core.planner.script_prices import filled_in, whole_price
from vidgen_core.planner.situation import Situation
from vidgen_core.planner.voice import ENOUGH
from vidgen_core.specs import (
    FREE,
    UNKNOWN_PRICE,
    ClipRequest,
    EnvironmentsRequest,
    ImageRequest,
    PlacedScenesRequest,
    Price,
    ProviderKind,
    Request,
    ScenesRequest,
    SoundRequest,
    SpeechRequest,
    split_evenly,
)

Bounds = Mapping[tuple[ProviderKind, str], Price]

#: What clips last where no engine was chosen yet.
USUAL_LENGTHS = (5.0, 10.0)
#: Scenes are written no longer than this, in seconds, unless one clip is.
LONGEST_SCENE = 20.0
#: So many durations of a scene are looked at for the one whose clips cost most.
_MOST_DURATIONS = 250


def plan_script(s: Situation, script: File) -> Plan:
    """Return the steps from *script* to its scenes; the film waits for them."""
    lengths, longest = _lengths(s)
    environments = _step(
        s,
        Step.ENVIRONMENTS,
        EnvironmentsRequest(
            most=s.options.max_environments or s.options.max_scenes,
            scenes=s.options.max_scenes,
            script_file=script.path,
        ),
        script,
    )
    scenes = _step(
        s,
        Step.SCENES_WITHOUT_ENVIRONMENT,
        ScenesRequest(
            most=s.options.max_scenes,
            lengths=lengths,
            longest=longest,
            script_file=script.path,
            words_per_second=WRITTEN_WORDS_PER_SECOND,
        ),
        script,
    )
    placed = _step(
        s,
        Step.SCENES,
        PlacedScenesRequest(
            script_file=script.path,
            scenes_file=scenes.output,
            environments_file=environments.output,
        ),
        script,
        after=(environments, scenes),
    )
    film = Task(
        key=Key(Step.FILM),
        decision=Decision.WAIT,
        output=s.path_for(Key(Step.FILM), s.providers.stitcher.spec),
        reasons=(because(Why.WAITS_FOR, input=placed.key),),
    )
    longest_scene = _with_its_words(s, longest)
    bounds = {} if s.options.metadata_only else _bounds(s, longest, longest_scene)
    return Plan(
        timestamp=s.timestamp,
        tasks=(environments, scenes, placed, film),
        scenes=(),
        notes=(*_outlook(s, longest_scene, bounds), *_language(s, script)),
        bounds=bounds,
    )


def _lengths(s: Situation) -> tuple[tuple[float, ...], float]:
    """Return the lengths of clips, and how long a scene may be, in seconds."""
    engine = s.providers.engine
    try:
        lengths = engine.spec.lengths_for(engine.options) if engine else USUAL_LENGTHS
    except Exception:
        lengths = USUAL_LENGTHS  # what is wrong with it is said when clips are planned
    return lengths, max(LONGEST_SCENE, lengths[-1])


def _step(
    s: Situation, step: Step, request: Request, script: File, after: tuple[Task, ...] = ()
) -> Task:
    """Return the task of one step; *after*: the steps whose files it reads."""
    key = Key(step)
    file = s.best(key)
    if file is not None:
        return kept(file)
    provider = s.providers.script
    if provider is None and s.paid_for(key) is None:
        reason = because(Why.NO_PROVIDER, kind=ProviderKind.SCRIPT_MODEL.value)
        return Task(key=key, decision=Decision.BLOCKED, output=s.path_for(key), reasons=(reason,))
    stuck = [task for task in after if task.decision not in (*TO_DO, Decision.KEEP)]
    task = work(
        s,
        key,
        provider,
        request,
        needs=tuple(task.key for task in after if task.decision in TO_DO),
        inputs=(script.path, *(task.output for task in after)),
        filled_in=filled_in(request, s.texts.get(script.path, ""), s.options.max_scenes),
    )
    if not stuck or task.decision is not Decision.MAKE:
        return task
    return _waiting(task, stuck)


def _waiting(task: Task, stuck: list[Task]) -> Task:
    reasons = tuple(because(Why.WAITS_FOR, input=other.key) for other in stuck)
    return evolve(task, decision=Decision.WAIT, reasons=reasons)


# what the film may cost --------------------------------------------------


def _outlook(s: Situation, longest: float, bounds: Bounds) -> tuple[str, ...]:
    most, bound = s.options.max_scenes, sum(bounds.values(), FREE)
    scenes = f"{most} scenes" if most > 1 else "1 scene"
    price = "" if bound.free else f", price of clips, pictures and sound: at most {_most(bound)}"
    return (f"the script becomes at most {scenes} of at most {longest:g} s{price}",)


def _language(s: Situation, script: File) -> list[str]:
    """Say where the voice cannot speak the script's language, as far as can be told."""
    told = s.texts.get(script.path, "")[:ENOUGH].strip()
    if not told or s.options.skip_narration or s.options.metadata_only:
        return []
    return unspoken_notes(s, (Scene(number=1, narration=told),))


def _most(price: Price) -> str:
    return "unknown" if price.high is None else f"${price.high:.2f}"


def _with_its_words(s: Situation, longest: float) -> float:
    """Return how long a scene of *longest* seconds may become for what is spoken in it."""
    if s.providers.speech is None or s.options.skip_narration or s.options.metadata_only:
        return longest
    return max(longest, most_words(longest) / SPOKEN_WORDS_PER_SECOND + REST)


def _bounds(s: Situation, longest: float, seconds: float) -> Bounds:
    """Return the most that a film of as many and as long scenes as may be would cost.

    *longest*: what a scene's words are written for; *seconds*: what it lasts with them.
    """
    bounds: dict[tuple[ProviderKind, str], Price] = {}
    for provider, price, pieces in _bought(s, longest, seconds):
        who = provider.kind, provider.name
        most = Price(0.0, None if price.high is None else price.high * pieces)
        if not most.free:
            bounds[who] = bounds.get(who, FREE) + most
    return bounds


def _bought(s: Situation, longest: float, seconds: float) -> Iterator[tuple[Provider, Price, int]]:
    """Yield who may be paid, how much, and how often; lengths as in :func:`_bounds`."""
    (width, height, fps), chosen, options = s.size, s.providers, s.options
    most, images = options.max_scenes, chosen.images
    if chosen.engine is not None:
        yield chosen.engine, _clips(s, chosen.engine, seconds), most
    if images is not None and options.initial_image_prompt:
        prompt = options.initial_image_prompt
        yield images, _price(images, ImageRequest(prompt=prompt, width=width, height=height)), 1
    if images is not None and options.first_frames:
        scene = Scene(number=1, duration=seconds)
        drawn = ImageRequest(prompt="", width=width, height=height, scene=scene)
        yield images, _price(images, drawn), most
    if chosen.speech is not None and not options.skip_narration:
        word = "x" * (CHARACTERS_A_WORD - 1) + " "
        spoken = SpeechRequest(text=word * most_words(longest), scene=1)
        yield chosen.speech, _price(chosen.speech, spoken), most
    if chosen.sounds is not None and not options.skip_sound_effects:
        heard = SoundRequest(prompt="", seconds=seconds + 1 / fps)
        yield chosen.sounds, _price(chosen.sounds, heard), most


def _clips(s: Situation, engine: EngineProvider, seconds: float) -> Price:
    """Return the most that the clips of one scene of at most *seconds* cost.

    A shorter scene may need more clips: of 5 and 9 s, four for 20 s and three for 23 s.
    """
    durations = _durations(engine, seconds)
    if len(durations) > _MOST_DURATIONS:
        whole = _clip_price(s, engine, _lengths(s)[0][-1], seconds)
        return FREE if whole.free else UNKNOWN_PRICE
    splits = {_parts(engine, each) for each in durations}
    by_length = {part: _clip_price(s, engine, part, seconds) for part in set().union(*splits)}
    return _dearest(sum((by_length[part] for part in parts), FREE) for parts in splits)


def _dearest(prices: Iterable[Price]) -> Price:
    """Return the one of *prices* that is highest at most; above all, one that is unknown."""
    return max(prices, key=lambda each: math.inf if each.high is None else each.high)


def _durations(engine: EngineProvider, seconds: float) -> tuple[float, ...]:
    """Return the durations up to *seconds* at which a scene is split otherwise.

    Those that clips fill exactly; whole seconds, for engines that split by their own rule.
    Lengths that are tiny or many have no end of sums: it stops where there are too many.
    """
    try:
        lengths = engine.spec.lengths_for(engine.options)
    except Exception:
        return (seconds,)
    filled: set[float] = set()
    new = {0.0}
    while new and len(filled) <= _MOST_DURATIONS:
        longer = {round(total + length, 6) for total in new for length in lengths}
        new = {total for total in longer if total < seconds} - filled
        filled |= new
    whole = map(float, range(1, math.ceil(seconds)))
    return tuple(sorted({*filled, *whole, seconds}))


def _clip_price(s: Situation, engine: EngineProvider, part: float, seconds: float) -> Price:
    """Return the most that one clip costs, of a scene of *seconds*.

    What it starts from nobody knows before it is asked for, and it may be priced by it.
    """
    width, height, fps = s.size
    clip = ClipRequest(
        scene=Scene(number=1, duration=seconds),
        clip=1,
        prompt="",
        seconds=part,
        width=width,
        height=height,
        fps=fps,
    )
    asked = [clip]
    if takes_files(s):
        asked.append(evolve(clip, start_frame=s.path_for(Key(Step.FIRST_FRAME, 1))))
    if from_jobs(s):
        asked.append(evolve(clip, start_of=s.path_for(Key(Step.CLIP, 1, 1))))
    return _dearest(_price(engine, request) for request in asked)


def _parts(engine: EngineProvider, seconds: float) -> tuple[float, ...]:
    try:
        return engine.spec.split_for(seconds, engine.options)
    except Exception:
        return split_evenly(seconds, USUAL_LENGTHS)


def _price(provider: Provider, request: Request) -> Price:
    try:
        return whole_price(provider, request)
    except Exception:
        return UNKNOWN_PRICE
