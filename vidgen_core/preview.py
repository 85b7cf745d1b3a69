"""A preview of an unfinished film: what is there, joined in the scenes' order."""

from __future__ import annotations

from vidgen_core import disk, layout
from vidgen_core.events import Noted
from vidgen_core.executor import Run
from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO, ProviderKind
from vidgen_core.specs import FilmJoinRequest, FilmScene


def preview_request(run: Run) -> FilmJoinRequest:
    """Return the join of every video of *run* that counts; scenes may be missing."""
    missing = {task.key for task in run.plan.tasks if task.decision in TO_DO | STUCK}
    parts: list[FilmScene] = []
    for scene in run.plan.scenes:
        whole = [task for task in run.plan.tasks if task.key == Key(Step.SCENE, scene.number)]
        videos = [task.output for task in whole if task.key not in missing]
        if not videos:
            clips = [Key(Step.CLIP, scene.number, clip) for clip in scene.clips]
            videos = [run.plan.by_key[key].output for key in clips if key not in missing]
        parts += [FilmScene(number=scene.number, video=video) for video in videos]
    return FilmJoinRequest(scenes=tuple(parts), keep_audio=run.options.keep_clip_audio)


def join_preview(run: Run) -> None:
    """Write ``.vidgen/preview.mp4``; says so where there is nothing to show."""
    request = preview_request(run)
    if not request.scenes:
        run.listen(Noted("no preview: there is nothing to show yet"))
        return
    bench, directory = run.bench, run.directory
    stitcher = next(task for task in run.plan.tasks if task.key == Key(Step.FILM)).provider
    provider = bench.workshop.provider(ProviderKind.STITCHER, stitcher or "ffmpeg")
    into = directory.scratch("preview") / "preview.mp4"
    provider.join_film(bench.absolute(request), into, lambda fraction: None)
    with disk.machine_errors("cannot write the preview"):
        disk.sync_file(into)
    directory.may_write(layout.PREVIEW)
    directory.publish(into, layout.PREVIEW)
    run.listen(Noted(f"preview: {directory.path(layout.PREVIEW)}"))
