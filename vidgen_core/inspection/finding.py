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

    ``compared``: how many of them are byte for byte what vidgen wrote.
    """

    findings: tuple[Finding, ...] = ()
    files: int = 0
    bytes: int = 0
    compared: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong; what somebody changed or deleted on purpose is no fault."""
        return all(finding.condition in NO_FAULT for finding in self.findings)
