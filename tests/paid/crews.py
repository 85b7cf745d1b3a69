"""Whole films from a script, by providers that are paid for words, pictures, voices and sounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import av
from attrs import field, frozen

from vidgen_core.errors import Billed, ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import Charge, InFlight
from vidgen_core.specs import FREE, ProviderKind
from vidgen_core.testing.service import Logged, Service

from ..command_line import Ended
from ..generate_runs import SMALL, script_file
from ..run_directories import visible_files
from .customers import ORDERS, Customer

#: Told in two scenes that last as long as the shortest clip.
SCRIPT = """\
Night falls. A boat sails.

Dawn comes. All is calm.
"""

#: The name of each provider's service.
VENDORS = {
    "claude": "claude",
    "elevenlabs": "elevenlabs",
    "gemini": "gemini",
    "ltx": "fal",
    "luma": "luma",
}
#: What is sent to have something made, by whichever of them.
EVERY_ORDER = (
    *ORDERS,
    *("claude.messages", "gemini.generate"),
    *("elevenlabs.timed", "elevenlabs.speech", "elevenlabs.sound"),
)


@frozen(kw_only=True)
class Crew:
    """Who makes a film, and for how many pieces of work each of them is paid."""

    options: tuple[str, ...]
    pieces: Mapping[str, int]
    seconds: float = field(default=5)

    @property
    def orders(self) -> int:
        """How many pieces of work are paid for in all."""
        return sum(self.pieces.values())

    def generating(self, home: Path) -> tuple[str, ...]:
        """Return the command that generates a film of two scenes in *home*."""
        script = script_file(home, SCRIPT)
        return ("generate", str(script), *self.options, *SMALL, "--yes")


_PLACES_SCENES_AND_THEIR_PLACES = 3
_ONE_A_SCENE = 2

CREWS = {
    "claude-luma-elevenlabs": Crew(
        options=(
            *("--model", "claude", "--engine", "luma"),
            *("--tts", "elevenlabs", "--sound-engine", "elevenlabs"),
        ),
        pieces={
            "claude": _PLACES_SCENES_AND_THEIR_PLACES,
            "luma": _ONE_A_SCENE,
            "elevenlabs": 2 * _ONE_A_SCENE,
        },
    ),
    "gemini-ltx-local": Crew(
        options=("--model", "gemini", "--engine", "ltx", "--tts", "local"),
        pieces={"gemini": _PLACES_SCENES_AND_THEIR_PLACES, "ltx": _ONE_A_SCENE},
        seconds=6,
    ),
    "genai-ltx": Crew(
        options=(
            *("--model", "gemini", "--set", "gemini.sdk=genai", "--tts", "gemini"),
            *("--image-generator", "gemini", "--first-frame-image-gen", "--engine", "ltx"),
        ),
        pieces={
            "gemini": _PLACES_SCENES_AND_THEIR_PLACES + 2 * _ONE_A_SCENE,
            "ltx": _ONE_A_SCENE,
        },
        seconds=6,
    ),
}


def ordered(service: Service) -> list[Logged]:
    """Every request to have something made, in order."""
    return [one for one in service.requests() if one.route in EVERY_ORDER]


def names(root: Path) -> list[str]:
    """What stands in *root*, but vidgen's own; the run's timestamp is left out."""
    stamp = root.name.removeprefix("video_")
    return sorted(name.replace(stamp, "TIMESTAMP") for name in visible_files(root))


def streams(film: Path) -> list[str]:
    """The kinds of what *film* shows, plays and tells."""
    with av.open(str(film)) as container:
        kinds = [stream.type for stream in container.streams]
    return [kind for kind in kinds if kind in ("video", "audio", "subtitle")]


def assert_bill_within_journal(root: Path, service: Service) -> None:
    """What each service charged is in the journal of *root*, in number and in sum.

    What may have been charged there, or not, lies between its lowest and its highest.
    """
    ledger = read_ledger(root)
    assert {charge.vendor for charge in service.bill} <= {
        VENDORS[c.provider] for c in ledger.charges
    }
    for provider, vendor in VENDORS.items():
        bill = [charge.usd or 0 for charge in service.bill if charge.vendor == vendor]
        told = [charge for charge in ledger.charges if charge.provider == provider]
        sure = [charge for charge in told if charge.billed is Billed.YES]
        assert len(sure) <= len(bill) <= len(told), provider
        price = sum((charge.bounds for charge in told), FREE)
        assert price.high is not None
        assert price.low - 0.005 <= sum(bill) <= price.high + 0.005, provider


def in_doubt(root: Path) -> list[InFlight]:
    """What was ordered for *root* of which nobody knows whether it arrived."""
    return [
        work for work in read_ledger(root).in_flight.values() if not (work.job or work.answered)
    ]


def can_tell(work: InFlight | Charge) -> bool:
    """Whether the service lists what it was asked for, so that nothing of it is in doubt."""
    speech = (work.provider, work.kind) == ("elevenlabs", ProviderKind.SPEECH_ENGINE)
    return speech or work.provider == "luma"


def assert_again_only_where_asked(root: Path, asked: Sequence[InFlight]) -> None:
    """Each piece of *root* was ordered once, and once more where the user said so."""
    told = Counter(charge.key for charge in read_ledger(root).charges if not can_tell(charge))
    again = {work.key for work in asked}
    assert told == {key: 1 + (key in again) for key in told}
    assert again <= told.keys()


def finish(customer: Customer, root: Path) -> tuple[Ended, Sequence[InFlight]]:
    """Continue *root* to its end; what is in doubt is asked about, and ordered again."""
    ended = customer.vidgen("continue", root, "--yes")
    if ended.code != ExitCode.DECISION:
        return ended, ()
    asked = in_doubt(root)
    assert asked, ended.err
    assert not [work for work in asked if can_tell(work)], ended.err
    assert "--in-doubt" in ended.err
    return customer.vidgen("continue", root, "--yes", "--in-doubt", "again"), asked
