"""Ambience is as long as asked, always the same for one seed, and never repeats itself."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_sounds import sound

from vidgen_core import Context, Interrupted, NoOptions, Refused, SoundRequest
from vidgen_core.media import Media
from vidgen_local.sound.ambience import ambience
from vidgen_local.sound.blocks import HOP, RATE, convolved, placed
from vidgen_local.sound.engine import LocalSound


@pytest.mark.parametrize("seconds", [0.00001, 0.3, 1, 2.7306, 5.5, HOP / RATE, 2 * HOP / RATE])
def test_a_sound_is_as_long_as_asked_to_the_sample(seconds: float) -> None:
    assert sound("wind", seconds).shape[1] == max(1, round(seconds * RATE))


def test_a_sound_begins_and_ends_in_silence() -> None:
    samples = np.abs(sound("waterfall", 4))
    for edge in (samples[:, :400], samples[:, -400:]):
        assert edge.max() < 0.01
    assert samples[:, RATE : 3 * RATE].max() > 0.1


def test_one_seed_gives_the_same_sound_and_another_another() -> None:
    prompt = "gentle rain, birds, footsteps"
    first = sound(prompt, 2)
    sound.cache_clear()
    assert np.array_equal(first, sound(prompt, 2))
    for seed in (6, -5, 2**70):
        assert abs(np.corrcoef(first[0], sound(prompt, 2, seed)[0])[0, 1]) < 0.2


def test_a_longer_sound_goes_on_as_the_shorter_one_began() -> None:
    short, long = sound("room, steps", 4), sound("room, steps", 7)
    assert np.array_equal(short[:, RATE : 3 * RATE], long[:, RATE : 3 * RATE])


@pytest.mark.parametrize("prompt", ["wind", "rain", "room tone", "waterfall", "city"])
def test_a_bed_has_no_period(prompt: str) -> None:
    mono = sound(prompt, 12).mean(axis=0)[RATE:-RATE]
    size = 1 << (2 * mono.size).bit_length()
    spectrum = np.abs(np.fft.rfft(mono, size)) ** 2
    alike = np.fft.irfft(spectrum, size)[: mono.size]
    assert np.abs(alike[RATE:]).max() < 0.2 * alike[0]


@pytest.mark.parametrize("prompt", ["wind", "rain", "sea", "crowd", "birds", "room"])
def test_the_two_sides_differ_and_belong_together(prompt: str) -> None:
    left, right = sound(prompt)
    assert 0.05 < np.corrcoef(left, right)[0, 1] < 0.97
    assert 0.4 < left.std() / right.std() < 2.5


def test_silence_is_silent_where_it_is_asked_for() -> None:
    assert not sound("complete silence", 2).any()


def test_a_long_sound_takes_no_more_memory() -> None:
    def most(seconds: float) -> int:
        tracemalloc.start()
        for block in ambience("foghorn, clock", seconds, 1):
            assert block.shape[1] <= HOP
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(30) < 1.2 * most(8) + (2 << 20)


def test_an_echo_goes_on_into_the_next_block() -> None:
    click = np.zeros((2, HOP), dtype=np.float32)
    click[:, HOP - 10] = 1
    rest = np.zeros((2, HOP), dtype=np.float32)
    answer = np.ones((2, 1000), dtype=np.float32)
    blocks = convolved(iter([click, rest, rest]), answer)
    whole = np.concatenate(list(blocks), axis=1)
    expected = np.zeros_like(whole)
    expected[:, HOP - 10 : HOP + 990] = 1
    assert np.abs(whole - expected).max() < 1e-4


def test_a_wave_may_be_longer_than_several_blocks() -> None:
    def events() -> object:
        yield 1.0, np.ones(3 * HOP, dtype=np.float32)
        yield 1.5, np.ones(10, dtype=np.float32)
        while True:
            yield 1e9, np.zeros(1, dtype=np.float32)

    blocks = placed(events())  # type: ignore[arg-type]
    whole = np.concatenate([next(blocks) for _ in range(5)])
    assert whole.sum() == 3 * HOP + 10
    assert whole[RATE] == 1
    assert whole[RATE - 1] == whole[RATE + 3 * HOP] == 0
    assert whole[round(1.5 * RATE)] == 2


@settings(max_examples=8, deadline=None)
@given(st.text(max_size=60), st.integers(-(2**80), 2**80))
def test_any_prompt_gives_a_sound(prompt: str, seed: int) -> None:
    samples = sound(prompt, 0.2, seed)
    assert samples.shape == (2, 9600)
    assert np.isfinite(samples).all()


def engine(cancelled: Callable[[], bool] = lambda: False) -> LocalSound:
    return LocalSound(Context(options=NoOptions(), media=Media(), cancelled=cancelled))


def test_the_file_is_stereo_at_48_khz_and_as_long_as_asked(tmp_path: Path) -> None:
    told: list[float] = []
    asked = SoundRequest(prompt="wind and waves", seconds=6.5, seed=1)
    engine().render(asked, tmp_path / "sound.mp3", told.append)
    with av.open(str(tmp_path / "sound.mp3")) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (RATE, 2)
        count = sum(frame.samples for frame in container.decode(stream))
    assert abs(count - 6.5 * RATE) <= 2 * 1152
    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_length_that_is_none_is_refused(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(Refused, match="seconds"):
        engine().render(
            SoundRequest(prompt="wind", seconds=seconds), tmp_path / "a.mp3", lambda part: None
        )


def test_making_a_sound_stops_when_the_run_does(tmp_path: Path) -> None:
    asked = SoundRequest(prompt="wind", seconds=600)
    with pytest.raises(Interrupted):
        engine(lambda: True).render(asked, tmp_path / "a.mp3", lambda part: None)
