"""What users can choose about the engine ``ltx`` and the providers ``fal``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from attrs import frozen, validators

from vidgen_core import option, service_url
from vidgen_ltx import models
from vidgen_ltx.dollars import read_price
from vidgen_ltx.names import is_model

#: What stands before the first path segment of each of fal's services.
QUEUE = "https://queue.fal.run"
STORAGE = "https://rest.fal.ai"
UPLOAD = "https://v3.fal.media"

_MOST_LENGTHS = 20


def _model(instance: object, attribute: object, value: str) -> None:
    if not is_model(value):
        raise ValueError(f"a model on fal is named like fal-ai/ltx-video, not {value[:80]!r}")


def _model_or_none(instance: object, attribute: object, value: str) -> None:
    if value:
        _model(instance, attribute, value)


def _price_or_none(instance: object, attribute: object, value: str) -> None:
    if value:
        read_price(value)


def _price_of_one(instance: object, attribute: object, value: str) -> None:
    if value and read_price(value)[1]:
        raise ValueError("a picture has no seconds: its price is US dollars for one, such as 0.03")


def _lengths(instance: object, attribute: object, value: Sequence[float]) -> None:
    if not all(math.isfinite(length) and 0.5 <= length <= 60 for length in value):
        raise ValueError("the lengths of clips are seconds from 0.5 to 60, such as 5,10")
    if len(value) > _MOST_LENGTHS:
        raise ValueError(f"clips have at most {_MOST_LENGTHS} lengths")


def _service(default: str, help: str) -> Any:
    return option(default, help, scope="user", changes_output=False, converter=service_url)


def _patience(default: float, help: str) -> Any:
    bounds = [validators.gt(0), validators.le(3600)]
    return option(default, help, scope="user", changes_output=False, validator=bounds)


@frozen(kw_only=True)
class AccountOptions:
    """Where fal is and how long it is waited for: all that the frame host ``fal`` takes."""

    base_url: str = _service(QUEUE, "Where fal's queue is.")
    storage_url: str = _service(STORAGE, "Where fal's storage gives out tokens for uploads.")
    upload_url: str = _service(UPLOAD, "Where fal takes uploads.")
    submit_timeout: float = _patience(120.0, "Seconds to wait for the answer to an order.")
    timeout: float = _patience(30.0, "Seconds to wait for any other answer.")


@frozen(kw_only=True)
class LtxOptions(AccountOptions):
    """What can be chosen about the clips of engine ``ltx``."""

    model: str = option(
        "fal-ai/ltx-2.3/text-to-video/fast",
        "Model on fal; clips that begin with a picture go to its image-to-video form.",
        validator=_model,
    )
    image_model: str = option(
        "",
        "Model for clips that begin with a picture, where its name does not follow from 'model'.",
        validator=_model_or_none,
    )
    resolution: Literal["", "480p", "720p", "1080p", "1440p", "2160p"] = option(
        "", "Resolution of the clips; empty: the least that the model offers."
    )
    generate_audio: bool = option(False, "Let the model make sound for its clips, where it can.")
    lengths: tuple[float, ...] = option(
        (),
        "Lengths of clips in seconds, for a model that is not in the table of the README.",
        validator=_lengths,
    )
    pictures: Literal["upload", "inline"] = option(
        "upload",
        "How a clip's first picture is sent: uploaded to fal's storage, or inside the request.",
        scope="user",
        changes_output=False,
    )
    price: str = option(
        "",
        "Price in US dollars, of one clip (0.02) or a second (0.04/s); empty: from the table.",
        scope="user",
        changes_output=False,
        validator=_price_or_none,
    )

    def __attrs_post_init__(self) -> None:
        """Refuse a model whose lengths are not known, and a resolution that it does not make."""
        models.lengths(self)


@frozen(kw_only=True)
class FalOptions(AccountOptions):
    """What can be chosen about the image generator ``fal``."""

    model: str = option("fal-ai/flux/dev", "Model on fal that draws pictures.", validator=_model)
    price: str = option(
        "",
        "Price of one picture in US dollars; empty: from the table.",
        scope="user",
        changes_output=False,
        validator=_price_of_one,
    )
