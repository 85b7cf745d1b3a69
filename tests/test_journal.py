"""The money journal keeps what it is told, in the order in which it was told."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import layout
from vidgen_core.errors import Billed
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import Price, ProviderKind

from .journal_records import CLIP, five_records, path_of, record, work


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / layout.STATE).mkdir()
    return tmp_path


# what it keeps -------------------------------------------------------------------------


def test_an_absent_journal_says_nothing_and_is_not_made_by_reading(root: Path) -> None:
    assert read_ledger(root) == Ledger()
    assert not path_of(root).exists()


def test_what_is_written_is_read_again(root: Path) -> None:
    live = five_records(root)
    assert read_ledger(root) == live
    assert live.in_flight[CLIP].job == "job-1"
    assert live.in_flight[CLIP].facts == {"region": "north"}
    assert live.takes == {CLIP: 1, Key(Step.CLIP, 3, 1): 1}


def test_each_record_is_on_the_disk_before_its_call_returns(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def spy(handle: int) -> None:
        fsync(handle)
        synced.append(os.fstat(handle).st_size)

    with Journal(root) as j:
        monkeypatch.setattr(os, "fsync", spy)
        j.intent(work())
        assert synced == [path_of(root).stat().st_size]


def test_published_ends_what_was_in_flight_and_keeps_the_take(root: Path) -> None:
    with Journal(root) as j:
        j.intent(work(take=2))
        j.submitted(CLIP, 2, "job", {})
        j.published(CLIP, record(job="job", provider="paid", take=2))
        assert j.ledger.in_flight == {}
        assert j.ledger.takes[CLIP] == 2
        assert j.jobs == {("paid", "job")}
    assert read_ledger(root).takes[CLIP] == 2


def test_a_job_that_ended_is_still_known_as_one_of_ours(root: Path) -> None:
    with Journal(root) as j:
        j.intent(work())
        j.submitted(CLIP, 1, "job", {})
        j.ended(CLIP, 1, "it failed", Billed.UNKNOWN)
        assert j.ledger.in_flight == {}
    with Journal(root) as j:
        assert j.jobs == {("paid", "job")}


def test_records_of_an_older_take_change_nothing(root: Path) -> None:
    with Journal(root) as j:
        j.intent(work(take=2))
        j.submitted(CLIP, 1, "old", {})
        j.answered(CLIP, 1)
        j.ended(CLIP, 1, "old", Billed.NO)
        assert j.ledger.in_flight == {CLIP: work(take=2)}


def test_a_displaced_file_has_no_record_any_more(root: Path) -> None:
    with Journal(root) as j:
        j.published(Key(Step.FILM), record())
        j.displaced("a.mp4", ".vidgen/replaced/0001/a.mp4", "replaced")
        assert j.ledger.published == {}
    assert read_ledger(root).published == {}


def test_what_was_doubted_is_known_until_it_is_published(root: Path) -> None:
    with Journal(root) as j:
        j.intent(work())
        j.intent(work(take=2))
        j.ended(CLIP, 2, "nobody knows", Billed.UNKNOWN)
    with Journal(root) as j:
        assert j.doubted == {CLIP}
        j.published(CLIP, record())
        assert j.doubted == frozenset()


def test_many_threads_may_write(root: Path) -> None:
    with Journal(root) as j:

        def write(scene: int) -> None:
            for take in range(1, 6):
                j.intent(work(Key(Step.CLIP, scene, 1), take))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        live = j.ledger
    assert read_ledger(root) == live
    assert live.damage == ""
    assert set(live.takes.values()) == {5}


keys = st.builds(Key, st.just(Step.CLIP), st.integers(1, 3), st.integers(1, 2))
takes = st.integers(1, 3)
words = st.text(max_size=12)
prices = st.one_of(
    st.builds(Price, st.floats(0, 9), st.floats(9, 20)),
    st.builds(Price, st.floats(0, 9), st.none()),
)
works = st.builds(
    InFlight,
    key=keys,
    take=takes,
    provider=words,
    kind=st.sampled_from(ProviderKind),
    token=words,
    seconds=st.floats(0, 100),
    shown_frames=st.integers(0, 500),
    since=st.floats(0, 2e9),
    price=prices,
)
records = st.builds(
    Published,
    path=words,
    size=st.integers(0, 2**40),
    mtime_ns=st.integers(0, 2**62),
    sha256=words,
    inputs=st.dictionaries(words, words, max_size=2),
    provider=words,
    take=takes,
    paid=st.booleans(),
    prompt=words,
    asked_seconds=st.floats(0, 100),
    job=words,
)
billed = st.sampled_from(Billed)
entries = st.lists(
    st.one_of(
        st.tuples(st.just("intent"), works),
        st.tuples(st.just("submitted"), keys, takes, words, st.dictionaries(words, words)),
        st.tuples(st.just("answered"), keys, takes),
        st.tuples(st.just("ended"), keys, takes, words, billed),
        st.tuples(st.just("published"), keys, records),
        st.tuples(st.just("displaced"), words, words, words),
    ),
    max_size=12,
)


def write_all(root: Path, calls: list[tuple[Any, ...]]) -> Ledger:
    with Journal(root) as j:
        for name, *arguments in calls:
            getattr(j, name)(*arguments)
        return j.ledger


@given(entries)
@settings(deadline=None, max_examples=25)
def test_a_replayed_journal_says_what_the_live_one_said(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[Any, ...]]
) -> None:
    root = tmp_path_factory.mktemp("run")
    (root / layout.STATE).mkdir()
    live = write_all(root, calls)
    assert read_ledger(root) == live
    assert live.damage == ""


@given(entries, st.data())
@settings(deadline=None, max_examples=25)
def test_a_journal_written_in_two_sessions_is_the_same_as_in_one(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    for root in (one, two):
        (root / layout.STATE).mkdir()
    cut = data.draw(st.integers(0, len(calls)))
    write_all(two, calls[:cut])
    assert write_all(two, calls[cut:]) == write_all(one, calls)
