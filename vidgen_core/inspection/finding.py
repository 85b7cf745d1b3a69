"""What an inspection found."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Condition(StrEnum):
    """How a file is that is not as it should be.

    ``BROKEN``: it counts as missing. ``DAMAGED``: not all of it is sound, and it can be shown
    or read all the same. ``SPOILT``: its bytes are others than vidgen wrote, and nobody wrote
    it since. ``CHANGED``: somebody did, and it is whole: that is no fault. ``GONE``: vidgen made
    it, it is not there any more, and the film lacks it. ``UNNEEDED``: likewise, and nothing lacks
    it: that is no fault. ``UNUSABLE``: a person has to correct it. ``NEWER``: a newer vidgen wrote
    it. ``UNREADABLE``: this machine does not give it out.
    """

    BROKEN = "broken"
    DAMAGED = "damaged"
    SPOILT = "spoilt"
    CHANGED = "changed"
    GONE = "gone"
    UNNEEDED = "unneeded"
    UNUSABLE = "unusable"
    NEWER = "newer"
    UNREADABLE = "unreadable"


#: What somebody may do on purpose.
NO_FAULT = frozenset({Condition.CHANGED, Condition.UNNEEDED})


@frozen(kw_only=True)
class Finding:
    """One file that is not as it should be; ``path`` is relative, empty for the whole directory.

    ``fault`` is a sentence about it, ``advice`` what to do or to type next.
    """

    path: str
    condition: Condition
    fault: str
    advice: str = ""


@frozen(kw_only=True)
class Inspection:
    """All that was found. ``files`` and ``bytes`` count the outputs that were read.

    ``compared``: how many of them are byte for byte what vidgen wrote; ``unrecorded``: the paths
    of those that there is no record of to compare with. ``finished``: whether a run would find
    nothing to do, ``None`` where nobody can tell. ``under_way``: the pieces of paid work that are
    not fetched, ``doubtful``: those of them of which nobody knows whether a service took them.
    ``at_work``: who holds the directory, empty where no run is at work.
    """

    findings: tuple[Finding, ...] = ()
    files: int = 0
    bytes: int = 0
    compared: int = 0
    unrecorded: tuple[str, ...] = ()
    finished: bool | None = None
    under_way: int = 0
    doubtful: int = 0
    at_work: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong; what somebody changed or deleted on purpose is no fault."""
        return all(finding.condition in NO_FAULT for finding in self.findings)
