"""What goes over the wire for a clip and for a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from luma_orders import KEY, TOKEN, clip, engine_of, painter_of, picture, sent, submits

from vidgen_core import Ready, Refused, Scene
from vidgen_core.media import Media
from vidgen_core.testing.service import Service, digest
from vidgen_luma.order import nearest_aspect
from vidgen_luma.work import LumaEngine, LumaPainter


@pytest.mark.parametrize(
    ("size", "aspect"),
    [
        ((1280, 720), "16:9"),
        ((1216, 704), "16:9"),
        ((768, 512), "4:3"),
        ((720, 1280), "9:16"),
        ((1000, 1000), "1:1"),
        ((2560, 1080), "21:9"),
        ((400, 1080), "9:21"),
        ((600, 800), "3:4"),
    ],
)
def test_a_film_gets_the_aspect_of_lumas_that_is_nearest(
    size: tuple[int, int], aspect: str
) -> None:
    assert nearest_aspect(*size) == aspect


def test_a_clip_is_ordered_by_what_was_asked(service: Service, engine: LumaEngine) -> None:
    job = engine.submit(clip(seconds=9.0, width=720, height=1280), TOKEN)
    assert sent(service) == {
        "model": "ray-2",
        "prompt": "a lighthouse",
        "aspect_ratio": "9:16",
        "duration": "9s",
        "resolution": "720p",
    }
    assert [made.id for made in service.jobs] == [job.id]


def test_options_are_sent(service: Service) -> None:
    engine = engine_of(
        service, model="ray-3", resolution="1080p", loop=True, concepts=("orbit_left", "handheld")
    )
    engine.submit(clip(), TOKEN)
    body = sent(service)
    assert (body["model"], body["resolution"], body["loop"]) == ("ray-3", "1080p", True)
    assert body["concepts"] == [{"key": "orbit_left"}, {"key": "handheld"}]


def test_half_a_letter_in_a_prompt_is_sent_as_a_question_mark(
    service: Service, engine: LumaEngine
) -> None:
    engine.submit(clip(prompt="a \ud83c lighthouse"), TOKEN)
    assert sent(service)["prompt"] == "a ? lighthouse"


@pytest.mark.parametrize(("scene", "suffix"), [(Scene(number=1), "jpg"), (None, "png")])
def test_a_first_frame_is_ordered_as_jpeg_and_an_initial_image_as_png(
    service: Service, painter: LumaPainter, scene: Scene | None, suffix: str, tmp_path: Path
) -> None:
    job = painter.submit(picture(scene=scene), TOKEN)
    assert sent(service) == {
        "model": "photon-1",
        "prompt": "a lighthouse",
        "aspect_ratio": "16:9",
        "format": suffix,
    }
    ready = painter.poll(job)
    assert isinstance(ready, Ready)
    into = tmp_path / f"output.{suffix}"
    painter.fetch(ready, into)
    assert into.read_bytes().startswith({"jpg": b"\xff\xd8\xff", "png": b"\x89PNG"}[suffix])


def test_nobody_is_reported_to_unless_the_user_names_an_address(service: Service) -> None:
    reporting = engine_of(service, callback_url="https://me.example/luma/")
    reporting.submit(clip(), TOKEN)
    assert sent(service)["callback_url"] == f"https://me.example/luma?vidgen={TOKEN}"


def test_a_clip_begins_with_the_end_of_lumas_own_video(
    service: Service, engine: LumaEngine, tmp_path: Path
) -> None:
    first = engine.submit(clip(), TOKEN)
    second = engine.submit(clip(start_job=first.id, start_of="clip.mp4"), TOKEN)
    frames = submits(service)[1].body["keyframes"]
    assert frames == {"frame0": {"type": "generation", "id": first.id}}

    def fetched(job: object, name: str) -> Path:
        ready = engine.poll(job)  # type: ignore[arg-type]
        assert isinstance(ready, Ready)
        engine.fetch(ready, tmp_path / name)
        return tmp_path / name

    media, end = Media(), tmp_path / "end.png"
    media.save_frame(fetched(first, "1.mp4"), end)
    one = media.read_frame(end, width=32, height=18)
    other = media.read_frame(fetched(second, "2.mp4"), width=32, height=18)
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) < 8


def test_a_clip_begins_with_lumas_own_picture_by_a_fresh_address(
    service: Service, engine: LumaEngine, painter: LumaPainter
) -> None:
    drawn = painter.submit(picture(), TOKEN)
    engine.submit(clip(start_job=drawn.id, start_of="first_frame.jpg"), TOKEN)
    frame = submits(service)[1].body["keyframes"]["frame0"]
    assert frame["type"] == "image"
    assert drawn.id in frame["url"]


def test_a_clip_begins_with_a_picture_of_a_frame_host(
    service: Service, engine: LumaEngine, painter: LumaPainter
) -> None:
    ready = painter.poll(painter.submit(picture(), TOKEN))
    assert isinstance(ready, Ready)
    engine.submit(clip(start_frame="/here/frame.jpg", start_url=ready.url), TOKEN)
    frames = submits(service)[1].body["keyframes"]
    assert frames == {"frame0": {"type": "image", "url": ready.url}}


@pytest.mark.parametrize(
    "start",
    [
        {"start_frame": "/here/frame.jpg"},
        {"start_of": "/here/clip.mp4"},
        {"start_frame": "/here/frame.jpg", "start_url": "data:image/png;base64,iVBORw0K"},
    ],
)
def test_a_picture_without_an_address_is_refused_before_anything_is_sent(
    service: Service, engine: LumaEngine, start: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="by URL only") as refused:
        engine.submit(clip(**start), TOKEN)
    assert (refused.value.billed, refused.value.retry) == ("no", False)
    assert not service.requests()


@pytest.mark.parametrize("name", ["2f1c", "../credits", "a/b", "é"])
def test_a_start_that_luma_does_not_know_costs_nothing(
    service: Service, engine: LumaEngine, name: str
) -> None:
    with pytest.raises(Refused, match="is gone") as refused:
        engine.submit(clip(start_job=name, start_frame="/here/x.jpg"), TOKEN)
    assert refused.value.billed == "no"
    assert "--engine" in refused.value.advice
    assert not submits(service)


def test_a_start_that_is_not_done_costs_nothing(slow: Service) -> None:
    engine = engine_of(slow)
    first = engine.submit(clip(), TOKEN)
    with pytest.raises(Refused, match="not done"):
        engine.submit(clip(start_job=first.id), TOKEN)
    assert len(submits(slow)) == 1


def test_the_key_goes_to_luma_and_not_with_a_download(
    service: Service, engine: LumaEngine, tmp_path: Path
) -> None:
    ready = engine.poll(engine.submit(clip(), TOKEN))
    assert isinstance(ready, Ready)
    engine.fetch(ready, tmp_path / "clip.mp4")
    assert all(one.keys for one in service.requests() if one.route != "luma.asset")
    (asset,) = service.requests("luma.asset")
    assert not asset.keys
    assert KEY not in str(service.requests())


def test_only_the_users_setting_says_where_luma_is(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMAAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LUMAAI_API_KEY", "another-key")
    painter_of(service).submit(picture(), TOKEN)
    (only,) = submits(service)
    assert list(only.keys.values()) == [digest(KEY)]


def test_what_is_on_this_machine_is_spoken_to_past_every_proxy(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    painter_of(service).submit(picture(), TOKEN)
    assert len(submits(service)) == 1
