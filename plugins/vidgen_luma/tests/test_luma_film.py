"""A whole film from its scenes: the real command, the real SDK, a service in Luma's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from luma_orders import KEY

from vidgen_core import Kind
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service

TIMESTAMP = "20250601_120000"
SCENES = (
    "A lighthouse stands on a cliff at night, and waves beat the rocks.",
    "The keeper climbs down to the beach in the morning.",
)


def vidgen(
    service: Service, here: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in *here* with only what it needs of the environment."""
    environment = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    environment |= service.environment | {"LUMAAI_API_KEY": KEY, **more}
    return subprocess.run(
        [sys.executable, "-m", "vidgen_core", *arguments],
        cwd=here,
        env={**environment, "HOME": str(here)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def finish(
    service: Service, film: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Make the film of two scenes."""
    plain = ("--skip-narration", "--skip-sound-effects", "--yes")
    asked = ("continue", film.name, "--engine", "luma")
    return vidgen(service, film.parent, *asked, *plain, *more, **environment)


def charges(service: Service) -> float:
    usd = service.summed_bill()["usd"]
    assert isinstance(usd, float)
    return usd


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A run's directory with the scenes of a film, and nothing else yet."""
    folder = tmp_path / "here" / f"video_{TIMESTAMP}"
    folder.mkdir(parents=True)
    scenes = [
        {"scene_number": number, "scene_duration": 5, "scene_movement_description": text}
        for number, text in enumerate(SCENES, start=1)
    ]
    (folder / f"scenes_{TIMESTAMP}.json").write_text(json.dumps(scenes), encoding="utf-8")
    return folder


def test_a_film_by_luma_costs_what_the_bill_says_and_holds_no_key(
    service: Service, film: Path
) -> None:
    service.trouble("luma.asset", "expired")
    done = finish(service, film)
    assert done.returncode == 0, done.stderr
    assert probe(film / f"final_video_{TIMESTAMP}.mp4", Kind.VIDEO).verdict is Verdict.WHOLE
    first, second = service.requests("luma.video")
    assert "keyframes" not in first.body
    start = {"type": "generation", "id": service.jobs[0].id}
    assert second.body["keyframes"] == {"frame0": start}
    assert f"charged ${charges(service):.2f}" in done.stderr
    written = [path.read_bytes() for path in film.parent.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in text for text in [*written, done.stdout.encode()])
    assert KEY not in done.stderr


def test_an_order_whose_answer_was_lost_is_not_made_twice(service: Service, film: Path) -> None:
    service.trouble("luma.video", "drop", times=2)
    done = finish(service, film)
    assert done.returncode == 0, done.stderr
    assert len(service.requests("luma.video")) == len(service.bill) == 2
    assert (film / f"final_video_{TIMESTAMP}.mp4").is_file()


def test_a_film_begins_with_a_picture_by_luma_and_no_host(service: Service, film: Path) -> None:
    done = finish(service, film, "--image-generator", "luma", "--first-frame-image-gen")
    assert done.returncode == 0, done.stderr
    drawn = {job.id for job in service.jobs if not job.is_video}
    starts = [one.body["keyframes"]["frame0"] for one in service.requests("luma.video")]
    assert len(starts) == len(drawn) == 2
    assert all(start["type"] == "image" for start in starts)
    assert {name for name in drawn for start in starts if name in start["url"]} == drawn


def test_without_a_key_nothing_is_begun(service: Service, film: Path) -> None:
    done = finish(service, film, LUMAAI_API_KEY="")
    assert done.returncode == 4
    assert "LUMAAI_API_KEY" in done.stderr
    assert not service.requests()


@pytest.mark.parametrize(("key", "code"), [("wrong-key", 4), ("no-credit", 6)])
def test_a_wrong_key_and_an_empty_account_end_differently(
    service: Service, film: Path, key: str, code: int
) -> None:
    done = finish(service, film, LUMAAI_API_KEY=key)
    assert done.returncode == code, done.stderr
    assert not service.bill
    assert len(service.requests("luma.video")) == 1
