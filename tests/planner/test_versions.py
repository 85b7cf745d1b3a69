"""Of several files for one output the plan takes one, and new files get their names."""

from __future__ import annotations

from vidgen_core import layout
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision

from ..planning_files import World, engine, providers
from ..run_paths import LATER_TS, OTHER_TS, TS, clip_path, single_clip_path, video_path
from .worlds import WEBM, clip_of, world


def chosen_video(*paths: str, published: str = "", w: World | None = None) -> str:
    w = w or world(5.0)
    for path in paths:
        w.put(path)
    if published:
        w.record(published)
    return w.plan().by_key[Key(Step.SCENE, 1)].output


def test_of_several_whole_versions_the_runs_own_timestamp_wins() -> None:
    paths = [video_path(1, ts) for ts in (LATER_TS, TS, OTHER_TS)]
    assert chosen_video(*paths) == video_path(1, TS)


def test_without_the_runs_timestamp_the_latest_name_wins() -> None:
    assert chosen_video(video_path(1, OTHER_TS), video_path(1, LATER_TS)) == video_path(1, LATER_TS)


def test_the_version_that_the_journal_published_wins_over_the_runs_timestamp() -> None:
    found = chosen_video(
        video_path(1, TS), video_path(1, OTHER_TS), published=video_path(1, OTHER_TS)
    )
    assert found == video_path(1, OTHER_TS)


def test_a_published_version_that_somebody_replaced_is_not_the_published_one_any_more() -> None:
    w = world(5.0)
    w.put(video_path(1, OTHER_TS))
    w.record(video_path(1, OTHER_TS))
    w.put(video_path(1, OTHER_TS))
    assert chosen_video(video_path(1), w=w) == video_path(1)


def test_a_broken_version_never_wins_and_a_damaged_one_only_alone() -> None:
    w = world(5.0)
    w.put(video_path(1, LATER_TS), verdict=Verdict.BROKEN)
    w.put(video_path(1), verdict=Verdict.DAMAGED)
    assert chosen_video(w=w) == video_path(1)
    assert chosen_video(video_path(1, OTHER_TS), w=w) == video_path(1, OTHER_TS)


def test_of_two_patterns_the_chosen_providers_wins_then_the_layouts_then_the_path() -> None:
    third = engine(name="third", pattern=WEBM)
    theirs = f"third_1_1_{TS}.webm"
    for chosen, expected in ((third, theirs), (engine(), clip_path(1, 1))):
        w = world(5.0, providers=providers(chosen))
        w.outputs = (*third.spec.outputs, *layout.OUTPUTS)
        w.put(theirs)
        w.put(clip_path(1, 1))
        w.put(single_clip_path(1))
        assert clip_of(w, 1).output == expected
    w = world(5.0)
    w.put(single_clip_path(1))
    w.put(clip_path(1, 1, TS, OTHER_TS))
    assert clip_of(w, 1).output == single_clip_path(1)


def test_clips_in_any_known_pattern_count_for_every_engine() -> None:
    third = engine(name="third", pattern=WEBM)
    w = world(5.0)
    w.outputs = (*third.spec.outputs, *layout.OUTPUTS)
    w.put(f"third_1_1_{OTHER_TS}.webm")
    assert clip_of(w, 1).decision is Decision.KEEP
    assert w.plan().price.free


def test_new_files_take_the_pattern_of_the_chosen_engine_and_the_runs_timestamp() -> None:
    third = engine(name="third", pattern=WEBM)
    w = world(5.0, providers=providers(third))
    w.put(video_path(1, OTHER_TS), verdict=Verdict.BROKEN)
    assert clip_of(w, 1).output == f"third_1_1_{TS}.webm"
    assert w.plan().by_key[Key(Step.SCENE, 1)].output == video_path(1, TS)
