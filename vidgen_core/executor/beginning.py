"""What is sent: put together right before a submit, with what a clip begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import evolve

from vidgen_core.errors import Billed, PluginBug, ProviderError, Undecided
from vidgen_core.executor import parts
from vidgen_core.executor.sent import Sent, options_to_keep
from vidgen_core.specs import ClipRequest, ProviderKind, Request

if TYPE_CHECKING:
    from vidgen_core.executor import Run
    from vidgen_core.ledger import InFlight
    from vidgen_core.plan import Task

#: What a service can read a picture from.
_SCHEMES = ("https", "http", "data")


def to_be_sent(
    run: Run, task: Task, work: InFlight, before: Sent | None, digests: dict[str, str]
) -> Sent:
    """Return what is asked for, with all that its provider needs. Runs in a worker thread.

    *before*: what was sent, or is to be asked on; *digests*: of the files that *task* is
    made from.
    """
    distribution, version = run.version_of(task)
    if before is None:
        spelled_out = run.bench.spelled_out(task.request)
        first = parts.begun(run.bench.workshop, work, spelled_out)
        request = with_beginning(run, task.provider, first)
    else:
        request = with_beginning(run, task.provider, before.request, url_cut=before.url_cut)
    return Sent(
        provider=task.provider,
        request=request,
        distribution=distribution,
        version=version,
        options=options_to_keep(run.bench.workshop.options(work.kind, task.provider)),
        inputs=digests or (before.inputs if before else {}),
    )


def with_beginning(
    run: Run, provider: str, request: Request | None, *, url_cut: bool = False
) -> Any:
    """Return *request* to the engine *provider* with the job or the URL that it starts from.

    What it has already stays, so that a repeat is the same request; *url_cut*: its URL
    is not whole. Runs in a worker thread. Raises what the frame host raises: nothing
    was charged then.
    """
    if not isinstance(request, ClipRequest):
        return request
    if request.start_of is not None and not request.start_job:
        return evolve(request, start_job=_job(run, provider, request.start_of))
    spec = run.bench.workshop.find(ProviderKind.VIDEO_ENGINE, provider).spec
    lacks_url = url_cut or not request.start_url
    if request.start_frame is not None and lacks_url and "pictures-by-url" in spec.abilities:
        return evolve(request, start_url=_url(run, provider, request.start_frame))
    return request


def _job(run: Run, provider: str, path: str) -> str:
    """Return the job by which *provider* made the file at *path*."""
    record = run.journal.ledger.published.get(path)
    if record is None or record.provider != provider or not record.job:
        raise PluginBug(
            f"{provider} starts from its own jobs, and the journal has none for {path}",
            billed=Billed.NO,
        )
    return record.job


def _url(run: Run, provider: str, picture: str) -> str:
    """Have the frame host publish *picture*, and return its URL."""
    host, kind = run.frame_host, ProviderKind.FRAME_HOST
    if not host:
        raise Undecided(
            f"{provider} takes pictures by URL only, and no frame host was chosen for {picture}",
            advice="choose one with --frame-host NAME",
        )
    if not any(file.path == picture and file.counts for file in run.shelf.listing.files):
        raise Undecided(f"{picture}, which {provider} was to start from, is not there any more")
    workshop, file = run.bench.workshop, run.bench.root / picture
    try:
        made = workshop.provider(kind, host)
        url = workshop.call(kind, host, f"publishing {picture}", lambda: made.publish(file))
        if not _is_url(url):
            owner = workshop.find(kind, host).owner
            raise PluginBug(f"frame host {host} gave no URL for {picture} ({owner})")
    except ProviderError as error:
        error.billed = Billed.NO  # whatever became of the picture, no clip was asked for
        raise
    return str(url)


def _is_url(url: Any) -> bool:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname or parts.scheme == "data")
