"""The money journal: what it says survives crashes, and damage never costs money."""

from __future__ import annotations

import errno
import json
import os
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import disk, journal, layout
from vidgen_core.errors import Billed, JournalDamaged, MachineError
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import Price, ProviderKind

CLIP = Key(Step.CLIP, 2, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / layout.STATE).mkdir()
    return tmp_path


def path_of(root: Path) -> Path:
    return root / layout.JOURNAL


def work(key: Key = CLIP, take: int = 1, **facts: Any) -> InFlight:
    engine = ProviderKind.VIDEO_ENGINE
    return InFlight(key=key, take=take, provider="paid", kind=engine, token="t", **facts)


def record(path: str = "a.mp4", **facts: Any) -> Published:
    return Published(path=path, size=3, mtime_ns=7, sha256="f00", **facts)


def five_records(root: Path) -> Ledger:
    with Journal(root, version="1") as j:
        j.published(Key(Step.SCENE, 1), record("scene.mp4"))
        j.intent(work(seconds=5.0, price=Price(0.5, 0.7)))
        j.submitted(CLIP, 1, "job-1", {"region": "north"})
        j.intent(work(Key(Step.CLIP, 3, 1)))
        return j.ledger


def rewritten(line: bytes, **changes: Any) -> bytes:
    """The line of a journal with another content and a checksum that fits."""
    fields = json.loads(line)
    fields.pop("crc")
    body = json.dumps({**fields, **changes}, separators=(",", ":"))
    return f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body[1:]}\n'.encode()


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


# what a crash leaves -------------------------------------------------------------------


def test_a_torn_last_line_is_dropped_at_every_byte(root: Path) -> None:
    five_records(root)
    whole = path_of(root).read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    path_of(root).write_bytes(whole[:start])
    without = read_ledger(root)
    for end in range(start, len(whole) - 1):
        path_of(root).write_bytes(whole[:end])
        assert read_ledger(root) == without, end
        assert path_of(root).read_bytes() == whole[:end], "reading wrote"
    path_of(root).write_bytes(whole[: start + 20])
    with Journal(root) as j:
        assert path_of(root).read_bytes() == whole[:start]
        j.intent(work(take=7))
    assert read_ledger(root).damage == ""
    assert read_ledger(root).in_flight[CLIP].take == 7


def test_a_line_that_lacks_only_its_newline_counts(root: Path) -> None:
    live = five_records(root)
    path_of(root).write_bytes(path_of(root).read_bytes()[:-1])
    assert read_ledger(root) == live
    with Journal(root) as j:
        j.intent(work(take=2))
    assert read_ledger(root).damage == ""
    assert path_of(root).read_bytes().count(b"\n") == 6


def test_zeros_at_the_end_are_a_torn_line(root: Path) -> None:
    live = five_records(root)
    with path_of(root).open("ab") as file:
        file.write(b"\0" * 4096)
    assert read_ledger(root) == live
    with Journal(root) as j:
        assert j.ledger == live


def test_a_torn_first_line_is_no_damage(root: Path) -> None:
    path_of(root).write_bytes(b'{"crc":"00')
    with Journal(root) as j:
        j.intent(work())
    assert read_ledger(root).damage == ""


def fails_after(monkeypatch: pytest.MonkeyPatch, count: int, reason: int = errno.ENOSPC) -> None:
    def write(handle: int, content: bytes) -> int:
        os.write(handle, content[:count])
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(journal, "_write_all", write)


@pytest.mark.parametrize("count", [0, 1, 40])
def test_a_full_disk_leaves_no_half_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    five_records(root)
    before = path_of(root).read_bytes()
    with Journal(root) as j:
        with monkeypatch.context() as patch:
            fails_after(patch, count)
            with pytest.raises(MachineError, match="No space left") as caught:
                j.intent(work(take=9))
            assert disk.is_everywhere(caught.value)
        assert path_of(root).read_bytes() == before
        assert j.ledger.takes[CLIP] == 1
        j.intent(work(take=2))  # there is room again
    assert read_ledger(root).in_flight[CLIP].take == 2
    assert read_ledger(root).damage == ""


def test_half_a_line_that_could_not_be_taken_back_is_before_the_next_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    five_records(root)
    with Journal(root) as j:
        with monkeypatch.context() as patch:
            fails_after(patch, 30)

            def fail(handle: int, length: int) -> None:
                raise OSError(errno.EIO, "broken")

            patch.setattr(os, "ftruncate", fail)
            with pytest.raises(MachineError):
                j.intent(work(take=9))
        j.intent(work(take=2))
    assert read_ledger(root).damage == ""
    assert read_ledger(root).in_flight[CLIP].take == 2


def test_a_record_whose_sync_failed_was_not_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = five_records(root)
    with Journal(root) as j:
        with monkeypatch.context() as patch:

            def fail(handle: int) -> None:
                raise OSError(errno.EIO, "broken")

            patch.setattr(os, "fsync", fail)
            with pytest.raises(MachineError, match="broken"):
                j.ended(CLIP, 1, "x", Billed.NO)
        assert j.ledger == live
    assert read_ledger(root) == live


def test_a_journal_that_was_closed_takes_no_record(root: Path) -> None:
    with Journal(root) as j:
        pass
    other = os.open(root / "innocent", os.O_RDWR | os.O_CREAT)  # takes the number that is free
    try:
        with pytest.raises(MachineError, match="closed"):
            j.submitted(CLIP, 1, "late", {})
        assert os.fstat(other).st_size == 0
    finally:
        os.close(other)


# damage --------------------------------------------------------------------------------


def flip(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b'"seconds":5.0', b'"seconds":9.0'), *lines[3:]]


def flip_a_checksum(lines: list[bytes]) -> list[bytes]:
    digit = b"1" if lines[1][8:9] == b"0" else b"0"
    return [lines[0], lines[1][:8] + digit + lines[1][9:], *lines[2:]]


DAMAGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "flip": flip,
    "flipped checksum": flip_a_checksum,
    "flip in the last line": lambda ls: [*ls[:-1], ls[-1].replace(b"intent", b"intend")],
    "missing first line": lambda lines: lines[1:],
    "missing line": lambda lines: lines[:2] + lines[3:],
    "reordered": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "twice": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "empty line": lambda lines: [*lines[:2], b"\n", *lines[2:]],
    "no text": lambda lines: [*lines[:2], b"\xff\xfe\n", *lines[2:]],
    "merged lines": lambda lines: [lines[0], lines[1][:-1], *lines[2:]],
    "nonsense that is signed": lambda ls: [*ls, rewritten(ls[3], n=6, job=7)],
    "list for facts": lambda lines: [*lines, rewritten(lines[3], n=6, facts=[])],
    "numbers for facts": lambda lines: [*lines, rewritten(lines[3], n=6, facts={"a": 1})],
    "no kind": lambda lines: [*lines, rewritten(lines[3], n=6, kind=None)],
    "bad key": lambda lines: [*lines, rewritten(lines[3], n=6, key="clip-x")],
    "infinite price": lambda ls: [*ls, rewritten(ls[2], n=6, work={"price": {"low": 1e999}})],
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_stops_paid_work_and_lets_free_work_go_on(root: Path, name: str) -> None:
    five_records(root)
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join(DAMAGES[name](lines)))
    if name == "no kind":  # a kind that nobody knows only explains
        assert read_ledger(root).damage == ""
        return
    broken = path_of(root).read_bytes()
    assert f"{path_of(root)}, line " in read_ledger(root).damage
    with Journal(root) as j:
        with pytest.raises(JournalDamaged, match="nothing is bought") as caught:
            j.intent(work(take=5))
        assert "mv " in caught.value.advice
        j.published(Key(Step.FILM), record("film.mp4"))
        assert "film.mp4" in j.ledger.published
    assert path_of(root).read_bytes().startswith(broken), "the broken journal is kept"
    after = read_ledger(root)
    assert after.damage
    assert "film.mp4" in after.published


def test_what_is_sound_after_a_gap_still_counts(root: Path) -> None:
    five_records(root)
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join(lines[:1] + lines[2:]))  # the first record is gone
    ledger = read_ledger(root)
    assert ledger.damage
    assert ledger.in_flight[CLIP].job == "job-1"  # it can still be collected


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_no_flipped_bit_goes_unseen_or_raises(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("run")
    (root / layout.STATE).mkdir()
    live = five_records(root)
    content = bytearray(path_of(root).read_bytes())
    place = data.draw(st.integers(0, len(content) - 2))  # without the last newline the line is torn
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path_of(root).write_bytes(content)
    ledger = read_ledger(root)
    assert ledger.damage
    assert set(ledger.in_flight) <= set(live.in_flight)


def test_deep_nesting_is_damage_and_no_crash(root: Path) -> None:
    five_records(root)
    body = '{"n":6,"kind":"intent","work":' + "[" * 200_000 + "]" * 200_000 + "}"
    line = f'{{"crc":"{zlib.crc32(body.encode()):08x}",{body[1:]}\n'.encode()
    with path_of(root).open("ab") as file:
        file.write(line)
    assert "makes no sense" in read_ledger(root).damage


def test_a_newer_journal_is_refused(root: Path) -> None:
    five_records(root)
    first, *rest = path_of(root).read_bytes().splitlines(keepends=True)
    newer = rewritten(first, schema=journal.SCHEMA + 1, vidgen="9.9")
    path_of(root).write_bytes(newer + b"".join(rest))
    for opened in (read_ledger, Journal):
        with pytest.raises(JournalDamaged, match=r"newer vidgen \(9\.9\)") as caught:
            opened(root)
        assert "upgrade" in caught.value.advice


def test_a_record_of_a_newer_kind_is_left_alone(root: Path) -> None:
    live = five_records(root)
    line = path_of(root).read_bytes().splitlines()[-1]
    with path_of(root).open("ab") as file:
        file.write(rewritten(line, n=6, kind="blessed"))
    assert read_ledger(root) == live


def test_a_pipe_under_its_name_is_not_waited_for(root: Path) -> None:
    os.mkfifo(path_of(root))
    with pytest.raises(MachineError, match="no regular file"):
        read_ledger(root)


def test_a_link_under_its_name_is_not_written_through(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    path_of(root).symlink_to(target)
    with pytest.raises(MachineError):
        Journal(root)
    assert target.read_bytes() == b""
