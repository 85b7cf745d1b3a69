"""Run directories of every kind, for what holds for every plan."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import PlanOptions

from ..planning_files import (
    World,
    engine,
    host,
    images,
    providers,
    scene,
    script,
    sounds,
    speech,
)
from ..run_paths import (
    ADJUSTED,
    FILM,
    IMAGE,
    NARRATION,
    OTHER_TS,
    TEXT,
    TS,
    clip_path,
    first_frame_path,
    frame_path,
    scene_frame_path,
    single_clip_path,
    sound_path,
    video_path,
)
from .worlds import BY_URL, BY_URL_AND_JOB

LENGTHS = ((5,), (5, 9), (6, 8, 10))
VERDICTS = (Verdict.WHOLE, Verdict.WHOLE, Verdict.WHOLE, Verdict.DAMAGED, Verdict.BROKEN)
SECONDS = (5.0, 6.0, 9.0, 4.96, 2.5)


def _pick(draw: st.DrawFn, *values: Any) -> Any:
    return draw(st.sampled_from(values))


def _one_time_in_three(draw: st.DrawFn) -> bool:
    return draw(st.integers(0, 2)) == 0


@st.composite
def worlds(draw: st.DrawFn, *, near_misses: bool = False, flights: bool = True) -> World:
    """A directory that somebody's interrupted run left, and a choice of providers."""
    pick = partial(_pick, draw)
    count = draw(st.integers(1, 4))
    numbers = draw(st.permutations(range(1, count + 1)))
    scenes = tuple(
        scene(number, pick(5.0, 9.0, 14.0, 14.0, None, 0.01, 7.3), sound_prompt=pick("wind", ""))
        for number in numbers
    )
    world = World(scenes=scenes, rate=pick(24.0, 24.0, 25.0))
    abilities = pick((), (), BY_URL, BY_URL_AND_JOB, BY_URL_AND_JOB, ("starts-from-jobs",))
    chosen = [engine(pick(*LENGTHS), dollars=pick(0.0, 1.0), abilities=abilities)]
    if draw(st.booleans()):
        chosen.append(images(name=pick("paid", "painter"), dollars=pick(0.0, 1.0)))
    if draw(st.booleans()):
        chosen.append(host())
    for make in (sounds, speech, script):
        explicit = draw(st.booleans())
        if draw(st.booleans()):
            chosen.append(make(explicit=explicit, dollars=pick(0.0, 1.0) if explicit else 0.0))
    world.providers = providers(*chosen)
    world.options = PlanOptions(
        skip_narration=draw(st.booleans()),
        skip_sound_effects=draw(st.booleans()),
        first_frames=draw(st.booleans()),
        require_continuity=_one_time_in_three(draw),
        **pick({}, {"initial_image": "/pictures/a.png"}, {"initial_image_prompt": "a boat"}),
    )
    for number in numbers:
        _put_scene(draw, world, number, flights=flights)
        if near_misses and draw(st.integers(0, 5)) == 0:
            world.unclaimed.append(f"scene_{number}_final cut.mp4")
    for path, seconds in (
        (FILM, 10.0),
        (NARRATION, 8.0),
        (ADJUSTED, pick(10.0, 14.0)),
        (TEXT, 0.0),
        (IMAGE, 0.0),
        ("a holiday.JPG", 0.0),
    ):
        if draw(st.integers(0, 3)) == 0:
            world.put(path, seconds, verdict=pick(*VERDICTS))
    if TEXT in world.files:
        world.texts[TEXT] = "a boat comes in"
    return world


def _put_scene(draw: st.DrawFn, world: World, number: int, *, flights: bool) -> None:
    pick = partial(_pick, draw)
    there = partial(_one_time_in_three, draw)
    if there():
        world.put(video_path(number, pick(TS, OTHER_TS)), pick(5.0, 14.0), verdict=pick(*VERDICTS))
    if there():
        world.put(single_clip_path(number), pick(*SECONDS), verdict=pick(*VERDICTS))
        if draw(st.booleans()):
            world.put(scene_frame_path(number))
    else:
        for clip in draw(st.sets(st.integers(1, 4), max_size=3)):
            world.put(
                clip_path(number, clip, pick(TS, TS, OTHER_TS)),
                pick(*SECONDS),
                verdict=pick(*VERDICTS),
            )
            if draw(st.booleans()):
                world.put(frame_path(number, clip), verdict=pick(Verdict.WHOLE, Verdict.BROKEN))
    if there():
        world.put(first_frame_path(number), verdict=pick(Verdict.WHOLE, Verdict.BROKEN))
    if there():
        world.put(sound_path(number), verdict=pick(Verdict.WHOLE, Verdict.BROKEN))
    if flights and there():
        key = pick(
            Key(Step.CLIP, number, draw(st.integers(1, 4))),
            Key(Step.CLIP, number, 1),
            Key(Step.FIRST_FRAME, number),
            Key(Step.SOUND, number),
            Key(Step.NARRATION),
        )
        world.fly(key, job=pick("job-7", "job-8", ""))


@st.composite
def worked_on(draw: st.DrawFn) -> World:
    """A directory that vidgen worked on for a while, and that somebody then touched."""
    world = draw(worlds(flights=False))
    seed = draw(st.integers(0, 2**16))
    world.work(random.Random(seed), most=draw(st.integers(0, 12)))
    for _ in range(draw(st.integers(0, 3))):
        if not world.files:
            break
        path = draw(st.sampled_from(sorted(world.files)))
        match draw(st.sampled_from(("delete", "break", "damage", "replace"))):
            case "delete":
                del world.files[path]
            case "break":
                world.spoil(path)
            case "damage":
                world.spoil(path, Verdict.DAMAGED)
            case "replace":
                world.put(path, 5.0)
    assume(has_common_numbers(world))
    world.bought.clear()
    return world


def has_common_numbers(world: World) -> bool:
    seen = {
        file.key.scene for file in world.files.values() if file.key.step in (Step.CLIP, Step.SCENE)
    }
    return not seen or bool(seen & {one.number for one in world.scenes})


any_world = worlds(near_misses=True) | worked_on()
#: Nothing here waits for a person: every job has its id.
clear_world = (worlds() | worked_on()).filter(lambda world: not world.plan().stuck)
