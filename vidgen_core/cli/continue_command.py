"""``vidgen continue DIR``: say what is there, make what is missing, join the film."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vidgen_core
from vidgen_core import layout, plugins
from vidgen_core.errors import ExitCode, UsageError, VidgenError, exit_code_for
from vidgen_core.events import Event, Listener, Planned, Published, Stopped
from vidgen_core.executor import Outcome, Run
from vidgen_core.hookspecs import Outcome as TaskOutcome
from vidgen_core.journal import Journal
from vidgen_core.media import Media
from vidgen_core.memory import Memory
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, find_directory, open_run, used_patterns
from vidgen_core.plan import STUCK, TO_DO, Decision, Plan, ProviderKind, Task, Why
from vidgen_core.plugins import Registry
from vidgen_core.preview import join_preview
from vidgen_core.report import as_json, text
from vidgen_core.report.progress import progress
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import survey
from vidgen_core.selection import engine_required, key_for
from vidgen_core.settings import run_settings
from vidgen_core.work import Bench
from vidgen_core.workshop import Workshop, missing_key

#: The command-line options that are core's settings too, by both names.
_FLAGS = (
    "engine",
    "model",
    "image_generator",
    "tts",
    "sound_engine",
    "stitcher",
    "skip_narration",
    "skip_sound_effects",
    "keep_clip_audio",
    "first_frame_image_gen",
    "initial_image_prompt",
    "seed",
    "jobs",
)


def run(arguments: Namespace) -> int:
    """Finish the film; return the exit code."""
    directory = find_directory(arguments.directory)
    listed = _json_files(directory, arguments)
    registry = plugins.load()
    memory: Memory | None = None
    opened = _open(arguments, directory, registry, memory)
    plan = opened.plan()
    if not arguments.quiet:
        _say(text.analysis(opened, plan, verbose=arguments.verbose))
    _check(opened, plan, registry)
    if arguments.dry_run:
        return _dry_run(opened, plan, arguments, listed)
    if plan.finished and not arguments.preview:
        _say(f"nothing to do: {plan.film} is finished")
        _print_result(opened, plan, arguments, ExitCode.COMPLETE, listed)
        return ExitCode.COMPLETE
    _consent(plan, arguments)
    with directory.locked(shlex.join(["vidgen", *sys.argv[1:]])):
        opened = _open(arguments, directory, registry, opened.memory)
        return _work(opened, arguments, listed)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _json_files(directory: RunDirectory, arguments: Namespace) -> list[dict[str, Any]] | None:
    """Print the JSON files of the directory first, where that was asked for."""
    if not arguments.list_json_files:
        return None
    files = survey(directory.root)
    if not arguments.json:
        print(text.json_files(files), flush=True)
    return as_json.json_files(files)


def _open(
    arguments: Namespace, directory: RunDirectory, registry: Registry, memory: Memory | None
) -> Opened:
    flags = {name: getattr(arguments, name) for name in _FLAGS}
    image = arguments.initial_image_path
    if image is not None and not Path(image).is_file():
        raise UsageError(f"--initial-image-path {image}: there is no such file")
    return open_run(
        directory,
        registry,
        flags=flags,
        sets=arguments.set,
        initial_image=str(Path(image).absolute()) if image else "",
        memory=memory,
    )


# before anything is spent ------------------------------------------------


def _check(opened: Opened, plan: Plan, registry: Registry) -> None:
    """Raise for what would stop the run half-way: no engine, no key."""
    for task in plan.stuck:
        if any(reason.why is Why.NO_PROVIDER for reason in task.reasons):
            raise engine_required(registry)
    for task in plan.to_do:
        if task.kind is None or task.kind is ProviderKind.STITCHER:
            continue
        loaded = registry.find(task.kind, task.provider)
        if loaded.spec.keys and not key_for(loaded, opened.directory.root):
            raise missing_key(loaded)


def _consent(plan: Plan, arguments: Namespace) -> None:
    """Ask before money is spent; without a terminal, --yes must have been given."""
    price = plan.price
    if price.free or arguments.yes:
        return
    bought = [t for t in plan.to_do if t.decision is not Decision.ATTACH and not t.price.free]
    question = f"{len(bought)} paid pieces of work, price: {price}"
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise _Undecided(
            f"{question}; nothing was bought", advice="to agree, add --yes to the same command"
        )
    _say(text.steps(plan))
    print(f"{question}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise _Undecided(
            "nothing was bought", advice="vidgen continue DIR --dry-run shows the plan"
        )


class _Undecided(VidgenError):
    """The user has not agreed to spend money."""

    exit_code = ExitCode.DECISION


def _dry_run(
    opened: Opened, plan: Plan, arguments: Namespace, listed: list[dict[str, Any]] | None
) -> int:
    if arguments.json:
        _print_json(opened, plan, {}, listed)
    elif plan.finished:
        print(f"nothing to do: {plan.film} is finished")
    else:
        print(text.steps(plan, verbose=arguments.verbose))
    return ExitCode.COMPLETE


# the work ----------------------------------------------------------------


def _work(opened: Opened, arguments: Namespace, listed: list[dict[str, Any]] | None) -> int:
    """Do what is missing, under the lock."""
    directory = opened.directory
    directory.clear_scratch()
    plan = opened.plan()
    _save_choices(opened, plan)
    media = Media(opened.settings.core.ffmpeg, patience=opened.settings.core.stall_seconds)
    with (
        Journal(directory.root, version=vidgen_core.__version__) as journal,
        progress(quiet=arguments.quiet, verbose=arguments.verbose) as show,
    ):
        work = _prepare(opened, media, journal, _listener(opened.registry, show))
        with _signals(work):
            outcome = work.work()
            if arguments.preview and not work.interrupted:
                join_preview(work)
    if not outcome.codes & {ExitCode.INTERRUPTED}:
        directory.clear_scratch()
    if opened.memory.changed:
        directory.write_state(layout.PROBES, opened.memory.to_bytes())
    code = _exit_code(outcome)
    _print_result(opened, outcome.plan, arguments, code, listed, outcome)
    return code


def _save_choices(opened: Opened, plan: Plan) -> None:
    """Write down what the run was asked for, so that a bare ``continue`` goes on with it."""
    also = {
        "scenes_file": opened.scenes.path,
        "timestamp": opened.timestamp,
        "initial_image_for": plan.initial_image_for.id if plan.initial_image_for else "",
    }
    content = run_settings(opened.settings, also).encode()
    directory = opened.directory
    path = directory.path(layout.SETTINGS)
    if not path.exists() or path.read_bytes() != content:
        directory.write_state(layout.SETTINGS, content)
        given = ", ".join(sorted(opened.settings.to_save))
        if given:
            _say(f"kept for this run: {given}")
    patterns = used_patterns(opened)
    if patterns is not None:
        directory.write_state(layout.PATTERNS, patterns)


def _prepare(opened: Opened, media: Media, journal: Journal, listen: Listener) -> Run:
    registry, settings = opened.registry, opened.settings
    root = opened.directory.root
    workshop = Workshop(
        media=media,
        find=registry.find,
        options_for=lambda loaded: settings.options_for(loaded.name, loaded.spec.options),
        key_for=lambda loaded: key_for(loaded, root),
    )

    def max_active(task: Task) -> int:
        spec = opened.selection.providers.installed.get((task.kind, task.provider))  # type: ignore[arg-type]
        return spec.max_active if spec else 0

    def version_of(task: Task) -> tuple[str, str]:
        if task.kind is None:
            return "vidgen-core", vidgen_core.__version__
        loaded = registry.find(task.kind, task.provider)
        return loaded.distribution, loaded.version

    work = Run(
        directory=opened.directory,
        journal=journal,
        memory=opened.memory,
        listing=opened.listing,
        planning=opened.planning,
        options=opened.options,
        bench=Bench(root=root, media=media, workshop=workshop),
        jobs=settings.core.jobs or os.cpu_count() or 1,
        listen=listen,
        max_active=max_active,
        version_of=version_of,
    )
    workshop.cancelled = lambda: work.interrupted
    return work


def _listener(registry: Registry, show: Listener) -> Listener:
    """Tell the plugins that observe, too."""

    def listen(event: Event) -> None:
        show(event)
        match event:
            case Planned(plan):
                registry.plan_ready(plan)
            case Published(task, path):
                registry.task_done(task, TaskOutcome(path=path))
            case Stopped(task, error):
                registry.task_done(task, TaskOutcome(error=error))

    return listen


@contextmanager
def _signals(work: Run) -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the run cleanly; a second one ends it at once."""

    def stop(number: int, frame: object) -> None:
        if work.interrupted:
            os._exit(ExitCode.INTERRUPTED)
        work.interrupt()

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# the end -----------------------------------------------------------------


def _exit_code(outcome: Outcome) -> ExitCode:
    codes = set(outcome.codes)
    for task in outcome.plan.stuck:
        failed = any(reason.why in (Why.FAILED, Why.PROVIDER_RAISED) for reason in task.reasons)
        if failed:
            codes.add(ExitCode.FAILED)
        elif task.decision in (Decision.ASK, Decision.BLOCKED):
            codes.add(ExitCode.DECISION)
    if not codes and not outcome.plan.finished:
        codes.add(ExitCode.LATER)
    return exit_code_for(codes)


def _print_result(
    opened: Opened,
    plan: Plan,
    arguments: Namespace,
    code: ExitCode,
    listed: list[dict[str, Any]] | None,
    outcome: Outcome | None = None,
) -> None:
    film = opened.directory.path(plan.film)
    finished = code is ExitCode.COMPLETE and plan.by_key[Key(Step.FILM)].decision is Decision.KEEP
    if arguments.json:
        ended = {
            "exit_code": int(code),
            "made": outcome.made if outcome else [],
            "errors": [
                {"id": task.key.id, "error": error.message, "advice": error.advice}
                for task, error in (outcome.errors if outcome else [])
            ],
        }
        _print_json(opened, plan, ended, listed)
    elif finished:
        print(film, flush=True)
    if outcome is not None and (code is not ExitCode.COMPLETE or not arguments.quiet):
        _say(text.wrapped(_last_line(opened, outcome, code)))


def _print_json(
    opened: Opened, plan: Plan, more: dict[str, Any], listed: list[dict[str, Any]] | None
) -> None:
    state = as_json.state(opened, plan) | more
    if listed is not None:
        state["json_files"] = listed
    print(as_json.dump(state), flush=True)


def _last_line(opened: Opened, outcome: Outcome, code: ExitCode) -> str:
    """Say what happened, what was charged, and what to type next."""
    made = f"{len(outcome.made)} files made"
    again = shlex.join(["vidgen", "continue", str(opened.directory.root)])
    charged = _charged(outcome)
    if code is ExitCode.COMPLETE:
        return f"finished: {made}; {charged}"
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}; {charged}; to go on: {again}"
    why = "; ".join(dict.fromkeys(error.message for _, error in outcome.errors[-3:]))
    if not why:
        stuck = [t for t in outcome.plan.tasks if t.decision in STUCK or t.decision in TO_DO]
        why = "; ".join(f"{task.key}: {task.reasons[-1]}" for task in stuck[:2] if task.reasons)
    return f"not finished ({why}); {made}; {charged}; to go on: {again}"


def _charged(outcome: Outcome) -> str:
    if outcome.paid == 0:
        return "nothing was charged"
    return f"{outcome.paid} paid pieces of work, price: {outcome.price}"
