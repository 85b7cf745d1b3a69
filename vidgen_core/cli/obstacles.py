"""What is in a command's way, or does nothing there: known before anything is begun."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from vidgen_core.cli.adopting import may_have_a_job, without_jobs
from vidgen_core.errors import InputError, UsageError, VidgenError
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Scene, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import LOST, Choice, Decision, Plan, Task, Why
from vidgen_core.planner.doubts import all_in_doubt, no_job, owner_of
from vidgen_core.report.words import flags, name
from vidgen_core.selection import (
    frame_host_required,
    installed,
    key_for,
    missing_key,
    provider_required,
)
from vidgen_core.specs import ProviderKind
from vidgen_core.subtitles import must_be_drawable

#: What is to be moved away, beside the film, for it to be without its narration or sounds.
_HEARD: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "skip_narration": (
            Step.SCENE_NARRATION,
            Step.NARRATION,
            Step.NARRATION_ADJUSTED,
            Step.SUBTITLES,
        ),
        "skip_sound_effects": (Step.SOUND,),
    }
)
_SCENE = re.compile(r"scene_[0-9]+")
_ANY_WORD = "any word of the script may be told, until its scenes are written"


def no_provider(opened: Opened, plan: Plan) -> UsageError | None:
    """Return the error that asks for a provider, where work needs one and none was chosen."""
    for task in plan.stuck:
        for reason in task.reasons:
            if reason.why is Why.NO_PROVIDER:
                kind = ProviderKind(reason.facts["kind"])
                root, core = opened.directory.root, opened.settings.core
                return provider_required(kind, opened.registry, root, core)
    return None


def obstacle(opened: Opened, plan: Plan) -> VidgenError | None:
    """Return what would stop the run half-way, if anything would.

    No provider, no host for a picture or lost continuity (``UsageError``), no font for
    words that are to be drawn, or no key.
    """
    lacking = (
        _not_adopted(opened)
        or no_provider(opened, plan)
        or _no_url(opened, plan)
        or _not_continued(opened, plan)
        or _no_font(opened, plan)
    )
    if lacking is not None:
        return lacking
    for kind, provider in _at_work(opened, plan):
        loaded = opened.registry.find(kind, provider)
        if loaded.spec.keys and not key_for(loaded, opened.directory.root):
            return missing_key(loaded)
    return None


def _not_adopted(opened: Opened) -> UsageError | None:
    """Return the error for a job that nobody can tell whose it is."""
    chosen = opened.options.in_doubt
    if chosen.choice is not Choice.ADOPT:
        return None
    doubtful = all_in_doubt(opened.ledger)
    named = [work for work in doubtful if chosen.key in (None, work.key)]
    jobless = without_jobs(opened, named)
    with_jobs = [work for work in named if may_have_a_job(work, jobless)]
    if named and not with_jobs:
        return no_job(named[0])
    if len(named) == 1:
        return _another_one(opened, named[0], chosen.job)
    advice = f"in doubt: {', '.join(work.key.id for work in doubtful)}" if doubtful else ""
    if chosen.key is not None:
        return UsageError(f"--in-doubt adopt: {chosen.key.id} is not in doubt", advice=advice)
    if not doubtful:
        return UsageError("--in-doubt adopt: nothing is in doubt here")
    return UsageError(
        f"--in-doubt adopt: {len(doubtful)} pieces of work are in doubt",
        advice=f"say which: --in-doubt adopt={with_jobs[0].key.id}:{chosen.job}; {advice}",
    )


def _another_one(opened: Opened, work: InFlight, job: str) -> UsageError | None:
    """Return the error for a *job* that cannot be that of *work*, for it is another one's."""
    owner = owner_of(opened.ledger, work, job)
    if owner is None:
        return None
    return UsageError(
        f"--in-doubt adopt: {job} is the job of {name(owner)} already",
        advice=f"give the id of the job of {name(work.key)}: --in-doubt adopt={work.key.id}:JOB",
    )


def _at_work(opened: Opened, plan: Plan) -> list[tuple[ProviderKind, str]]:
    """Return who works in *plan*, and who will, where its scenes are still to be written."""
    found = [(task.kind, task.provider) for task in plan.to_do if task.kind is not None]
    host = opened.selection.providers.frame_host
    hosted = [task for task in plan.to_do if Why.BY_FRAME_HOST in _whys(task)]
    if host is not None and (hosted or (not plan.scenes and _takes_urls(opened))):
        found.append((host.kind, host.name))
    if not plan.scenes and not opened.options.metadata_only:
        chosen, options = opened.selection.providers, opened.options
        later = (
            chosen.engine,
            chosen.images if options.first_frames or options.initial_image_prompt else None,
            None if options.skip_narration else chosen.speech,
            None if options.skip_sound_effects else chosen.sounds,
        )
        found += [(each.kind, each.name) for each in later if each is not None]
    return [pair for pair in dict.fromkeys(found) if pair[0] is not ProviderKind.STITCHER]


def _takes_urls(opened: Opened) -> bool:
    engine = opened.selection.providers.engine
    wanted = engine is not None and not opened.options.metadata_only
    return bool(wanted and engine and "pictures-by-url" in engine.spec.abilities)


def _whys(task: Task) -> set[Why]:
    return {reason.why for reason in task.reasons}


def _no_url(opened: Opened, plan: Plan) -> UsageError | None:
    """Return the error for a picture that was asked for and that its engine cannot be given."""
    for task in plan.stuck:
        for reason in task.reasons:
            if reason.why is Why.NEEDS_FRAME_HOST:
                root, without = opened.directory.root, "do without that picture"
                return frame_host_required(reason, opened.registry, root, without=without)
    return None


def _not_continued(opened: Opened, plan: Plan) -> UsageError | None:
    """Return the error that names the clips which may not be made, for continuity is required."""
    stuck = [task for task in plan.stuck if Why.CONTINUITY_REQUIRED in _whys(task)]
    if not stuck:
        return None
    clips = ", ".join(name(task.key) for task in stuck)
    lost = next(reason for reason in stuck[0].reasons if reason.why in LOST)
    hosts = installed(opened.registry, ProviderKind.FRAME_HOST, opened.directory.root)
    return UsageError(
        f"continuity is required, and it would be lost: {clips}: {lost}",
        advice=f"installed frame hosts: {hosts}; or --no-require-continuity",
    )


def _no_font(opened: Opened, plan: Plan) -> VidgenError | None:
    """Return the error for words that are to be drawn and that the font cannot draw.

    Which words of a script its scenes will tell nobody knows before they are written,
    and then they are paid for: till then each of its letters counts.
    """
    film = plan.by_key[Key(Step.FILM)]
    if opened.options.metadata_only:
        return None
    if not opened.options.burn_subtitles or film.decision is Decision.KEEP:
        return None
    written = opened.scenes.storyboard.scenes
    try:
        must_be_drawable(written or _as_one_scene(opened), opened.options.font)
    except InputError as error:
        if written:
            return error
        return InputError(f"{error.message}; {_ANY_WORD}", advice=error.advice)
    except VidgenError as error:
        return error
    return None


def _as_one_scene(opened: Opened) -> tuple[Scene, ...]:
    """Return the script as the one scene that tells all of it."""
    files = opened.listing.by_key.get(Key(Step.SCRIPT), ())
    told = "".join(opened.texts.get(file.path, "") for file in files[:1])
    return (Scene(number=1, narration=told),)


def no_question(opened: Opened) -> str:
    """Return a sentence about an answer given now where nothing is in doubt; else nothing."""
    choice = opened.options.in_doubt.choice
    if choice not in (Choice.AGAIN, Choice.SKIP) or all_in_doubt(opened.ledger):
        return ""
    return f"--in-doubt {choice}: nothing is in doubt here"


def without_effect(opened: Opened) -> str:
    """Return a sentence about the options given now that cannot change a finished film.

    It says what to move away for each of them. Empty where there are none. What the
    plan's own notes name is left out.
    """
    given = {
        name: value
        for name, value in opened.settings.to_save.items()
        if opened.settings.origin(name) == "flag" and name != "initial_image_prompt"
    }
    if not given:
        return ""
    idle = f"without effect on a finished film, and not kept: {flags(given)}"
    return "; ".join([idle, *_ways(opened, given)])


def _ways(opened: Opened, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must be away for the options *given* to count; what is heard costs no clip."""
    if given.keys() - _HEARD.keys():
        yield "to make it again, move the film, its scenes and their clips away"
    for option, steps in _HEARD.items():
        if option not in given:
            continue
        there = _files(opened, steps) if given[option] else []
        if there or not given[option]:
            away = ", ".join([*there, *_files(opened, (Step.FILM,))])
            again = flags({option: given[option]})
            yield f"to have it otherwise, move {away} away and give {again} again"


def _files(opened: Opened, steps: Iterable[Step]) -> list[str]:
    """Return the files of *steps*: several of one kind by one name with stars."""
    found: list[str] = []
    for step in steps:
        paths = [file.path for file in opened.listing.files if file.key.step is step]
        found += paths if len(paths) == 1 else [_SCENE.sub("scene_*", path) for path in paths]
    return list(dict.fromkeys(found))
