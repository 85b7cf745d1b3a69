"""Speech in parts: each one asked for and paid for on its own, kept, and joined at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from vidgen_core import disk
from vidgen_core.errors import Billed, InputError, JobLost, Undecided
from vidgen_core.executor.sent import (
    Sent,
    options_to_keep,
    path_of_answer,
    path_of_sent,
    sent_with,
)
from vidgen_core.ledger import InFlight
from vidgen_core.model import Timing
from vidgen_core.script_files import dump_timings, load_timings
from vidgen_core.specs import (
    FREE,
    SCENES_AT_ONCE,
    Request,
    ScenesRequest,
    SpeechEngineSpec,
    SpeechRequest,
    cut,
    next_part,
    parts_from,
    whole_text,
)
from vidgen_core.stitch.parts import join_parts
from vidgen_core.strict_json import MAX_BYTES

if TYPE_CHECKING:
    from vidgen_core.executor.work import Bench
    from vidgen_core.executor.workshop import Workshop
    from vidgen_core.media import Media
    from vidgen_core.plan import Task
    from vidgen_core.rundir import RunDirectory


class OtherText(JobLost):
    """The parts that are there are of a text that is spoken no more."""


def is_later(request: Request | None) -> bool:
    """Whether *request* asks for a part of a text whose beginning is spoken."""
    return isinstance(request, SpeechRequest) and bool(request.spoken)


def is_in_parts(work: InFlight) -> bool:
    """Whether *work* is one part of several."""
    return work.parts > 1


def begun(workshop: Workshop, work: InFlight, request: Any) -> Any:
    """Return *request* for as much of its text as the provider of *work* speaks at once."""
    if not isinstance(request, SpeechRequest):
        return request
    return cut(request, _longest(workshop, work))


def priced(workshop: Workshop, work: InFlight, request: Any) -> InFlight:
    """Return *work* with the price of the part that *request* asks for, and of those to come."""
    if not isinstance(request, SpeechRequest):
        return work
    found = workshop.find(work.kind, work.provider)
    options = workshop.options_for(found)
    later = parts_from(request, _longest(workshop, work))[1:]
    part = len(request.spoken) + 1
    return evolve(
        work,
        price=found.spec.price(request, options),
        rest=sum((found.spec.price(each, options) for each in later), FREE),
        part=part,
        parts=part + len(later),
    )


def _longest(workshop: Workshop, work: InFlight) -> int:
    found = workshop.find(work.kind, work.provider)
    spec = found.spec
    if not isinstance(spec, SpeechEngineSpec):
        return 0
    return spec.longest_for(workshop.options_for(found))


def why_not_on(workshop: Workshop, work: InFlight, sent: Sent, text: str) -> Undecided | None:
    """Return why the order of an earlier run is not gone on with, if so: *sent* would be next.

    *work* is what came of it last. *text*: what is to be spoken now; empty: as it was.
    """
    lost = path_of_answer(work) if work.answered else path_of_sent(work)
    anew = f", or delete {lost} to pay for all of it again"
    if not is_of(sent, text):
        return Undecided(
            "it is spoken in part, and its text was changed since",
            advice=f"put the text back as it was{anew}",
        )
    ours = options_to_keep(workshop.options(work.kind, work.provider))
    names = sorted({*ours, *sent.options})
    others = [name for name in names if _plain(ours, name) != _plain(sent.options, name)]
    if others:
        return Undecided(
            f"it is spoken in part, with other settings ({', '.join(others)})",
            advice=f"set them as they were{anew}",
        )
    return None


def text_of(bench: Bench, task: Task) -> str:
    """Return the text that *task* has spoken now; empty where nothing tells."""
    asked = bench.spelled_out(task.request)
    return asked.text if isinstance(asked, SpeechRequest) else ""


def is_of(sent: Sent, text: str) -> bool:
    """Whether *sent* asks for a part of *text*; empty: of any."""
    return not text or (
        isinstance(sent.request, SpeechRequest) and whole_text(sent.request) == text
    )


def _plain(options: Any, name: str) -> str:
    return json.dumps(options.get(name), default=str)


# what is spoken ------------------------------------------------------------------


def to_be_repeated(directory: RunDirectory, part: InFlight, text: str) -> Sent:
    """Return what was sent with *part*, which is bought once more, and not those before it.

    Raises ``JobLost`` where nothing tells that any more, where a part before it is gone, and
    where it is not of *text* (empty: of any).
    """
    sent = sent_with(directory, part)
    if sent is None or not isinstance(sent.request, SpeechRequest) or not sent.request.spoken:
        raise _unknown_part(part)
    if not is_of(sent, text):
        raise OtherText(
            f"the text of {part.key} was changed since a part of it was spoken",
            billed=Billed.YES,
            advice="vidgen continue has all of it spoken anew",
        )
    for earlier in sent.request.spoken:
        _must_be_there(directory.path(earlier))
    return sent


def must_be_known(work: InFlight, sent: Sent | None, request: Request | None) -> None:
    """Raise ``JobLost`` where *work* may be a part, and nothing tells any more which one.

    *request*: what all of it answers. Taken for the whole, a part would lose the others.
    """
    if sent is None and (work.parts > 1 or comes_in_parts(request)):
        raise _unknown_part(work)


def comes_in_parts(request: Request | None) -> bool:
    """Whether a script model may be asked for more than one part of *request*."""
    return isinstance(request, ScenesRequest) and request.most > SCENES_AT_ONCE


def _unknown_part(work: InFlight) -> JobLost:
    message = f"which part of {work.key} {work.provider} has given is not known any more"
    return JobLost(message, billed=Billed.YES)


def kept(
    directory: RunDirectory, workshop: Workshop, work: InFlight, sent: Sent | None, file: Path
) -> Request | None:
    """Keep the part that is spoken in *file*, and return the request for the next one.

    ``None``: *file* is all there is, or the last part. Runs in a worker thread. Raises
    ``JobLost`` where a part before it is gone, and ``MachineError``.
    """
    if sent is None or not isinstance(sent.request, SpeechRequest):
        return None
    for earlier in sent.request.spoken:
        _must_be_there(directory.path(earlier))
    if not sent.request.after:
        return None
    path = f"{path_of_answer(work)}{file.suffix}"
    times = file.with_suffix(".json")
    with disk.machine_errors(f"cannot keep part {work.part} of {work.key}"):
        if times.is_file():
            directory.write_state(f"{path_of_answer(work)}.json", times.read_bytes())
        directory.write_state(path, file.read_bytes())
    request = evolve(sent.request, spoken=(*sent.request.spoken, path))
    return next_part(request, _longest(workshop, work))


def _must_be_there(file: Path) -> None:
    if file.is_symlink() or not file.is_file():
        raise JobLost(f"{file}, a part that was paid for, is gone", billed=Billed.YES)


def joined(media: Media, root: Path, request: Any, last: Path) -> None:
    """Put the parts that *request* goes on from before the *last* one, in its place.

    The times of their sentences likewise. Raises ``BadOutput`` and ``MachineError``.
    """
    files = [*(root / path for path in request.spoken), last]
    whole = last.with_name(f"whole{last.suffix}")
    begins = join_parts(media, files, whole)
    times = _shifted([file.with_suffix(".json") for file in files], begins)
    beside = last.with_suffix(".json")
    with disk.machine_errors(f"cannot write {last.name}"):
        disk.drop(beside)
        if times:
            disk.put(beside, dump_timings(times))
        disk.take_place(whole, last)


def _shifted(files: Iterable[Path], begins: Iterable[float]) -> list[Timing]:
    """Return the times of all parts in the whole; nothing where one part does not tell its own."""
    times: list[Timing] = []
    for file, begin in zip(files, begins, strict=True):
        try:
            own = load_timings(disk.read_file(file, MAX_BYTES), file.name)
        except (InputError, OSError):
            return []
        for one in own:
            start = max(times[-1].start if times else 0.0, one.start + begin)
            times.append(Timing(text=one.text, start=start, end=max(start, one.end + begin)))
    return times
