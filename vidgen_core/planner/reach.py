"""What an engine can be handed to start from: a file, a URL, or a job of its own."""

from __future__ import annotations

from vidgen_core.model import Key, Step
from vidgen_core.plan import File, Reason, Task, Why, because
from vidgen_core.planner.situation import Situation


def by_url(s: Situation) -> bool:
    """Whether the chosen engine takes pictures by URL only."""
    return _can(s, "pictures-by-url")


def from_jobs(s: Situation) -> bool:
    """Whether the chosen engine can start from what jobs of its own made."""
    return _can(s, "starts-from-jobs")


def _can(s: Situation, ability: str) -> bool:
    engine = s.providers.engine
    return engine is not None and ability in engine.spec.abilities


def takes_files(s: Situation) -> bool:
    """Whether the chosen engine can be given a file: as it is, or by a frame host."""
    return not by_url(s) or s.providers.frame_host is not None


def is_own_job(s: Situation, file: File) -> bool:
    """Whether a job of the chosen engine's name made *file*, which is there, by the journal."""
    if not from_jobs(s):
        return False
    record = s.record(file)
    return record is not None and record.provider == _engine(s) and bool(record.job)


def last_part(s: Situation, video: File) -> File | None:
    """Return the clip that a scene's *video* ends with by its record, where it is there."""
    record = s.record(video)
    return s.files.get(list(record.inputs)[-1]) if record and record.inputs else None


def job_at_end(s: Situation, video: File) -> File | None:
    """Return the clip that a scene's *video* ends with, where the engine starts from its job.

    The video was joined from that clip as it is, and shows its last frame.
    """
    clip, joined = last_part(s, video), s.record(video)
    record = s.record(clip)
    if clip is None or not clip.counts or joined is None or record is None:
        return None
    is_whole = not record.shown_frames or 0 < clip.facts.frames <= record.shown_frames
    is_in_it = joined.inputs[clip.path] == record.sha256
    return clip if is_whole and is_in_it and is_own_job(s, clip) else None


def can_go_on_from(s: Situation, before: Key) -> bool:
    """Whether a clip that is made again could start from how *before* ends.

    *before*: a clip of its own scene, which is made again with it, or the scene before.
    """
    if takes_files(s):
        return True
    if before.step is Step.CLIP:
        return from_jobs(s)
    video, clips = s.best(before), s.clip_numbers.get(before.scene, ())
    if video is not None:
        return job_at_end(s, video) is not None
    last = s.best(Key(Step.CLIP, before.scene, clips[-1])) if clips else None
    return from_jobs(s) if last is None else is_own_job(s, last)


def will_be_own_job(s: Situation, task: Task) -> bool:
    """Whether what *task* gives, which is still to be had, comes from such a job."""
    if not from_jobs(s) or task.provider != _engine(s):
        return False
    return task.collects is None or not task.collects.answered


def _engine(s: Situation) -> str:
    return s.providers.engine.name if s.providers.engine else ""


def no_frame_host(s: Situation) -> Reason:
    """Return the reason why a clip starts without the picture that plays before it."""
    return because(Why.NO_FRAME_HOST, provider=_engine(s))


def needs_frame_host(s: Situation, picture: str) -> Reason:
    """Return the reason why a clip is not made: *picture* was asked for, and has no URL."""
    return because(Why.NEEDS_FRAME_HOST, provider=_engine(s), picture=picture)


def by_frame_host(s: Situation, picture: str) -> tuple[Reason, ...]:
    """Return the reason that tells who gets *picture*, where the engine takes no files."""
    host = s.providers.frame_host
    if host is None or not by_url(s):
        return ()
    return (because(Why.BY_FRAME_HOST, host=host.name, picture=picture),)


def from_job(s: Situation, what: str) -> Reason:
    """Return the reason that tells from which job a clip starts: that of *what*."""
    return because(Why.FROM_JOB, provider=_engine(s), input=what)
