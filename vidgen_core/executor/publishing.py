"""How a finished file gets its name, and what becomes of the one that had it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import define, evolve, field, frozen

from vidgen_core import disk
from vidgen_core.errors import Billed
from vidgen_core.executor.events import Listener, Moved, Noted, Published
from vidgen_core.executor.sent import Sent
from vidgen_core.executor.work import Made, asked_with
from vidgen_core.journal import Journal
from vidgen_core.layout import OUTPUT
from vidgen_core.ledger import InFlight
from vidgen_core.ledger import Published as Record
from vidgen_core.memory import Memory
from vidgen_core.model import Facts, Key, Step, Verdict
from vidgen_core.plan import File, Listing, Task
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import Request
from vidgen_core.wording import name


@frozen(kw_only=True)
class Origin:
    """Who made a file, for its record. ``request`` is what they were asked."""

    request: Request | None
    distribution: str
    version: str
    take: int = 1
    paid: bool = False
    job: str = ""
    facts: Mapping[str, str] = field(factory=dict)


@define(kw_only=True, eq=False)
class Shelf:
    """The files of a run as they stand now, and the only way to change them.

    Used by the thread that keeps the loop, and by no other.
    """

    directory: RunDirectory
    journal: Journal
    memory: Memory
    listing: Listing
    tell: Listener

    def may_write(self, task: Task) -> None:
        """Raise ``MachineError`` where *task* would write or move outside the directory."""
        for path in (task.output, *task.displaces):
            self.directory.may_write(path)

    def inputs(self, task: Task) -> dict[str, File]:
        """Return the listed files that *task* is made from."""
        files = {file.path: file for file in self.listing.files}
        return {path: files[path] for path in task.inputs if path in files}

    def publish(self, task: Task, made: Made, origin: Origin, timestamp: str) -> None:
        """Give what was *made* its final name, and write down how it came to be.

        What stood in its place or was built on it is moved aside before.
        """
        self.may_write(task)  # no record may be written of a file that cannot be
        self._learn(made.checked, made.inputs)
        self._move_aside(task)
        with disk.machine_errors(f"cannot read what was made for {task.key}"):
            status = made.file.stat()  # a rename changes neither size nor time
        record = Record(
            path=task.output,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sha256=made.sha256,
            inputs=made.inputs,
            provider=task.provider,
            distribution=origin.distribution,
            version=origin.version,
            take=origin.take,
            paid=origin.paid,
            prompt=asked_with(origin.request),
            asked_seconds=task.seconds if task.key.step is Step.CLIP else 0.0,
            shown_frames=_shown_frames(task, made.facts),
            scene_seconds=task.scene_seconds,
            timings=made.timings[1] if made.timings else "",
            job=origin.job,
            facts=origin.facts,
        )
        if made.timings is not None:
            self._publish_timings(task, *made.timings, made.sha256, timestamp)
        self._name(task, made.file, record)
        file = File(
            path=task.output,
            key=task.key,
            pattern="",
            timestamp=timestamp,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            facts=made.facts,
            sha256=made.sha256,
        )
        self._relist((*self.listing.files, file))
        self.memory.remember(file)
        if made.note:
            self.tell(Noted(made.note))
        self.tell(Published(task, task.output))

    def _publish_timings(
        self, task: Task, made: Path, sha256: str, speech: str, timestamp: str
    ) -> None:
        """Name what says when each sentence is spoken: before the speech, which then has it."""
        key, output = Key(Step.SCENE_TIMINGS, task.key.scene), OUTPUT[Step.SCENE_TIMINGS]
        path = output.pattern.format(scene=key.scene, timestamp=timestamp)
        self.directory.may_write(path)
        self._move(path, f"replaced by {name(key)}")
        with disk.machine_errors(f"cannot read what was made for {key}"):
            status = made.stat()
        record = Record(
            path=path,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sha256=sha256,
            inputs={task.output: speech},
            provider=task.provider,
        )
        self.journal.published(key, record)
        self.directory.publish(made, path)
        file = File(
            path=path,
            key=key,
            pattern=output.pattern.template,
            timestamp=timestamp,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sha256=sha256,
        )
        self._relist((*self.listing.files, file))
        self.memory.remember(file)

    def _name(self, task: Task, file: Path, record: Record) -> None:
        """Rename *file* and write its record, in the order that a crash in between survives.

        What is in flight stays so until its file is there, and its record is mended.
        Nothing else could tell how much of a clip is shown: there the record is first.
        """
        if task.key in self.journal.ledger.in_flight:
            self.directory.publish(file, task.output)
            self.journal.published(task.key, record)
        else:
            self.journal.published(task.key, record)
            self.directory.publish(file, task.output)

    def found_broken(self, found: Mapping[str, Facts]) -> None:
        """Take note of what a full decode found, and say which files do not count any more."""
        self._learn(found, {})
        for path, facts in found.items():
            if facts.verdict is Verdict.BROKEN:
                self.tell(Noted(f"{path} is broken: {facts.fault}"))

    def keep_unusable(self, task: Task, folder: Path, why: str) -> None:
        """Keep what a paid job delivered and what cannot be used."""
        for file in sorted(folder.glob("output*")):
            place = self.directory.set_aside(file, task.output)
            self.journal.displaced(task.output, place, why)
            self.tell(Moved(task.output, place, why))

    def _learn(self, facts: Mapping[str, Facts], digests: Mapping[str, str]) -> None:
        """Keep what decoding and hashing found out about files that are there."""
        if not facts and not digests:
            return
        files = []
        for file in self.listing.files:
            known = evolve(
                file,
                facts=facts.get(file.path, file.facts),
                sha256=file.sha256 or digests.get(file.path, ""),
            )
            if known != file:
                self.memory.remember(known)
            files.append(known)
        self._relist(files)

    def _move_aside(self, task: Task) -> None:
        """Move away what stands in the place of *task*'s file or was built on it."""
        broken = {file.path for file in self.listing.files if not file.counts}
        for path in dict.fromkeys((*task.displaces, task.output)):
            self._move(path, "broken" if path in broken else f"replaced by {name(task.key)}")

    def _move(self, path: str, why: str) -> None:
        if os.path.lexists(self.directory.path(path)):
            place = self.directory.displace(path)
            self.journal.displaced(path, place, why)
            self.tell(Moved(path, place, why))
        self._relist(file for file in self.listing.files if file.path != path)

    def _relist(self, files: Iterable[File]) -> None:
        ordered = sorted(files, key=lambda file: file.path)
        self.listing = evolve(self.listing, files=tuple(ordered))

    # what a crash left undone --------------------------------------------

    def mend(self, key: Key, work: InFlight, sent: Sent | None) -> None:
        """Write the record of a paid file that is there while the journal has it in flight."""
        published = self.journal.ledger.published
        for file in self.listing.by_key.get(key, ()):
            known = published.get(file.path)
            if not file.counts or (known is not None and known.sha256 == file.sha256):
                continue
            if not (work.job or work.answered):
                why = f"{file.path} is there"
                self.journal.ended(key, work.take, why, Billed.UNKNOWN)
                return
            with disk.machine_errors(f"cannot read {file.path}"):
                sha256 = file.sha256 or disk.digest(self.directory.path(file.path))
            record = Record(
                path=file.path,
                size=file.size,
                mtime_ns=file.mtime_ns,
                sha256=sha256,
                inputs=sent.inputs if sent else {},
                provider=work.provider,
                distribution=sent.distribution if sent else "",
                version=sent.version if sent else "",
                take=work.take,
                paid=not work.price.free,
                prompt=asked_with(sent.request) if sent else "",
                asked_seconds=work.seconds if key.step is Step.CLIP else 0.0,
                shown_frames=_shown_frames(work, file.facts),
                scene_seconds=work.scene_seconds,
                job=work.job,
                facts=work.facts,
            )
            self.journal.published(key, record)
            return

    def drop_broken(self, key: Key, why: str) -> None:
        """Move the broken files of *key* aside, so that their records do not count any more."""
        for file in self.listing.by_key.get(key, ()):
            if not file.counts:
                self._move(file.path, why)


def _shown_frames(task: Task | InFlight, facts: Facts) -> int:
    """How much of the file its scene shows, in the file's own frames."""
    if not (task.shown_frames and task.fps and facts.fps):
        return task.shown_frames
    return max(1, round(task.shown_frames / task.fps * facts.fps))


def is_surprising(task: Task, facts: Facts) -> bool:
    """Whether what came out decides something that the plan could only guess.

    How long a scene's speech is, or that a clip's length or rate is another.
    """
    if task.key.step is Step.SCENE_NARRATION:
        return True
    if task.key.step is not Step.CLIP or not facts.fps:
        return False
    if task.shown_frames and task.fps and abs(facts.fps - task.fps) > 0.01:
        return True  # the join would count its frames at another rate
    return abs(facts.seconds - task.seconds) > 1 / facts.fps
