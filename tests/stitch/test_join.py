"""Joining pictures: every frame, once, in its place, whatever the clips are made of."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import stitch
from vidgen_core.media import Media
from vidgen_core.specs import FilmJoinRequest, FilmScene, StitcherSpec
from vidgen_core.stitch.footage import Form, count_pictures, frame_rate, majority, survey
from vidgen_core.stitch.reshape import fitted
from vidgen_core.stitch.splice import needs_parameters

from ..stitch_files import (
    X264,
    clip,
    close,
    has_sound,
    heard,
    luma,
    lumas,
    packets,
    rms,
    silent,
    stitcher,
)
from .joins import in_time, join, ramp

AAC = (
    "-f",
    "lavfi",
    "-i",
    "sine=440:r=48000:d=1",
    "-ac",
    "2",
    "-c:a",
    "aac",
    "-map",
    "0",
    "-map",
    "1",
)


def test_the_stitcher_is_registered_through_its_own_hook() -> None:
    (spec,) = stitch.vidgen_stitchers()
    assert isinstance(spec, StitcherSpec)
    assert spec.name == "ffmpeg"
    assert spec.factory is stitch.FfmpegStitcher


def test_clips_of_one_encoder_are_copied_bit_by_bit(media: Media, tmp_path: Path) -> None:
    first, second = clip(media, tmp_path / "1.mp4"), clip(media, tmp_path / "2.mp4", start=50)
    made = join(media, tmp_path, first, second, first)
    assert packets(made) == packets(first) + packets(second) + packets(first)
    assert in_time(made, 72)
    assert close(lumas(made), ramp() + ramp(start=50) + ramp())


def test_a_single_clip_is_only_put_into_a_new_file_without_its_sound(
    media: Media, tmp_path: Path
) -> None:
    only = clip(media, tmp_path / "1.mp4", *X264, sound=AAC)
    made = join(media, tmp_path, only)
    assert packets(made) == packets(only)
    assert has_sound(only)
    assert not has_sound(made)


VARIANTS = {
    "timescale 90000": ({}, ("-video_track_timescale", "90000", *X264), 24),
    "timescale 25": ({"frames": 24}, ("-video_track_timescale", "24", *X264), 24),
    "other SPS": ({}, (*X264, "-preset", "ultrafast", "-bf", "0"), 24),
    "more references": ({}, (*X264, "-refs", "5", "-bf", "8"), 24),
    "25 in 24 fps": ({"frames": 25, "fps": "25"}, X264, 24),
    "12 in 24 fps": ({"frames": 12, "fps": "12"}, X264, 24),
    "23.976 in 24 fps": ({"frames": 24, "fps": "24000/1001"}, X264, 24),
    "other size": ({"size": (96, 48)}, X264, 24),
    "yuv444": ({}, ("-c:v", "libx264", "-pix_fmt", "yuv444p"), 24),
    "10 bits": ({}, ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"), 24),
    "full range": ({}, ("-vf", "scale=out_range=pc", *X264, "-color_range", "pc"), 24),
    "SAR 4:3": ({}, ("-vf", "setsar=4/3", *X264), 24),
    "HEVC": ({}, ("-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none"), 24),
    "MPEG-4": ({}, ("-c:v", "mpeg4", "-q:v", "2"), 24),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_an_odd_clip_in_the_middle_keeps_every_frame_and_the_time(
    media: Media, tmp_path: Path, name: str
) -> None:
    how, options, shown = VARIANTS[name]
    first, last = clip(media, tmp_path / "1.mp4"), clip(media, tmp_path / "3.mp4", start=60)
    odd = clip(media, tmp_path / "2.mp4", *options, **how)
    made = join(media, tmp_path, first, odd, last)
    assert in_time(made, 48 + shown)
    pictures = lumas(made)
    assert close(pictures[:24], ramp())
    assert close(pictures[24 + shown :], ramp(start=60))
    if how.get("fps") is None:
        assert close(pictures[24 : 24 + shown], ramp())
    form = survey(made).form
    assert form == survey(first).form
    assert packets(made)[-24:] == packets(last) or survey(made).in_band


@pytest.mark.parametrize("name", ["timescale 90000", "other SPS", "more references"])
def test_what_a_decoder_can_be_told_is_copied_and_not_encoded_again(
    media: Media, tmp_path: Path, name: str
) -> None:
    how, options, _ = VARIANTS[name]
    first = clip(media, tmp_path / "1.mp4")
    odd = clip(media, tmp_path / "2.mp4", *options, **how)
    made = join(media, tmp_path, first, odd, first)
    assert list(made.parent.iterdir()) == [made]
    assert all(a.endswith(b) for a, b in zip(packets(made)[24:48], packets(odd), strict=True))


def test_scenes_that_carry_parameters_are_told_apart_in_the_film(
    media: Media, tmp_path: Path
) -> None:
    first = clip(media, tmp_path / "1.mp4")
    other = clip(media, tmp_path / "2.mp4", *X264, "-preset", "ultrafast", "-bf", "0")
    mixed = join(media, tmp_path, first, other).rename(tmp_path / "mixed.mp4")
    assert survey(mixed).parameter_sets == survey(first).parameter_sets
    # The mixed scene ends in the other's parameters; the plain one after it says nothing itself.
    into = tmp_path / "film.mp4"
    scenes = tuple(FilmScene(number=n, video=str(v)) for n, v in enumerate((mixed, first), 1))
    stitcher(media).join_film(FilmJoinRequest(scenes=scenes), into, silent)
    assert close(lumas(into), ramp() * 3)
    assert in_time(into, 72)
    assert not has_sound(into)


def test_proportions_are_kept_inside_black_bars(media: Media, tmp_path: Path) -> None:
    square = clip(media, tmp_path / "2.mp4", size=(48, 48), frames=6, start=60)
    wide = clip(media, tmp_path / "1.mp4", frames=12)
    made = join(media, tmp_path, wide, square)
    with av.open(str(made)) as container:
        frame = list(container.decode(video=0))[-1]
        row = bytes(frame.planes[0])[24 * frame.planes[0].line_size :][:64]
    assert row[1] < 30
    assert row[62] < 30
    assert abs(row[12] - luma(5, 60)) < 8
    assert abs(row[52] - luma(5, 60)) < 8


def test_a_clip_that_players_turn_is_shown_as_they_do(media: Media, tmp_path: Path) -> None:
    upright = clip(media, tmp_path / "1.mp4")
    tall = clip(media, tmp_path / "2.mp4", size=(48, 64), start=60, frames=6)
    turned = turn(tall, tmp_path / "3.mp4")
    made = join(media, tmp_path, upright, turned)
    assert survey(turned).form == survey(upright).form
    assert in_time(made, 30)
    assert close(lumas(made), ramp() + ramp(6, start=60))
    assert survey(join(media, tmp_path, turned, turned)).turned is False


def turn(path: Path, into: Path) -> Path:
    # ffmpeg 5.1 has no such option; the wheel's has.
    command = [Media("bundled").executable, "-v", "error", "-display_rotation", "90", "-i", path]
    subprocess.run([*command, "-c", "copy", into], check=True, timeout=60)
    return into


@pytest.mark.parametrize("fps", ["24", "25", "30000/1001", "12", "23.5", "7", "60"])
@pytest.mark.parametrize("frames", [1, 2, 13])
def test_every_rate_and_the_shortest_clips_can_be_joined(
    media: Media, tmp_path: Path, fps: str, frames: int
) -> None:
    short = clip(media, tmp_path / "1.mp4", fps=fps, frames=frames)
    made = join(media, tmp_path, short, (short, 1), short)
    shown = 2 * frames + 1
    assert in_time(made, shown, Fraction(fps))
    assert close(lumas(made), ramp(frames) + ramp(1) + ramp(frames))


@pytest.mark.parametrize("preset", ["medium", "ultrafast"])
def test_a_damaged_clip_still_gives_every_frame(media: Media, tmp_path: Path, preset: str) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    noisy = ("-vf", "noise=alls=60:allf=t", *X264, "-preset", preset)
    content = bytearray(clip(media, tmp_path / "2.mp4", *noisy).read_bytes())
    hole = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    content[hole : hole + 40] = bytes(40)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(content)
    assert count_pictures(damaged) == 24
    made = join(media, tmp_path, whole, damaged, whole)
    assert in_time(made, 72)
    assert count_pictures(made) == 72
    assert packets(made)[24:48] == packets(damaged) or preset == "ultrafast"


def test_a_webm_majority_becomes_h264_at_its_size_and_rate(media: Media, tmp_path: Path) -> None:
    vp9 = ("-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-cpu-used", "8", "-deadline", "realtime")
    first = clip(media, tmp_path / "1.webm", *vp9, size=(80, 48))
    second = clip(media, tmp_path / "2.webm", *vp9, size=(80, 48), start=60)
    other = clip(media, tmp_path / "3.mp4", frames=12)
    made = join(media, tmp_path, first, other, second)
    form = survey(made).form
    assert (form.codec, form.width, form.height, form.fps) == ("h264", 80, 48, 24)
    assert in_time(made, 60)
    assert close(lumas(made), ramp() + ramp(12) + ramp(start=60))


def test_h264_in_matroska_with_a_coarse_clock_is_copied(media: Media, tmp_path: Path) -> None:
    mkv = clip(media, tmp_path / "1.mkv", fps="30", frames=30)
    made = join(media, tmp_path, mkv, mkv)
    assert packets(made) == packets(mkv) * 2
    assert in_time(made, 60, Fraction(30))


def test_uneven_frames_are_brought_to_an_even_rate(media: Media, tmp_path: Path) -> None:
    even = clip(media, tmp_path / "1.mp4")
    jumpy = ("-vf", r"setpts=(N+floor(N/3))/24/TB", "-fps_mode", "passthrough", *X264)
    uneven = clip(media, tmp_path / "2.mp4", *jumpy, frames=12)
    assert not survey(uneven).even
    made = join(media, tmp_path, even, uneven, even)
    assert in_time(made, 48 + 15)


@pytest.mark.parametrize("shown", [1, 7, 23])
def test_a_trimmed_clip_shows_exactly_its_first_frames(
    media: Media, tmp_path: Path, shown: int
) -> None:
    whole, long = clip(media, tmp_path / "1.mp4"), clip(media, tmp_path / "2.mp4", start=60)
    made = join(media, tmp_path, whole, (long, shown), whole)
    assert in_time(made, 48 + shown)
    assert close(lumas(made), ramp() + ramp(shown, start=60) + ramp())


def test_a_trimmed_clip_of_our_own_leaves_no_seam(media: Media, tmp_path: Path) -> None:
    own = tmp_path / "own.mp4"
    media.encode_frames(
        [bytes([n]) * (64 * 48 * 3) for n in range(24)], own, width=64, height=48, fps=24
    )
    made = join(media, tmp_path, own, (own, 5), own)
    assert packets(made)[:24] == packets(made)[29:] == packets(own)
    assert not needs_parameters([survey(made), survey(own)])


def test_a_clip_shorter_than_what_is_shown_is_shown_whole(media: Media, tmp_path: Path) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    made = join(media, tmp_path, (whole, 99), (whole, 24))
    assert packets(made) == packets(whole) * 2


NATIVE = {
    "AAC": ("-ac", "2", "-c:a", "aac"),
    "mono": ("-ac", "1", "-c:a", "aac"),
    "44.1 kHz": ("-ar", "44100", "-ac", "2", "-c:a", "aac"),
    "MP3": ("-ac", "2", "-c:a", "libmp3lame"),
    "none": (),
}


@pytest.mark.parametrize("name", NATIVE)
def test_native_sound_that_is_kept_stays_with_its_picture(
    media: Media, tmp_path: Path, name: str
) -> None:
    sine = ("-f", "lavfi", "-i", "sine=440:r=48000:d=1")
    how = NATIVE[name]
    first = clip(media, tmp_path / "1.mp4", *X264, sound=(*sine, *NATIVE["AAC"]))
    middle = clip(media, tmp_path / "2.mp4", *X264, sound=(*sine, *how) if how else ())
    last = clip(media, tmp_path / "3.mp4")
    made = join(media, tmp_path, first, middle, last, first, keep_audio=True)
    assert in_time(made, 96)
    sound = heard(made)
    assert abs(len(sound) - 4 * 48_000) <= 1024
    loud = [rms(sound[s * 48_000 + 4_800 : s * 48_000 + 40_000]) for s in range(4)]
    assert loud[0] > 0.05
    assert (loud[1] > 0.03) == bool(how)
    assert loud[2] < 0.001
    assert loud[3] > 0.05
    assert not has_sound(join(media, tmp_path, first, middle, last))


def test_a_clip_whose_sound_is_longer_does_not_push_the_next(media: Media, tmp_path: Path) -> None:
    long = ("-f", "lavfi", "-i", "sine=440:r=48000:d=2", "-c:a", "aac")
    first = clip(media, tmp_path / "1.mp4", *X264, sound=long)
    made = join(media, tmp_path, first, first, clip(media, tmp_path / "2.mp4"), keep_audio=True)
    assert in_time(made, 72)
    sound = heard(made)
    assert abs(len(sound) - 3 * 48_000) <= 1024
    assert rms(sound[98_000:140_000]) < 0.001


def test_full_range_stays_full_range_where_most_have_it(media: Media, tmp_path: Path) -> None:
    how, options, _ = VARIANTS["full range"]
    full = clip(media, tmp_path / "1.mp4", *options, **how)
    plain = clip(media, tmp_path / "2.mp4", frames=12)
    made = join(media, tmp_path, full, plain)
    assert survey(made).form == survey(full).form
    assert survey(made).form.full_range
    pictures = lumas(made)
    assert close(pictures[24:], pictures[:12])


NAMES = [
    "a b.mp4",
    'it\'s "quoted".mp4',
    "two\nlines.mp4",
    "🎬 café.mp4",
    "-dash.mp4",
    "%d-%03d.mp4",
    "concat:x|y.mp4",
    "[0:v] {x} $HOME; 'b.mp4",
    "back\\slash.mp4",
    "file:x.mp4",
]


def test_no_name_can_break_a_join(media: Media, tmp_path: Path) -> None:
    plain = clip(media, tmp_path / "1.mp4")
    for name in NAMES:
        folder = tmp_path / name.removesuffix(".mp4")
        folder.mkdir()
        odd = folder / name
        odd.write_bytes(plain.read_bytes())
        made = join(media, folder, odd, (odd, 5), odd)
        assert close(lumas(made), ramp() + ramp(5) + ramp()), name


def test_most_seconds_decide_and_not_most_clips(media: Media, tmp_path: Path) -> None:
    small = [clip(media, tmp_path / f"{n}.mp4", frames=4) for n in range(3)]
    large = clip(media, tmp_path / "large.mp4", size=(96, 64))
    footage = [survey(path) for path in (*small, large)]
    form, _ = majority([(video, video.seconds) for video in footage])
    assert (form.width, form.height) == (96, 64)


def test_the_films_size_is_kept_whatever_most_seconds_have(media: Media, tmp_path: Path) -> None:
    small = clip(media, tmp_path / "small.mp4", frames=6)
    large = clip(media, tmp_path / "large.mp4", frames=24, size=(96, 64))
    for paths in ((small, large), (large,)):
        made = survey(join(media, tmp_path, *paths, size=(64, 48, 24.0)))
        assert (made.form.width, made.form.height, made.form.fps) == (64, 48, 24)
    kept = join(media, tmp_path, small, size=(64, 48, 24.0))
    assert packets(kept) == packets(small)


def test_of_almost_equal_rates_the_films_own_is_kept(media: Media, tmp_path: Path) -> None:
    whole = clip(media, tmp_path / "24.mp4", frames=6)
    broadcast = clip(media, tmp_path / "23.976.mp4", frames=24, fps="24000/1001")
    odd = clip(media, tmp_path / "12.mp4", frames=24, fps="12")
    footage = [survey(path) for path in (whole, broadcast, odd)]
    videos = [(video, video.seconds) for video in footage]
    assert majority(videos, (64, 48, 24.0))[0].fps == 24
    assert majority(videos, (64, 48, 23.976))[0].fps == Fraction(24000, 1001)
    assert majority(videos[2:], (64, 48, 29.97))[0].fps == Fraction(30000, 1001)


@given(
    rate=st.sampled_from(
        [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(12)]
    ),
    ticks=st.sampled_from([1000, 600, 12288, 90000, 15360]),
    frames=st.integers(120, 300),
)
def test_the_rate_is_found_whatever_the_clock(rate: Fraction, ticks: int, frames: int) -> None:
    shown = [round(k / rate * ticks) for k in range(frames)]
    found, even = frame_rate(shown, Fraction(1, ticks), [None])
    assert even
    assert found == rate


@given(
    width=st.integers(2, 4000),
    height=st.integers(2, 4000),
    box=st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
    sar=st.fractions(Fraction(1, 4), 4, max_denominator=16),
)
def test_a_fitted_picture_is_even_and_touches_its_frame(
    width: int, height: int, box: tuple[int, int], sar: Fraction
) -> None:
    target = Form(
        codec="h264", pixels="yuv420p", width=2 * box[0], height=2 * box[1], fps=Fraction(24)
    )
    source = Form(
        codec="vp9", pixels="yuv420p", width=width, height=height, fps=Fraction(24), sar=sar
    )
    fits = fitted(source, target)
    assert all(side % 2 == 0 and side >= 2 for side in fits)
    assert fits[0] <= target.width
    assert fits[1] <= target.height
    assert fits[0] == target.width or fits[1] == target.height
