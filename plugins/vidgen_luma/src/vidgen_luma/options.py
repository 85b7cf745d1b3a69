"""What can be chosen about Luma's clips and pictures."""

from __future__ import annotations

import re
from typing import Any, Literal

from attrs import frozen
from attrs.validators import deep_iterable, gt, optional

from vidgen_core import option, service_url

BASE_URL = "https://api.lumalabs.ai/dream-machine/v1"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")


def _is_name(instance: object, attribute: Any, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no name that Luma could know")


def _callback(text: str) -> str:
    """Return where Luma reports to, or an empty text."""
    if not text:
        return ""
    url = service_url(text)
    if not url.startswith("https://"):
        raise ValueError("Luma reports to https:// only")
    return url


@frozen(kw_only=True)
class AccountOptions:
    """Where Luma is and how it is spoken to: the same for clips and pictures."""

    base_url: str = option(
        BASE_URL,
        "Where Luma's API lives, with /dream-machine/v1.",
        scope="user",
        changes_output=False,
        converter=service_url,
    )
    callback_url: str = option(
        "",
        "An https address of your own that Luma reports each job to; a lost job is told by it.",
        scope="user",
        changes_output=False,
        converter=_callback,
    )
    timeout: float = option(
        60.0,
        "Seconds that Luma may be silent before a call counts as not answered.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
    connect_timeout: float = option(
        10.0,
        "Seconds that connecting to Luma may take.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )


@frozen(kw_only=True)
class ClipOptions(AccountOptions):
    """What can be chosen about clips."""

    model: str = option("ray-2", "Model: ray-2, ray-flash-2 or another one.", validator=_is_name)
    resolution: Literal["540p", "720p", "1080p", "4k"] = option(
        "720p", "Resolution of the clips: 540p, 720p, 1080p or 4k."
    )
    loop: bool = option(False, "Have each clip end as it began.")
    concepts: tuple[str, ...] = option(
        (),
        "Camera concepts of Luma's, such as dolly_zoom, separated by commas.",
        validator=deep_iterable(_is_name),
    )
    price: float | None = option(
        None,
        "What a clip costs you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )


@frozen(kw_only=True)
class PictureOptions(AccountOptions):
    """What can be chosen about pictures."""

    image_model: str = option(
        "photon-1", "Model of pictures: photon-1, photon-flash-1 or another.", validator=_is_name
    )
    image_price: float | None = option(
        None,
        "What a picture costs you, in dollars, instead of the known price.",
        scope="user",
        changes_output=False,
        validator=optional(gt(0)),
    )
