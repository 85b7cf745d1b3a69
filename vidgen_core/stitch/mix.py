"""The sound of a film: mixed once, brought to its loudness, encoded once."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidgen_core.media.encoding import sound_options
from vidgen_core.media.ffmpeg_binary import ffmpeg_python
from vidgen_core.protocols import Progress
from vidgen_core.stitch.footage import unusable
from vidgen_core.stitch.placing import FASTEST, SLOWEST, seconds_of
from vidgen_core.stitch.track import RATE, Cue, Tracks, lay, sounds

if TYPE_CHECKING:
    from vidgen_core.media import Media

#: What a film is brought to, in LUFS, and how far off a first try may be.
LOUDNESS = -16.0
_CLOSE = 0.5
_CORRECTIONS = 3

#: Sounds are mixed this much softer and written with 24 bits, so that no sum is cut off.
_HEADROOM = 0.25

_EFFECTS = 0.7
#: How loud the narration is to the compressor that ducks, whatever its file's loudness.
_DUCKING_AT = -20.0
_DUCKING = {"threshold": 0.02, "ratio": 8, "attack": 20, "release": 400}

_FADE_SECONDS = 0.25
_NOTICED = 0.05


def encode_native(
    media: Media, tracks: Tracks, scratch: Path, cancelled: Callable[[], bool]
) -> Path:
    """Encode the videos' own sounds, as loud as they are; return the file in *scratch*."""
    into = scratch / "native.m4a"
    media.encode_audio(lay(tracks.native, cancelled), into, rate=RATE, channels=2)
    return into


def mix_film(
    media: Media,
    tracks: Tracks,
    scratch: Path,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Path:
    """Mix *tracks* and encode them at -16 LUFS; return the file in *scratch*.

    Effects play at 70 % and step back under the narration, which plays at 100 %.
    Digital silence stays silent. Raises ``MachineError``, ``BadOutput``.
    """
    bed = [
        _written(media, track, scratch / name, cancelled).filter("volume", volume * _HEADROOM)
        for track, name, volume in (
            (tracks.effects, "effects.flac", _EFFECTS),
            (tracks.native, "native.flac", 1.0),
        )
        if sounds(track)
    ]
    progress(0.3)
    voice = None
    if sounds(tracks.narration):
        voice = _written(media, tracks.narration, scratch / "narration.flac", cancelled)
    mixed = scratch / "mix.flac"
    spoken = media.measure_loudness(scratch / "narration.flac") if voice is not None else 0.0
    graph = _graph(_sum(bed), voice, spoken).filter("atrim", end_sample=tracks.length)
    graph = graph.filter("aformat", sample_fmts="s32")
    media.run(
        media.output(graph, into=mixed, **sound_options(mixed)),
        mixed,
        seconds=tracks.length / RATE,
        progress=_part(progress, 0.3, 0.5),
    )
    level = _part(progress, 0.5, 1.0)
    return _levelled(media, mixed, scratch / "sound.m4a", tracks.length / RATE, level)


def _written(
    media: Media, track: tuple[Cue, ...], into: Path, cancelled: Callable[[], bool]
) -> Any:
    """Write *track* to *into* and return it as a stream, with silence after it.

    Filters of several inputs drop what is left in one when another ends, so all
    go on for a second and the mix is cut to the sample.
    """
    media.encode_audio(lay(track, cancelled), into, rate=RATE, channels=2)
    return media.input(into).audio.filter("apad", pad_len=RATE)


def _sum(streams: list[Any]) -> Any:
    if len(streams) < 2:
        return streams[0] if streams else None
    return _together(*streams)


def _together(*streams: Any) -> Any:
    return ffmpeg_python().filter(
        streams, "amix", inputs=len(streams), normalize=0, duration="first"
    )


def _graph(bed: Any, voice: Any, spoken: float) -> Any:
    """Return the mix; *bed* steps back while *voice*, of loudness *spoken*, speaks."""
    if voice is None:
        return bed
    if bed is None:
        return voice.filter("volume", _HEADROOM)
    twice = voice.filter_multi_output("asplit", 2)
    heard, key = twice.stream(0), twice.stream(1)
    gain = 10 ** ((_DUCKING_AT - spoken) / 20) if math.isfinite(spoken) else 1.0
    # A filter's own side-chain level ends at 64; the key is raised before it.
    key = key.filter("volume", min(gain, 1000.0))
    ducked = ffmpeg_python().filter([bed, key], "sidechaincompress", **_DUCKING)
    return _together(ducked, heard.filter("volume", _HEADROOM))


def _levelled(media: Media, mixed: Path, into: Path, seconds: float, progress: Progress) -> Path:
    """Encode *mixed* so that it measures -16 LUFS, and measure what came out."""
    found = media.measure_loudness(mixed)
    gain = LOUDNESS - found if math.isfinite(found) else 0.0
    _encode(media, mixed, into, gain, seconds, progress)
    for _ in range(_CORRECTIONS if math.isfinite(found) else 0):
        result = media.measure_loudness(into)
        if abs(LOUDNESS - result) <= _CLOSE or not math.isfinite(result):
            break
        # What the limiter took from the peaks is given back to the rest.
        gain += LOUDNESS - result
        _encode(media, mixed, into, gain, seconds, progress)
    return into


def _encode(
    media: Media, mixed: Path, into: Path, gain: float, seconds: float, progress: Progress
) -> None:
    levelled = media.input(mixed).audio.filter("volume", f"{gain:.2f}dB")
    limited = levelled.filter("alimiter", limit=0.84, level=0, latency=1)
    sound = limited.filter("aresample", RATE).filter("aformat", sample_fmts="fltp")
    node = media.output(sound, into=into, **sound_options(into))
    media.run(node, into, seconds=seconds, progress=progress)


def fit_speech(media: Media, speech: Path, film: Fraction, into: Path, progress: Progress) -> str:
    """Write *speech*, brought to exactly *film* seconds, to *into* (MP3).

    Its tempo changes within 0.8 and 1.15; then silence follows or it ends early.
    Returns what the user should know of it, or an empty string.
    """
    spoken = seconds_of(speech)
    if not spoken:
        raise unusable(speech, "nothing can be heard in it")
    tempo = min(FASTEST, max(SLOWEST, float(spoken / film)))
    fitted = float(spoken) / tempo
    samples = round(film * RATE)
    sound = media.input(speech).audio.filter("aresample", RATE).filter("atempo", tempo)
    sound = sound.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    if fitted > float(film):
        start = max(0.0, float(film) - _FADE_SECONDS)
        sound = sound.filter("afade", t="out", st=start, d=float(film) - start)
    media.run(
        media.output(sound, into=into, **sound_options(into)),
        into,
        seconds=float(film),
        progress=progress,
    )
    return _remark(fitted, float(film))


def _remark(fitted: float, film: float) -> str:
    lost, quiet = fitted - film, film - fitted
    if lost > _NOTICED:
        return (
            f"the narration is {lost:.1f} s too long even at {FASTEST:g} times its speed:"
            " its last words are cut off"
        )
    if quiet > film / 10:
        return (
            f"the narration ends {quiet:.1f} s before the film does, even at {SLOWEST:g} times"
            " its speed: silence follows"
        )
    return ""


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda fraction: progress(start + (end - start) * fraction)
