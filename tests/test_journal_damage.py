"""What the money journal says survives crashes, and damage never costs money."""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import disk, journal, layout
from vidgen_core.errors import Billed, JournalDamaged, MachineError
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step

from .journal_records import CLIP, five_records, path_of, record, rewritten, work


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / layout.STATE).mkdir()
    return tmp_path


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
        assert "vidgen-core" not in caught.value.advice  # on an index it may be anybody's


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


# what a disk may hold after the power failed ----------------------------------------------


def with_long_last_line(root: Path) -> tuple[bytes, int]:
    """A journal whose last line takes several sectors, and where that line begins."""
    five_records(root)
    with Journal(root) as j:
        j.submitted(CLIP, 1, "job-9", {"region": "n" * 3000})
    content = path_of(root).read_bytes()
    return content, content.rindex(b"\n", 0, -1) + 1


def without_sector(content: bytes, start: int, number: int) -> bytes:
    """*content* with zeros in its sector *number*, as far as that lies behind *start*."""
    begin, end = max(start, number * 512), min((number + 1) * 512, len(content))
    return content[:begin] + bytes(end - begin) + content[end:]


def test_a_last_line_without_one_of_its_sectors_is_dropped(root: Path) -> None:
    content, start = with_long_last_line(root)
    path_of(root).write_bytes(content[:start])
    without = read_ledger(root)
    for number in range(start // 512, (len(content) - 1) // 512 + 1):
        path_of(root).write_bytes(without_sector(content, start, number))
        assert read_ledger(root) == without, number
    path_of(root).write_bytes(without_sector(content, start, start // 512 + 2))
    with Journal(root) as j:
        assert path_of(root).read_bytes() == content[:start]
        j.intent(work(take=7))
    assert read_ledger(root).damage == ""
    assert read_ledger(root).in_flight[CLIP].take == 7


def test_a_line_that_is_not_the_last_lacks_no_sector_by_a_crash(root: Path) -> None:
    content, start = with_long_last_line(root)
    torn = without_sector(content, start, start // 512 + 2)
    path_of(root).write_bytes(torn + content.splitlines(keepends=True)[-1])
    assert "checksum" in read_ledger(root).damage


def test_part_of_a_sector_is_never_missing_by_a_crash(root: Path) -> None:
    content, start = with_long_last_line(root)
    place = (start // 512 + 2) * 512
    path_of(root).write_bytes(content[: place + 7] + bytes(100) + content[place + 107 :])
    assert "checksum" in read_ledger(root).damage


@pytest.mark.parametrize("tail", [b'{"crc":"00', bytes(700), b'{"crc":"00000000",' + bytes(600)])
def test_a_journal_that_is_torn_in_two_places_stays_damaged(root: Path, tail: bytes) -> None:
    content, start = with_long_last_line(root)
    path_of(root).write_bytes(without_sector(content, start, start // 512 + 2) + tail)
    for _ in range(3):
        assert read_ledger(root).damage
        with Journal(root) as j, pytest.raises(JournalDamaged):
            j.intent(work(take=5))
    with Journal(root) as j:
        j.published(Key(Step.FILM), record("film.mp4"))
    ledger = read_ledger(root)
    assert ledger.damage
    assert "film.mp4" in ledger.published


def test_a_journal_that_was_opened_has_a_name_that_lasts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    five_records(root)  # by a process that may have been killed before it synced
    synced: list[str] = []
    real, sync = disk.sync_directory, disk.sync
    monkeypatch.setattr(disk, "sync_directory", lambda p: (real(p), synced.append(p.name))[0])
    monkeypatch.setattr(disk, "sync", lambda handle: (sync(handle), synced.append("file"))[0])
    with Journal(root):
        assert synced == [layout.STATE, "file"]
