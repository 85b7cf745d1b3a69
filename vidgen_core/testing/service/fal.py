"""fal's queue, as its SDK (PyPI ``fal-client``) and plain HTTP clients speak to it."""

from __future__ import annotations

import uuid
from typing import Any

from attrs import evolve

from vidgen_core.testing.service import fal_models
from vidgen_core.testing.service.assets import asset_routes, media_type
from vidgen_core.testing.service.books import Broke
from vidgen_core.testing.service.fal_models import Invalid, Making
from vidgen_core.testing.service.fal_storage import CDN, REST, storage_routes
from vidgen_core.testing.service.footage import NoPicture, Recipe
from vidgen_core.testing.service.jobs import Job, Stage
from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.routes import REHEARSAL_KEY, Call, Route, Vendor
from vidgen_core.testing.service.studio import FATES, Order, Studio

NAME = "fal"
#: What stands before the first path segment of the queue's API.
QUEUE = "/fal/queue"
#: For how long a result is kept, in seconds.
KEPT = 3600.0

_SECONDS = {True: (1.0, 8.0), False: (0.5, 2.0)}
_MODERATED = "The content was flagged by a content checker"


def fal(studio: Studio) -> Vendor:
    """Return fal, at work in *studio*."""
    desk = _Desk(studio)
    job = f"{QUEUE}/{{owner}}/{{app}}/requests/{{id}}"
    fates = FATES - {"unlisted"}

    def route(name: str, method: str, path: str, answer: Any, *modes: str) -> Route:
        known = frozenset(modes)
        return Route(name=f"fal.{name}", method=method, path=path, answer=answer, modes=known)

    routes = (
        route("status", "GET", f"{job}/status", desk.status, "unknown-state", "gone"),
        route("cancel", "PUT", f"{job}/cancel", desk.cancel),
        route("result", "GET", job, desk.result, "gone"),
        route("submit", "POST", f"{QUEUE}/{{model*}}", desk.submit, *fates),
        *storage_routes(studio),
        *asset_routes(studio, NAME),
    )
    return Vendor(
        name=NAME,
        routes=routes,
        key_of=_key_of,
        refused=_refused,
        wrong_key=lambda: Refusal(401, "No user found for this key", "unauthorized"),
        out_of_credit=_out_of_credit,
        environment=_environment,
    )


class _Desk:
    """Answers to what the queue is asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def submit(self, call: Call) -> Answer:
        """Queue a request. What its model makes of it comes to light in the result."""
        model = call.fields["model"]
        if not fal_models.exists(model):
            raise Refusal(404, f"Application '{model}' not found", "not_found")
        try:
            asked = call.request.fields()
        except ValueError as error:
            raise Refusal(400, f"the body cannot be read: {error}", "bad_request") from None
        queued, working = _SECONDS[fal_models.makes_videos(model)]
        fate = reason = ""
        try:
            making = self._making(model, asked)
        except Invalid as invalid:
            making = Making(recipe=_nothing(model), usd=0.0)
            fate, reason = f"{invalid.kind} {invalid.argument}", invalid.words
        order = Order(
            vendor=NAME,
            model=model,
            recipe=making.recipe,
            request=asked,
            queued=queued,
            working=working,
            usd=making.usd,
            fate=fate,
            reason=reason,
            failures_are_free=True,
        )
        try:
            job = self._studio.take(call, order)
        except Broke:
            raise _out_of_credit() from None
        return self._told(job, self._status(job), 200)

    def status(self, call: Call) -> Answer:
        """Say how a request is doing: 202 until it is completed, whatever came of it."""
        job = self._job(call)
        status = self._status(job)
        if call.meets("unknown-state"):
            status = {**status, "status": "SUSPENDED", "logs": None}
        elif status["status"] != "IN_QUEUE":
            wants_logs = call.request.query.get("logs", "").lower() in ("1", "true")
            status["logs"] = [] if wants_logs else None
        return self._told(job, status, 200 if status["status"] == "COMPLETED" else 202)

    def result(self, call: Call) -> Answer:
        """Give what the model made, or the model's own error."""
        job = self._job(call)
        if job.stage(self._studio.now()) is not Stage.ENDED:
            raise Refusal(400, "Request is still in progress", "in_progress")
        if job.fate:
            raise _failure(job)
        return self._told(job, self._output(job), 200, bare=True)

    def cancel(self, call: Call) -> Answer:
        """Take a request out of the queue; one that is being worked on goes on."""
        job = self._studio.books.job(call.fields["id"])
        if job is None or job.vendor != NAME:
            return as_json({"status": "NOT_FOUND"}, 404)
        stage = job.stage(self._studio.now())
        if stage is Stage.ENDED:
            return as_json({"status": "ALREADY_COMPLETED"}, 400)
        if stage is Stage.QUEUED:
            now = self._studio.now()
            waited = max(0.0, now - job.created)
            self._studio.books.change(evolve(job, fate="cancelled", queued=waited, working=0.0))
            self._studio.books.give_back(job)
        return as_json({"status": "CANCELLATION_REQUESTED"}, 202)

    def _making(self, model: str, asked: dict[str, Any]) -> Making:
        shape = 16 / 9
        kept = {}
        if fal_models.makes_videos(model):
            for name, argument in (("start", "image_url"), ("end", "end_image_url")):
                if asked.get(argument):
                    kept[name] = self._picture(argument, asked[argument])
        if "start" in kept:
            width, height = self._studio.footage.size_of(kept["start"])
            shape = width / height
        return fal_models.making(model, asked, shape, self._studio.short_side, **kept)

    def _picture(self, argument: str, url: Any) -> str:
        try:
            return self._studio.picture(str(url))
        except NoPicture as trouble:
            words = f"Failed to load the image: {trouble}"
            raise Invalid(argument, words, "image_load_error") from None

    def _job(self, call: Call) -> Job:
        job = self._studio.books.job(call.fields["id"])
        owner, app = call.fields["owner"], call.fields["app"]
        if job is None or job.vendor != NAME or not _is_of(job, f"{owner}/{app}"):
            raise _lost()
        if call.meets("gone"):
            self._studio.books.change(evolve(job, gone=True))
            raise _lost()
        if self._studio.now() > job.ends + KEPT:
            raise _lost()
        return job

    def _status(self, job: Job) -> dict[str, Any]:
        """Return what the queue says of *job*, without its URLs."""
        stage = job.stage(self._studio.now())
        if stage is Stage.QUEUED:
            return {"status": "IN_QUEUE", "queue_position": self._before(job)}
        if stage is Stage.WORKING:
            return {"status": "IN_PROGRESS"}
        told = {"status": "COMPLETED", "metrics": {"inference_time": round(job.working, 3)}}
        if not job.fate:
            return told
        failure = _failure(job)
        words = failure.words if isinstance(failure.words, str) else failure.words[0]["msg"]
        return {**told, "error": words, "error_type": failure.kind}

    def _before(self, job: Job) -> int:
        now = self._studio.now()
        return sum(
            other.vendor == NAME
            and other.number < job.number
            and not other.gone
            and other.stage(now) is Stage.QUEUED
            for other in self._studio.books.jobs
        )

    def _told(self, job: Job, value: dict[str, Any], status: int, *, bare: bool = False) -> Answer:
        if bare:
            return as_json(value, status, x_fal_request_id=job.id)
        app = "/".join(job.model.split("/")[:2])
        url = f"{self._studio.base}{QUEUE}/{app}/requests/{job.id}"
        urls = {
            "request_id": job.id,
            "response_url": url,
            "status_url": f"{url}/status",
            "cancel_url": f"{url}/cancel",
        }
        return as_json({**urls, **value}, status, x_fal_request_id=job.id)

    def _output(self, job: Job) -> dict[str, Any]:
        path = self._studio.made(job)
        url = self._studio.url(job)
        seed = job.request.get("seed", job.number)
        file = {"url": url, "content_type": media_type(url)}
        if job.is_video:
            name = url.rpartition("/")[2]
            video = {**file, "file_name": name, "file_size": path.stat().st_size}
            return {"video": video, "seed": seed}
        return {
            "images": [{**file, "width": job.recipe.width, "height": job.recipe.height}],
            "timings": {"inference": job.working},
            "seed": seed,
            "has_nsfw_concepts": [False],
            "prompt": job.request.get("prompt"),
        }


def _environment(base: str) -> dict[str, str]:
    places = {"BASE": QUEUE, "STORAGE": REST, "UPLOAD": CDN}
    urls = {
        f"VIDGEN_{provider}_{place}_URL": f"{base}{path}"
        for provider in ("LTX", "FAL")  # the engine; the image generator and the frame host
        for place, path in places.items()
    }
    return {**urls, "FAL_KEY": REHEARSAL_KEY}


def _key_of(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "key" else ""


def _refused(refusal: Refusal) -> Answer:
    body = {"detail": refusal.words}
    if isinstance(refusal.words, str) and refusal.kind:
        body["error_type"] = refusal.kind
    headers = {"x_fal_request_id": str(uuid.uuid4())}
    if refusal.kind:
        headers["x_fal_error_type"] = refusal.kind
    return as_json(body, refusal.status, **headers)


def _failure(job: Job) -> Refusal:
    """Return why *job* failed, as its result says it; the statuses of some are guesses."""
    if job.fate == "failed":
        return Refusal(500, job.reason or "The model failed", "internal_server_error")
    if job.fate == "cancelled":
        return Refusal(400, "Request was cancelled", "request_cancelled")
    kind, _, argument = job.fate.partition(" ")
    words = job.reason
    if kind == "moderation":
        kind, argument, words = "content_policy_violation", "prompt", words or _MODERATED
    return Refusal(422, [{"loc": ["body", argument], "msg": words, "type": kind}], kind)


def _out_of_credit() -> Refusal:
    words = "User is locked. Reason: Exhausted balance. Top up your balance."
    return Refusal(403, words, "forbidden")


def _lost() -> Refusal:
    return Refusal(404, "Request not found", "not_found")


def _is_of(job: Job, app: str) -> bool:
    return job.model == app or job.model.startswith(f"{app}/")


def _nothing(model: str) -> Recipe:
    """Return what a model makes that was asked for the impossible; nobody ever sees it."""
    seconds = 1.0 if fal_models.makes_videos(model) else 0.0
    return Recipe(number=0, width=2, height=2, suffix="", seconds=seconds)
