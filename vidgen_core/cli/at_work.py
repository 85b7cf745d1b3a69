"""A run at work: made ready, listened to, interrupted, and remembered."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

from attrs import define, field

import vidgen_core
from vidgen_core import faults, layout, shortage
from vidgen_core.cli.ending import show_trace, wants_traces
from vidgen_core.cli.last_line import command_in
from vidgen_core.cli.signals import Signals
from vidgen_core.errors import ExitCode, PluginBug, VidgenError
from vidgen_core.executor import Outcome, Run
from vidgen_core.executor.events import Event, Listener, Noted, Planned, Published, Stopped
from vidgen_core.executor.preview import join_preview
from vidgen_core.executor.work import Bench, as_vidgen_error
from vidgen_core.executor.workshop import Workshop
from vidgen_core.hookspecs import Outcome as TaskOutcome
from vidgen_core.journal import Journal
from vidgen_core.media import Media
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, used_patterns
from vidgen_core.plan import Plan, Tally, Task
from vidgen_core.plugins import Registry
from vidgen_core.report import text
from vidgen_core.report.progress import progress
from vidgen_core.report.words import flags, say
from vidgen_core.selection import key_for
from vidgen_core.settings import run_settings
from vidgen_core.specs import ProviderKind


def carry_out(
    opened: Opened,
    plan: Plan,
    arguments: Namespace,
    said: Iterable[str],
    *,
    agreed: bool = True,
    collect: bool = False,
) -> Outcome:
    """Do what is missing in the locked directory; *said*: the notes that were read already.

    *agreed*: whether the user agreed to what *plan* costs; without that nothing is
    bought. *collect*: fetch what is paid for, and nothing else.
    """
    news = News(said=set(said))
    with _prepared(opened, arguments, news) as work:
        work.agreed, work.collect = agreed, collect
        work.import_picture()
        _save_choices(opened, plan, quiet=arguments.quiet)
        with _heard(work, arguments):
            outcome = outcome_of(work, preview=arguments.preview)
    if ExitCode.INTERRUPTED not in outcome.codes:
        opened.directory.clear_scratch()
    _save_memory(opened)
    return outcome


def preview_alone(opened: Opened, arguments: Namespace) -> None:
    """Join what is there in the locked directory to a preview, where nothing can be made."""
    news = News(said=set(text.notes(opened, opened.plan())))
    with _prepared(opened, arguments, news) as work, _heard(work, arguments):
        work.plan = opened.plan()
        work.outcome = Outcome(plan=work.plan)
        join_preview(work)
    opened.directory.clear_scratch()
    _save_memory(opened)


def outcome_of(work: Run, *, preview: bool) -> Outcome:
    """Do the work; what ends it before its time must not hide what was made and charged."""
    try:
        work.work()
        if preview and not (work.interrupted or work.plan.finished):
            join_preview(work)
    except Exception as error:
        told = isinstance(error, (VidgenError, OSError)) or shortage.is_short(error)
        if not (told and hasattr(work, "outcome")):
            raise  # it is a bug, or nothing was begun
        film = work.plan.by_key[Key(Step.FILM)]
        ended = as_vidgen_error(error, film)
        work.outcome.plan = work.plan
        work.outcome.errors.insert(0, (film, ended))
        work.outcome.codes.add(ended.exit_code)
    return work.outcome


# made ready --------------------------------------------------------------


@contextmanager
def _prepared(opened: Opened, arguments: Namespace, news: News) -> Iterator[Run]:
    """Yield a run of the locked directory that has not begun, with its journal open."""
    opened.directory.clear_scratch()
    media = Media(opened.settings.core.ffmpeg, patience=opened.settings.core.stall_seconds)
    with (
        Journal(opened.directory.root, version=vidgen_core.__version__) as journal,
        progress(quiet=arguments.quiet, verbose=arguments.verbose) as show,
    ):
        listen = _telling_plugins(
            opened.registry, show, traced=wants_traces(verbose=arguments.verbose)
        )
        listen = telling_news(opened, listen, news)
        yield _run(opened, media, journal, _remembering(opened, listen))


def _run(opened: Opened, media: Media, journal: Journal, listen: Listener) -> Run:
    registry, settings = opened.registry, opened.settings
    root, host = opened.directory.root, opened.selection.providers.frame_host
    workshop = Workshop(
        media=media,
        find=registry.find,
        options_for=lambda loaded: settings.options_for(loaded.name, loaded.spec.options),
        key_for=lambda loaded: key_for(loaded, root),
    )

    @cache
    def most_of(kind: ProviderKind, name: str) -> int:
        spec = opened.selection.providers.installed.get((kind, name))
        if spec is None:
            return 0
        own = getattr(workshop.options(kind, name), "max_active", None)
        return own if isinstance(own, int) else spec.max_active

    def max_active(task: Task) -> int:
        return most_of(task.kind, task.provider) if task.kind else 0

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
        limit=settings.core.limit,
        hold_out=settings.core.patience,
        frame_host=host.name if host else "",
        listen=listen,
        max_active=max_active,
        version_of=version_of,
    )
    workshop.cancelled = lambda: work.interrupted
    return work


def _heard(work: Run, arguments: Namespace) -> AbstractContextManager[None]:
    """Let Ctrl-C and a polite kill end the run cleanly; a second one ends it at once."""
    signals: Signals = arguments.signals
    root = work.directory.root
    again = "collect" if work.collect else "continue"
    place, *draft = (str(root.parent), "--draft") if arguments.draft else (str(root),)
    then = (
        f"interrupted, and ended at once; to see what it cost: {command_in(str(root), 'cost')}; "
        f"to go on: {command_in(place, again, *draft)}"
    )
    return signals.at_work(work.interrupt, kill=work.bench.media.kill, then=then)


# listened to -------------------------------------------------------------


@define(kw_only=True)
class News:
    """Which notes of a plan its reader does not know yet; ``said`` are those that were read."""

    said: set[str] = field(factory=set)

    def of(self, notes: Iterable[str]) -> list[str]:
        """Return those of *notes* that are new, and count them as said.

        One that counts on what was counted before is none.
        """
        now = tuple(dict.fromkeys(notes))
        counted = {note.kind for note in self.said if isinstance(note, Tally)}
        new = [
            note
            for note in now
            if note not in self.said and not (isinstance(note, Tally) and note.kind in counted)
        ]
        self.said.update(now)
        return new


def telling_news(opened: Opened, listen: Listener, news: News) -> Listener:
    """Tell each note of a plan when it arises, as the first ones were told before."""

    def told(event: Event) -> None:
        listen(event)
        match event:
            case Planned(plan):
                for note in news.of(text.notes(opened, plan)):
                    listen(Noted(note))

    return told


def _telling_plugins(registry: Registry, show: Listener, *, traced: bool) -> Listener:
    """Tell the plugins that observe, too, and show their authors where a plugin is at fault."""

    def told(event: Event) -> None:
        show(event)
        match event:
            case Planned(plan):
                registry.plan_ready(plan)
            case Published(task, path):
                registry.task_done(task, TaskOutcome(path=path))
            case Stopped(task, error):
                if traced and (raised := _raised_by_plugin(error)) is not None:
                    show_trace(raised)
                registry.task_done(task, TaskOutcome(error=error))

    return told


def _raised_by_plugin(error: BaseException | None) -> BaseException | None:
    """Return what a plugin at fault raised, where *error* is, or comes from, such a fault."""
    while error is not None and not isinstance(error, PluginBug):
        error = error.__cause__
    return error.__cause__ if error is not None else None


# remembered --------------------------------------------------------------


def _remembering(opened: Opened, listen: Listener) -> Listener:
    """Write down which file the scenes are in as soon as there are scenes.

    Only then is it known, too, which clip the initial image starts.
    """
    known = opened

    def told(event: Event) -> None:
        nonlocal known
        match event:
            case Planned(plan) if plan.scenes and not known.scenes.path:
                known = opened.now()
                _save_choices(known, plan, quiet=True)
        listen(event)

    return told


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
        faults.point("settings-before")
        directory.write_state(layout.SETTINGS, content)
        faults.point("settings-written")
        if opened.settings.to_save and not quiet:
            say(f"kept for this run: {flags(opened.settings.to_save)}")
    patterns = used_patterns(opened)
    if patterns is not None:
        faults.point("patterns-before")
        directory.write_state(layout.PATTERNS, patterns)
        faults.point("patterns-written")


def _save_memory(opened: Opened) -> None:
    """Keep what was probed. It is a cache: no trouble with it may hide how the run ended."""
    if not opened.memory.changed:
        return
    try:
        faults.point("probes-before")
        opened.directory.write_state(layout.PROBES, opened.memory.to_bytes())
        faults.point("probes-written")
    except (VidgenError, OSError) as error:
        say(f"what was probed is not remembered: {error}")
