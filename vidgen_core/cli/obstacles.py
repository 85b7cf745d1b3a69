"""What is in a command's way, or does nothing there: known before anything is begun."""

from __future__ import annotations

from vidgen_core.errors import InputError, UsageError, VidgenError
from vidgen_core.executor.workshop import missing_key
from vidgen_core.model import Key, Scene, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import LOST, Decision, Plan, ProviderKind, Task, Why
from vidgen_core.plugins import Registry
from vidgen_core.report.words import flags, name
from vidgen_core.selection import (
    frame_host_required,
    installed,
    key_for,
    provider_required,
)
from vidgen_core.subtitles import must_be_drawable

_ANY_WORD = "any word of the script may be told, until its scenes are written"


def no_provider(opened: Opened, plan: Plan, registry: Registry) -> UsageError | None:
    """Return the error that asks for a provider, where work needs one and none was chosen."""
    for task in plan.stuck:
        for reason in task.reasons:
            if reason.why is Why.NO_PROVIDER:
                kind = ProviderKind(reason.facts["kind"])
                root, core = opened.directory.root, opened.settings.core
                return provider_required(kind, registry, root, core)
    return None


def obstacle(opened: Opened, plan: Plan, registry: Registry) -> VidgenError | None:
    """Return what would stop the run half-way: no provider (``UsageError``) or no key."""
    lacking = (
        no_provider(opened, plan, registry)
        or _no_url(opened, plan, registry)
        or _not_continued(opened, plan, registry)
        or _no_font(opened, plan)
    )
    if lacking is not None:
        return lacking
    for kind, provider in _at_work(opened, plan):
        loaded = registry.find(kind, provider)
        if loaded.spec.keys and not key_for(loaded, opened.directory.root):
            return missing_key(loaded)
    return None


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


def _no_url(opened: Opened, plan: Plan, registry: Registry) -> UsageError | None:
    """Return the error for a picture that was asked for and that its engine cannot be given."""
    for task in plan.stuck:
        for reason in task.reasons:
            if reason.why is Why.NEEDS_FRAME_HOST:
                root, without = opened.directory.root, "do without that picture"
                return frame_host_required(reason, registry, root, without=without)
    return None


def _not_continued(opened: Opened, plan: Plan, registry: Registry) -> UsageError | None:
    """Return the error that names the clips which may not be made, for continuity is required."""
    stuck = [task for task in plan.stuck if Why.CONTINUITY_REQUIRED in _whys(task)]
    if not stuck:
        return None
    clips = ", ".join(name(task.key) for task in stuck)
    lost = next(reason for reason in stuck[0].reasons if reason.why in LOST)
    hosts = installed(registry, ProviderKind.FRAME_HOST, opened.directory.root)
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


def without_effect(opened: Opened) -> str:
    """Return a sentence about the options given now that cannot change a finished film.

    Empty where there are none. What the plan's own notes name is left out.
    """
    given = {
        name: value
        for name, value in opened.settings.to_save.items()
        if opened.settings.origin(name) == "flag" and name != "initial_image_prompt"
    }
    if not given:
        return ""
    return (
        f"without effect on a finished film, and not kept: {flags(given)}; "
        "to make it again, move the film, its scenes and their clips away"
    )
