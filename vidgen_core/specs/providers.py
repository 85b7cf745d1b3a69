"""What each kind of provider declares about itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

import attrs
from attrs import field, frozen

from vidgen_core.layout import OUTPUT, Output
from vidgen_core.model import Step
from vidgen_core.specs.lengths import MOST_CLIPS, split_evenly, too_many_clips
from vidgen_core.specs.options import NoOptions
from vidgen_core.specs.price import Price, free_of_charge

#: The interface number that this core speaks. A spec for another is refused.
API = 1

#: What a provider may say that it can do, see ``ProviderSpec.abilities``.
ABILITIES = frozenset({"find", "idempotent", "pictures-by-url", "starts-from-jobs"})


def _name(instance: object, attribute: object, value: str) -> None:
    text = value if isinstance(value, str) else ""  # plugins are not type checked
    if not text.isascii() or not text.replace("-", "a").replace("_", "a").isalnum():
        raise ValueError(f"a provider's name is letters, digits, '-' and '_', got {value!r}")


def _outputs(instance: object, attribute: object, value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(o, Output) for o in value):
        raise TypeError(f"outputs must be a tuple of Output, got {value!r}")
    for output in value:
        if not output.pattern.writes:
            raise ValueError(f"{output.pattern} names no single file: it is for reading only")


def _options_class(instance: object, attribute: object, value: object) -> None:
    if not (isinstance(value, type) and attrs.has(value)):
        raise TypeError(f"options must be an attrs class, got {value!r}")


def _date(instance: object, attribute: object, value: str) -> None:
    if value:
        date.fromisoformat(value)


def _abilities(words: Iterable[str]) -> frozenset[str]:
    """Return the words as a set. Words of a later core are kept, slips of the pen are not."""
    if isinstance(words, str):
        raise TypeError(f"abilities must be several words, got the text {words!r}")
    kept = frozenset(words)
    for word in sorted(kept - ABILITIES, key=repr):
        if not isinstance(word, str):  # plugins are not type checked
            raise TypeError(f"an ability is a word, got {word!r}")
        near = get_close_matches(word.lower().replace("_", "-"), ABILITIES, n=1, cutoff=0.8)
        if near:
            raise ValueError(f"{word!r} is no ability: did you mean {near[0]!r}?")
    return kept


@frozen(kw_only=True)
class ProviderSpec:
    """What every provider declares.

    ``name``: what users type. ``summary``: one line for people. ``api``: the
    interface number that it was written for. ``factory``: makes the provider.
    ``options``: an attrs class made with :func:`option`. ``keys``: environment
    variables, any of which holds the key; empty where none is needed.
    ``outputs``: the files it writes. ``abilities``: words that core knows:
    ``idempotent`` (a submit with the same token is charged once), ``find``
    (see ``protocols.Findable``), ``pictures-by-url`` and ``starts-from-jobs`` (how an
    engine takes the picture that a clip begins with, see :class:`ClipRequest`; the jobs
    are those of all providers of its name); a word that this core does not know is kept
    and changes nothing. ``price(request, options)``: pure;
    ``priced_on``: the ISO date of the prices that it knows, empty where unknown.
    ``max_active``: how many pieces of work it takes at once (0: a service all that
    there are, this machine as many as ``--jobs``); an option of that name, where the options
    class has one, counts instead.
    ``check(context)``: asks the service, for nothing, whether ``context.key`` is good, and
    returns what it says of the account in one line, which may be empty; raises
    ``AuthFailed`` where it is not. ``models(context)``: the names of the models that the
    account may use, asked for nothing. Both ``None`` where the service cannot tell.
    """

    name: str = field(validator=_name)
    summary: str = field(validator=attrs.validators.instance_of(str))
    api: int = field(default=API, validator=attrs.validators.instance_of(int))
    factory: Callable[[Any], Any] = field(validator=attrs.validators.is_callable())
    options: type = field(default=NoOptions, validator=_options_class)
    keys: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = field(default=(), validator=_outputs)
    abilities: frozenset[str] = field(default=frozenset(), converter=_abilities)
    price: Callable[[Any, Any], Price] = field(
        default=free_of_charge, validator=attrs.validators.is_callable()
    )
    priced_on: str = field(default="", validator=_date)
    max_active: int = field(default=0, validator=attrs.validators.ge(0))
    check: Callable[[Any], str] | None = field(
        default=None, validator=attrs.validators.optional(attrs.validators.is_callable())
    )
    models: Callable[[Any], Iterable[str]] | None = field(
        default=None, validator=attrs.validators.optional(attrs.validators.is_callable())
    )


def _lengths(value: object) -> object:
    return value if callable(value) else tuple(float(v) for v in value)  # type: ignore[attr-defined]


@frozen(kw_only=True)
class VideoEngineSpec(ProviderSpec):
    """Renders clips.

    ``lengths`` are the clip lengths that it can make, in seconds: a tuple, or a
    pure function of the options. ``split(seconds, options)`` returns the lengths
    of the clips that cover *seconds*, none of which could be dropped; the
    default is :func:`split_evenly` over the lengths.
    """

    lengths: Any = field(converter=_lengths)
    split: Callable[[float, Any], Sequence[float]] | None = None
    outputs: tuple[Output, ...] = field(default=(OUTPUT[Step.CLIP],), validator=_outputs)

    def lengths_for(self, options: Any) -> tuple[float, ...]:
        """Return the clip lengths for *options*, shortest first."""
        found = self.lengths(options) if callable(self.lengths) else self.lengths
        lengths = tuple(sorted({float(length) for length in found}))
        if not lengths or not all(math.isfinite(x) and x > 0 for x in lengths):
            raise ValueError(f"{self.name}: clip lengths must be positive, got {found!r}")
        return lengths

    def split_for(self, seconds: float, options: Any) -> tuple[float, ...]:
        """Return the checked clip lengths that cover *seconds*, ``MOST_CLIPS`` of them at most."""
        if self.split is None:
            return split_evenly(seconds, self.lengths_for(options))
        given = self.split(seconds, options)
        if len(given) > MOST_CLIPS:
            raise too_many_clips(seconds)
        parts = tuple(float(part) for part in given)
        total = math.fsum(parts)
        if not parts or not all(math.isfinite(part) and part > 0 for part in parts):
            raise ValueError(f"{self.name}: split({seconds:g}) gave {parts!r}")
        if total < seconds - 1e-6 or total - min(parts) >= seconds - 1e-6:
            raise ValueError(f"{self.name}: split({seconds:g}) gave {parts!r}, which does not fit")
        return parts


@frozen(kw_only=True)
class ScriptModelSpec(ProviderSpec):
    """Writes scenes, environments and narration."""

    outputs: tuple[Output, ...] = field(
        default=(
            OUTPUT[Step.SCENES_WITHOUT_ENVIRONMENT],
            OUTPUT[Step.ENVIRONMENTS],
            OUTPUT[Step.SCENES],
            OUTPUT[Step.NARRATION_TEXT],
        ),
        validator=_outputs,
    )


@frozen(kw_only=True)
class ImageGeneratorSpec(ProviderSpec):
    """Draws first frames and initial images."""

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.FIRST_FRAME], OUTPUT[Step.INITIAL_IMAGE]), validator=_outputs
    )


def speaks_everything(text: str, options: Any) -> str:
    """Return the reason why *text* cannot be spoken: there is none."""
    return ""


@frozen(kw_only=True)
class SpeechEngineSpec(ProviderSpec):
    """Speaks the narration.

    ``unable(text, options)`` returns why the engine cannot speak *text* (its
    language, for instance), or an empty string; pure, and asked in every plan: keep
    it quick. What it cannot speak is left to the subtitles, and the user is told
    before any work begins. ``longest``: how many characters it is asked to speak at
    once, a number or a pure function of the options (0: any text); core cuts a longer
    text at the ends of sentences, asks for each part, and joins them. An engine that
    works on this machine gets every text whole.
    """

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.NARRATION], OUTPUT[Step.SCENE_NARRATION]), validator=_outputs
    )
    unable: Callable[[str, Any], str] = field(
        default=speaks_everything, validator=attrs.validators.is_callable()
    )
    longest: int | Callable[[Any], int] = 0

    def longest_for(self, options: Any) -> int:
        """Return how many characters are spoken at once with *options*; 0: any text."""
        longest = self.longest(options) if callable(self.longest) else self.longest
        if isinstance(longest, bool) or not isinstance(longest, int) or longest < 0:
            raise ValueError(f"{self.name}: longest must be a number from 0 on, got {longest!r}")
        return longest


@frozen(kw_only=True)
class SoundEngineSpec(ProviderSpec):
    """Makes the sound effects of a scene."""

    outputs: tuple[Output, ...] = field(default=(OUTPUT[Step.SOUND],), validator=_outputs)


@frozen(kw_only=True)
class StitcherSpec(ProviderSpec):
    """Joins clips into scenes and scenes into the film."""

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.SCENE], OUTPUT[Step.FILM]), validator=_outputs
    )


@frozen(kw_only=True)
class FrameHostSpec(ProviderSpec):
    """Gives a local picture a URL that a service can read."""


@frozen(kw_only=True)
class ExecutorSpec(ProviderSpec):
    """Runs one ready piece of local work somewhere."""
