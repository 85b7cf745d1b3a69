"""The sound of the film: in its place, as loud as promised, as long as the picture."""

from __future__ import annotations

import math
import shutil
from array import array
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.errors import BadOutput, Interrupted, MachineError
from vidgen_core.media import Media
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe
from vidgen_core.specs import FilmJoinRequest, FilmScene, FitNarrationRequest
from vidgen_core.stitch.footage import count_samples, survey
from vidgen_core.stitch.track import Cue, lay, stretches

from ..extent import some
from ..stitch_files import (
    RATE,
    X264,
    clip,
    crackle,
    has_sound,
    heard,
    packets,
    rms,
    silent,
    sound,
    span,
    speech,
    stitcher,
    strength,
    tone,
)

AAC = ("-f", "lavfi", "-i", "sine=440:r=48000:d=1", "-c:a", "aac")


@pytest.fixture(scope="module")
def second(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene of one second."""
    return clip(media, tmp_path_factory.mktemp("scene") / "second.mp4")


def film(
    media: Media,
    tmp_path: Path,
    *scenes: tuple[Path, Path | None],
    narration: Path | None = None,
    keep_audio: bool = False,
) -> Path:
    folder = tmp_path / "joining"
    folder.mkdir(exist_ok=True)
    into = folder / "film.mp4"
    request = FilmJoinRequest(
        scenes=tuple(
            FilmScene(number=number, video=str(video), sound=str(effect) if effect else None)
            for number, (video, effect) in enumerate(scenes, 1)
        ),
        narration=str(narration) if narration else None,
        keep_audio=keep_audio,
    )
    stitcher(media).join_film(request, into, silent)
    return into


def laid(*cues: Cue) -> array[float]:
    """Return the left channel of a track."""
    samples: array[float] = array("f")
    for block in lay(cues):
        samples.frombytes(block)
    return samples[0::2]


def test_a_film_without_any_source_has_no_sound(media: Media, tmp_path: Path, second: Path) -> None:
    made = film(media, tmp_path, (second, None), (second, None))
    assert not has_sound(made)
    assert packets(made) == packets(second) * 2


def test_the_picture_of_a_film_is_copied_and_its_sound_as_long(
    media: Media, tmp_path: Path, second: Path
) -> None:
    effect = tone(media, tmp_path / "effect.mp3", 0.5)
    made = film(media, tmp_path, (second, effect), (second, None), (second, effect))
    assert packets(made) == packets(second) * 3
    assert abs(count_samples(made) - 3 * RATE) <= 1024


def test_a_sound_longer_than_its_scene_is_cut_and_a_shorter_one_is_followed_by_silence(
    media: Media, tmp_path: Path, second: Path
) -> None:
    long = tone(media, tmp_path / "long.mp3", 3.0)
    short = tone(media, tmp_path / "short.mp3", 0.4)
    made = heard(film(media, tmp_path, (second, long), (second, None), (second, short)))
    assert rms(made[2_400:45_000]) > 0.05
    assert rms(made[RATE + 1_200 : 2 * RATE - 1_200]) < 0.0005
    assert rms(made[2 * RATE + 2_400 : 2 * RATE + 14_400]) > 0.05
    assert rms(made[2 * RATE + 24_000 : 3 * RATE]) < 0.0005


def test_a_cut_sound_fades_so_that_it_does_not_click(media: Media, tmp_path: Path) -> None:
    high = sound(media, tmp_path / "high.flac", (0.5 for _ in span(1.0)))
    made = laid(Cue(RATE // 2, high), Cue(100), Cue(RATE // 2, high))
    assert abs(made[RATE // 2 - 2_000] - 0.5) < 1e-3
    ending = made[RATE // 2 - 1_440 : RATE // 2]
    assert all(a >= b for a, b in pairwise(ending))
    assert abs(ending[-1]) < 0.001
    assert set(made[RATE // 2 : RATE // 2 + 100]) == {0.0}
    assert abs(made[RATE // 2 + 200] - 0.5) < 1e-3


def test_mono_is_as_loud_in_both_channels_as_it_was(media: Media, tmp_path: Path) -> None:
    high = sound(media, tmp_path / "high.flac", (0.5 for _ in span(0.2)))
    samples: array[float] = array("f")
    for block in lay([Cue(4_800, high)]):
        samples.frombytes(block)
    assert abs(samples[2_000] - 0.5) < 1e-3
    assert samples[0::2] == samples[1::2]


@pytest.mark.parametrize("suffix", some([".mp3", ".m4a", ".wav", ".flac"], 2))
def test_a_track_is_exact_whatever_its_sources_are(
    media: Media, tmp_path: Path, suffix: str
) -> None:
    source = tone(media, tmp_path / f"tone{suffix}", 0.7)
    cues = (Cue(11, source), Cue(12_345, source), Cue(0, source), Cue(77_777, source), Cue(3))
    assert len(laid(*cues)) == 11 + 12_345 + 77_777 + 3


@given(
    frames=st.lists(st.integers(1, 500), min_size=1, max_size=300),
    fps=st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30)]),
)
def test_places_on_the_time_line_do_not_drift(frames: list[int], fps: Fraction) -> None:
    lengths = stretches(frames, fps)
    for count in (1, len(frames) // 2, len(frames)):
        exact = sum(frames[:count]) / fps * RATE
        assert abs(sum(lengths[:count]) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize("level", some([0.01, 0.1, 0.9], 1))
def test_speech_over_effects_lands_at_minus_sixteen(
    media: Media, tmp_path: Path, second: Path, level: float
) -> None:
    bed = tone(media, tmp_path / "bed.mp3", 1.0, 900)
    voice = speech(media, tmp_path / "voice.mp3", 4.0, level / 2)
    made = film(media, tmp_path, *[(second, bed)] * 4, narration=voice)
    assert abs(media.measure_loudness(made) + 16) <= 1


def test_peaks_do_not_keep_a_film_from_its_loudness(
    media: Media, tmp_path: Path, second: Path
) -> None:
    noise = crackle(media, tmp_path / "noise.mp3", 3.0)
    made = film(media, tmp_path, (second, noise), (second, noise), (second, noise))
    assert abs(media.measure_loudness(made) + 16) <= 1
    # The peaks were held below 1; AAC may draw single samples of a click a little higher.
    assert sum(abs(x) > 1 for x in heard(made)) < 150


def test_digital_silence_stays_silent(media: Media, tmp_path: Path, second: Path) -> None:
    nothing = sound(media, tmp_path / "nothing.mp3", (0.0 for _ in span(1.0)))
    made = film(media, tmp_path, (second, nothing), (second, nothing))
    assert has_sound(made)
    assert media.measure_loudness(made) == -math.inf
    assert abs(count_samples(made) - 2 * RATE) <= 1024


@pytest.mark.parametrize("level", some([0.02, 0.3], 1))
def test_effects_step_back_under_the_narration(
    media: Media, tmp_path: Path, second: Path, level: float
) -> None:
    bed = tone(media, tmp_path / "bed.mp3", 1.0, 3_000, level=0.2)

    def wave(t: int) -> float:
        return level * math.sin(math.tau * 250 * t / RATE) if t >= 2 * RATE else 0.0

    voice = sound(media, tmp_path / "voice.mp3", map(wave, span(4.0)))
    made = heard(film(media, tmp_path, *[(second, bed)] * 4, narration=voice))
    alone = strength(made[RATE // 2 : RATE // 2 + 9_600], 3_000)
    under = strength(made[3 * RATE + 9_600 : 3 * RATE + 19_200], 3_000)
    assert 20 * math.log10(alone / under) >= 6


def test_effects_play_at_seventy_percent_of_the_narration(
    media: Media, tmp_path: Path, second: Path
) -> None:
    effect = tone(media, tmp_path / "effect.flac", 1.0, 3_000, level=0.3)

    def wave(t: int) -> float:
        return 0.3 * math.sin(math.tau * 250 * t / RATE) if t < RATE else 0.0

    voice = sound(media, tmp_path / "voice.flac", map(wave, span(4.0)))
    made = heard(film(media, tmp_path, *[(second, None)] * 3, (second, effect), narration=voice))
    spoken = strength(made[9_600:28_800], 250)
    played = strength(made[3 * RATE + 9_600 : 3 * RATE + 28_800], 3_000)
    assert played / spoken == pytest.approx(0.7, rel=0.05)


def test_a_finished_film_is_whole_to_the_strictest_probe(media: Media, tmp_path: Path) -> None:
    plain = clip(media, tmp_path / "1.mp4")
    other = clip(media, tmp_path / "2.mp4", *X264, "-preset", "ultrafast", "-bf", "0")
    effect = tone(media, tmp_path / "effect.mp3", 1.0)
    facts = probe(film(media, tmp_path, (plain, effect), (other, None)), Kind.VIDEO, decode=True)
    assert facts.verdict is Verdict.WHOLE
    assert facts.fault == ""
    assert (facts.frames, facts.seconds, facts.has_audio) == (48, 2.0, True)


def test_native_sound_is_dropped_unless_it_is_kept(media: Media, tmp_path: Path) -> None:
    native = clip(media, tmp_path / "native.mp4", *X264, sound=AAC)
    assert not has_sound(film(media, tmp_path, (native, None), (native, None)))
    kept = film(media, tmp_path, (native, None), (native, None), keep_audio=True)
    assert abs(media.measure_loudness(kept) + 16) <= 1
    assert abs(count_samples(kept) - 2 * RATE) <= 1024
    effect = tone(media, tmp_path / "effect.mp3", 1.0, 2_000)
    both = heard(film(media, tmp_path, (native, effect), (native, None), keep_audio=True))
    assert strength(both[9_600:28_800], 2_000) > 0.03
    assert strength(both[9_600:28_800], 440) > 0.03
    assert strength(both[RATE + 9_600 : RATE + 28_800], 2_000) < 0.001


def test_sixty_scenes_do_not_drift(media: Media, tmp_path: Path) -> None:
    tiny = clip(media, tmp_path / "tiny.mp4", frames=5)
    effect = tone(media, tmp_path / "tone.mp3", 0.15, 1_000)
    scenes = []
    for number in range(60):
        video = Path(shutil.copy(tiny, tmp_path / f"{number}.mp4"))
        scenes.append((video, effect if number in (0, 59) else None))
    made = film(media, tmp_path, *scenes)
    assert survey(made).frames == 300
    assert abs(count_samples(made) - round(300 / 24 * RATE)) <= 1024
    # The last scene begins with frame 295, which is sample 590 000.
    samples = heard(made)
    assert rms(samples[580_000:588_900]) < 0.001
    assert rms(samples[590_500:596_000]) > 0.05


@pytest.mark.parametrize("what", ["video", "sound", "narration"])
def test_a_missing_input_is_named_and_no_film_is_left(
    media: Media, tmp_path: Path, second: Path, what: str
) -> None:
    gone, effect = tmp_path / "gone.x", tone(media, tmp_path / "effect.mp3", 0.5)
    with pytest.raises(MachineError, match=r"gone\.x"):
        film(
            media,
            tmp_path,
            (second, effect),
            (gone if what == "video" else second, gone if what == "sound" else effect),
            narration=gone if what == "narration" else None,
        )
    assert list((tmp_path / "joining").iterdir()) == []


def test_a_sound_file_without_sound_is_named(media: Media, tmp_path: Path, second: Path) -> None:
    with pytest.raises(BadOutput, match=r"second\.mp4.*no sound"):
        film(media, tmp_path, (second, second))
    text = tmp_path / "text.mp3"
    text.write_text("not a sound")
    with pytest.raises(BadOutput, match=r"text\.mp3"):
        film(media, tmp_path, (second, text))


def test_a_film_much_shorter_than_a_measurement_is_made(media: Media, tmp_path: Path) -> None:
    blink = clip(media, tmp_path / "blink.mp4", frames=2)
    made = film(media, tmp_path, (blink, tone(media, tmp_path / "tone.mp3", 1.0)))
    assert abs(count_samples(made) - 4_000) <= 1024


def test_a_mix_stops_when_the_run_is_to_stop(media: Media, tmp_path: Path, second: Path) -> None:
    effect = tone(media, tmp_path / "effect.mp3", 0.5)
    with pytest.raises(Interrupted):
        list(lay([Cue(100, effect)], lambda: True))


def fit(media: Media, tmp_path: Path, spoken: float, videos: list[Path]) -> tuple[Path, str]:
    voice = tone(media, tmp_path / "voice.mp3", spoken, 300)
    into = tmp_path / "fitted.mp3"
    request = FitNarrationRequest(narration=str(voice), videos=tuple(map(str, videos)))
    return into, stitcher(media).fit_narration(request, into, silent)


@pytest.mark.parametrize("spoken", some([2.45, 2.7, 3.0, 3.4], 2))
def test_narration_within_the_limits_is_stretched_and_nothing_is_said(
    media: Media, tmp_path: Path, second: Path, spoken: float
) -> None:
    fitted, remark = fit(media, tmp_path, spoken, [second] * 3)
    assert remark == ""
    assert count_samples(fitted) == 3 * RATE
    assert rms(heard(fitted)[2 * RATE : 3 * RATE - 4_800]) > 0.1


def test_narration_that_is_too_long_ends_early_and_it_is_said(
    media: Media, tmp_path: Path, second: Path
) -> None:
    fitted, remark = fit(media, tmp_path, 5.0, [second] * 3)
    assert "1.3 s too long" in remark
    assert count_samples(fitted) == 3 * RATE
    made = heard(fitted)
    assert rms(made[2 * RATE : 2 * RATE + 30_000]) > 0.1
    assert rms(made[-480:]) < 0.02


def test_narration_that_is_too_short_is_followed_by_silence_and_it_is_said(
    media: Media, tmp_path: Path, second: Path
) -> None:
    fitted, remark = fit(media, tmp_path, 1.0, [second] * 3)
    assert "1.8 s before the film" in remark
    assert count_samples(fitted) == 3 * RATE
    made = heard(fitted)
    assert rms(made[: RATE + 7_200]) > 0.1
    assert rms(made[RATE + 16_800 :]) < 0.001


def test_narration_a_little_short_is_not_worth_a_word(
    media: Media, tmp_path: Path, second: Path
) -> None:
    fitted, remark = fit(media, tmp_path, 2.25, [second] * 3)
    assert remark == ""
    assert count_samples(fitted) == 3 * RATE


def test_narration_that_is_missing_or_empty_is_named(
    media: Media, tmp_path: Path, second: Path
) -> None:
    into = tmp_path / "fitted.mp3"
    for name in ("gone.mp3", "empty.mp3"):
        (tmp_path / "empty.mp3").write_bytes(b"")
        request = FitNarrationRequest(narration=str(tmp_path / name), videos=(str(second),))
        with pytest.raises((MachineError, BadOutput), match=name.replace(".", r"\.")):
            stitcher(media).fit_narration(request, into, silent)
    assert not into.exists()


def test_narration_for_no_video_is_refused(media: Media, tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match="no video"):
        fit(media, tmp_path, 1.0, [])


def test_a_damaged_sound_is_heard_past_its_damage(media: Media, tmp_path: Path) -> None:
    content = bytearray(tone(media, tmp_path / "tone.mp3", 2.0).read_bytes())
    content[9_000:9_600] = bytes(600)
    damaged = tmp_path / "damaged.mp3"
    damaged.write_bytes(content)
    made = laid(Cue(2 * RATE, damaged))
    assert len(made) == 2 * RATE
    assert rms(made[RATE + RATE // 2 : 2 * RATE - 9_600]) > 0.1


def test_progress_of_a_film_rises_to_one(media: Media, tmp_path: Path, second: Path) -> None:
    effect = tone(media, tmp_path / "effect.mp3", 1.0)
    told: list[float] = []
    scenes = (FilmScene(number=1, video=str(second), sound=str(effect)),)
    stitcher(media).join_film(FilmJoinRequest(scenes=scenes), tmp_path / "film.mp4", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_no_name_of_a_sound_can_break_a_film(media: Media, tmp_path: Path, second: Path) -> None:
    effect = tone(media, tmp_path / "tone.mp3", 0.5)
    for name in ('it\'s "so".mp3', "two\nlines.mp3", "🎬.mp3", "-x %d.mp3", "concat:[a]|b.mp3"):
        odd = Path(shutil.copy(effect, tmp_path / name))
        made = film(media, tmp_path, (second, odd), narration=odd)
        assert abs(count_samples(made) - RATE) <= 1024, name
