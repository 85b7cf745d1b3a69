"""Each kind of sound is what its name says, by its spectrum and its rhythm."""

from __future__ import annotations

import numpy as np
import pytest
from local_sounds import loudness, period, power, sound

from vidgen_local.sound.blocks import RATE
from vidgen_local.sound.prompt import Kind

EVERY_KIND = [str(kind) for kind in Kind if kind is not Kind.SILENCE]
#: Prompts that name each kind in words of a script.
PROMPTS = {"air": "outdoors", "insects": "crickets", "drips": "dripping", "room": "kitchen"}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_heard_without_a_click_or_direct_current(kind: str) -> None:
    samples = sound(PROMPTS.get(kind, kind))
    assert samples.shape == (2, round(5.4 * RATE))
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert 0.02 < np.abs(samples).max() <= 0.6
    assert 0.004 < np.sqrt(np.mean(samples**2)) < 0.25
    assert np.abs(samples.mean(axis=1)).max() < 1e-4
    assert power(samples, 0, 20) < 0.02
    rough = {"fire", "rain"}  # drops and crackles are sharp themselves
    assert np.abs(np.diff(samples)).max() < (0.7 if kind in rough else 0.35)
    assert loudness(samples, 0.5)[2:-2].min() > 5e-4, "never silent"


def test_rain_hisses_where_wind_does_not() -> None:
    rain, wind = sound("rain"), sound("wind")
    assert power(rain, 1000, 9000) > 0.7
    assert power(wind, 1000, 9000) < 0.2
    assert power(wind, 40, 600) > 0.6


def test_thunder_comes_in_low_bursts() -> None:
    samples = sound("thunder", 20)
    assert power(samples, 20, 200) > 0.6
    levels = loudness(samples, 0.5)
    assert levels.max() > 8 * np.median(levels[levels < np.median(levels)])


def test_a_clock_ticks_twice_a_second() -> None:
    seconds, sure = period(sound("clock ticking", 12), 0.3, 0.8)
    assert seconds == pytest.approx(0.5, abs=0.011)
    assert sure > 0.5


def test_steps_come_at_a_walking_rate_and_faster_when_running() -> None:
    walking, sure = period(sound("footsteps", 12), 0.4, 0.8)
    running, _ = period(sound("running footsteps", 12), 0.25, 0.45)
    assert 0.48 < walking < 0.65
    assert sure > 0.1
    assert running < 0.42


def test_steps_are_struck() -> None:
    levels = loudness(sound("footsteps"))
    assert levels.max() > 10 * np.median(levels)


def test_a_heart_beats_low_and_about_once_a_second() -> None:
    samples = sound("heartbeat", 12)
    assert power(samples, 30, 250) > 0.85
    seconds, _ = period(samples, 0.75, 1.1)
    assert 0.84 < seconds < 0.96


def test_a_train_runs_over_joints_at_a_steady_pace() -> None:
    seconds, sure = period(sound("train", 12), 0.7, 1.1)
    assert 0.8 < seconds < 1.0
    assert sure > 0.15


def test_waves_swell_more_slowly_than_a_stream() -> None:
    sea, stream = (loudness(sound(prompt, 20), 0.5)[2:-2] for prompt in ("waves", "stream"))
    assert sea.std() / sea.mean() > 2 * stream.std() / stream.mean()


def test_birds_sing_higher_than_gulls_cry() -> None:
    birds, gulls = sound("birds", 12), sound("gulls", 12)
    assert power(birds, 2300, 7000) > 0.6
    assert power(gulls, 600, 3000) > power(gulls, 3000, 9000)
    assert power(birds, 600, 2000) < power(gulls, 600, 2000)


def test_a_crowd_speaks_in_the_range_of_voices() -> None:
    assert power(sound("crowd"), 150, 4000) > 0.85


def test_a_bell_rings_in_partials() -> None:
    spectrum = np.abs(np.fft.rfft(sound("church bell").mean(axis=0))) ** 2
    spectrum.sort()
    assert spectrum[-400:].sum() > 0.5 * spectrum.sum()


def test_far_away_is_darker_and_softer() -> None:
    near, far = sound("birds, wind"), sound("distant birds, wind")
    assert power(far, 2300, 7000) < 0.5 * power(near, 2300, 7000)
    alone_near, alone_far = sound("thunder"), sound("distant thunder")
    assert power(alone_far, 400, 4000) < power(alone_near, 400, 4000)


def test_heavy_is_louder_than_gentle() -> None:
    heavy, gentle = (np.sqrt(np.mean(sound(f"{how} rain") ** 2)) for how in ("heavy", "gentle"))
    assert heavy > 2 * gentle


def test_several_sounds_are_all_heard() -> None:
    both = sound("wind, birds", 12)
    assert power(both, 40, 600) > 0.2
    assert power(both, 2300, 7000) > 0.02 > power(sound("wind", 12), 2300, 7000)


def test_a_cave_answers() -> None:
    def after(prompt: str) -> float:
        levels = np.sort(loudness(sound(prompt, 10)))
        return float(np.median(levels) / levels[-5])

    assert after("footsteps in a cave") > 1.5 * after("footsteps")
