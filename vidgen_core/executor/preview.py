"""A preview of an unfinished film: what is there, joined in the scenes' order."""

from __future__ import annotations

from vidgen_core import disk, layout
from vidgen_core.errors import Interrupted, VidgenError
from vidgen_core.executor import Run
from vidgen_core.executor.events import Noted
from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO
from vidgen_core.specs import FilmJoinRequest, FilmScene, ProviderKind


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
    """Write ``.vidgen/preview.mp4``; says so where it cannot be made or there is nothing to show.

    Raises ``Interrupted``.
    """
    request = preview_request(run)
    if not request.scenes:
        run.listen(Noted("no preview: there is nothing to show yet"))
        return
    try:
        _join(run, request)
    except Interrupted:
        raise
    except VidgenError as error:
        run.outcome.codes.add(error.exit_code)
        run.listen(Noted(f"no preview: {error.message}"))
        return
    run.listen(Noted(f"preview: {run.directory.path(layout.PREVIEW)}"))


def _join(run: Run, request: FilmJoinRequest) -> None:
    bench, directory = run.bench, run.directory
    name = run.plan.by_key[Key(Step.FILM)].provider or "ffmpeg"
    provider = bench.workshop.provider(ProviderKind.STITCHER, name)
    into = directory.scratch("preview") / "preview.mp4"

    def progress(fraction: float) -> None:
        if run.interrupted:
            raise Interrupted("interrupted")

    def join() -> None:
        provider.join_film(bench.absolute(request), into, progress)

    bench.workshop.call(ProviderKind.STITCHER, name, "joining the preview", join)
    with disk.machine_errors("cannot write the preview"):
        disk.sync_file(into)
    directory.publish(into, layout.PREVIEW)
