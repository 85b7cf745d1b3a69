"""Luma's Dream Machine API, as its SDK (PyPI ``lumaai``) speaks to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from vidgen_core.testing.service import prices
from vidgen_core.testing.service.assets import asset_routes
from vidgen_core.testing.service.books import Broke
from vidgen_core.testing.service.footage import NoPicture, Recipe, sized
from vidgen_core.testing.service.jobs import Job, Stage, iso
from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.routes import REHEARSAL_KEY, Call, Route, Vendor
from vidgen_core.testing.service.studio import FATES, Order, Studio

NAME = "luma"
#: What stands before the first path segment of the API.
PATH = "/luma/dream-machine/v1"

_SHAPES = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
_RESOLUTIONS = ("540p", "720p", "1080p", "4k")
_DURATIONS = ("5s", "9s")
_CONCEPTS = ("dolly_zoom", "handheld", "orbit_left", "orbit_right", "pan_left", "pan_right")
_STATES = {Stage.QUEUED: "queued", Stage.WORKING: "dreaming", Stage.ENDED: "completed"}
_REASONS = {
    "failed": "The generation could not be completed",
    "moderation": "Content moderation: the prompt or the picture is not allowed",
}


def luma(studio: Studio) -> Vendor:
    """Return Luma, at work in *studio*."""
    desk = _Desk(studio)
    jobs = f"{PATH}/generations"
    shown = frozenset(("unknown-state", "no-callback", "gone"))

    def route(name: str, method: str, path: str, answer: Any, *modes: str) -> Route:
        known = frozenset(modes)
        return Route(name=f"luma.{name}", method=method, path=path, answer=answer, modes=known)

    routes = (
        route("video", "POST", f"{jobs}/video", desk.video, *FATES),
        route("video", "POST", jobs, desk.video, *FATES),  # where older SDKs post to
        route("image", "POST", f"{jobs}/image", desk.image, *FATES),
        route("concepts", "GET", f"{jobs}/concepts/list", desk.concepts),
        route("get", "GET", f"{jobs}/{{id}}", desk.get, *shown),
        route("list", "GET", jobs, desk.list, "oldest-first", "no-callback"),
        route("delete", "DELETE", f"{jobs}/{{id}}", desk.delete),
        route("credits", "GET", f"{PATH}/credits", desk.credits),
        route("ping", "GET", f"{PATH}/ping", desk.ping),
        *asset_routes(studio, NAME),
    )
    return Vendor(
        name=NAME,
        routes=routes,
        key_of=_key_of,
        refused=_refused,
        wrong_key=lambda: Refusal(401, "Invalid API key"),
        out_of_credit=_out_of_credit,
        environment=_environment,
    )


class _Desk:
    """Answers to what Luma is asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def video(self, call: Call) -> Answer:
        """Begin a video."""
        body = _body(call)
        model = _named(body, "model")
        duration = _one_of(body, "duration", _DURATIONS, "5s")
        resolution = _one_of(body, "resolution", _RESOLUTIONS, "720p")
        width, height = self._size(body)
        seconds = int(duration.removesuffix("s"))
        recipe = Recipe(
            number=0, width=width, height=height, suffix=".mp4", seconds=seconds,
            start=self._keyframe(body, "frame0"), end=self._keyframe(body, "frame1"),
        )  # fmt: skip
        if not body.get("prompt") and not (recipe.start or recipe.end):
            raise Refusal(400, "prompt is required")
        order = Order(
            vendor=NAME,
            model=model,
            recipe=recipe,
            request={**body, "generation_type": "video"},
            queued=2.0,
            working=12.0,
            usd=prices.luma_video(model, resolution, seconds),
        )
        return self._shown(self._take(call, order), 201)

    def image(self, call: Call) -> Answer:
        """Begin a picture; with ``sync`` it is completed at once."""
        body = _body(call)
        model = _named(body, "model")
        width, height = self._size(body)
        if not body.get("prompt"):
            raise Refusal(400, "prompt is required")
        suffix = _one_of(body, "format", ("jpg", "png"), "jpg")
        order = Order(
            vendor=NAME,
            model=model,
            recipe=Recipe(number=0, width=width, height=height, suffix=f".{suffix}"),
            request={**body, "generation_type": "image"},
            queued=1.0,
            working=3.0,
            usd=prices.luma_image(model),
        )
        job = self._take(call, order)
        if body.get("sync"):
            job = evolve(job, queued=0.0, working=0.0)
            self._studio.books.change(job)
        return self._shown(job, 201)

    def get(self, call: Call) -> Answer:
        """Say how a generation is doing."""
        job = self._job(call)
        if call.meets("gone"):
            self._studio.books.change(evolve(job, gone=True))
            raise _lost()
        return self._shown(job, 200, call)

    def list(self, call: Call) -> Answer:
        """List the generations, the newest first (no order is documented)."""
        limit, offset = _number(call, "limit", 100), _number(call, "offset", 0)
        now = self._studio.now()
        found = [
            job
            for job in self._studio.books.jobs
            if job.vendor == NAME and not job.gone and now >= job.created + job.unlisted
        ]
        if not call.meets("oldest-first"):
            found.reverse()
        page = found[offset : offset + limit]
        return as_json(
            {
                "has_more": offset + limit < len(found),
                "count": len(page),
                "limit": limit,
                "offset": offset,
                "generations": [self._generation(job, call) for job in page],
            }
        )

    def delete(self, call: Call) -> Answer:
        """Forget a generation; what it cost stays on the bill."""
        self._studio.books.change(evolve(self._job(call), gone=True))
        return Answer(status=204)

    def credits(self, call: Call) -> Answer:
        """Say how many USD cents are left."""
        left = self._studio.left(call.key) - self._studio.books.spent(NAME)
        return as_json({"credit_balance": max(0.0, round(100 * left, 2))})

    def ping(self, call: Call) -> Answer:
        """Say that somebody is there."""
        return as_json({"message": "pong"})

    def concepts(self, call: Call) -> Answer:
        """Name some concepts."""
        return as_json(_CONCEPTS)

    def _take(self, call: Call, order: Order) -> Job:
        try:
            return self._studio.take(call, order)
        except Broke:
            raise _out_of_credit() from None

    def _job(self, call: Call) -> Job:
        job = self._studio.books.job(call.fields["id"])
        if job is None or job.vendor != NAME:
            raise _lost()
        return job

    def _size(self, body: Mapping[str, Any]) -> tuple[int, int]:
        wide, high = _one_of(body, "aspect_ratio", _SHAPES, "16:9").split(":")
        return sized(int(wide) / int(high), self._studio.short_side)

    def _keyframe(self, body: Mapping[str, Any], which: str) -> str:
        """Return the picture that a clip is to begin or end with, empty for none."""
        frames = body.get("keyframes") or {}
        frame = frames.get(which) if isinstance(frames, dict) else frames
        if frame is None:
            return ""
        if not isinstance(frame, dict):
            raise Refusal(400, f"keyframes.{which} must be an object")
        try:
            if frame.get("type") == "generation":
                return self._of_generation(str(frame.get("id")), last=which == "frame0")
            url = str(frame.get("url"))
            if frame.get("type") != "image" or not url.startswith(("http:", "https:")):
                raise NoPicture("it is neither a generation nor the URL of an image")
            return self._studio.picture(url)
        except NoPicture as trouble:
            raise Refusal(400, f"keyframes.{which}: {trouble}") from None

    def _of_generation(self, name: str, *, last: bool) -> str:
        job = self._studio.books.job(name)
        if job is None or job.vendor != NAME:
            raise NoPicture("there is no such generation")
        return self._studio.frame_of(job, last=last)

    def _shown(self, job: Job, status: int, call: Call | None = None) -> Answer:
        return as_json(self._generation(job, call), status)

    def _generation(self, job: Job, call: Call | None) -> dict[str, Any]:
        stage = job.stage(self._studio.now())
        failed = stage is Stage.ENDED and bool(job.fate)
        kind = "video" if job.is_video else "image"
        request = dict(job.request)
        if call is not None and call.meets("no-callback"):
            request.pop("callback_url", None)
        state = "failed" if failed else _STATES[stage]
        if call is not None and call.meets("unknown-state"):
            state = "rendering"
        assets: dict[str, str | None] | None = None
        if state == "completed":
            assets = {"video": None, "image": None, "progress_video": None}
            assets[kind] = self._studio.url(job)
        return {
            "id": job.id,
            "generation_type": kind,
            "state": state,
            "failure_reason": (job.reason or _REASONS[job.fate]) if state == "failed" else None,
            "created_at": iso(job.created),
            "assets": assets,
            "model": job.model,
            "request": request,
        }


def _environment(base: str) -> dict[str, str]:
    return {"VIDGEN_LUMA_BASE_URL": f"{base}{PATH}", "LUMAAI_API_KEY": REHEARSAL_KEY}


def _key_of(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _refused(refusal: Refusal) -> Answer:
    return as_json({"detail": refusal.words}, refusal.status)


def _out_of_credit() -> Refusal:
    return Refusal(402, "Insufficient credits")  # no document says which status it is


def _lost() -> Refusal:
    return Refusal(404, "Generation not found")


def _body(call: Call) -> dict[str, Any]:
    try:
        return call.request.fields()
    except ValueError as error:
        raise Refusal(400, f"the body cannot be read: {error}") from None


def _named(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(400, f"{name} is required")
    return value


def _one_of(body: Mapping[str, Any], name: str, known: tuple[str, ...], usual: str) -> str:
    value = body.get(name, usual)
    if value not in known:
        raise Refusal(400, f"{name} must be one of {', '.join(known)}")
    return str(value)


def _number(call: Call, name: str, usual: int) -> int:
    text = call.request.query.get(name, str(usual))
    if not text.isdecimal():
        raise Refusal(400, f"{name} must be a number")
    return int(text)
