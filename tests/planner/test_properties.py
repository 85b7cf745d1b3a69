"""What holds for every plan, whatever is in the directory."""

from __future__ import annotations

import random

from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vidgen_core.layout import OUTPUT
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import LOST, STUCK, TO_DO, Decision, Plan
from vidgen_core.specs import ClipRequest

from ..planning_files import World
from ..run_paths import FILM
from .any_worlds import any_world, clear_world, has_common_numbers

SETTINGS = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@SETTINGS
@given(any_world)
def test_the_same_input_gives_the_same_plan(world: World) -> None:
    first = world.plan()
    backwards = evolve(world.listing, files=world.listing.files)
    assert backwards == world.listing
    assert world.copy().plan() == first


@SETTINGS
@given(any_world)
def test_no_file_is_the_output_of_two_tasks_and_no_output_is_planned_twice(world: World) -> None:
    tasks = world.plan().tasks
    outputs = [task.output for task in tasks]
    assert len(set(outputs)) == len(outputs)
    keys = [task.key for task in tasks]
    assert len(set(keys)) == len(keys)


@SETTINGS
@given(any_world)
def test_every_need_comes_before_what_needs_it(world: World) -> None:
    seen: set[Key] = set()
    the_plan = world.plan()
    for task in the_plan.tasks:
        for need in task.needs:
            assert need in seen
            if task.decision in TO_DO:
                assert the_plan.by_key[need].decision in TO_DO
        seen.add(task.key)


@SETTINGS
@given(any_world)
def test_what_a_task_is_made_from_is_there_or_is_made_before_it(world: World) -> None:
    made: dict[str, Key] = {}
    for task in world.plan().tasks:
        for path in task.inputs if task.decision in TO_DO else ():
            assert path in made or world.files[path].counts
            if path in made:
                assert made[path] in _all_needs(world.plan(), task.key)
        if task.decision in TO_DO:
            made[task.output] = task.key


def _all_needs(the_plan: Plan, key: Key) -> set[Key]:
    found: set[Key] = set()
    todo = [key]
    while todo:
        for need in the_plan.by_key[todo.pop()].needs:
            if need not in found:
                found.add(need)
                todo.append(need)
    return found


@SETTINGS
@given(any_world)
def test_a_new_clip_starts_from_a_picture_or_a_job_or_from_nothing_for_a_reason(
    world: World,
) -> None:
    the_plan, chosen = world.plan(), world.providers
    assert chosen.engine is not None
    abilities = chosen.engine.spec.abilities
    playing = [
        Key(Step.CLIP, one.number, clip)
        for one in the_plan.scenes
        for clip in one.clips or (1,)  # a scene that is one video has no clips
    ]
    for task in the_plan.tasks:
        if task.key.step is not Step.CLIP or task.decision is not Decision.MAKE:
            continue
        request = task.request
        assert isinstance(request, ClipRequest)
        begins = [each for each in (request.start_frame, request.start_of) if each]
        assert list(task.inputs) == begins
        whys = {reason.why for reason in task.reasons}
        if request.start_frame and "pictures-by-url" in abilities:
            assert chosen.frame_host is not None
        if request.start_of:
            _is_of_a_job(world, the_plan, request.start_of)
            assert "starts-from-jobs" in abilities
        if not begins:
            assert whys & LOST or task.key == playing[0]
        assert not (whys & LOST and (begins or world.options.require_continuity))


def _is_of_a_job(world: World, the_plan: Plan, path: str) -> None:
    """Fail unless the engine's name stands for *path*, there or to be made, and all of it plays."""
    maker = next((task for task in the_plan.to_do if task.output == path), None)
    if maker is not None:
        assert (maker.provider, maker.shown_frames) == ("paid", 0)
        return
    file, record = world.files[path], world.published.get(path)
    if record is not None and record.size == file.size:
        assert (record.provider, bool(record.job)) == ("paid", True)
        assert not record.shown_frames or file.facts.frames <= record.shown_frames
        return
    assert world.in_flight[file.key].job


@SETTINGS
@given(any_world)
def test_what_a_task_moves_aside_is_there_and_is_no_file_of_another_task(world: World) -> None:
    the_plan = world.plan()
    kept = {
        task.output for task in the_plan.tasks if task.decision in (Decision.KEEP, Decision.STALE)
    }
    makers = {task.output: task.key for task in the_plan.to_do}
    for task in the_plan.to_do:
        assert set(task.displaces) <= world.files.keys()
        assert not kept & set(task.displaces)
        for path in task.displaces:
            maker = makers.get(path, task.key)
            assert maker == task.key or task.key in _all_needs(the_plan, maker)


@SETTINGS
@given(any_world)
def test_whole_clips_and_paid_files_are_never_moved_aside(world: World) -> None:
    paid_steps = (Step.CLIP, Step.FIRST_FRAME, Step.SOUND, Step.NARRATION, Step.NARRATION_TEXT)
    for task in world.plan().to_do:
        for path in task.displaces:
            file = world.files[path]
            if file.key.step not in paid_steps or not file.counts:
                continue
            record = world.published[path]  # only what vidgen made for free, and damaged
            assert file.facts.verdict is Verdict.DAMAGED
            assert not record.paid


@SETTINGS
@given(any_world)
def test_nothing_in_flight_is_ever_bought_again(world: World) -> None:
    for task in world.plan().tasks:
        if task.key in world.in_flight:
            assert task.decision not in (Decision.MAKE, Decision.REDO)
        if task.decision is Decision.ATTACH:
            assert task.collects is not None
            assert task.price.free


@SETTINGS
@given(any_world)
def test_only_free_work_is_done_again(world: World) -> None:
    free = (Step.SCENE, Step.FILM, Step.NARRATION_ADJUSTED)
    for task in world.plan().tasks:
        if task.decision is Decision.REDO:
            assert task.key.step in free
            assert task.price.free


@SETTINGS
@given(any_world)
def test_every_reason_prints_as_a_sentence(world: World) -> None:
    the_plan = world.plan()
    for task in the_plan.tasks:
        assert task.reasons
        assert all("{" not in str(reason) for reason in task.reasons)
    assert all(str(reason) for one in the_plan.scenes for reason in one.reasons)


@SETTINGS
@given(clear_world, st.integers(0, 2**16))
def test_work_in_any_allowed_order_ends_finished_and_then_nothing_is_planned(
    world: World, seed: int
) -> None:
    last = world.finish(random.Random(seed))
    assert last.finished
    assert not last.to_do
    assert FILM in world.files or last.film in world.files
    assert len(set(world.bought)) == len(world.bought)


@SETTINGS
@given(clear_world, st.lists(st.integers(1, 4), max_size=6), st.integers(0, 2**16))
def test_a_run_that_is_interrupted_anywhere_ends_with_the_same_files(
    world: World, pauses: list[int], seed: int
) -> None:
    at_once, interrupted = world.copy(), world.copy()
    at_once.finish()
    choose = random.Random(seed)
    for most in pauses:
        interrupted.work(choose, most)
    interrupted.finish(choose)
    assert sorted(interrupted.files) == sorted(at_once.files)
    assert sorted(interrupted.bought) == sorted(at_once.bought)


@SETTINGS
@given(clear_world, st.integers(0, 8), st.integers(0, 2**16))
def test_what_was_bought_before_a_crash_is_collected_and_not_bought_again(
    world: World, steps: int, seed: int
) -> None:
    choose = random.Random(seed)
    world.work(choose, steps)
    the_plan = world.plan()
    for task in the_plan.to_do:
        if task.decision is Decision.MAKE and not task.price.free and not task.needs:
            world.submit(task)
    again = world.plan()
    for key in set(world.bought) & world.in_flight.keys():
        assert again.by_key[key].decision is Decision.ATTACH
    assert world.finish(choose).finished
    assert len(set(world.bought)) == len(world.bought)


@SETTINGS
@given(clear_world, st.data())
def test_deleting_one_file_never_makes_paid_work_elsewhere(
    world: World, data: st.DataObject
) -> None:
    world.finish()
    path = data.draw(st.sampled_from(sorted(world.files)))
    gone = world.files.pop(path).key
    assume(has_common_numbers(world))
    bought = [
        task.key
        for task in world.plan().tasks
        if not task.price.free and task.decision is not Decision.ATTACH
    ]
    narration = (Step.NARRATION_TEXT, Step.NARRATION, Step.NARRATION_ADJUSTED)
    for key in bought:
        if gone.step in narration:
            assert key.step in narration
        elif gone.step in (Step.CLIP, Step.SCENE):
            assert key.scene == gone.scene or key.step is Step.INITIAL_IMAGE
            assert key.step in (Step.CLIP, Step.FIRST_FRAME, Step.INITIAL_IMAGE)
        else:
            assert key == gone
            assert key.step is Step.SOUND


@SETTINGS
@given(clear_world)
def test_losing_the_journal_of_a_finished_directory_keeps_every_file(world: World) -> None:
    world.finish()
    kept = {
        task.output: task.key
        for task in world.plan().tasks
        if task.decision in (Decision.KEEP, Decision.STALE)
    }
    world.published.clear()
    after = world.plan()
    assert not [task for task in after.tasks if not task.price.free and task.decision not in TO_DO]
    for task in after.to_do:
        assert task.output not in kept or task.key.step is Step.NARRATION_ADJUSTED


@SETTINGS
@given(clear_world, st.data())
def test_a_task_given_up_is_never_started_and_all_that_can_be_done_still_ends(
    world: World, data: st.DataObject
) -> None:
    tasks = world.plan().to_do
    assume(tasks)
    key = data.draw(st.sampled_from([task.key for task in tasks]))
    world.options = evolve(world.options, given_up=frozenset({key}))
    last = world.finish()
    assert not last.to_do
    assert key not in {task.key for task in last.to_do}
    assert OUTPUT[key.step].pattern


@SETTINGS
@given(any_world)
def test_no_film_is_made_while_a_scene_is_stuck(world: World) -> None:
    the_plan = world.plan()
    film = the_plan.by_key[Key(Step.FILM)]
    if any(task.decision in STUCK and task.key.scene for task in the_plan.tasks):
        assert film.decision is not Decision.MAKE
        assert film.decision is not Decision.REDO
