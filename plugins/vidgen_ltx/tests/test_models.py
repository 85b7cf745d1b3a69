"""Models: what each is asked, how long its clips are, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltx_orders import clip, engine, ordered, painter, picture

from vidgen_core import UNKNOWN_PRICE, ClipRequest, Price, UsageError, settings
from vidgen_core.testing.service import Service
from vidgen_ltx import drawings, models, vidgen_video_engines
from vidgen_ltx.options import FalOptions, LtxOptions

LTX = "fal-ai/ltx-2.3/text-to-video/fast"
PRO = "fal-ai/ltx-2.3/text-to-video"
FIRST = "fal-ai/ltx-video"
NEW = {"model": "fal-ai/new", "lengths": (5.0,)}
LONG = (6, 8, 10, 12, 14, 16, 18, 20)


@pytest.mark.parametrize(
    ("chosen", "lengths"),
    [
        ({}, LONG),
        ({"resolution": "1080p"}, LONG),
        ({"resolution": "1440p"}, (6, 8, 10)),
        ({"model": PRO}, (6, 8, 10)),
        ({"model": "fal-ai/ltx-2/image-to-video/fast"}, LONG),
        ({"model": FIRST}, (5,)),
        ({"model": "fal-ai/ltx-video-v097", "resolution": "480p"}, (5,)),
        ({"model": "fal-ai/something-new", "lengths": (4.0, 8.0)}, (4, 8)),
    ],
)
def test_lengths_follow_the_model(chosen: dict[str, Any], lengths: tuple[float, ...]) -> None:
    assert models.lengths(LtxOptions(**chosen)) == lengths


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"model": "fal-ai/something-new"}, "ltx.lengths"),
        ({"model": "fal-ai/new/image-to-video", "lengths": (5.0,)}, "ltx.image_model"),
        ({"resolution": "720p"}, "makes 1080p, 1440p, 2160p"),
        ({"model": FIRST, "resolution": "720p"}, "one resolution only"),
    ],
)
def test_what_cannot_be_known_or_made_is_said_before_any_work(
    chosen: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        LtxOptions(**chosen)


def test_such_a_value_ends_a_command_with_its_name_and_a_saved_model_makes_sense_of_it(
    tmp_path: Path,
) -> None:
    saved = tmp_path / ".vidgen" / "settings.toml"
    saved.parent.mkdir()
    (tmp_path / "mine.toml").write_text("")
    given: dict[str, Any] = {
        "sets": ["ltx.resolution=480p"],
        "environ": {"VIDGEN_CONFIG": str(tmp_path / "mine.toml")},
        "run_directory": tmp_path,
        "specs": list(vidgen_video_engines()),
    }
    saved.write_text("")
    with pytest.raises(UsageError, match=r"--set ltx\.resolution: .* makes 1080p, 1440p, 2160p"):
        settings.load(**given)
    saved.write_text("[providers.ltx]\nmodel = 'fal-ai/ltx-video-v097'\n")
    now = settings.load(**given)
    assert now.to_save == {"ltx.resolution": "480p"}
    assert now.options_for("ltx", LtxOptions).model == "fal-ai/ltx-video-v097"


def test_a_resolution_that_no_model_has_is_refused_with_all_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    with pytest.raises(UsageError) as refused:
        settings.load(
            sets=["ltx.resolution=8k"],
            environ={"VIDGEN_CONFIG": str(tmp_path / "mine.toml")},
            specs=list(vidgen_video_engines()),
        )
    known = "480p, 720p, 1080p, 1440p, 2160p"
    said = f"--set ltx.resolution: expected one of {known}, or nothing; got '8k'"
    assert refused.value.message == said


@pytest.mark.parametrize(
    ("chosen", "frame", "name"),
    [
        ({}, None, LTX),
        ({}, "a.jpg", "fal-ai/ltx-2.3/image-to-video/fast"),
        ({"model": "fal-ai/ltx-2.3/image-to-video"}, None, PRO),
        ({"model": FIRST}, "a.jpg", "fal-ai/ltx-video/image-to-video"),
        ({"model": "fal-ai/ltx-video/image-to-video"}, None, FIRST),
        (NEW | {"model": "fal-ai/new/text-to-video/x"}, "a.jpg", "fal-ai/new/image-to-video/x"),
        (NEW, "a.jpg", "fal-ai/new/image-to-video"),
        (NEW | {"image_model": "fal-ai/i2v"}, "a.jpg", "fal-ai/i2v"),
        (NEW | {"image_model": "fal-ai/i2v"}, None, "fal-ai/new"),
    ],
)
def test_a_picture_chooses_the_form_of_the_model(
    chosen: dict[str, Any], frame: str | None, name: str
) -> None:
    assert models.order(clip(start_frame=frame), LtxOptions(**chosen))[0] == name


def test_the_second_generation_is_told_length_rate_shape_and_to_be_silent() -> None:
    wide = {"duration": 6, "resolution": "1080p", "fps": 25, "generate_audio": False}
    prompt = {"prompt": "a lighthouse"}
    assert models.order(clip(), LtxOptions())[1] == prompt | wide | {"aspect_ratio": "16:9"}
    high = models.order(clip(width=720, height=1280), LtxOptions(generate_audio=True))[1]
    assert (high["aspect_ratio"], high["generate_audio"]) == ("9:16", True)
    assert models.order(clip(start_frame="a.jpg"), LtxOptions())[1] == prompt | wide


def test_the_first_generation_is_told_what_it_knows() -> None:
    asked = models.order(clip(seed=3), LtxOptions(model=FIRST))[1]
    assert asked == {"prompt": "a lighthouse", "seed": 3}


def test_a_model_that_is_not_known_is_told_little() -> None:
    one = LtxOptions(model="fal-ai/new", lengths=(5.0,))
    assert models.order(clip(seconds=5.0), one)[1] == {"prompt": "a lighthouse"}
    two = LtxOptions(model="fal-ai/new", lengths=(5.0, 7.5), resolution="720p")
    assert models.order(clip(seconds=7.5), two)[1] == {
        "prompt": "a lighthouse", "duration": 7.5, "resolution": "720p"
    }  # fmt: skip
    later = LtxOptions(model="fal-ai/ltx-2.9/text-to-video", lengths=(5.0,))
    assert models.order(clip(seconds=5.0), later)[1]["generate_audio"] is False


@pytest.mark.parametrize(
    ("chosen", "request_", "price"),
    [
        ({}, clip(), Price(0.24, 0.24)),
        ({}, clip(seconds=20.0, start_frame="a.jpg"), Price(0.8, 0.8)),
        ({"model": PRO, "resolution": "2160p"}, clip(seconds=10.0), Price(3.2, 3.2)),
        ({"model": PRO}, clip(seconds=10.0, start_url="https://x"), Price(0.6, 0.6)),
        ({"model": "fal-ai/ltx-2/text-to-video"}, clip(), Price(0.36, 0.36)),
        ({"model": FIRST}, clip(seconds=5.0), Price(0.02, 0.02)),
        ({"model": FIRST}, clip(seconds=5.0, start_frame="a.jpg"), UNKNOWN_PRICE),
        ({"model": "fal-ai/ltx-video-v097"}, clip(seconds=5.0), Price(0.12, 0.12)),
        (NEW, clip(), UNKNOWN_PRICE),
        ({"image_model": "fal-ai/new"}, clip(start_frame="a.jpg"), UNKNOWN_PRICE),
        ({"image_model": "fal-ai/new"}, clip(), Price(0.24, 0.24)),
        (NEW | {"price": "0.5"}, clip(), Price(0.5, 0.5)),
        ({"price": "0.05 /s"}, clip(), Price(0.3, 0.3)),
    ],
)
def test_prices_follow_model_form_resolution_and_length(
    chosen: dict[str, Any], request_: ClipRequest, price: Price
) -> None:
    assert models.price(request_, LtxOptions(**chosen)) == price


def test_pictures_cost_by_the_begun_megapixel_and_doubt_is_a_range() -> None:
    dev = FalOptions()
    assert drawings.price(picture(), dev) == Price(0.025, 0.025)
    assert drawings.price(picture(width=1024, height=1024), dev) == Price(0.025, 0.05)
    schnell = FalOptions(model="fal-ai/flux/schnell")
    assert drawings.price(picture(width=1920, height=1080), schnell) == Price(0.006, 0.009)
    assert drawings.price(picture(), FalOptions(model="fal-ai/new")) == UNKNOWN_PRICE
    assert drawings.price(picture(), FalOptions(model="fal-ai/new", price="0.1")).high == 0.1


KNOWN = [model.text for model in models.MODELS]


@given(data=st.data())
def test_every_length_and_resolution_of_the_table_can_be_ordered_and_priced(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(KNOWN))
    known = models.model_for(LtxOptions(model=name))
    resolution = data.draw(st.sampled_from(("", *(known.resolutions or ()))))
    options = LtxOptions(model=name, resolution=resolution)
    seconds = data.draw(st.sampled_from(models.lengths(options)))
    ordered_, asked = models.order(clip(seconds=float(seconds)), options)
    assert ordered_ == name
    assert asked.get("duration", seconds) == seconds
    assert models.price(clip(seconds=float(seconds)), options).known


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("frame", ["", "picture"])
def test_the_service_takes_what_is_asked_and_bills_the_price(
    service: Service, name: str, frame: str
) -> None:
    ltx = engine(service, model=name)
    options = LtxOptions(model=name)
    for seconds in models.lengths(options)[-2:]:
        url = _drawn(service) if frame else ""
        asked = clip(seconds=float(seconds), start_url=url)
        ended = ltx.poll(ordered(ltx, asked))
        price = models.price(asked, options)
        assert type(ended).__name__ == "Ready"
        assert service.bill[-1].usd == price.high


def _drawn(service: Service) -> str:
    """Return the URL of a picture that the service has made."""
    fal = painter(service)
    return str(fal.poll(ordered(fal, picture())).url)


def test_the_bill_of_a_picture_is_within_its_price(service: Service) -> None:
    fal = painter(service)
    for width, height in ((1280, 720), (1024, 1024), (1000, 1001), (1920, 1080)):
        asked = picture(width=width, height=height)
        ordered(fal, asked)
        price = drawings.price(asked, FalOptions())
        assert price.low <= (service.bill[-1].usd or 0) <= (price.high or 0)


@pytest.mark.parametrize(
    "value",
    [
        {"model": "ltx"},
        {"model": "../fal-ai/ltx"},
        {"model": "fal-ai/../x"},
        {"model": "fal-ai/ltx?x=1"},
        {"model": "fal-ai/ltx/requests/1"},
        {"model": "https://x.example/y"},
        {"image_model": "x y/z"},
        {"price": "cheap"},
        {"price": "-1"},
        {"price": "nan"},
        {"lengths": (0.0,)},
        {"lengths": (1e-5,)},
        {"lengths": (0.49, 5.0)},
        {"lengths": (61.0,)},
        {"lengths": tuple(float(length) for length in range(1, 22))},
        {"lengths": (float("inf"),)},
        {"timeout": 0.0},
        {"base_url": "http://fal.example"},
        {"base_url": "https://user:secret@fal.example"},
    ],
)
def test_options_that_make_no_sense_are_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - each has its own sentence
        LtxOptions(**value)
    assert "secret" not in str(raised.value)


def test_a_picture_has_no_price_by_the_second() -> None:
    with pytest.raises(ValueError, match="no seconds"):
        FalOptions(price="0.1/s")
