"""How a finished file gets its name, and what becomes of the one that had it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import define, evolve, field, frozen

from vidgen_core import disk, faults
from vidgen_core.errors import Billed
from vidgen_core.executor.events import Listener, Moved, Noted, Published
from vidgen_core.executor.work import Made, asked_with
from vidgen_core.journal import Journal
from vidgen_core.layout import OUTPUT
from vidgen_core.ledger import InFlight
from vidgen_core.ledger import Published as Record
from vidgen_core.memory import Memory
from vidgen_core.model import Facts, Key, Step, Verdict
from vidgen_core.plan import File, Listing, Task
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.situation import arrived
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
        """Raise ``MachineError`` where *task* would write or move outside the directory.

        So it does where its file could not be put into its place once it was paid for.
        """
        for path in (task.output, *task.displaces):
            self.directory.may_write(path)
        self.directory.can_write(task.output)

    def inputs(self, task: Task) -> dict[str, File]:
        """Return the listed files that *task* is made from."""
        files = {file.path: file for file in self.listing.files}
        return {path: files[path] for path in task.inputs if path in files}

    def publish(self, task: Task, made: Made, origin: Origin, timestamp: str) -> None:
        """Give what was *made* its final name, and write down how it came to be.

        What stood in its place or was built on it is moved aside before.
        """
        faults.point("publish-before")
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

        What is in flight stays so until its file is there. By what is written before, its
        record is mended, and no other file in its place is ever taken for what was paid for.
        Nothing else could tell how much of a clip is shown: there the record is first.
        """
        if task.key in self.journal.ledger.in_flight:
            self.journal.arriving(task.key, record)
            faults.point("publish-arriving")
            self.directory.publish(file, task.output)
            faults.point("publish-named")
            self.journal.published(task.key, record)
            faults.point("publish-written")
        else:
            self.journal.published(task.key, record)
            faults.point("publish-written")
            self.directory.publish(file, task.output)
            faults.point("publish-named")

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
            faults.point("aside-before")
            place = self.directory.displace(path)
            faults.point("aside-moved")
            self.journal.displaced(path, place, why)
            faults.point("aside-written")
            self.tell(Moved(path, place, why))
        self._relist(file for file in self.listing.files if file.path != path)

    def _relist(self, files: Iterable[File]) -> None:
        ordered = sorted(files, key=lambda file: file.path)
        self.listing = evolve(self.listing, files=tuple(ordered))

    # what a crash left undone --------------------------------------------

    def mend(self, key: Key, work: InFlight, *, ask_no_more: bool = True) -> None:
        """Write the record of a paid file that is there while the journal has it in flight.

        That is the file of which the journal said, right before it got its name, what it
        is. Any other in its place somebody put there: it counts, and the job stays ours.
        """
        self._read_what_arrived(key)
        for file in self.listing.by_key.get(key, ()):
            if not file.counts:
                continue
            record = arrived(self.journal.ledger, file)
            if record is not None:
                self.journal.published(key, record)
                return
            if is_doubtful(work):
                if ask_no_more:
                    self._ask_no_more(work, file.path)
                return

    def _read_what_arrived(self, key: Key) -> None:
        """Take the digest of what stands in the place of the file that was to get its name."""
        record = self.journal.ledger.arriving.get(key)
        for file in self.listing.by_key.get(key, ()):
            if record is None or file.path != record.path or file.sha256 or not file.counts:
                continue
            with disk.machine_errors(f"cannot read {file.path}"):
                self._learn({}, {file.path: disk.digest(self.directory.path(file.path))})

    def _ask_no_more(self, work: InFlight, path: str) -> None:
        """Leave it open what became of *work*, in whose place the user put the file at *path*."""
        self.journal.ended(work.key, work.take, f"{path} is there", Billed.UNKNOWN)
        self.tell(
            Noted(
                f"{name(work.key)} at {work.provider} is not asked about any more, for {path} is "
                "there; it may have been charged"
            )
        )

    def drop_broken(self, key: Key, why: str) -> None:
        """Move the broken files of *key* aside, so that their records do not count any more."""
        for file in self.listing.by_key.get(key, ()):
            if not file.counts:
                self._move(file.path, why)


def _shown_frames(task: Task, facts: Facts) -> int:
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
