"""The built-in stitcher: clips to scenes, scenes to the film.

Pictures are copied where they agree and re-encoded only where they do not;
the result is counted before anybody may believe in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from attrs import frozen

from vidgen_core import disk, faults
from vidgen_core.errors import BadOutput, Billed
from vidgen_core.hookspecs import hookimpl
from vidgen_core.protocols import Context, Progress
from vidgen_core.specs import (
    FilmJoinRequest,
    FitNarrationRequest,
    JoinNarrationRequest,
    PlaceNarrationRequest,
    SceneJoinRequest,
    StitcherSpec,
)
from vidgen_core.stitch.captions import as_track, chapters_of, draw, text_of
from vidgen_core.stitch.footage import Footage, Form, Size, majority, same_colours, survey
from vidgen_core.stitch.mix import encode_native, fit_speech, mix_film
from vidgen_core.stitch.narration import join_speech, place_speech
from vidgen_core.stitch.placing import samples_of
from vidgen_core.stitch.reshape import Colours, reshape
from vidgen_core.stitch.splice import check_join, splice
from vidgen_core.stitch.track import Cue, Tracks, check_source, stretches
from vidgen_core.stitch.typeface import Typeface, typeface_for

if TYPE_CHECKING:
    from vidgen_core.media import Media

#: Gets the frames of each part and their rate; returns the sound that goes with them.
MakeSound = Callable[[Sequence[int], Fraction], Path | None]


@frozen(kw_only=True)
class Shot:
    """One video of a join and how many of its frames are shown."""

    footage: Footage
    shown: int

    @property
    def seconds(self) -> Fraction:
        """How long it is shown."""
        return self.footage.seconds * self.shown / self.footage.frames

    def fits(self, form: Form, colours: Colours) -> bool:
        """Whether its packets can be copied into a film of this form."""
        footage = self.footage
        whole = self.shown == footage.frames
        return (
            whole and footage.copyable and footage.form == form and same_colours(footage, colours)
        )


@frozen(kw_only=True)
class Told:
    """What a film has to read: ``typeface`` draws the subtitles into the picture."""

    subtitles: Path | None = None
    chapters: tuple[str, ...] = ()
    typeface: Typeface | None = None


class FfmpegStitcher:
    """Joins with ffmpeg, on this machine."""

    def __init__(self, context: Context) -> None:
        # Core hands its own Media to its own stitcher; the protocol is what plugins see of it.
        self._media = cast("Media", context.media)
        self._cancelled = context.cancelled

    def join_scene(self, request: SceneJoinRequest, into: Path, progress: Progress) -> None:
        """Join clips to one scene; frames out equal frames in.

        Without ``keep_audio`` the scene has no sound. Raises ``BadOutput`` and
        ``MachineError``, and then leaves no file.
        """
        shots = [_shot(Path(part.path), part.frames) for part in request.parts]

        def sound(frames: Sequence[int], fps: Fraction) -> Path | None:
            tracks = Tracks(native=_native(shots, frames, fps))
            if not request.keep_audio or tracks.silent:
                return None
            return encode_native(self._media, tracks, into.parent, self._cancelled)

        self._join(shots, request.size, into, sound, progress)

    def join_film(self, request: FilmJoinRequest, into: Path, progress: Progress) -> None:
        """Join scenes, sounds and narration to the film, with subtitles and chapters.

        The sound is mixed once, from decoded sources; a film without any source
        has no audio stream. Only subtitles that are drawn cost another encoding of
        the picture. Raises ``InputError``, ``BadOutput`` and ``MachineError``, and
        then leaves no file.
        """
        subtitles = Path(request.subtitles) if request.subtitles else None
        typeface = None
        if subtitles is not None and request.burn_subtitles:
            typeface = typeface_for(text_of(subtitles), request.font)
        sounds = [Path(scene.sound) if scene.sound else None for scene in request.scenes]
        narration = Path(request.narration) if request.narration else None
        _must_sound([*sounds, narration])
        shots = [_shot(Path(scene.video), None) for scene in request.scenes]

        def sound(frames: Sequence[int], fps: Fraction) -> Path | None:
            lengths = stretches(frames, fps)
            tracks = Tracks(
                effects=_cues(lengths, sounds),
                native=_native(shots, frames, fps) if request.keep_audio else (),
                narration=(Cue(sum(lengths), narration),),
            )
            if tracks.silent:
                return None
            return mix_film(
                self._media, tracks, into.parent, _part_of(progress, 0.3, 0.8), self._cancelled
            )

        told = Told(subtitles=subtitles, chapters=request.chapters, typeface=typeface)
        self._join(shots, request.size, into, sound, progress, told)

    def join_narration(self, request: JoinNarrationRequest, into: Path, progress: Progress) -> None:
        """Put the speech of the scenes one after the other, with 0.35 s between (MP3).

        Raises ``BadOutput`` and ``MachineError``.
        """
        parts = [Path(part) for part in request.parts]
        _must_sound(parts)
        join_speech(self._media, parts, into, self._cancelled)
        progress(1.0)

    def place_narration(
        self, request: PlaceNarrationRequest, into: Path, progress: Progress
    ) -> str:
        """Place each scene's speech where its scene begins; return a sentence if some is lost.

        Raises ``BadOutput`` and ``MachineError``.
        """
        speech = [Path(scene.speech) if scene.speech else None for scene in request.scenes]
        _must_sound(speech)
        lengths = samples_of([survey(Path(scene.video)) for scene in request.scenes])
        return place_speech(self._media, lengths, speech, into, progress, self._cancelled)

    def fit_narration(self, request: FitNarrationRequest, into: Path, progress: Progress) -> str:
        """Fit the narration to the videos' length; return a sentence if some of it is lost.

        The same where more than a tenth of the film stays silent. Raises
        ``BadOutput`` and ``MachineError``.
        """
        narration = Path(request.narration)
        _must_sound([narration])
        lasts = sum((survey(Path(video)).seconds for video in request.videos), Fraction(0))
        if not lasts:
            raise BadOutput("there is no video to speak over", billed=Billed.NO)
        return fit_speech(self._media, narration, lasts, into, progress)

    def _join(
        self,
        shots: Sequence[Shot],
        size: Size | None,
        into: Path,
        make_sound: MakeSound,
        progress: Progress,
        told: Told = Told(),
    ) -> None:
        if not shots:
            raise BadOutput("there is no video to join", billed=Billed.NO)
        form, colours = majority([(shot.footage, shot.seconds) for shot in shots], size)
        odd = [not shot.fits(form, colours) for shot in shots]
        bring = _part_of(progress, 0.0, 0.3)
        parts = self._bring(shots, odd, form, colours, into.parent, bring)
        sound = make_sound([part.frames for part in parts], form.fps)
        write = _part_of(progress, 0.8, 1.0)
        try:
            self._write(parts, into, sound, write, told)
        except BadOutput:
            if all(odd):
                raise
            every = [True] * len(shots)
            parts = self._bring(shots, every, form, colours, into.parent, bring)
            self._write(parts, into, sound, write, told)
        progress(1.0)

    def _bring(
        self,
        shots: Sequence[Shot],
        odd: Sequence[bool],
        form: Form,
        colours: Colours,
        scratch: Path,
        progress: Progress,
    ) -> list[Footage]:
        """Return videos that all have *form*: the shots as they are, the odd ones anew."""
        work = sum(shot.seconds for shot, is_odd in zip(shots, odd, strict=True) if is_odd)
        done = Fraction(0)
        parts = []
        for number, (shot, is_odd) in enumerate(zip(shots, odd, strict=True)):
            if not is_odd:
                parts.append(shot.footage)
                continue
            share = _part_of(progress, done / work, (done + shot.seconds) / work)
            parts.append(
                reshape(
                    self._media,
                    shot.footage,
                    scratch / f"part-{number}.mp4",
                    form=form,
                    colours=colours,
                    shown=shot.shown,
                    progress=share,
                )
            )
            done += shot.seconds
        return parts

    def _write(
        self,
        parts: Sequence[Footage],
        into: Path,
        sound: Path | None,
        progress: Progress,
        told: Told,
    ) -> None:
        """Join *parts* and count the result; what is wrong does not stay."""
        try:
            faults.point("join-before")
            splice(
                self._drawn(parts, into.parent, told),
                into,
                sound=sound,
                captions=self._track(told.subtitles, into.parent),
                chapters=chapters_of(parts, told.chapters),
                progress=progress,
                cancelled=self._cancelled,
            )
            faults.point("join-after")
            check_join(into, parts, sound=sound is not None)
        except BaseException:
            disk.drop(into)
            raise

    def _track(self, subtitles: Path | None, scratch: Path) -> Path | None:
        """Return *subtitles* as a track that can stand in the film; ``None`` for none."""
        if subtitles is None or not text_of(subtitles).strip():
            return None
        return as_track(self._media, subtitles, scratch / "subtitles.mp4")

    def _drawn(self, parts: Sequence[Footage], scratch: Path, told: Told) -> Sequence[Footage]:
        """Return *parts* as one with the subtitles in its picture, where that is wanted."""
        if told.typeface is None or told.subtitles is None:
            return parts
        plain = scratch / "plain.mp4"
        splice(parts, plain, cancelled=self._cancelled)
        words = scratch / "drawn.mp4"
        draw(self._media, survey(plain), told.subtitles, told.typeface, words)
        disk.drop(plain)
        return [survey(words)]


def _shot(path: Path, frames: int | None) -> Shot:
    footage = survey(path)
    shown = footage.frames if frames is None else min(frames, footage.frames)
    return Shot(footage=footage, shown=shown)


def _native(shots: Sequence[Shot], frames: Sequence[int], fps: Fraction) -> tuple[Cue, ...]:
    """Return the track of the videos' own sounds."""
    sources = [shot.footage.path if shot.footage.has_audio else None for shot in shots]
    return _cues(stretches(frames, fps), sources)


def _cues(lengths: Sequence[int], sources: Sequence[Path | None]) -> tuple[Cue, ...]:
    return tuple(Cue(length, source) for length, source in zip(lengths, sources, strict=True))


def _must_sound(paths: Iterable[Path | None]) -> None:
    """Raise for a file that is not there or has no sound, before any work is done."""
    for path in paths:
        if path is not None:
            check_source(path)


def _part_of(progress: Progress, start: float | Fraction, end: float | Fraction) -> Progress:
    """Return a progress that fills *progress* from *start* to *end*."""

    def report(fraction: float) -> None:
        progress(float(start + (end - start) * min(1.0, max(0.0, fraction))))

    return report


@hookimpl
def vidgen_stitchers() -> Iterable[StitcherSpec]:
    """Yield core's own stitcher."""
    yield StitcherSpec(
        name="ffmpeg",
        summary="joins without re-encoding where it can; mixes and levels the sound",
        factory=FfmpegStitcher,
    )
