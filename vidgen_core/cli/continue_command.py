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
from traceback import print_exception
from typing import Any, TextIO

import vidgen_core
from vidgen_core import layout, plugins
from vidgen_core.cli.drafting import drafted, use_offline_providers
from vidgen_core.cli.ending import one_object, results_only, wants_traces
from vidgen_core.cli.obstacles import obstacle, without_effect
from vidgen_core.errors import ExitCode, PluginBug, UsageError, VidgenError, exit_code_for
from vidgen_core.executor import Outcome, Run
from vidgen_core.executor.events import Event, Listener, Planned, Published, Stopped
from vidgen_core.executor.preview import join_preview
from vidgen_core.executor.work import Bench, as_vidgen_error
from vidgen_core.executor.workshop import Workshop
from vidgen_core.hookspecs import Outcome as TaskOutcome
from vidgen_core.journal import Journal
from vidgen_core.media import Media
from vidgen_core.memory import Memory
from vidgen_core.model import Key, Kind, Step, Verdict
from vidgen_core.opening import Opened, find_directory, open_run, used_patterns
from vidgen_core.plan import Decision, Plan, Task, Why
from vidgen_core.plugins import Registry
from vidgen_core.probe import probe
from vidgen_core.report import as_json, text
from vidgen_core.report.progress import looking, progress
from vidgen_core.report.words import count, error_line, flags, folded, name, say, scenes
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import survey
from vidgen_core.selection import key_for
from vidgen_core.settings import run_settings
from vidgen_core.specs import FREE
from vidgen_core.strict_json import printable

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
    "max_scenes",
    "max_environments",
    "aspect",
    "resolution",
    "burn_subtitles",
    "font",
)


def run(arguments: Namespace) -> int:
    """Finish the film; return the exit code."""
    directory = find_directory(arguments.directory)
    listed = _json_files(directory, arguments)
    more = {} if listed is None else {"json_files": listed}
    with results_only(arguments), one_object(arguments, more):
        registry = plugins.load()
        if not arguments.draft:
            return finish(directory, arguments, registry, listed)
        use_offline_providers(arguments, registry)
        with drafted(directory, dry_run=arguments.dry_run) as draft:
            return finish(draft, arguments, registry, listed)


def agree(directory: RunDirectory, arguments: Namespace, registry: Registry) -> None:
    """Raise for what would stop the film half-way, and ask before money is spent."""
    opened = _open(arguments, directory, registry)
    plan = opened.plan()
    lacking = obstacle(opened, plan, registry)
    if lacking is not None:
        raise lacking
    _consent(plan, arguments)


def finish(
    directory: RunDirectory,
    arguments: Namespace,
    registry: Registry,
    listed: list[dict[str, Any]] | None = None,
) -> int:
    """Make what is missing in *directory* and join the film; return the exit code."""
    opened = _open(arguments, directory, registry)
    plan = opened.plan()
    if not arguments.quiet:
        _show(text.analysis(opened, plan, verbose=arguments.verbose))
    lacking = obstacle(opened, plan, registry)
    if arguments.dry_run and not isinstance(lacking, UsageError):
        return _dry_run(opened, plan, arguments, listed, lacking)
    if lacking is not None:
        if arguments.preview and not arguments.dry_run:
            _preview_alone(opened, arguments)
        raise lacking
    if plan.finished:
        if not arguments.quiet:
            _say_what_is_idle(opened)
            left = plan.by_key[Key(Step.FILM)].decision is Decision.LEAVE
            what = "the script's files are there" if left else "the film is finished"
            say(f"nothing to do: {what}")
        _print_result(opened, plan, arguments, ExitCode.COMPLETE, listed)
        return ExitCode.COMPLETE
    _consent(plan, arguments)
    with directory.locked(_command()):
        opened = _open(arguments, directory, registry, opened.memory)
        agreed, plan = plan.price, opened.plan()
        if plan.price != agreed:  # another run was at work while this one asked
            lacking = obstacle(opened, plan, registry)
            if lacking is not None:
                raise lacking
            _consent(plan, arguments)
        return _work(opened, plan, arguments, listed)


def _command() -> str:
    return shlex.join(["vidgen", *sys.argv[1:]])


def _show(text: str) -> None:
    print(folded(text, sys.stderr), file=sys.stderr, flush=True)


def _json_files(directory: RunDirectory, arguments: Namespace) -> list[dict[str, Any]] | None:
    """Print the JSON files of the directory first, where that was asked for."""
    if not arguments.list_json_files:
        return None
    files = survey(directory.root)
    if not arguments.json:
        print(text.json_files(files), flush=True)
    return as_json.json_files(files)


def flags_of(arguments: Namespace) -> dict[str, Any]:
    """Return core's options from the command line, ``None`` where not given."""
    return {name: getattr(arguments, name, None) for name in _FLAGS}


def _open(
    arguments: Namespace,
    directory: RunDirectory,
    registry: Registry,
    memory: Memory | None = None,
) -> Opened:
    image = arguments.initial_image_path
    if image is not None:
        _check_image(Path(image))
    with looking(quiet=arguments.quiet) as on_probe:
        return open_run(
            directory,
            registry,
            flags=flags_of(arguments),
            sets=arguments.set,
            initial_image=str(Path(image).absolute()) if image else "",
            metadata_only=getattr(arguments, "metadata_only", False),
            memory=memory,
            on_probe=on_probe,
        )


# before anything is spent ------------------------------------------------


def _check_image(path: Path) -> None:
    """Raise where the user's picture cannot be used, before anything is bought."""
    if not path.is_file():
        what = "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"--initial-image-path {path}: it {what}")
    facts = probe(path, Kind.IMAGE)
    if facts.verdict is Verdict.BROKEN:
        raise UsageError(f"--initial-image-path {path} is no whole picture: {facts.fault}")


def _say_what_is_idle(opened: Opened) -> None:
    sentence = without_effect(opened)
    if sentence:
        say(sentence)


def _consent(plan: Plan, arguments: Namespace) -> None:
    """Ask before money is spent; without a terminal, --yes must have been given."""
    price = plan.price
    if price.free or arguments.yes:
        return
    bought = [task for task in plan.to_do if not task.price.free]
    what = f"{count(len(bought), 'paid piece')} of work" if plan.bound.free else "a whole film"
    question = f"{what}, price: {price}"
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        raise _Undecided(
            f"{question}; nothing was bought", advice="to agree, add --yes to the same command"
        )
    _show(text.steps(plan))
    print(f"{question}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise _Undecided(
            "nothing was bought", advice="vidgen continue DIR --dry-run shows the plan"
        )


class _Undecided(VidgenError):
    """The user has not agreed to spend money."""

    exit_code = ExitCode.DECISION


def _dry_run(
    opened: Opened,
    plan: Plan,
    arguments: Namespace,
    listed: list[dict[str, Any]] | None,
    lacking: VidgenError | None,
) -> int:
    """Print the plan, and what it *lacks* before it can be carried out."""
    lacks = [error_line(lacking)] if lacking else []
    if arguments.json:
        notes = {"notes": [*text.notes(opened, plan), *lacks]}
        _print_json(opened, plan, notes, arguments, listed)
        return ExitCode.COMPLETE
    if plan.finished:
        if not arguments.quiet:
            _say_what_is_idle(opened)
        print("nothing to do: the film is finished", file=arguments.results)
    else:
        steps = text.steps(plan, verbose=arguments.verbose)
        print(folded(steps, arguments.results), file=arguments.results, flush=True)
    for sentence in lacks:
        say(sentence)
    return ExitCode.COMPLETE


# the work ----------------------------------------------------------------


def _work(
    opened: Opened, plan: Plan, arguments: Namespace, listed: list[dict[str, Any]] | None
) -> int:
    """Do what is missing, under the lock."""
    directory = opened.directory
    with _prepared(opened, arguments) as work:
        work.import_picture()
        _save_choices(opened, plan, quiet=arguments.quiet)
        with _signals(work):
            outcome = _outcome(work, preview=arguments.preview)
    if not outcome.codes & {ExitCode.INTERRUPTED}:
        directory.clear_scratch()
    _save_memory(opened)
    code = _exit_code(outcome)
    _print_result(opened, outcome.plan, arguments, code, listed, outcome)
    return code


@contextmanager
def _prepared(opened: Opened, arguments: Namespace) -> Iterator[Run]:
    """Yield a run of the locked directory that has not begun, with its journal open."""
    opened.directory.clear_scratch()
    media = Media(opened.settings.core.ffmpeg, patience=opened.settings.core.stall_seconds)
    with (
        Journal(opened.directory.root, version=vidgen_core.__version__) as journal,
        progress(quiet=arguments.quiet, verbose=arguments.verbose) as show,
    ):
        listen = _listener(opened.registry, show, arguments)
        yield _prepare(opened, media, journal, _remembering(opened, listen))


def _preview_alone(opened: Opened, arguments: Namespace) -> None:
    """Join what is there to a preview, where nothing can be made."""
    directory = opened.directory
    with directory.locked(_command()):
        opened = _open(arguments, directory, opened.registry, opened.memory)
        with _prepared(opened, arguments) as work, _signals(work):
            work.plan = opened.plan()
            work.outcome = Outcome(plan=work.plan)
            join_preview(work)
        directory.clear_scratch()
        _save_memory(opened)


def _save_memory(opened: Opened) -> None:
    """Keep what was probed. It is a cache: no trouble with it may hide how the run ended."""
    if not opened.memory.changed:
        return
    try:
        opened.directory.write_state(layout.PROBES, opened.memory.to_bytes())
    except (VidgenError, OSError) as error:
        say(f"what was probed is not remembered: {error}")


def _outcome(work: Run, *, preview: bool) -> Outcome:
    """Do the work; what ends it before its time must not hide what was made and charged."""
    try:
        work.work()
        if preview and not (work.interrupted or work.plan.finished):
            join_preview(work)
    except (VidgenError, OSError) as error:
        if not hasattr(work, "outcome"):
            raise  # nothing was begun
        film = work.plan.by_key[Key(Step.FILM)]
        ended = as_vidgen_error(error, film)
        work.outcome.plan = work.plan
        work.outcome.errors.insert(0, (film, ended))
        work.outcome.codes.add(ended.exit_code)
    return work.outcome


def _save_choices(opened: Opened, plan: Plan, *, quiet: bool) -> None:
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
        if opened.settings.to_save and not quiet:
            say(f"kept for this run: {flags(opened.settings.to_save)}")
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
        in_doubt_limit=settings.core.in_doubt_limit,
        listen=listen,
        max_active=max_active,
        version_of=version_of,
    )
    workshop.cancelled = lambda: work.interrupted
    return work


def _remembering(opened: Opened, listen: Listener) -> Listener:
    """Write down which clip the initial image starts as soon as there are scenes to know it."""

    def told(event: Event) -> None:
        match event:
            case Planned(plan) if plan.initial_image_for and not opened.scenes.path:
                _save_choices(opened.now(), plan, quiet=True)
        listen(event)

    return told


def _listener(registry: Registry, show: Listener, arguments: Namespace) -> Listener:
    """Tell the plugins that observe, too, and show their authors where a plugin is at fault."""
    traced = wants_traces(verbose=arguments.verbose)

    def listen(event: Event) -> None:
        show(event)
        match event:
            case Planned(plan):
                registry.plan_ready(plan)
            case Published(task, path):
                registry.task_done(task, TaskOutcome(path=path))
            case Stopped(task, error):
                if traced and isinstance(error, PluginBug) and error.__cause__ is not None:
                    print_exception(error.__cause__)
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
    opened = opened.now()
    decision = plan.by_key[Key(Step.FILM)].decision
    complete = code is ExitCode.COMPLETE
    if arguments.json:
        _print_json(opened, plan, as_json.ending(code, outcome), arguments, listed)
    elif complete and decision is Decision.KEEP:
        _print_path(opened.directory.path(plan.film), arguments.results)
    elif complete and decision is Decision.LEAVE:
        _print_path(opened.directory.root, arguments.results)
    if outcome is not None and (code is not ExitCode.COMPLETE or not arguments.quiet):
        # Not folded: the command in it is there to be copied.
        print(printable(_last_line(opened, outcome, code)), file=sys.stderr, flush=True)


def _print_path(path: Path, results: TextIO) -> None:
    """Print *path*: to a program byte for byte, to a terminal so that it cannot act on it."""
    if results.isatty() or not hasattr(results, "buffer"):
        print(printable(str(path)), file=results, flush=True)
        return
    results.flush()
    results.buffer.write(os.fsencode(path) + b"\n")
    results.buffer.flush()


def _print_json(
    opened: Opened,
    plan: Plan,
    more: dict[str, Any],
    arguments: Namespace,
    listed: list[dict[str, Any]] | None,
) -> None:
    state = as_json.state(opened, plan) | more
    if listed is not None:
        state["json_files"] = listed
    print(as_json.dump(state), file=arguments.results, flush=True)


def _last_line(opened: Opened, outcome: Outcome, code: ExitCode) -> str:
    """Say what happened, what was charged, and what to type next."""
    made = f"{count(len(outcome.made), 'file')} made, {_charged(outcome)}"
    if code is ExitCode.COMPLETE:
        return f"finished: {made}{_how_to_watch(opened, outcome.plan)}"
    place = "ITS_NEW_NAME" if outcome.went_away else str(opened.directory.root)
    again = shlex.join(["vidgen", "continue", place])
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}; to go on: {again}"
    return f"not finished: {_why(outcome)}; {made}; to go on: {_way_on(outcome, again)}"


def _how_to_watch(opened: Opened, plan: Plan) -> str:
    """Say what to type to see the film, where this system has a word for it."""
    opener = {"linux": "xdg-open", "darwin": "open"}.get(sys.platform)
    if opener is None or plan.by_key[Key(Step.FILM)].decision is not Decision.KEEP:
        return ""
    return f"; to watch it: {shlex.join([opener, str(opened.directory.path(plan.film))])}"


def _way_on(outcome: Outcome, again: str) -> str:
    """Say what to type where the same command alone would end the same way."""
    reasons = {reason.why for task in outcome.plan.stuck for reason in task.reasons}
    if Why.JOURNAL_DAMAGED in reasons:
        journal = f"DIR/{layout.JOURNAL}"
        return f"look at {journal}, move it away, then {again}; jobs that it names are forgotten"
    if Why.UNKNOWN_OUTCOME in reasons and outcome.in_doubt:
        return (
            f"look into your account; if it has them, save them as "
            f"{_files(outcome, Why.UNKNOWN_OUTCOME)}; to buy them once more: "
            f"{again} --set in_doubt_limit=PRICE"
        )
    if Why.FORGOTTEN in reasons:
        return (
            f"look into your account; if it has them, save them as "
            f"{_files(outcome, Why.FORGOTTEN)}; to buy them, move their files out of "
            f"DIR/{layout.REQUESTS}, then {again}"
        )
    return again


def _files(outcome: Outcome, why: Why) -> str:
    """Name the files that cannot be had now for the reason *why*."""
    stuck = outcome.plan.stuck
    return ", ".join(task.output for task in stuck if why in {each.why for each in task.reasons})


def _why(outcome: Outcome) -> str:
    if not outcome.errors:
        return text.stuck_because(outcome.plan)
    task, error = outcome.errors[0]
    others = len(outcome.errors) - 1
    more = f" (and {count(others, 'more failure')}, above)" if others else ""
    more += _held_up(outcome.plan, task)
    advice = f" ({error.advice})" if error.advice else ""
    return f"{name(task.key)}: {error.message}{advice}{more}"


def _held_up(plan: Plan, task: Task) -> str:
    """Say which other scenes wait for *task*, which is still to be done."""
    waiting = {task.key}
    for other in plan.to_do:  # in an order that respects their needs
        if not waiting.isdisjoint(other.needs):
            waiting.add(other.key)
    numbers = sorted({key.scene for key in waiting if key.step is Step.CLIP} - {task.key.scene})
    if not numbers:
        return ""
    listed = scenes(numbers, all_of_them=False)
    return f"; {listed} {'waits' if len(numbers) == 1 else 'wait'} for its last frame"


def _charged(outcome: Outcome) -> str:
    words = []
    if outcome.paid:
        words.append(f"charged {outcome.price} for {count(outcome.paid, 'paid piece')} of work")
    if outcome.in_doubt:
        pieces = count(len(outcome.in_doubt), "piece")
        price = sum((work.price for work in outcome.in_doubt), FREE)
        words.append(f"{pieces} of work may have been charged ({price})")
    return ", ".join(words) or "nothing was charged"
