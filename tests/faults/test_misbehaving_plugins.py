"""A plugin may do anything: the run ends, names whose fault it was, and loses and pays nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..run_directories import add_scene
from . import misbehaviour as table
from .extent import counted, some
from .odd_plugins import Stage, numbered, stage

#: Where a plugin closes a handle in one thread, another may open a file that gets its number.
_TAKEN = "handles"

pytestmark = pytest.mark.timeout(1500)

#: Distributions, or scenes, of one process at the most.
_AT_ONCE = 12


def chosen(deeds: Mapping[str, str], count: int) -> list[str]:
    return some(list(deeds), count)


ANYWHERE = {f"{family}: {name}": table.ALL_OF[family][name] for family, name in table.ANYWHERE}
#: What one call does while others go on. A trace function ends threads that are just begun, and
#: Python tells of each (tests/test_threads.py).
AMID = {name: code for name, code in ANYWHERE.items() if "traces threads" not in name}


def in_parts(names: list[str]) -> list[list[str]]:
    return [names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE)]


@pytest.mark.parametrize("place", some(["import", "hook", "options", "plan_ready", "task_done"], 1))
def test_what_a_distribution_does_as_it_is_loaded_or_told_stays_its_own(
    place: str, tmp_path: Path
) -> None:
    for part, names in enumerate(in_parts(chosen(ANYWHERE, 8))):
        run = stage(tmp_path / str(part), 3, {})
        dists = {run.install(place, n, ANYWHERE[name]): name for n, name in enumerate(names)}
        raising = {dist for dist, name in dists.items() if name.startswith("raises")}
        ended = run.goes_on("--engine", "good", "--yes", VIDGEN_MAX_COST="0.6")
        assert ended.code == 6, ended.err  # the user's limit holds
        assert run.bill == ["good 2"]
        run.assert_untouched(but=_TAKEN, meanwhile=True)
        if place in ("plan_ready", "task_done"):
            said = ended.words
        else:
            run.watch_anew()
            listed = run.vidgen("plugins", "--json")
            assert listed.code == 0
            said = json.dumps(listed.json["failures"])
            named = {failure["distribution"] for failure in listed.json["failures"]}
            assert named == raising, said
            run.assert_untouched(but=_TAKEN, meanwhile=True)
        for dist in raising:
            assert dist in said, (dists[dist], said)
        counted("plugins", processes=2, misdeeds=len(names))


@pytest.mark.parametrize("place", some(["price", "split"], 1))
def test_a_pure_function_that_misbehaves_costs_its_own_scene(place: str, tmp_path: Path) -> None:
    own = {f"returns: {name}": code for name, code in table.RETURNS[place].items()}
    every = {**ANYWHERE, **own}
    for part, names in enumerate(in_parts(chosen(every, 10))):
        # A scene that follows one that cannot be asked for waits.
        names = sorted(names, key=_is_harmful)
        deeds = numbered([every[name] for name in names])
        run = stage(tmp_path / str(part), len(names) + 1, {place: deeds})
        ended = run.goes_on("--engine", "here")
        harmed = [n for n, name in numbered(names).items() if not _is_harmless(name)]
        assert ended.code == (3 if harmed else 0), ended.err
        for number, name in numbered(names).items():
            there = any(run.root.glob(f"scene_{number}_*.mp4"))
            assert there == (number not in harmed), (number, name, ended.err)
        if harmed:
            assert "(vidgen-odd 1.0)" in json.dumps(ended.json), ended.out
        run.assert_untouched(but=_TAKEN, meanwhile=True)
        assert_mended(run, "here")
        counted("plugins", processes=2, misdeeds=len(names))


def test_work_on_this_machine_that_misbehaves_costs_its_own_clip(tmp_path: Path) -> None:
    every = {
        **{f"render: {name}": code for name, code in AMID.items()},
        **{f"render instead: writes: {n}": c for n, c in table.WRITES_NOTHING_USABLE.items()},
        **{f"render: elsewhere: {name}": code for name, code in table.WRITES_ELSEWHERE.items()},
    }
    for part, names in enumerate(in_parts(chosen(every, 12))):
        run = stage(tmp_path / str(part), len(names) + 1, by_place(names, every))
        ended = run.goes_on("--engine", "here")
        assert_clips(run, names, ended.words)
        assert ended.code == (3 if any(map(_is_harmful, names)) else 0), ended.err
        run.assert_untouched(but=_TAKEN)
        assert_mended(run, "here")
        counted("plugins", processes=2, misdeeds=len(names))


@pytest.mark.parametrize("place", some(["submit", "poll", "fetch"], 1))
def test_paid_work_that_misbehaves_is_neither_lost_nor_paid_twice(
    place: str, tmp_path: Path
) -> None:
    own = {f"{place}: returns: {n}": c for n, c in table.RETURNS[place].items()}
    if place == "fetch":
        own |= {f"fetch instead: writes: {n}": c for n, c in table.WRITES_NOTHING_USABLE.items()}
        own |= {f"fetch: elsewhere: {n}": c for n, c in table.WRITES_ELSEWHERE.items()}
    every = {**{f"{place}: {name}": code for name, code in AMID.items()}, **own}
    for part, names in enumerate(in_parts(chosen(every, 8))):
        run = stage(tmp_path / str(part), len(names) + 1, by_place(names, every))
        ended = run.goes_on("--engine", "shop", "--yes")
        run.assert_untouched(but=_TAKEN)
        assert sorted(run.bill) == sorted(f"odd {n}" for n in numbered(names))
        if any("raises: " in name for name in names):
            assert "vidgen-odd 1.0" in ended.words, ended.err
        run.mend()
        again = run.goes_on("--yes")
        refused = [n for n, name in numbered(names).items() if _may_be_asked_again(name)]
        ordered = [line for line in run.bill if int(line.split()[1]) not in refused]
        assert len(ordered) == len(set(ordered)), (names, run.bill)
        if place == "submit" and any(map(_is_harmful, names)):
            assert again.code in (0, 10), again.err
        else:
            assert (again.code, run.is_made) == (0, True), again.err
        counted("plugins", processes=2, misdeeds=len(names))


def test_a_search_that_misbehaves_leaves_the_order_in_doubt_and_buys_nothing(
    tmp_path: Path,
) -> None:
    own = {f"returns: {n}": c for n, c in table.RETURNS["find"].items()}
    every = {**AMID, **own}
    for part, names in enumerate(in_parts(chosen(every, 6))):
        lost = numbered(["result = True"] * len(names))
        deeds = {"find": numbered([every[name] for name in names]), "lose": lost}
        run = stage(tmp_path / str(part), len(names) + 1, deeds)
        ended = run.goes_on("--engine", "list", "--yes")
        run.assert_untouched(but=_TAKEN)
        if any("raises: " in name for name in names):
            assert "vidgen-odd 1.0" in ended.words, ended.err
        run.mend()
        again = run.goes_on("--yes")
        assert (again.code, run.is_made) == (0, True), again.err
        assert sorted(run.bill) == sorted(f"odd {n}" for n in numbered(names)), names
        counted("plugins", processes=2, misdeeds=len(names))


@pytest.mark.parametrize("name", some(list(AMID), 1))
def test_a_factory_that_misbehaves_costs_no_money(name: str, tmp_path: Path) -> None:
    run = stage(tmp_path, 2, {"factory": {0: ANYWHERE[name]}})
    ended = run.goes_on("--engine", "shop", "--yes")
    run.assert_untouched(but=_TAKEN)
    if _is_harmful(name):
        assert (ended.code, run.bill) == (3, []), ended.err
        assert "vidgen-odd 1.0" in ended.words, ended.err
    else:
        assert (ended.code, run.is_made) == (0, True), ended.err
    run.mend()
    again = run.goes_on("--yes")
    assert (again.code, run.is_made, run.bill) == (0, True, ["odd 2"]), again.err
    counted("plugins", processes=2, misdeeds=1)


@pytest.mark.parametrize("place", some(["ask", "write"], 1))
def test_an_answer_that_was_paid_for_is_kept_whatever_reads_it(place: str, tmp_path: Path) -> None:
    own = {f"returns: {n}": c for n, c in table.RETURNS.get(place, {}).items()}
    every = {**AMID, **own}
    for part, names in enumerate(in_parts(chosen(every, 6))):
        deeds = numbered([every[name] for name in names])
        run = stage(tmp_path / str(part), len(names) + 1, {place: deeds})
        for number in deeds:
            add_scene(run.root, number)
        ended = run.goes_on("--sound-engine", "foley", "--yes")
        run.assert_untouched(but=_TAKEN)
        orders = sorted(f"odd {n}" for n in (1, *deeds))
        assert sorted(run.bill) == orders
        if any("raises: " in name for name in names):
            assert "vidgen-odd 1.0" in ended.words, ended.err
        run.mend()
        again = run.goes_on("--sound-engine", "foley", "--yes")
        assert sorted(run.bill) == orders, names
        if place == "write" or not any(map(_is_harmful, names)):
            assert (again.code, run.is_made) == (0, True), again.err
        else:
            assert again.code == 10, again.err
        counted("plugins", processes=2, misdeeds=len(names))


def test_a_stitcher_that_misbehaves_costs_its_own_scene(tmp_path: Path) -> None:
    for part, names in enumerate(in_parts(chosen(ANYWHERE, 6))):
        deeds = numbered([ANYWHERE[name] for name in names])
        run = stage(tmp_path / str(part), len(names) + 1, {"join": deeds})
        ended = run.goes_on("--engine", "here", "--stitcher", "cutter")
        assert_clips(run, names, ended.words)
        assert ended.code == (3 if any(map(_is_harmful, names)) else 0), ended.err
        run.assert_untouched(but=_TAKEN)
        assert_mended(run, "here")
        counted("plugins", processes=2, misdeeds=len(names))


def test_a_plugin_that_is_out_of_memory_is_this_machines_trouble(tmp_path: Path) -> None:
    run = stage(tmp_path, 2, {"submit": {2: table.OUT_OF_MEMORY}})
    ended = run.goes_on("--engine", "shop", "--yes")
    assert ended.code == 9, ended.err
    assert "shop (vidgen-odd 1.0)" in ended.words, ended.err
    run.mend()
    again = run.goes_on("--yes")
    assert (again.code, run.bill) == (10, ["odd 2"]), again.err  # it may have been taken
    counted("plugins", processes=2, misdeeds=1)


def by_place(names: list[str], every: Mapping[str, str]) -> dict[str, dict[int, str]]:
    deeds: dict[str, dict[int, str]] = {}
    for number, name in numbered(names).items():
        deeds.setdefault(name.partition(": ")[0], {})[number] = every[name]
    return deeds


def _may_be_asked_again(name: str) -> bool:
    """Whether what was paid for is of no use and stays so, however often it is fetched."""
    return any(f"writes: {what}" in name for what in ("an empty file", "a text", "half a clip"))


def _is_harmless(name: str) -> bool:
    """Whether a misdeed leaves its own piece of work whole."""
    return any(word in name for word in ("changes: ", "prints: ", "elsewhere: "))


def _is_harmful(name: str) -> bool:
    return not _is_harmless(name)


def assert_clips(run: Stage, names: list[str], said: str) -> None:
    """The clip of each scene is there unless its own misdeed spoilt it, which is said."""
    for number, name in numbered(names).items():
        there = any(run.root.glob(f"scene_{number}_*.mp4"))
        assert there == _is_harmless(name), (number, name, said)
    if any("raises: " in name for name in names):
        assert "vidgen-odd 1.0" in said


def assert_mended(run: Stage, engine: str) -> None:
    """Once the plugin is mended, ``continue`` finishes the film."""
    run.mend()
    ended = run.goes_on("--engine", engine, "--yes")
    assert (ended.code, run.is_made) == (0, True), ended.err


@pytest.mark.parametrize("name", some(list(table.LINGERS), 1))
def test_nothing_that_a_plugin_leaves_running_keeps_the_process(name: str, tmp_path: Path) -> None:
    run = stage(tmp_path, 2, {})
    dist = run.install("import", 1, table.LINGERS[name])
    ended = run.goes_on("--engine", "good", "--yes")
    assert (ended.code, run.is_made) == (0, True), ended.err
    if name in ("a thread that never ends", "a pool"):
        assert f"a thread of {dist.replace('-', '_')} does not end" in ended.last
    counted("plugins", processes=1, misdeeds=1)


#: By what hangs: where, and how often Ctrl-C is pressed until the process ends.
HANGS = {"import": 1, "hook": 1, "price": 1, "render": 1, "submit": 1, "task_done": 2}
_HANG = "import threading\nprint('HANGS', flush=True)\nthreading.Event().wait()"


@pytest.mark.parametrize("place", some(list(HANGS), 1))
def test_a_call_that_hangs_ends_with_ctrl_c(place: str, tmp_path: Path) -> None:
    in_call = place in ("price", "render", "submit")
    run = stage(tmp_path, 2, {place: {2: _HANG}} if in_call else {})
    if not in_call:
        run.install(place, 1, _HANG)
    engine = {"price": "here", "render": "here", "submit": "shop"}.get(place, "good")
    code, out = run.interrupted("HANGS", HANGS[place], "--engine", engine, "--yes")
    assert code == 130
    assert out == ""
    run.mend()
    if place == "submit":
        assert run.bill == ["odd 2"]
    elif in_call:
        ended = run.goes_on("--engine", engine, "--yes")
        assert (ended.code, run.is_made) == (0, True), ended.err
    counted("plugins", processes=1, misdeeds=1)
