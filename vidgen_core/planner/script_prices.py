"""What a step costs that may take several answers: all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from vidgen_core.model import Scene
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
    every = (provider.spec.price(each, provider.options) for each in _asked(request))
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


def _asked(request: Any) -> Iterator[Request]:
    """Yield everything that may be asked for *request*: each part, and each once more."""
    parts = [request]
    if isinstance(request, ScenesRequest):
        count = math.ceil(request.most / SCENES_AT_ONCE)
        parts += [evolve(request, told=_scenes(n * SCENES_AT_ONCE)) for n in range(1, count)]
    for part in parts:
        yield part
        yield evolve(part, fault=_FAULT)


def _scenes(count: int) -> tuple[Scene, ...]:
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
            narration=_TEXT,
        )
        for number in range(1, count + 1)
    )


def _checked(price: Any) -> Price:
    if not isinstance(price, Price):
        raise TypeError(f"{price!r} is not a Price")
    return price
