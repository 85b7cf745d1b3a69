"""Plan and state as one JSON object. The shape is documented in ``docs/json.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from vidgen_core.errors import ExitCode
from vidgen_core.executor import Outcome
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key
from vidgen_core.opening import Opened
from vidgen_core.plan import File, Plan, Reason, SceneState, Task
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.report.prices import Share, in_doubt, shares
from vidgen_core.report.text import notes
from vidgen_core.report.words import sentence
from vidgen_core.scenes_file import JsonFile
from vidgen_core.specs import FREE, Price

SCHEMA = 1


def dump(value: Mapping[str, Any]) -> str:
    """Return *value* with the schema's number, as the text of one JSON object."""
    return json.dumps({"schema": SCHEMA, **value}, indent=2, ensure_ascii=True)


def state(opened: Opened, plan: Plan) -> dict[str, Any]:
    """Return the analysis and the plan of a run directory."""
    return {
        "directory": str(opened.directory.root),
        "timestamp": plan.timestamp,
        "scenes_file": opened.scenes.path,
        "scenes_file_reason": opened.scenes.why,
        "finished": plan.finished,
        "film": _film(plan),
        "scenes": [_scene(scene) for scene in plan.scenes],
        "tasks": [_task(task) for task in plan.tasks],
        "price": price(plan.price),
        "prices": [_share(share) for share in shares(opened, plan)],
        "cost": price(opened.ledger.bill),
        "in_flight": [in_flight(work) for work in opened.ledger.in_flight.values()],
        "not_whole": [_fault(file) for file in opened.listing.files if file.facts.fault],
        "notes": notes(opened, plan),
        "left_alone": list(plan.left_alone),
    }


def ending(code: ExitCode, outcome: Outcome | None) -> dict[str, Any]:
    """Return how a run ended: what it made, what was charged, what failed."""
    doubtful = in_doubt(outcome) if outcome else []
    return {
        "exit_code": int(code),
        "made": list(outcome.made) if outcome else [],
        "charged": {
            "pieces": outcome.paid if outcome else 0,
            "price": price(outcome.price if outcome else FREE),
            "in_doubt": {"pieces": len(doubtful), "price": price(sum(doubtful, FREE))},
        },
        "errors": [
            {"id": task.key.id, "error": error.message, "advice": error.advice}
            for task, error in (outcome.errors if outcome else ())
        ],
    }


def json_files(files: Sequence[JsonFile]) -> list[dict[str, Any]]:
    """Return the JSON files of a run directory."""
    return [attrs.asdict(file, filter=lambda a, _: a.name != "mtime_ns") for file in files]


def _film(plan: Plan) -> dict[str, Any]:
    film = plan.tasks[-1]
    return {"path": film.output, "decision": film.decision.value}


def _scene(scene: SceneState) -> dict[str, Any]:
    return {
        "number": scene.number,
        "name": scene.name,
        "complete": scene.complete,
        "duration": round(scene.duration, 3),
        "seconds": round(scene.seconds, 3),
        "clips": list(scene.clips),
        "reasons": [_reason(reason) for reason in scene.reasons],
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.key.id,
        "step": task.key.step.value,
        "scene": task.key.scene or None,
        "clip": task.key.clip or None,
        "decision": task.decision.value,
        "path": task.output,
        "provider": task.provider or None,
        "needs": [key.id for key in task.needs],
        "price": price(task.price),
        "reasons": [_reason(reason) for reason in task.reasons],
    }


def _fault(file: File) -> dict[str, Any]:
    return {
        "path": file.path,
        "verdict": file.facts.verdict.value,
        "fault": file.facts.fault,
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "kind": share.kind.value,
        "provider": share.provider,
        "pieces": share.pieces,
        **price(share.price),
        "priced_on": share.priced_on or None,
    }


def in_flight(work: InFlight) -> dict[str, Any]:
    """Return paid work that has begun and is not published."""
    return {
        "id": work.key.id,
        "provider": work.provider,
        "job": work.job or None,
        "in_doubt": is_doubtful(work),
        "price": price(work.price),
    }


def price(price: Price) -> dict[str, float | None]:
    """Return a price in dollars; ``None`` where a bound is not known."""
    low, high = (None if each is None else float(each) for each in (price.low, price.high))
    return {"low": low, "high": high}


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.why.name.lower().replace("_", "-"),
        **{fact: _plain(value) for fact, value in reason.facts.items()},
        "text": sentence(reason),
    }


def _plain(fact: Any) -> Any:
    return fact.id if isinstance(fact, Key) else fact
