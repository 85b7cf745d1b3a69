"""What planning works on and what it decides: values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from vidgen_core.ledger import InFlight
from vidgen_core.model import Facts, Key, Step, Verdict
from vidgen_core.specs import FREE, Price, ProviderKind, ProviderSpec, Request, VideoEngineSpec


@frozen(kw_only=True)
class File:
    """One file of the run directory that a pattern claims.

    ``pattern`` is the text of the pattern that claimed it; ``sha256`` is filled
    in where it was needed (own files, inputs of records).
    """

    path: str
    key: Key
    pattern: str
    timestamp: str = ""
    size: int = 0
    mtime_ns: int = 0
    facts: Facts = Facts()
    sha256: str = ""

    @property
    def counts(self) -> bool:
        """Whether the file is done work: whole, or damaged but complete."""
        return self.facts.verdict is not Verdict.BROKEN


@frozen(kw_only=True)
class Listing:
    """What one walk of the run directory found; ``files`` in the order of their paths.

    ``unclaimed``: paths that no pattern matches.
    """

    files: tuple[File, ...] = ()
    unclaimed: tuple[str, ...] = ()
    by_key: Mapping[Key, tuple[File, ...]] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        groups: dict[Key, list[File]] = {}
        for file in self.files:
            groups.setdefault(file.key, []).append(file)
        object.__setattr__(self, "by_key", {key: tuple(group) for key, group in groups.items()})


@frozen(kw_only=True)
class Provider:
    """A chosen provider: its spec, where it came from, and its options.

    ``explicit``: the user or the run named it, so its outputs are wanted even
    where the film stands.
    """

    kind: ProviderKind
    spec: ProviderSpec
    options: Any = None
    distribution: str = ""
    version: str = ""
    explicit: bool = True

    @property
    def name(self) -> str:
        """The spec's name."""
        return self.spec.name


@frozen(kw_only=True)
class EngineProvider(Provider):
    """A chosen video engine."""

    spec: VideoEngineSpec


@frozen(kw_only=True)
class Providers:
    """The providers of a plan; ``None`` where none was chosen.

    ``frame_host`` gives pictures a URL, for an engine that takes them by URL only.
    ``installed`` holds all that are loaded, by kind and name, so that work in
    flight can be attached to whichever provider took the money.
    """

    stitcher: Provider
    engine: EngineProvider | None = None
    images: Provider | None = None
    speech: Provider | None = None
    sounds: Provider | None = None
    script: Provider | None = None
    frame_host: Provider | None = None
    installed: Mapping[tuple[ProviderKind, str], ProviderSpec] = field(factory=dict)


class Choice(StrEnum):
    """What is to become of work of which nobody knows whether a service took it."""

    WAIT = "wait"
    ADOPT = "adopt"
    AGAIN = "again"
    SKIP = "skip"


@frozen(kw_only=True)
class InDoubt:
    """The user's choice about work in doubt.

    ``job``: with ``ADOPT`` the id of the service's job. ``key``: what it is; ``None``
    for the only piece in doubt.
    """

    choice: Choice = Choice.WAIT
    job: str = ""
    key: Key | None = None


NO_CHOICE = InDoubt()


@frozen(kw_only=True)
class PlanOptions:
    """What the user asked of this run.

    ``initial_image``: absolute path of a picture given now.
    ``initial_image_prompt``: draw one with this prompt. Either starts the first
    clip still to be made, or clip ``initial_image_for`` where the run remembers it.
    ``given_up``: outputs that failed for good in this process. ``size``: width, height
    and frame rate of a film that has no video yet. ``max_environments``: 0 is as many as
    scenes. ``metadata_only``: make the script's
    files and nothing else. ``burn_subtitles``: draw them into the picture, with the
    font file ``font`` (empty: the one that comes with vidgen). ``require_continuity``: no
    clip is made that does not go on from what plays before it. ``in_doubt``: what is to
    become of paid work whose outcome is unknown. ``again``: first frames that are wanted
    although nothing that is missing needs them. ``unneeded``: what is paid for and under way
    for a scene, and fetched also where nothing needs it any more. ``lost``: whose paid answer
    is not in its place any more, so that it has to be paid for again.
    """

    skip_narration: bool = False
    skip_sound_effects: bool = False
    first_frames: bool = False
    keep_clip_audio: bool = False
    burn_subtitles: bool = False
    font: str = ""
    initial_image: str = ""
    initial_image_prompt: str = ""
    initial_image_for: Key | None = None
    given_up: frozenset[Key] = frozenset()
    seed: int = 0
    max_scenes: int = 5
    max_environments: int = 0
    size: tuple[int, int, float] = (1280, 720, 24.0)
    metadata_only: bool = False
    require_continuity: bool = False
    in_doubt: InDoubt = NO_CHOICE
    again: frozenset[Key] = frozenset()
    unneeded: frozenset[Key] = frozenset()
    lost: frozenset[Key] = frozenset()

    def without_lost(self, key: Key) -> PlanOptions:
        """Return this once it is settled that the answer for *key* is gone."""
        return evolve(self, lost=self.lost - {key})


class Decision(StrEnum):
    """What is to happen with one output."""

    KEEP = "keep"
    MAKE = "make"
    ATTACH = "attach"
    REDO = "redo"
    STALE = "stale"
    ASK = "ask"
    BLOCKED = "blocked"
    WAIT = "wait"
    LEAVE = "leave"


#: The decisions that mean work for the executor.
TO_DO = frozenset({Decision.MAKE, Decision.ATTACH, Decision.REDO})
#: The decisions that leave an output unmade until somebody acts.
STUCK = frozenset({Decision.ASK, Decision.BLOCKED, Decision.WAIT})


class Why(StrEnum):
    """Why a decision was taken: the value is the sentence's template."""

    WHOLE = "{path} is whole"
    DAMAGED = "{path} is damaged, but every frame can be shown: {fault}"
    BROKEN = "{path} is broken: {fault}"
    MISSING = "it is missing"
    GAP = "it lies between clips that are there"
    SHORT = "{missing:.2f} s of the scene's {duration:g} s are missing"
    PAID_FOR = "its clips were ordered and are not there yet"
    CLIPS_COVER = "its clips cover it: {count} of them"
    INPUT_MADE = "{input} is made in this run"
    INPUT_CHANGED = "{input} changed since it was made"
    INPUT_ADDED = "{input} is not in it"
    INPUT_REMOVED = "{input} is in it, but no longer in the scenes file"
    UNTOLD = "{input} is made of words that are told no more"
    CHOICE_CHANGED = "its chapters, subtitles or the clips' own sound are chosen otherwise now"
    WRONG_LENGTH = "it lasts {seconds:.1f} s and the film {film:.1f} s"
    AFTER_REFILL = "clip {clip} before it is made again"
    PROMPT_CHANGED = "the scenes file changed since it was made"
    IN_FLIGHT = "{provider} was paid for it and has it as job {job}"
    ANSWERED = "{provider}'s answer is kept and was paid for"
    ANSWER_GONE = "{provider}'s answer was paid for and is gone, so it is asked for anew"
    UNKNOWN_OUTCOME = "{provider} was asked, and no answer on record tells whether it took the job"
    FORGOTTEN = "{requests} says that it was asked for, and the journal of that time is gone"
    FETCH_AGAIN = "{provider} made it as job {job}; it is fetched again, which costs nothing"
    FINDABLE = "{provider} was asked, and can tell whether it took the job"
    NOT_INSTALLED = "{kind} {provider} is not installed"
    NO_PROVIDER = "no {kind} was chosen"
    PROVIDER_RAISED = "{provider}: {fault}"
    JOURNAL_DAMAGED = "the journal is damaged: {fault}"
    NEAR_MISS = "{path} looks like its file; if it is, rename it to {rename}"
    WAITS_FOR = "it waits for {input}"
    LOST_CONTINUITY = "{input} could not be made, so it starts without a picture"
    NO_FRAME_HOST = (
        "{provider} takes pictures by URL only, and no frame host was chosen: "
        "it starts without a picture; --frame-host NAME"
    )
    NEEDS_FRAME_HOST = (
        "{provider} takes pictures by URL only, and no frame host was chosen to give {picture} one"
    )
    BY_FRAME_HOST = "{host} gives {picture} a URL"
    FROM_JOB = "{provider} has {input} as its own job, and starts from there"
    CONTINUITY_REQUIRED = "continuity is required"
    NOT_CONTINUED = "it was made without the last frame of {input}, which plays before it"
    NO_TIMINGS = "nothing says any more when each of its sentences is spoken"
    FAILED = "it failed in this run"
    LEFT_OUT = "left out: {why}"
    ASKED_FOR = "you asked for it"


#: Why a clip does not go on from what plays before it.
LOST = frozenset({Why.LOST_CONTINUITY, Why.NO_FRAME_HOST})


@frozen
class Reason:
    """One typed reason; ``str()`` gives its sentence."""

    why: Why
    facts: Mapping[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        return self.why.value.format(**self.facts)


def because(why: Why, **facts: Any) -> Reason:
    """Return the reason *why* with its facts."""
    return Reason(why, facts)


@frozen(kw_only=True)
class Task:
    """One output and what is to happen with it.

    ``output``: the path that is kept or will be written. ``provider``: who makes
    it (empty: core). ``needs``: outputs that must exist first. ``inputs``: paths
    it is made from. ``displaces``: existing paths that are moved aside before it
    is published. ``shown_frames``: how much of a new clip the scene shows (0: all),
    counted at ``fps`` frames a second (0: the file's own). ``scene_seconds``: how long
    its scene was to last for its words when the clip was begun (0: as long as the
    scenes file says); it is kept with the clip, so that no later speech makes the
    scene longer. ``collects``: the paid work of an ``ATTACH``.
    """

    key: Key
    decision: Decision
    output: str
    provider: str = ""
    kind: ProviderKind | None = None
    request: Request | None = None
    needs: tuple[Key, ...] = ()
    inputs: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    price: Price = FREE
    shown_frames: int = 0
    fps: float = 0.0
    scene_seconds: float = 0.0
    seconds: float = 0.0
    collects: InFlight | None = None


@frozen(kw_only=True)
class SceneState:
    """How one scene stands.

    ``duration`` is what the scenes file asks for, ``seconds`` what it plays.
    """

    number: int
    name: str
    complete: bool
    duration: float
    seconds: float
    clips: tuple[int, ...]
    reasons: tuple[Reason, ...]


class Tally(str):
    """A note that counts what is there: another of its ``kind`` that takes its place is no news."""

    kind: str

    def __new__(cls, kind: str, sentence: str) -> Tally:
        """Return *sentence* as a note of this *kind*."""
        note = super().__new__(cls, sentence)
        note.kind = kind
        return note


@frozen(kw_only=True)
class Plan:
    """Everything that a run directory needs, in an order that respects ``needs``.

    ``notes``: sentences that concern the whole run (what is left out, and why).
    ``left_alone``: files whose scene is not in the scenes file.
    ``initial_image_for``: the clip that the image given on this run starts.
    ``bounds``: the most that work may cost which cannot be planned before there are scenes,
    by who is paid for it.
    """

    timestamp: str
    tasks: tuple[Task, ...]
    scenes: tuple[SceneState, ...]
    bounds: Mapping[tuple[ProviderKind, str], Price] = field(factory=dict)
    notes: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
    initial_image_for: Key | None = None
    by_key: Mapping[Key, Task] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "by_key", {task.key: task for task in self.tasks})

    @property
    def to_do(self) -> tuple[Task, ...]:
        """The tasks that mean work now."""
        return tuple(task for task in self.tasks if task.decision in TO_DO)

    @property
    def stuck(self) -> tuple[Task, ...]:
        """The tasks that wait for somebody."""
        return tuple(task for task in self.tasks if task.decision in STUCK)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do or to decide."""
        return not self.to_do and not self.stuck

    @property
    def bound(self) -> Price:
        """The most that all work may cost which cannot be planned before there are scenes."""
        return sum(self.bounds.values(), FREE)

    @property
    def price(self) -> Price:
        """The sum over what may be bought now; collecting what is paid for is free."""
        total = self.bound
        for task in self.to_do:
            total += task.price
        return total

    @property
    def film(self) -> str:
        """The path of the film, whether it is there or to be made."""
        return self.by_key[Key(Step.FILM)].output
