"""Every error that vidgen raises on purpose, shaped by two questions.

May I try again, and was I charged? ``exit_code`` is what the process ends
with; ``advice`` is what the user may type next.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """The documented, stable exit codes of ``vidgen``."""

    COMPLETE = 0
    BUG = 1
    USAGE = 2
    FAILED = 3
    KEY = 4
    LATER = 5
    MONEY = 6
    LOCKED = 7
    BAD_INPUT = 8
    MACHINE = 9
    DECISION = 10
    INTERRUPTED = 130


#: When several apply, the first of these that occurred is the exit code.
EXIT_ORDER = (
    ExitCode.BUG,
    ExitCode.INTERRUPTED,
    ExitCode.MACHINE,
    ExitCode.DECISION,
    ExitCode.MONEY,
    ExitCode.KEY,
    ExitCode.FAILED,
    ExitCode.LATER,
    ExitCode.BAD_INPUT,
    ExitCode.USAGE,
)


class Billed(StrEnum):
    """Whether a failed call was charged for."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class VidgenError(Exception):
    """The root of all of them: a message for a person, and what to type next."""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(VidgenError):
    """The command line, an option or the user's settings make no sense."""

    exit_code = ExitCode.USAGE


class InputError(VidgenError):
    """A scenes file or a script cannot be used; the message names the place."""

    exit_code = ExitCode.BAD_INPUT


class PluginError(VidgenError):
    """A plugin could not be loaded or selected."""

    exit_code = ExitCode.USAGE


class RunDirError(VidgenError):
    """The run directory cannot be worked on now."""

    exit_code = ExitCode.DECISION


class Locked(RunDirError):
    """Another run holds the directory."""

    exit_code = ExitCode.LOCKED


class JournalDamaged(RunDirError):
    """The journal holds a line that is neither whole nor a torn last one."""


class MachineError(VidgenError):
    """This machine refused: disk, permission, or ffmpeg."""

    exit_code = ExitCode.MACHINE


class CapReached(VidgenError):
    """The user's limit on spending leaves no room for a piece of work."""

    exit_code = ExitCode.MONEY


class Undecided(VidgenError):
    """Only the user can say how to go on."""

    exit_code = ExitCode.DECISION


class Interrupted(VidgenError):
    """The user asked to stop."""

    exit_code = ExitCode.INTERRUPTED


class ProviderError(VidgenError):
    """A provider could not do one piece of work.

    ``retry``: the same call may succeed later. ``billed``: whether the failed
    call was charged for; what is ``UNKNOWN`` is never retried on its own.
    """

    exit_code = ExitCode.FAILED
    default_retry = False
    default_billed = Billed.NO

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        retry: bool | None = None,
        billed: Billed | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, advice=advice)
        self.retry = self.default_retry if retry is None else retry
        self.billed = self.default_billed if billed is None else billed
        self.retry_after = retry_after


class AuthFailed(ProviderError):
    """The key is missing or was rejected."""

    exit_code = ExitCode.KEY


class OutOfCredit(ProviderError):
    """The account has no money left."""

    exit_code = ExitCode.MONEY


class RateLimited(ProviderError):
    """Too many calls; ``retry_after`` is in seconds where the service said so."""

    exit_code = ExitCode.LATER
    default_retry = True


class Refused(ProviderError):
    """The service will not make this (moderation, or a request it rejects)."""


class Unavailable(ProviderError):
    """The service or the network did not answer.

    Whether it took the work is not known, unless ``billed`` says so: only where
    no connection was made is a submit surely not charged.
    """

    exit_code = ExitCode.LATER
    default_retry = True
    default_billed = Billed.UNKNOWN
    #: Whether a question was refused, as it will be each time that it is asked.
    for_good = False


class JobFailed(ProviderError):
    """The service accepted the job and then failed it."""

    default_billed = Billed.UNKNOWN


class JobLost(ProviderError):
    """The service does not know the job, or no longer has its result."""

    default_billed = Billed.UNKNOWN


class Expired(ProviderError):
    """The address of a result ran out; the service gives a fresh one when it is asked again.

    It is asked again by itself: fetching costs nothing.
    """

    exit_code = ExitCode.LATER
    default_retry = True


class BadOutput(ProviderError):
    """What the provider delivered is not what was asked for."""

    default_billed = Billed.UNKNOWN


class PluginBug(ProviderError):
    """A plugin raised something else; the message names its distribution."""

    default_billed = Billed.UNKNOWN


def exit_code_for(codes: set[ExitCode]) -> ExitCode:
    """Return the one exit code that stands for several outcomes."""
    return next((code for code in EXIT_ORDER if code in codes), ExitCode.COMPLETE)
