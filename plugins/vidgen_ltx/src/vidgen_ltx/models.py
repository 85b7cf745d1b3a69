"""The LTX models on fal: what each is asked, how long its clips are, and what they cost.

Arguments, lengths and prices are those of fal's own pages. Where those were silent
a comment says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from vidgen_core import UNKNOWN_PRICE, ClipRequest, Price
from vidgen_ltx.dollars import read_price

if TYPE_CHECKING:  # which asks here whether its values make sense
    from vidgen_ltx.options import LtxOptions

#: When the oldest of these prices was read.
PRICED_ON = "2026-01-07"

_TEXT, _PICTURE = "text-to-video", "image-to-video"
_NO_RATES: Mapping[str, float] = MappingProxyType({})
#: The second generation makes 25 frames a second at every length and resolution.
_FPS = 25


@frozen(kw_only=True)
class Model:
    """One model in its two forms.

    ``text`` and ``picture``: the names of the form that takes text only, and of the
    one that begins with a picture. ``lengths``: of clips, in seconds; ``long``:
    further ones at the first of its ``resolutions``, which is the usual one; ``None``
    where the resolutions are not known. ``text_rates`` and ``picture_rates``: US
    dollars by resolution, for a second or, where ``each``, for a clip. ``timed``: it is
    told the length, ``sounding``: it makes sound unless it is told not to, ``shaped``:
    its text form takes an aspect ratio, ``paced``: it is told the frame rate,
    ``seeded``: it takes a seed.
    """

    text: str
    picture: str
    lengths: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    resolutions: tuple[str, ...] | None = ()
    text_rates: Mapping[str, float] = field(default=_NO_RATES, repr=False)
    picture_rates: Mapping[str, float] = field(default=_NO_RATES, repr=False)
    each: bool = False
    timed: bool = False
    sounding: bool = False
    shaped: bool = False
    paced: bool = False
    seeded: bool = False

    def resolution(self, wanted: str) -> str:
        """Return the resolution to ask for, or ``""``; raises ``ValueError`` for a wrong one."""
        if self.resolutions is None:
            return wanted
        if not wanted:
            return self.resolutions[0] if self.resolutions else ""
        if wanted not in self.resolutions:
            known = ", ".join(self.resolutions) or "one resolution only"
            raise ValueError(f"{self.text} makes {known}; ltx.resolution is {wanted}")
        return wanted


def _second_generation(name: str, speed: str, **rates: tuple[float, float, float]) -> Model:
    resolutions = ("1080p", "1440p", "2160p")
    text, picture = (
        MappingProxyType(dict(zip(resolutions, rates[form], strict=True)))
        for form in ("text", "picture")
    )
    return Model(
        text=f"{name}/{_TEXT}{speed}",
        picture=f"{name}/{_PICTURE}{speed}",
        lengths=(6, 8, 10),
        long=(12, 14, 16, 18, 20) if speed else (),
        resolutions=resolutions,
        text_rates=text,
        picture_rates=picture,
        timed=True,
        sounding=True,
        shaped=True,
        paced=True,
    )


_FAST, _PRO, _DEAR = (0.04, 0.08, 0.16), (0.06, 0.12, 0.24), (0.08, 0.16, 0.32)

#: Every model that is known here. How long clips of the first generation are is in none
#: of fal's pages that were read: 5 s is what films made with it have.
MODELS: tuple[Model, ...] = (
    _second_generation("fal-ai/ltx-2.3", "/fast", text=_FAST, picture=_FAST),
    _second_generation("fal-ai/ltx-2.3", "", text=_DEAR, picture=_PRO),
    _second_generation("fal-ai/ltx-2", "/fast", text=_FAST, picture=_FAST),
    _second_generation("fal-ai/ltx-2", "", text=_PRO, picture=_PRO),
    Model(
        text="fal-ai/ltx-video",
        picture=f"fal-ai/ltx-video/{_PICTURE}",
        lengths=(5,),
        text_rates=MappingProxyType({"": 0.02}),
        each=True,
        seeded=True,
    ),
    Model(
        text="fal-ai/ltx-video-v097",
        picture=f"fal-ai/ltx-video-v097/{_PICTURE}",
        lengths=(5,),
        resolutions=("720p", "480p"),
        text_rates=MappingProxyType({"720p": 0.12, "480p": 0.12}),
        each=True,
        shaped=True,
        seeded=True,
    ),
)


def model_for(options: LtxOptions) -> Model:
    """Return the model that the options name, by either of its forms.

    Raises ``ValueError`` where nothing follows from the name of one that is not known.
    """
    name = options.model
    for model in MODELS:
        if name in (model.text, model.picture):
            return model
    return _unknown(name, options)


def _unknown(name: str, options: LtxOptions) -> Model:
    segments = name.split("/")
    if _PICTURE in segments and not options.image_model:
        raise ValueError(
            f"{name} is not known: name its text-to-video form as ltx.model and this one as "
            "ltx.image_model"
        )
    picture = "/".join(_PICTURE if part == _TEXT else part for part in segments)
    if picture == name:
        picture = f"{name}/{_PICTURE}"
    return Model(
        text=name,
        picture=options.image_model or picture,
        resolutions=None,
        timed=len(options.lengths) > 1,
        sounding=segments[1].startswith("ltx-2"),
    )


def lengths(options: LtxOptions) -> tuple[float, ...]:
    """Return the lengths of clips in seconds; raises ``ValueError`` where they are not known."""
    model = model_for(options)
    resolution = model.resolution(options.resolution)
    if options.lengths:
        return options.lengths
    if not model.lengths:
        raise ValueError(
            f"how long clips of {model.text} are is not known here: say it by --set ltx.lengths=5"
        )
    usual = not model.resolutions or resolution == model.resolutions[0]
    return (*model.lengths, *(model.long if usual else ()))


def price(request: ClipRequest, options: LtxOptions) -> Price:
    """Return what a clip costs, from the option ``price`` or from the table."""
    if options.price:
        dollars, by_second = read_price(options.price)
        return _exactly(dollars * request.seconds if by_second else dollars)
    model = model_for(options)
    rates = model.picture_rates if begins_with_a_picture(request) else model.text_rates
    if begins_with_a_picture(request) and options.image_model not in ("", model.picture):
        return UNKNOWN_PRICE
    rate = rates.get(model.resolution(options.resolution))
    if rate is None:
        return UNKNOWN_PRICE
    return _exactly(rate if model.each else rate * request.seconds)


def begins_with_a_picture(request: ClipRequest) -> bool:
    """Whether the clip is to begin with a picture."""
    return bool(request.start_url or request.start_frame)


def order(request: ClipRequest, options: LtxOptions) -> tuple[str, dict[str, Any]]:
    """Return the name of the model to ask and its arguments, but for the picture's URL."""
    model = model_for(options)
    pictured = begins_with_a_picture(request)
    asked: dict[str, Any] = {"prompt": request.prompt}
    if model.timed:
        asked["duration"] = _whole(request.seconds)
    if resolution := model.resolution(options.resolution):
        asked["resolution"] = resolution
    if model.shaped and not pictured:  # the other form takes the picture's own
        asked["aspect_ratio"] = "16:9" if request.width >= request.height else "9:16"
    if model.paced:
        asked["fps"] = _FPS
    if model.sounding:
        asked["generate_audio"] = options.generate_audio
    if model.seeded:
        asked["seed"] = request.seed
    return (options.image_model or model.picture) if pictured else model.text, asked


def _whole(seconds: float) -> int | float:
    return int(seconds) if seconds == int(seconds) else seconds


def _exactly(dollars: float) -> Price:
    dollars = round(dollars, 4)
    return Price(dollars, dollars)
