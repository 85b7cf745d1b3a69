"""The tutorial is true: every block of ``docs/write-a-plugin.md`` is run as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from vidgen_core import (
    Billed,
    ClipRequest,
    Context,
    Failed,
    JobRef,
    Pending,
    Ready,
    Refused,
    Scene,
    Unavailable,
)
from vidgen_core.download import Downloader
from vidgen_core.media import Media
from vidgen_core.plugins import load
from vidgen_core.probe import probe
from vidgen_core.settings import load as load_settings
from vidgen_core.specs import ProviderKind

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/write-a-plugin.md").read_text()
BLOCK = re.compile(r"(?:^`([\w./]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Tutorial(NamedTuple):
    project: Path
    site: Path
    shown: str


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tutorial]:
    """Do what the page says: write its files, then run its commands."""
    folder = tmp_path_factory.mktemp("tutorial")
    project, site, programs = (folder / name for name in ("project", "site", "bin"))
    project.mkdir()
    programs.mkdir()
    blocks = BLOCK.findall(PAGE)
    for name, _, text in blocks:
        if name:
            (project / name).parent.mkdir(exist_ok=True)
            (project / name).write_text(text)
    write_program(programs / "vidgen", "from vidgen_core.cli import main; sys.exit(main())")
    write_program(programs / "pip", "from pip._internal.cli.main import main; sys.exit(main())")
    offline = {
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one the other way round
        "PIP_TARGET": str(site),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": os.pathsep.join((str(site), str(ROOT))),
        "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),
    }
    shown = ""
    for _, language, text in blocks:
        if language == "bash":
            shown += subprocess.run(
                ["bash", "-euc", text],
                cwd=project,
                env={**os.environ, **offline},
                check=True,
                capture_output=True,
                text=True,
                timeout=100,
            ).stdout
    sys.path.insert(0, str(site))
    yield Tutorial(project, site, shown)
    sys.path.remove(str(site))


def search_path(tutorial: Tutorial) -> str:
    return os.pathsep.join((str(tutorial.site), str(ROOT)))


def without_proxies() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}


def write_program(path: Path, code: str) -> None:
    path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    path.chmod(0o755)


def request(**changes: object) -> ClipRequest:
    facts = {"scene": Scene(number=1), "clip": 1, "prompt": "dusk", "seconds": 4.0}
    return ClipRequest(**{**facts, "width": 64, "height": 48, "fps": 12.0, **changes})


def test_every_block_is_a_named_file_or_a_command() -> None:
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) == PAGE.count("```") / 2
    assert all(name or language == "bash" for name, language, _ in blocks)


def test_the_commands_list_the_new_engine(tutorial: Tutorial) -> None:
    (line,) = (line for line in tutorial.shown.splitlines() if line.startswith("sunset "))
    assert line.split()[1:5] == ["video", "engine", "vidgen-sunset", "0.1"]


def test_the_engine_renders_a_whole_clip_with_the_options_that_are_set(
    tutorial: Tutorial, tmp_path: Path
) -> None:
    registry = load()
    spec = registry.find(ProviderKind.VIDEO_ENGINE, "sunset").spec
    (tmp_path / "settings.toml").write_text("[providers.sunset]\nwarmth = 120\n")
    environ = {"VIDGEN_CONFIG": str(tmp_path / "settings.toml")}
    specs = [p.spec for p in registry.providers]
    options = load_settings(environ=environ, specs=specs).options_for("sunset", spec.options)
    assert options.warmth == 120
    variable = {**environ, "VIDGEN_SUNSET_WARMTH": "90"}
    options = load_settings(environ=variable, specs=specs).options_for("sunset", spec.options)
    assert options.warmth == 90
    assert spec.split_for(10, options) == (4, 8)
    fractions: list[float] = []
    into = tmp_path / "clip.mp4"
    spec.factory(Context(options=options, media=Media())).render(request(), into, fractions.append)
    facts = probe(into, spec.outputs[0].probe)
    assert (facts.frames, facts.width, facts.height) == (48, 64, 48)
    assert fractions[-1] == 1


@pytest.mark.parametrize(
    ("test", "passed"), [("test_sunset.py", 1), ("cloud/test_sunset_cloud.py", 4)]
)
def test_the_authors_own_tests_pass(tutorial: Tutorial, test: str, passed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=tutorial.project,
        env={**without_proxies(), "PYTHONPATH": search_path(tutorial)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert f"{passed} passed" in done.stdout


class Service(BaseHTTPRequestHandler):
    """The service that the page imagines."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["prompt"] == "forbidden":
            self.send_error(422)
            return
        if body["prompt"] == "mumble":
            self._send(b"<html>")
            return
        self._answer({"id": f"{self.headers['Authorization']} {body['token']}".replace(" ", "-")})

    def do_GET(self) -> None:
        host, port = self.server.server_address
        states = {
            "running": {"state": "running", "fraction": 0.5},
            "failed": {"state": "failed", "reason": "clouds"},
        }
        if self.path == "/film":
            self._answer({"film": "bytes"})
            return
        done = {"state": "done", "url": f"http://{host}:{port}/film"}
        self._answer(states.get(self.path.rpartition("/")[2], done))

    def _answer(self, value: object) -> None:
        self._send(json.dumps(value).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_remote_engine_is_installed_and_its_variables_have_no_hyphen(
    tutorial: Tutorial, tmp_path: Path
) -> None:
    registry = load()
    cloud = registry.find(ProviderKind.VIDEO_ENGINE, "sunset-cloud")
    (variable,) = re.findall(r"`(VIDGEN_SUNSET_CLOUD_BASE_URL)`", PAGE)
    (tmp_path / "settings.toml").write_text("")
    here = "http://127.0.0.1:8000"
    environ = {"VIDGEN_CONFIG": str(tmp_path / "settings.toml"), variable: here}
    settings = load_settings(environ=environ, specs=[p.spec for p in registry.providers])
    assert settings.options_for("sunset-cloud", cloud.spec.options).base_url == here
    assert (cloud.distribution, cloud.spec.keys) == ("vidgen-sunset-cloud", ("SUNSET_API_KEY",))


def test_the_remote_engine_submits_polls_and_fetches(
    tutorial: Tutorial, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    import vidgen_sunset_cloud as page

    (spec,) = page.vidgen_video_engines()
    download = Downloader(loopback=True)
    options = page.Options(base_url=service)
    cloud = spec.factory(Context(options=options, media=None, key="k", download=download))
    job = cloud.submit(request(), "token-1")
    assert job.id == "Bearer-k-token-1"
    ready = cloud.poll(job)
    assert isinstance(ready, Ready)
    cloud.fetch(ready, tmp_path / "clip.mp4")
    assert json.loads((tmp_path / "clip.mp4").read_bytes()) == {"film": "bytes"}
    assert cloud.poll(JobRef(id="running")) == Pending(fraction=0.5)
    assert cloud.poll(JobRef(id="failed")) == Failed(message="clouds", billed="no")
    with pytest.raises(Refused):
        cloud.submit(request(prompt="forbidden"), "token-2")
    with pytest.raises(Unavailable) as unread:
        cloud.submit(request(prompt="mumble"), "token-2")
    assert unread.value.billed is Billed.UNKNOWN
    gone = spec.factory(Context(options=page.Options(base_url="http://127.0.0.1:9"), media=None))
    with pytest.raises(Unavailable) as silent:
        gone.submit(request(), "token-3")
    assert silent.value.billed is Billed.NO
    assert str(spec.price(request(), page.Options())) == "$0.20"
