"""What a clip begins with is filled in right before its submit: a job's id, or a picture's URL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from vidgen_core.cli.obstacles import obstacle
from vidgen_core.errors import (
    AuthFailed,
    Billed,
    ExitCode,
    OutOfCredit,
    RateLimited,
    Refused,
    Unavailable,
    UsageError,
    VidgenError,
)
from vidgen_core.executor.sent import Sent, describe, read_sent
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import Decision
from vidgen_core.protocols import JobRef
from vidgen_core.specs import ClipRequest, ProviderKind

from ..fakes import PRICE, SIGNED, Film, Remote, engine, frame_host
from ..run_directories import add_scene, picture, put
from ..run_paths import IMAGE, clip_path, first_frame_path, frame_path, scene_frame_path
from .films import CLIP_1, ended, fail_first, put_first_frames, use

BY_URL = frozenset({"pictures-by-url"})
BOTH = BY_URL | {"starts-from-jobs"}
FRAME = Path(frame_path(1, 1)).name


@pytest.fixture
def hosted(film: Film) -> Film:
    """A film whose engine takes pictures by URL only, and a frame host that was chosen."""
    host(film)
    return film


def host(film: Film, url: str = SIGNED, abilities: frozenset[str] = BY_URL, **more: Any) -> None:
    film.specs = (
        engine(film.service, abilities=abilities),
        frame_host(film.service, url, **more),
    )
    film.flags = {"frame_host": "shelf"}


def request_2(film: Film) -> dict[str, Any]:
    """What the service was asked for with the clip of scene 2."""
    return next(job for job in film.service.jobs() if job["what"] == "clip-2-1")


def sent_2(film: Film, take: int = 1) -> Sent:
    return read_sent(film.root / f".vidgen/requests/clip-2-1-{take}.json")


def said_of(film: Film) -> VidgenError | None:
    """What stops the film before anything is begun."""
    opened = film.open()
    return obstacle(opened, opened.plan())


# jobs -----------------------------------------------------------------------


def test_a_clip_is_asked_for_with_the_job_of_the_clip_that_it_goes_on_from(film: Film) -> None:
    use(film, abilities=BOTH)
    assert film.work().codes == set()
    assert (request_2(film)["job"], request_2(film)["frame"]) == ("job-1", "")
    assert not (film.root / frame_path(1, 1)).exists()
    request = sent_2(film).request
    assert isinstance(request, ClipRequest)
    assert (request.start_of, request.start_job) == (clip_path(1, 1), "job-1")
    record = read_ledger(film.root).published[clip_path(2, 1)]
    assert list(record.inputs) == [clip_path(1, 1)]
    assert film.is_finished()


def test_a_provider_gets_the_file_of_that_job_as_an_absolute_path(film: Film) -> None:
    seen: list[ClipRequest] = []

    class Looking(Remote):
        def submit(self, request: Any, token: str) -> JobRef:
            seen.append(request)
            return super().submit(request, token)

    use(film, abilities=BOTH, factory=lambda context: Looking(film.service))
    film.work()
    assert seen[1].start_of == str(film.root / clip_path(1, 1))


def test_a_film_goes_on_with_another_engine_from_the_frame_of_a_clip_as_a_file(
    film: Film,
) -> None:
    use(film, abilities=BOTH)
    fail_first(film, "submit", None, Refused("moderated"))
    film.work()
    film.specs = (*film.specs, engine(film.service, "ltx"))
    film.flags = {"engine": "ltx"}
    assert film.work().codes == set()
    assert (request_2(film)["job"], request_2(film)["frame"]) == ("", FRAME)
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_job_that_the_journal_lost_is_no_job_to_start_from(film: Film) -> None:
    add_scene(film.root, 1)
    use(film, abilities=frozenset({"starts-from-jobs"}))
    assert film.work().codes == set()
    assert (request_2(film)["job"], request_2(film)["frame"]) == (
        "",
        Path(scene_frame_path(1)).name,
    )


# URLs -------------------------------------------------------------------------


def test_a_picture_is_published_before_the_intent_and_its_url_is_asked_with(
    hosted: Film,
) -> None:
    seen: list[tuple[str, int]] = []
    hosted.service.at = lambda point: seen.append(
        (point, sum(kind == "intent" for kind, _ in hosted.kinds()))
    )
    assert hosted.work().codes == set()
    assert ("publish", 1) in seen  # the one of the first scene's clip alone
    assert request_2(hosted)["url"] == f"https://shelf.example/{FRAME}?signature=s3cret-1"
    assert hosted.service.count("publish") == 1  # scene 1 starts from nothing
    assert not any(name.startswith("MainThread") for name in hosted.service.threads)


def test_the_url_is_kept_without_its_query_and_the_secret_nowhere(hosted: Film) -> None:
    hosted.work()
    request = sent_2(hosted).request
    assert isinstance(request, ClipRequest)
    assert request.start_url == f"https://shelf.example/{FRAME}"
    assert request.start_frame == frame_path(1, 1)
    for path in hosted.root.rglob("*"):
        if path.is_file():
            assert b"s3cret" not in path.read_bytes()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/x.png", "https://a.example/x.png"),
        ("https://a.example:8443/x.png?sig=1#f", "https://a.example:8443/x.png"),
        ("https://me:pass@a.example/x.png", "https://a.example/x.png"),
        ("data:image/png;base64,AAAA", "data:"),
    ],
)
def test_what_is_kept_of_a_url_says_whether_it_is_whole(
    url: str, kept: str, tmp_path: Path
) -> None:
    request = ClipRequest(scene=Scene(number=1), clip=1, prompt="", seconds=1, start_url=url)
    file = put(tmp_path / "sent.json", describe(Sent(provider="paid", request=request)))
    sent = read_sent(file)
    assert isinstance(sent.request, ClipRequest)
    assert (sent.request.start_url, sent.url_cut) == (kept, kept != url)


def test_only_an_engine_that_needs_urls_has_pictures_published(film: Film) -> None:
    host(film, abilities=frozenset({"starts-from-jobs"}))
    put_first_frames(film.root, 2)
    film.work()
    assert film.service.count("publish") == 0
    assert request_2(film)["frame"] == Path(first_frame_path(2)).name


# hosts that fail --------------------------------------------------------------------


@pytest.mark.parametrize("error", [Unavailable("gone"), RateLimited("slowly", retry_after=3.0)])
def test_a_host_that_fails_for_a_moment_is_asked_again_and_nothing_was_charged(
    hosted: Film, error: Exception
) -> None:
    fail_first(hosted, "publish", error)
    outcome = hosted.work()
    assert outcome.codes == set()
    assert hosted.service.count("publish") == 2
    assert hosted.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert outcome.paid == 2
    assert ("intent", "clip-2-1") in hosted.kinds()
    assert ("ended", "clip-2-1") not in hosted.kinds()


def test_a_host_that_stays_away_leaves_its_clip_for_later_and_nothing_in_doubt(
    hosted: Film,
) -> None:
    errors = [Unavailable("gone", billed=Billed.UNKNOWN) for _ in range(20)]
    fail_first(hosted, "publish", *errors)
    outcome = hosted.work()
    assert outcome.codes == {ExitCode.LATER}
    assert not outcome.in_doubt
    assert all(error.billed is Billed.NO for error in errors[:2])
    assert hosted.service.bill() == {"clip-1-1": 1}
    assert ("intent", "clip-2-1") not in hosted.kinds()
    hosted.service.trouble.clear()
    assert hosted.work().codes == set()
    assert hosted.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_who_is_waited_for_is_the_host(hosted: Film) -> None:
    fail_first(hosted, "publish", RateLimited("slowly", retry_after=30.0))
    hosted.work()
    assert "shelf: slowly; trying again in 30 s" in hosted.said


@pytest.mark.parametrize("error", [AuthFailed("bad key"), OutOfCredit("no money")])
def test_a_host_that_lets_nobody_in_does_not_close_the_engine(
    film: Film, error: VidgenError
) -> None:
    host(film)
    put(film.root / first_frame_path(1), picture(1))  # needs the host; scene 2 waits for scene 1
    fail_first(film, "publish", error)
    outcome = film.work(jobs=1)
    assert outcome.codes == {error.exit_code}
    assert film.run.turns.closed == {}
    assert film.work().codes == set()


def test_a_picture_that_the_host_refuses_fails_its_clip_alone(film: Film) -> None:
    host(film)
    put_first_frames(film.root, 2)
    fail_first(film, "publish", Refused("too large"))
    assert film.work().codes == {ExitCode.FAILED}
    assert sum(film.service.bill().values()) == 1


@pytest.mark.parametrize(
    "url",
    ["", "/tmp/a.png", "ftp://a.example/x", "https://", "https://a b/", "https://[x/", "a\nb"],
)
def test_what_is_no_url_is_never_sent(film: Film, url: str) -> None:
    host(film, url)
    outcome = film.work()
    assert outcome.codes == {ExitCode.FAILED}
    assert film.service.bill() == {"clip-1-1": 1}
    assert "frame host shelf gave no URL" in film.said


def test_a_run_that_is_stopped_while_a_picture_is_published_buys_nothing(hosted: Film) -> None:
    fail_first(hosted, "publish", lambda: hosted.run.interrupt())
    assert hosted.work().codes == {ExitCode.INTERRUPTED}
    assert hosted.service.bill() == {"clip-1-1": 1}
    assert ("intent", "clip-2-1") not in hosted.kinds()


# repeats ------------------------------------------------------------------------------


def idempotent(film: Film, url: str = SIGNED) -> None:
    film.service.idempotent = True
    host(film, url, BY_URL | {"idempotent"})


def test_a_repeat_in_the_same_process_is_the_same_request(film: Film) -> None:
    idempotent(film)
    seen: list[str] = []

    class Looking(Remote):
        def submit(self, request: Any, token: str) -> JobRef:
            seen.append(request.start_url)
            return super().submit(request, token)

    film.specs = (
        engine(
            film.service,
            abilities=BY_URL | {"idempotent"},
            factory=lambda context: Looking(film.service),
        ),
        film.specs[1],
    )
    fail_first(film, "submitted", None, Unavailable("timeout"))
    assert film.work().codes == set()
    assert len(seen) == 3
    assert seen[1] == seen[2]
    assert film.service.count("publish") == 1
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


@pytest.mark.parametrize(
    ("url", "published", "asked"),
    [
        ("https://shelf.example/old?sig=1", 1, "https://shelf.example/{}?signature=s3cret-1"),
        ("https://shelf.example/old", 0, "https://shelf.example/old"),
    ],
)
def test_a_repeat_in_another_process_publishes_again_only_what_was_not_kept_whole(
    film: Film, url: str, published: int, asked: str
) -> None:
    idempotent(film)
    add_scene(film.root, 2)
    begun(film, url)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1}
    assert film.service.count("publish") == published
    (job,) = film.service.jobs()
    assert job["url"] == asked.format(Path(first_frame_path(1)).name)
    assert job["token"] == "t0ken"


def test_a_repeat_without_the_host_that_it_needs_is_a_question(film: Film) -> None:
    idempotent(film)
    begun(film)
    film.flags = {}
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert "no frame host was chosen" in film.said
    assert film.service.bill() == {"clip-2-1": 1}  # it starts from nothing: it has no host either


def begun(film: Film, url: str = "https://shelf.example/old?sig=1") -> None:
    """Have the journal say that clip 1 was asked for with *url*."""
    put(film.root / first_frame_path(1), picture(1))
    with film.working() as run:
        task = run.planning(run.listing, run.journal.ledger, run.options).by_key[CLIP_1]
        assert isinstance(task.request, ClipRequest)
        request = evolve(task.request, start_url=url)
        sent = describe(Sent(provider="paid", request=request))
        run.directory.write_state(".vidgen/requests/clip-1-1-1.json", sent)
        run.journal.intent(
            InFlight(
                key=CLIP_1,
                take=1,
                provider="paid",
                kind=ProviderKind.VIDEO_ENGINE,
                token="t0ken",
                seconds=1.0,
                price=PRICE,
            )
        )


def test_a_request_file_cannot_have_other_files_published(film: Film) -> None:
    idempotent(film)
    begun(film)
    path = film.root / ".vidgen/requests/clip-1-1-1.json"
    put(film.root / "secret.txt", b"my diary")
    value = json.loads(path.read_text())
    value["request"]["start_frame"] = "secret.txt"
    path.write_text(json.dumps(value))
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("publish") == film.service.count("submit") == 0


# before anything is begun ------------------------------------------------------------


def test_lost_continuity_is_in_the_plan_and_the_film_is_made_all_the_same(film: Film) -> None:
    use(film, abilities=BY_URL)
    assert said_of(film) is None
    assert any("--frame-host NAME" in note for note in film.open().plan().notes)
    assert film.work().codes == set()
    assert (request_2(film)["url"], request_2(film)["frame"]) == ("", "")


@pytest.mark.parametrize("name", [IMAGE, first_frame_path(2)])
def test_a_picture_without_a_host_is_a_usage_error_that_names_it_and_the_hosts(
    film: Film, name: str
) -> None:
    put(film.root / name, picture(1))
    film.specs = (
        engine(film.service, abilities=BOTH),
        frame_host(film.service, keys=("SHELF_KEY",)),
    )
    error = said_of(film)
    assert isinstance(error, UsageError)
    assert error.message == (
        f"paid takes pictures by URL only, and no frame host was chosen to give {name} one"
    )
    assert "--frame-host NAME; installed: shelf (SHELF_KEY is not set)" in error.advice


def test_continuity_that_is_required_names_the_clips_that_would_lose_it(film: Film) -> None:
    use(film, abilities=BY_URL)
    film.flags = {"require_continuity": True}
    error = said_of(film)
    assert isinstance(error, UsageError)
    assert error.exit_code is ExitCode.USAGE
    assert "scene 2 clip 1" in error.message
    assert "takes pictures by URL only" in error.message
    host(film)
    film.flags |= {"require_continuity": True}
    assert said_of(film) is None


def test_continuity_that_is_required_holds_when_a_scene_fails_in_the_run(film: Film) -> None:
    film.flags = {"require_continuity": True}
    fail_first(film, "submit", Refused("moderated"))
    outcome = film.work()
    assert film.service.count("submit") == 1
    assert outcome.plan.by_key[Key(Step.CLIP, 2, 1)].decision is Decision.BLOCKED
    assert film.work().codes == set()


def test_a_hosts_key_is_missed_before_anything_is_bought_and_only_where_it_is_needed(
    film: Film,
) -> None:
    host(film, keys=("SHELF_KEY",))
    error = said_of(film)
    assert isinstance(error, AuthFailed)
    assert "frame host shelf needs a key, and SHELF_KEY is not set" in error.message
    host(film, keys=("SHELF_KEY",), abilities=frozenset())
    assert said_of(film) is None


def test_a_frame_host_is_never_chosen_by_itself(film: Film) -> None:
    host(film)
    film.flags = {}
    assert film.open().selection.providers.frame_host is None
    film.flags = {"frame_host": "nobody"}
    with pytest.raises(VidgenError, match="nobody"):
        film.open()


def test_a_host_that_the_run_remembers_and_that_is_gone_is_noted(film: Film) -> None:
    use(film, abilities=BY_URL)
    put(film.root / ".vidgen/settings.toml", b'frame_host = "shelf"\n')
    opened = film.open()
    assert opened.selection.notes == ("frame host shelf, which this run used, is not installed",)
    assert opened.selection.providers.frame_host is None
