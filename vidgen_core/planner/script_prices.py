"""What a step costs that may take several answers: all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from vidgen_core.model import Scene
from vidgen_core.pace import most_characters, most_words
from vidgen_core.plan import Provider
from vidgen_core.specs import (
    FREE,
    SCENES_AT_ONCE,
    EnvironmentsRequest,
    PlacedScenesRequest,
    Price,
    ProviderKind,
    Request,
    ScenesRequest,
    SpeechEngineSpec,
    SpeechRequest,
    parts_from,
)

#: A word for the fault of an answer that is not known yet.
_FAULT = "x" * 300
#: How long the texts of scenes and places are taken to be while nobody knows them.
_TITLE, _TEXT, _PLACE = "x" * 80, "x" * 700, "x" * 1000


def whole_price(provider: Provider, request: Request) -> Price:
    """Return what *request* costs with all that it may take to have it answered.

    A script model is asked once more where its answer cannot be used, and several times
    where there are many scenes. A long text is spoken in parts. Raises what the provider's
    ``price`` raises.
    """
    if isinstance(request, SpeechRequest) and isinstance(provider.spec, SpeechEngineSpec):
        parts = parts_from(request, provider.spec.longest_for(provider.options))
        asked = (provider.spec.price(part, provider.options) for part in parts)
        return sum(map(_checked, asked), FREE)
    price: Any = provider.spec.price(request, provider.options)
    if provider.kind is not ProviderKind.SCRIPT_MODEL or not hasattr(request, "fault"):
        return _checked(price)
    if _checked(price).free:
        return FREE
    every = (provider.spec.price(each, provider.options) for each in asked_for(request))
    most = sum(map(_checked, every), FREE)
    return Price(price.low, None if most.high is None else max(most.high, price.low))


def filled_in(request: Request, script: str, most: int) -> Request:
    """Return *request* with *script*, and with stand-ins for at most *most* scenes and places."""
    match request:
        case EnvironmentsRequest() | ScenesRequest():
            return evolve(request, script=script)
        case PlacedScenesRequest():
            places = (_PLACE,) * most
            return evolve(request, script=script, scenes=_scenes(most), environments=places)
    return request


def answers_at_most(request: Request) -> int:
    """Return how many answers the price of *request* counts."""
    return sum(1 for _ in asked_for(request)) if hasattr(request, "fault") else 1


def asked_for(request: Any) -> Iterator[Request]:
    """Yield everything that a script model may be asked from *request* on.

    That is each part, and each once more; what was asked once more is not asked again.
    """
    parts = [request]
    if isinstance(request, ScenesRequest):
        count = math.ceil(request.most / SCENES_AT_ONCE)
        spoken = most_characters(most_words(request.longest, request.words_per_second))
        first = len(request.told) // SCENES_AT_ONCE + 1
        told = (_scenes(n * SCENES_AT_ONCE, spoken) for n in range(first, count))
        parts += [evolve(request, told=scenes, fault="") for scenes in told]
    for part in parts:
        yield part
        if not part.fault:
            yield evolve(part, fault=_FAULT)


def _scenes(count: int, spoken: int = 0) -> tuple[Scene, ...]:
    """Return *count* stand-ins for scenes, of whose words up to *spoken* characters are taken."""
    return tuple(
        Scene(
            number=number,
            duration=10.0,
            name=_TITLE,
            movement=_TEXT,
            emotions=_TITLE,
            camera=_TITLE,
            style=_TITLE,
            sound_prompt=_TITLE,
            first_frame_prompt=_TEXT,
            narration=max(_TEXT, "x" * spoken, key=len),
        )
        for number in range(1, count + 1)
    )


def _checked(price: Any) -> Price:
    if not isinstance(price, Price):
        raise TypeError(f"{price!r} is not a Price")
    return price
