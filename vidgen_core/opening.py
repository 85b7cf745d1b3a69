"""Opening a run directory: everything that is known of it, read once into one value."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from vidgen_core import disk, layout
from vidgen_core.belongings import Kept
from vidgen_core.errors import UsageError
from vidgen_core.journal import read_ledger
from vidgen_core.journal.stored import with_stored_answers
from vidgen_core.layout import OUTPUT, Output
from vidgen_core.ledger import Ledger
from vidgen_core.listing import OnProbe, list_directory
from vidgen_core.memory import Memory, read_memory
from vidgen_core.model import Key, Kind, Step, key_from_id
from vidgen_core.patterns import PatternError
from vidgen_core.plan import NO_CHOICE, File, InDoubt, Listing, Plan, PlanOptions, Provider
from vidgen_core.planner import plan
from vidgen_core.planner.situation import Situation
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory, new_timestamp, timestamp_of_run
from vidgen_core.scenes_file import UNWRITTEN, ChosenScenes, choose
from vidgen_core.selection import Selection, select
from vidgen_core.settings import Settings
from vidgen_core.settings import load as load_settings
from vidgen_core.settings.core_options import size_of
from vidgen_core.subtitles import words_spoken

#: What a film is told from, and what leads to it; of the rest of it, all is made.
WORDS = (
    Step.SCRIPT,
    Step.SCENES_WITHOUT_ENVIRONMENT,
    Step.ENVIRONMENTS,
    Step.SCENES,
    Step.NARRATION_TEXT,
    Step.INITIAL_IMAGE,
)
#: A run uses a handful of patterns; a file of more is not one that vidgen wrote.
_MOST_PATTERNS = 200
_LARGEST_PATTERNS = 1024 * 1024


@frozen(kw_only=True)
class Opened:
    """A run directory as it was found."""

    directory: RunDirectory
    registry: Registry
    settings: Settings
    selection: Selection
    scenes: ChosenScenes
    listing: Listing
    ledger: Ledger
    memory: Memory
    timestamp: str
    outputs: tuple[Output, ...]
    options: PlanOptions
    texts: Mapping[str, str] = field(factory=dict)

    def planning(self, listing: Listing, ledger: Ledger, options: PlanOptions) -> Plan:
        """Return the plan for these values and this run's scenes and providers.

        Scenes that were written since the directory was opened are read now.
        """
        here = self.now() if Key(Step.SCENES) in listing.by_key else self
        with Kept():  # it asks providers for prices and lengths
            return plan(
                storyboard=here.scenes.storyboard,
                listing=listing,
                ledger=ledger,
                providers=self.selection.providers,
                options=options,
                timestamp=self.timestamp,
                texts=self.texts,
            )

    def best(self, key: Key) -> File | None:
        """Return the version of *key* that counts of those that were found, or ``None``."""
        return self.situation.best(key)

    @property
    def situation(self) -> Situation:
        """What a plan is made from."""
        return Situation(
            storyboard=self.scenes.storyboard,
            listing=self.listing,
            ledger=self.ledger,
            providers=self.selection.providers,
            options=self.options,
            timestamp=self.timestamp,
            texts=self.texts,
        )

    def without(self, paths: Iterable[str]) -> Opened:
        """Return this as it is once *paths* are moved away."""
        gone = set(paths)
        files = tuple(file for file in self.listing.files if file.path not in gone)
        records = self.ledger.published.items()
        return evolve(
            self,
            listing=evolve(self.listing, files=files),
            ledger=evolve(self.ledger, published={p: r for p, r in records if p not in gone}),
        )

    def now(self) -> Opened:
        """Return this with the scenes that were written since it was read."""
        if self.scenes.path:
            return self
        most = self.settings.core.max_scenes_file_bytes
        return evolve(self, scenes=choose(self.directory.root, max_bytes=most))

    def plan(self) -> Plan:
        """Return the plan for the directory as it was found."""
        return self.planning(self.listing, self.ledger, self.options)


@frozen(kw_only=True)
class Words:
    """What a run begins with: its script, or its scenes, and what stands beside them.

    ``files``: as a walk of its directory will find them, with their digests where they
    lie somewhere else; ``texts``: what they say, by path. ``settings``: what holds for the
    run where its own settings say nothing, as the tables of a settings file.
    """

    timestamp: str
    files: tuple[File, ...]
    texts: Mapping[str, str] = field(factory=dict)
    scenes: ChosenScenes = UNWRITTEN
    settings: Mapping[str, Any] = field(factory=dict)

    def outdate(self, file: File, ledger: Ledger) -> bool:
        """Whether *file* is of words that are not among these, and that its run did not make."""
        if file.key.step not in WORDS or file.path in ledger.published:
            return False
        return file.path not in {each.path for each in self.files}


def find_directory(path: str) -> RunDirectory:
    """Return the run directory at *path*.

    Raises ``UsageError`` where there is none, ``MachineError`` where that cannot be told.
    """
    root = Path(path).absolute()
    advice = "name the directory of a run: video_TIMESTAMP"
    try:
        mode = root.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path} does not exist", advice=advice) from None
    except OSError as error:
        raise disk.machine_error(error, f"cannot look at {path}") from error
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{path} is not a directory", advice=advice)
    return RunDirectory(root)


def open_run(
    directory: RunDirectory,
    registry: Registry,
    *,
    flags: Mapping[str, Any],
    sets: Sequence[str] = (),
    initial_image: str = "",
    metadata_only: bool = False,
    in_doubt: InDoubt = NO_CHOICE,
    words: Words | None = None,
    memory: Memory | None = None,
    on_probe: OnProbe | None = None,
) -> Opened:
    """Read everything about *directory*. Nothing is written.

    *flags*: core's options from the command line, ``None`` where not given.
    *initial_image*: a picture given now, ``""`` for none. *metadata_only*: make the
    script's files and nothing else. *in_doubt*: see :class:`PlanOptions`. *words*: what
    the directory, which need not be there, is to be begun or gone on with; it is read as
    if they lay in it.
    """
    root = directory.root
    is_there = words is None or root.is_dir()
    if is_there:
        directory.may_write(layout.LOCK)  # else a file of that folder would be blamed
    settings = load_settings(
        flags=flags,
        sets=sets,
        run_directory=root,
        below=words.settings if words else None,
        specs=[loaded.spec for loaded in registry.providers],
    )
    selection = select(registry, settings, root)
    core = settings.core
    ledger = with_stored_answers(root, read_ledger(root))
    memory = memory if memory is not None else read_memory(root)
    outputs = (*(output for output, _ in registry.patterns()), *remembered_outputs(root))
    listing = Listing()
    if is_there:
        listing = list_directory(
            root, outputs=outputs, published=ledger.published, memory=memory, on_probe=on_probe
        )
    if words is not None:
        listing = _laid_over(listing, words, ledger, root)
    scenes = words.scenes if words else UNWRITTEN
    if words is None or (not scenes.path and Key(Step.SCENES) in listing.by_key):
        scenes = choose(root, recorded=core.scenes_file, max_bytes=core.max_scenes_file_bytes)
    timestamp = timestamp_of_run(
        root,
        recorded=core.timestamp or (words.timestamp if words else ""),
        scenes_file=scenes.path,
        listing=listing,
    )
    texts = texts_of(root, listing.files) | (dict(words.texts) if words else {})
    return Opened(
        directory=directory,
        registry=registry,
        settings=settings,
        selection=selection,
        scenes=scenes,
        listing=listing,
        ledger=ledger,
        memory=memory,
        timestamp=timestamp or new_timestamp(),
        outputs=outputs,
        options=evolve(
            _options(settings, flags, initial_image, metadata_only),
            in_doubt=in_doubt,
            lost=_lost(root, ledger),
        ),
        texts=texts | words_spoken(root, listing, ledger),
    )


def _laid_over(listing: Listing, words: Words, ledger: Ledger, root: Path) -> Listing:
    """Return *listing* as it is once *words* lie in *root*, in place of older ones."""
    new = {file.path: file for file in words.files}
    for file in listing.files:
        if file.path in new and _is_same(root / file.path, new[file.path]):
            new[file.path] = file
    kept = (file for file in listing.files if not words.outdate(file, ledger))
    files = {file.path: file for file in kept} | new
    return evolve(listing, files=tuple(files[path] for path in sorted(files)))


def _is_same(path: Path, file: File) -> bool:
    """Whether what lies at *path* is what *file* describes."""
    try:
        return path.stat().st_size == file.size and disk.digest(path) == file.sha256
    except OSError:
        return False


def _options(
    settings: Settings, flags: Mapping[str, Any], initial_image: str, metadata_only: bool
) -> PlanOptions:
    core = settings.core
    given_now = bool(initial_image or flags.get("initial_image_prompt"))
    return PlanOptions(
        skip_narration=core.skip_narration,
        skip_sound_effects=core.skip_sound_effects,
        first_frames=core.first_frame_image_gen,
        keep_clip_audio=core.keep_clip_audio,
        initial_image=initial_image,
        initial_image_prompt=core.initial_image_prompt if not initial_image else "",
        initial_image_for=None if given_now else _key(core.initial_image_for),
        seed=core.seed,
        max_scenes=core.max_scenes,
        max_environments=core.max_environments,
        size=(*size_of(core.aspect, core.resolution), 24.0),
        metadata_only=metadata_only,
        burn_subtitles=core.burn_subtitles,
        font=core.font,
        require_continuity=core.require_continuity,
    )


def _lost(root: Path, ledger: Ledger) -> frozenset[Key]:
    """Return whose paid answer is not in its place any more."""
    answered = ((key, work.take) for key, work in ledger.in_flight.items() if work.answered)
    return frozenset(
        key for key, take in answered if not os.path.lexists(root / layout.answer_to(key, take))
    )


def _key(text: str) -> Key | None:
    try:
        return key_from_id(text) if text else None
    except ValueError:
        return None


def texts_of(root: Path, files: Iterable[File]) -> dict[str, str]:
    """Return what the scripts and the narration's texts among *files* say, by path."""
    texts = {}
    for file in files:
        if file.key.step not in (Step.NARRATION_TEXT, Step.SCRIPT):
            continue
        try:
            texts[file.path] = (root / file.path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
    return texts


def remembered_outputs(root: Path) -> tuple[Output, ...]:
    """Return the patterns that this run's providers used, installed or not."""
    try:
        return tuple(
            Output(step=Step(entry["step"]), pattern=entry["pattern"], probe=Kind(entry["probe"]))
            for entry in _pattern_entries(root)
        )
    except (ValueError, KeyError, TypeError, PatternError):
        return ()


def used_patterns(opened: Opened) -> bytes | None:
    """Return the new content of the run's list of patterns, or ``None`` where it says it all.

    What the chosen providers write is added to what the run already used.
    """
    known = {
        (output.step, output.pattern.template)
        for output in remembered_outputs(opened.directory.root)
    }
    old = _pattern_entries(opened.directory.root)
    new = [
        {
            "pattern": output.pattern.template,
            "step": output.step.value,
            "probe": output.probe.value,
            "distribution": provider.distribution,
            "version": provider.version,
        }
        for provider in _chosen(opened)
        for output in provider.spec.outputs
        if output.pattern != OUTPUT[output.step].pattern
        and (output.step, output.pattern.template) not in known
    ]
    if not new:
        return None
    return json.dumps({"schema": 1, "patterns": [*old, *new]}, indent=2).encode()


def _pattern_entries(root: Path) -> list[Any]:
    try:
        content = disk.read_file(root / layout.PATTERNS, _LARGEST_PATTERNS)
        return list(json.loads(content)["patterns"])[:_MOST_PATTERNS]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _chosen(opened: Opened) -> list[Provider]:
    chosen = opened.selection.providers
    found = (
        chosen.engine,
        chosen.images,
        chosen.speech,
        chosen.sounds,
        chosen.script,
        chosen.stitcher,
    )
    return [provider for provider in found if provider is not None]
