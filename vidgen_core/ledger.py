"""What the money journal says, as values: files, work in flight, and what was charged."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from vidgen_core.errors import Billed
from vidgen_core.model import Key
from vidgen_core.specs import FREE, Price, ProviderKind
from vidgen_core.wording import count


@frozen(kw_only=True)
class Published:
    """The journal's record of a file that vidgen published.

    ``inputs`` maps the paths it was made from to their sha256; ``prompt`` is a
    digest of what it was asked with beside them; ``asked_seconds`` is what the request
    said; ``shown_frames`` is how much of a clip its scene shows, in the file's own
    frames (0: all). ``scene_seconds``: see :class:`Task`. ``timings`` is the sha256 of what
    says when the sentences of speech are spoken, where that came with it. ``job`` and
    ``facts`` are the service's, to fetch it again.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    inputs: Mapping[str, str] = field(factory=dict)
    provider: str = ""
    distribution: str = ""
    version: str = ""
    take: int = 1
    paid: bool = False
    prompt: str = ""
    asked_seconds: float = 0.0
    shown_frames: int = 0
    scene_seconds: float = 0.0
    timings: str = ""
    job: str = ""
    facts: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class InFlight:
    """Paid work that has begun and is not published.

    ``job`` is empty while only the intent is known. ``seconds`` is the length
    that was asked for; ``token`` is the one its submit carried; ``fps`` is the
    rate that ``shown_frames`` counts in (0: the file's own). ``scene_seconds``: see
    :class:`Task`. ``adopted``: the user said that this is its job. ``covered``: it goes on
    from an answer to the same order, whose price counts this request, too. ``part`` of
    ``parts``: which part of a long text is spoken; ``rest``: what those after it cost.
    """

    key: Key
    take: int
    provider: str
    kind: ProviderKind
    token: str
    job: str = ""
    facts: Mapping[str, str] = field(factory=dict)
    seconds: float = 0.0
    shown_frames: int = 0
    fps: float = 0.0
    scene_seconds: float = 0.0
    since: float = 0.0
    price: Price = FREE
    answered: bool = False
    adopted: bool = False
    covered: bool = False
    part: int = 1
    parts: int = 1
    rest: Price = FREE

    @property
    def is_doubtful(self) -> bool:
        """Whether it was asked for, and nobody wrote down what came of it."""
        return not (self.job or self.answered)


@frozen(kw_only=True)
class Charge:
    """One order of paid work, and what it may have cost.

    ``price`` is what the plan said that it costs; where its answers told what they cost,
    that, as soon as there can be no more of them. ``billed`` is ``YES`` as soon as the
    service took the work, ``UNKNOWN`` while nobody knows. ``since``: when it was asked
    for, in seconds since 1970.
    """

    key: Key
    take: int
    provider: str
    kind: ProviderKind
    price: Price
    billed: Billed = Billed.UNKNOWN
    since: float = 0.0

    @property
    def bounds(self) -> Price:
        """What it cost at least and at most."""
        if self.billed is Billed.YES:
            return self.price
        return FREE if self.billed is Billed.NO else Price(0.0, self.price.high)


@frozen(kw_only=True)
class Away:
    """A file that was moved away, to ``place``; ``record`` is what the journal said of it.

    ``seen``: its size and its time (``mtime_ns``) right before; ``None`` in older journals.
    """

    place: str
    record: Published | None = None
    seen: tuple[int, int] | None = None


@frozen(kw_only=True)
class Retake:
    """The files that one ``redo`` or ``undo`` moves away together.

    ``scenes`` and ``only`` say what it was about. ``away`` has them by the paths that they
    had; ``back`` likewise what an ``undo`` brings back, as long as it has not. ``leaving``:
    those of ``away`` that nothing takes the place of, as long as they have not gone.
    """

    scenes: tuple[int, ...] = ()
    only: str = ""
    away: Mapping[str, Away] = field(factory=dict)
    back: Mapping[str, Away] = field(factory=dict)
    leaving: frozenset[str] = frozenset()

    def brought_back(self, path: str) -> Retake:
        """Return this once *path* is back."""
        return evolve(self, back={name: held for name, held in self.back.items() if name != path})

    def gone(self, path: str, place: str) -> Retake:
        """Return this once *path* was moved to *place*, which need not be the one it has here."""
        if path not in self.leaving or self.away[path].place != place:
            return self
        return evolve(self, leaving=self.leaving - {path})


@frozen(kw_only=True)
class Ledger:
    """The journal as planning sees it. ``damage`` is a sentence, empty when it is sound.

    ``arriving``: the record that a file of work in flight gets as soon as it has its name.
    ``again``: work in doubt that is bought once more, and so counts as not in flight.
    ``jobs``: the output and the take of every job that it ever knew, by provider and id.
    ``forgotten``: what was asked for before an earlier journal was lost. ``charges``:
    every submit of paid work over the directory's life, in their order. ``retake``: the
    last one; ``redone``: how often a scene's clips (its key without a clip), its first
    frame or its sound was to be made again.
    """

    published: Mapping[str, Published] = field(factory=dict)
    in_flight: Mapping[Key, InFlight] = field(factory=dict)
    arriving: Mapping[Key, Published] = field(factory=dict)
    again: Mapping[Key, InFlight] = field(factory=dict)
    takes: Mapping[Key, int] = field(factory=dict)
    jobs: Mapping[tuple[str, str], tuple[Key, int]] = field(factory=dict)
    damage: str = ""
    forgotten: frozenset[Key] = frozenset()
    charges: tuple[Charge, ...] = ()
    retake: Retake | None = None
    redone: Mapping[Key, int] = field(factory=dict)

    @property
    def bill(self) -> Price:
        """What the directory has cost so far, at least and at most."""
        return sum((charge.bounds for charge in self.charges), FREE)


def what_goes_with(ledger: Ledger) -> str:
    """Say what counts no more once the journal of *ledger* is moved away; empty for nothing.

    Of one that is damaged it is what its sound lines tell.
    """
    lost, works = [], ledger.in_flight.values()
    if works:
        doubtful = sum(work.is_doubtful for work in works)
        known = f" ({doubtful} in doubt)" if doubtful else ""
        are = "is" if len(works) == 1 else "are"
        lost.append(f"{count(len(works), 'order')} under way{known} {are} forgotten")
    if not ledger.bill.free:
        lost.append(f"what was spent ({ledger.bill}) counts in no limit any more")
    return " and ".join(lost)


def may_be_fetched(ledger: Ledger) -> bool:
    """Whether paid work is under way that its service surely has, or has answered."""
    return any(not work.is_doubtful for work in ledger.in_flight.values())
