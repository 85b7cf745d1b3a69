"""What the executor tells whoever listens. Listeners look; they change nothing."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from vidgen_core.errors import VidgenError
from vidgen_core.plan import Plan, Task


@frozen
class Planned:
    """A plan was made, at the start or because something came out otherwise."""

    plan: Plan


@frozen
class Started:
    """Work on a task began."""

    task: Task


@frozen
class Published:
    """A task's file stands under its final name, ``path`` relative to the run directory."""

    task: Task
    path: str


@frozen
class Stopped:
    """A task ended without a file. ``later``: the next run goes on with it."""

    task: Task
    error: VidgenError
    later: bool = False


@frozen
class Moved:
    """A file was moved aside, and why."""

    path: str
    place: str
    why: str


@frozen
class Noted:
    """A sentence that the user should read."""

    text: str


@frozen
class Waiting:
    """*task* waits for whom *error* tells about, and tries again in *seconds*.

    ``patience``: in so many seconds the run goes on without; ``None``: the user set none.
    """

    task: Task
    who: str
    error: VidgenError
    seconds: float
    patience: float | None = None


@frozen
class WentOn:
    """*task* waits for *who* no more: a call went well."""

    task: Task
    who: str


@frozen
class Progressed:
    """How far the running tasks are: pairs of a task and its fraction (``None``: unknown)."""

    running: tuple[tuple[Task, float | None], ...]


Event = Planned | Started | Published | Stopped | Moved | Noted | Waiting | WentOn | Progressed
Listener = Callable[[Event], None]
