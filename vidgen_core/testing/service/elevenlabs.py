"""ElevenLabs' API, as its SDK (PyPI ``elevenlabs``) speaks to it: speech, sounds, history."""

from __future__ import annotations

import base64
import math
import re
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import evolve

from vidgen_core.testing.service.books import Broke
from vidgen_core.testing.service.footage import Recipe
from vidgen_core.testing.service.jobs import Job
from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.routes import NO_CREDIT, REHEARSAL_KEY, Call, Route, Vendor
from vidgen_core.testing.service.studio import Order, Studio

NAME = "elevenlabs"
#: What stands before ``/v1`` in the paths of the API.
PATH = "/elevenlabs"

#: By model: the longest text in characters, and USD for 1000 of them (a guide's of June 2026).
_MODELS: Mapping[str, tuple[int, float]] = MappingProxyType(
    {
        "eleven_multilingual_v2": (10_000, 0.10),
        "eleven_turbo_v2_5": (40_000, 0.05),
        "eleven_flash_v2_5": (40_000, 0.05),
    }
)
_SOUND_MODELS = ("eleven_text_to_sound_v2", "eleven_text_to_sound_v3")
_SOUND_USD = 0.12
_VOICES: Mapping[str, str] = MappingProxyType(
    {"JBFqnCBsd6RMkjVDRZzb": "George", "21m00Tcm4TlvDq8ikWAM": "Rachel"}
)
_VOICE = re.compile(r"[A-Za-z0-9]{20}")
_FORMAT = re.compile(r"(mp3|wav)_([0-9]{4,5})(_[0-9]{2,3})?")
_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
#: Seconds that each character of a text takes.
_PACE = 0.05
#: What is sent in place of a sound, as one.
_NO_SOUND = b"These words are no sound, whatever is said of them. " * 40
#: What a sound counts among the characters of a subscription.
_SOUND_CHARACTERS = 100


def elevenlabs(studio: Studio) -> Vendor:
    """Return ElevenLabs, at work in *studio*."""
    desk = _Desk(studio)
    speech = f"{PATH}/v1/text-to-speech/{{voice}}"
    history = f"{PATH}/v1/history"

    def route(name: str, method: str, path: str, answer: Any, *modes: str) -> Route:
        known = frozenset(modes)
        return Route(name=f"{NAME}.{name}", method=method, path=path, answer=answer, modes=known)

    routes = (
        route("speech", "POST", speech, desk.speak, "unlisted"),
        route("timed", "POST", f"{speech}/with-timestamps", desk.speak_timed, "unlisted"),
        route("sound", "POST", f"{PATH}/v1/sound-generation", desk.sound, "no-sound"),
        route("history", "GET", history, desk.history),
        route("item", "GET", f"{history}/{{id}}", desk.item, "gone"),
        route("audio", "GET", f"{history}/{{id}}/audio", desk.audio, "gone"),
        route("subscription", "GET", f"{PATH}/v1/user/subscription", desk.subscription),
        route("voices", "GET", f"{PATH}/v1/voices", desk.voices),
        route("models", "GET", f"{PATH}/v1/models", desk.models),
    )
    return Vendor(
        name=NAME,
        routes=routes,
        key_of=_key_of,
        refused=_refused,
        wrong_key=lambda: Refusal(401, "Invalid API key", "invalid_api_key"),
        out_of_credit=_out_of_credit,
        environment=_environment,
    )


class _Desk:
    """Answers to what ElevenLabs is asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def speak(self, call: Call) -> Answer:
        """Speak a text: the audio."""
        job = self._spoken(call)
        return self._heard(job)

    def speak_timed(self, call: Call) -> Answer:
        """Speak a text: the audio, and when each character is heard."""
        job = self._spoken(call)
        audio, alignment = self._made(job).read_bytes(), _alignment(_text(job))
        return as_json(
            {
                "audio_base64": base64.b64encode(audio).decode(),
                "alignment": alignment,
                "normalized_alignment": alignment,
            },
            request_id=job.id,
            character_cost=str(len(_text(job))),
        )

    def sound(self, call: Call) -> Answer:
        """Make a sound. No history shows it."""
        body = _body(call)
        _named(body, "text")
        seconds = body.get("duration_seconds")
        if seconds is not None and not _is_between(seconds, 0.5, 30):
            raise _invalid("duration_seconds", "Input should be between 0.5 and 30")
        if not _is_between(body.get("prompt_influence", 0.3), 0, 1):
            raise _invalid("prompt_influence", "Input should be between 0 and 1")
        model = body.get("model_id") or _SOUND_MODELS[0]
        if model not in _SOUND_MODELS:
            raise _no_model(model)
        job = self._take(call, body, str(model), 3.0 if seconds is None else seconds, _SOUND_USD)
        heard = self._heard(job)
        return evolve(heard, body=_NO_SOUND) if call.meets("no-sound") else heard

    def history(self, call: Call) -> Answer:
        """List what was spoken, the newest first."""
        query, now = call.request.query, self._studio.now()
        size = query.get("page_size", "100")
        if not size.isdecimal() or not 1 <= int(size) <= 1000:
            raise _invalid("page_size", "Input should be between 1 and 1000")
        listed = [
            job
            for job in reversed(self._studio.books.jobs)
            if _is_speech(job) and not job.gone and now >= job.created + job.unlisted
        ]
        after = query.get("start_after_history_item_id")
        places = [place for place, job in enumerate(listed) if job.id == after]
        begin = places[0] + 1 if places else 0
        page = listed[begin : begin + int(size)]
        return as_json(
            {
                "history": [_item(job) for job in page],
                "last_history_item_id": page[-1].id if page else None,
                "has_more": begin + len(page) < len(listed),
                "scanned_until": None,
            }
        )

    def item(self, call: Call) -> Answer:
        """Tell of one piece of speech, with when each character is heard."""
        job = self._job(call)
        alignment = _alignment(_text(job))
        alignments = {"alignment": alignment, "normalized_alignment": alignment}
        return as_json({**_item(job), "alignments": alignments})

    def audio(self, call: Call) -> Answer:
        """Give the audio of a piece of speech again."""
        return self._heard(self._job(call))

    def subscription(self, call: Call) -> Answer:
        """Say how many characters are used."""
        jobs = [job for job in self._studio.books.jobs if job.vendor == NAME]
        used = sum(len(_text(job)) if _is_speech(job) else _SOUND_CHARACTERS for job in jobs)
        limit = 0 if call.key == NO_CREDIT else round(self._studio.credit * 10_000)
        return as_json(
            {
                "tier": "creator",
                "status": "active",
                "character_count": used,
                "character_limit": limit,
                "can_extend_character_limit": False,
                "max_credit_limit_extension": 0,
                "voice_slots_used": 0,
                "voice_limit": 30,
            }
        )

    def voices(self, call: Call) -> Answer:
        """Name some voices."""
        told = [
            {"voice_id": voice, "name": name, "category": "premade"}
            for voice, name in _VOICES.items()
        ]
        return as_json({"voices": told})

    def models(self, call: Call) -> Answer:
        """Name the models that speak, and one that does not."""
        told = [{"model_id": name, "name": name, "can_do_text_to_speech": True} for name in _MODELS]
        other = {"model_id": "scribe_v1", "name": "Scribe", "can_do_text_to_speech": False}
        return as_json([*told, other])

    def _spoken(self, call: Call) -> Job:
        body, voice = _body(call), call.fields["voice"]
        text = _named(body, "text")
        if not _VOICE.fullmatch(voice):
            raise Refusal(404, f"A voice with the id {voice} was not found.", "voice_not_found")
        model = str(body.get("model_id") or "eleven_multilingual_v2")
        if model not in _MODELS:
            raise _no_model(model)
        longest, per_1000 = _MODELS[model]
        if len(text) > longest:
            words = f"This request's text has {len(text)} characters and exceeds the limit"
            raise Refusal(400, words, "max_character_limit_exceeded")
        for name, value in (body.get("voice_settings") or {}).items():
            if name in ("stability", "similarity_boost", "style") and not _is_between(value, 0, 1):
                raise _invalid(name, "Input should be between 0 and 1")
        usd = round(per_1000 * len(text) / 1000, 6)
        return self._take(call, {**body, "voice_id": voice}, model, _PACE * len(text), usd)

    def _take(
        self, call: Call, body: dict[str, Any], model: str, seconds: float, usd: float
    ) -> Job:
        form = call.request.query.get("output_format", "mp3_44100_128")
        if not _FORMAT.fullmatch(form):
            raise _invalid("output_format", "Input should be a known format")
        kind = form.partition("_")[0]
        recipe = Recipe(number=0, width=0, height=0, suffix=f".{kind}", seconds=float(seconds))
        order = Order(
            vendor=NAME,
            model=model,
            recipe=recipe,
            request={**body, "output_format": form},
            queued=0.0,
            working=0.0,
            usd=usd,
        )
        try:
            return self._studio.take(call, order)
        except Broke:
            raise _out_of_credit() from None

    def _job(self, call: Call) -> Job:
        job = self._studio.books.job(call.fields["id"])
        if job is None or not _is_speech(job):
            raise _lost()
        if call.meets("gone"):
            self._studio.books.change(evolve(job, gone=True))
            raise _lost()
        return job

    def _heard(self, job: Job) -> Answer:
        kind = _TYPES[job.recipe.suffix.removeprefix(".")]
        headers = {"content-type": kind, "request-id": job.id}
        return Answer(body=self._made(job).read_bytes(), headers=headers)

    def _made(self, job: Job) -> Path:
        """Return the audio of *job*: a tone of its own, as long as it was asked for."""
        found = _FORMAT.fullmatch(str(job.request["output_format"]))
        assert found is not None
        kind, rate, seconds = found[1], int(found[2]), job.recipe.seconds
        pitch = 220 + 20 * (job.number % 24)
        name = f"tone-{pitch}-{seconds:g}-{rate}.{kind}"
        return self._studio.footage.sound(name, _tone(pitch, seconds, rate), rate)


def _tone(pitch: int, seconds: float, rate: int) -> Iterator[bytes]:
    """Yield a tone of *pitch* whole waves a second: mono floats at *rate*."""
    turn = 2 * math.pi * pitch / rate
    second = array("f", (0.3 * math.sin(turn * at) for at in range(rate)))
    left = max(1, round(seconds * rate))
    while left > 0:
        yield second[:left].tobytes()
        left -= rate


def _alignment(text: str) -> dict[str, Any]:
    """Return when each character of *text* is heard."""
    begins = [round(_PACE * place, 3) for place in range(len(text) + 1)]
    return {
        "characters": list(text),
        "character_start_times_seconds": begins[:-1],
        "character_end_times_seconds": begins[1:],
    }


def _item(job: Job) -> dict[str, Any]:
    text = _text(job)
    return {
        "history_item_id": job.id,
        "request_id": job.id,
        "voice_id": job.request["voice_id"],
        "model_id": job.model,
        "text": text,
        "date_unix": int(job.created),
        "character_count_change_from": 0,
        "character_count_change_to": len(text),
        "content_type": _TYPES[job.recipe.suffix.removeprefix(".")],
        "state": "created",
        "settings": job.request.get("voice_settings"),
        "source": "TTS",
        "output_format": job.request["output_format"],
    }


def _is_speech(job: Job) -> bool:
    return job.vendor == NAME and "voice_id" in job.request


def _text(job: Job) -> str:
    return str(job.request["text"])


def _environment(base: str) -> dict[str, str]:
    return {"VIDGEN_ELEVENLABS_BASE_URL": f"{base}{PATH}", "ELEVENLABS_API_KEY": REHEARSAL_KEY}


def _key_of(request: Request) -> str:
    return request.headers.get("xi-api-key", "")


def _refused(refusal: Refusal) -> Answer:
    """Answer with the refusal: a list of what is wrong with 422, else a word and a sentence."""
    if refusal.status == 422:
        words = refusal.words
        wrong = words if isinstance(words, list) else [{"loc": ["body"], "msg": words}]
        return as_json({"detail": wrong}, 422)
    kind = refusal.kind or ("too_many_concurrent_requests" if refusal.status == 429 else "")
    told = {"status": kind} if kind else {}
    return as_json({"detail": {**told, "message": refusal.words}}, refusal.status)


def _out_of_credit() -> Refusal:
    words = "This request exceeds your quota of 10000. You have 0 credits remaining."
    return Refusal(401, words, "quota_exceeded")


def _lost() -> Refusal:
    return Refusal(404, "History item not found", "history_item_not_found")


def _no_model(name: object) -> Refusal:
    return Refusal(400, f"A model with the id {name} does not exist.", "model_not_found")


def _invalid(name: str, words: str) -> Refusal:
    return Refusal(422, [{"loc": ["body", name], "msg": words, "type": "value_error"}])


def _body(call: Call) -> dict[str, Any]:
    try:
        return call.request.fields()
    except ValueError as error:
        raise _invalid("body", f"the body cannot be read: {error}") from None


def _named(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _invalid(name, "Field required")
    return value


def _is_between(value: object, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return low <= value <= high
