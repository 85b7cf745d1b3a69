"""What things are called where people read of them: outputs, counts, lists of scenes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from vidgen_core.model import Key, Step

#: Said of a provider that nobody knows. No package is named: on an index it is anybody's.
NOT_INSTALLED = (
    "no package that is installed brings it; vidgen's own lie in the folder plugins of its checkout"
)
#: How the providers come that need no key. vidgen's packages are on no index.
BRING_OFFLINE = "in vidgen's checkout: pip install ./plugins/vidgen_local"
UPGRADE = "upgrade vidgen, in a newer checkout of it: pip install ."

#: More groups of numbers than this are shortened, unless all are asked for.
_MOST_GROUPS = 12

_NAMES: Mapping[Step, str] = MappingProxyType(
    {
        Step.FILM: "the film",
        Step.NARRATION: "the narration",
        Step.NARRATION_ADJUSTED: "the narration at the film's length",
        Step.NARRATION_TEXT: "the narration's text",
        Step.SUBTITLES: "the subtitles",
        Step.INITIAL_IMAGE: "the initial image",
        Step.SCENES_WITHOUT_ENVIRONMENT: "the scenes without their places",
        Step.ENVIRONMENTS: "the places",
    }
)
_PLURAL = frozenset(
    {
        Step.SCENES,
        Step.SCENES_WITHOUT_ENVIRONMENT,
        Step.ENVIRONMENTS,
        Step.SUBTITLES,
        Step.SCENE_TIMINGS,
    }
)


def name(key: Key) -> str:
    """Return what *key* is called in a sentence: ``scene 3 clip 2``, ``the film``."""
    if key.step in (Step.CLIP, Step.SCENE):
        return str(key)
    return _NAMES.get(key.step) or f"the {key}"


def are_several(keys: Sequence[Key]) -> bool:
    """Whether *keys* take a verb in the plural, be it that one is called so: ``the subtitles``."""
    return len(keys) != 1 or keys[0].step in _PLURAL


def name_is(key: Key) -> str:
    """Return the name of *key* with its verb: ``the film is``, ``the subtitles are``."""
    return f"{name(key)} {'are' if are_several([key]) else 'is'}"


def ranges(numbers: Iterable[int], *, all_of_them: bool = True) -> str:
    """Return whole numbers as people write them: ``1–3, 5``.

    Without *all_of_them* a list that is long shows its begin and its end.
    """
    groups: list[list[int]] = []
    for number in sorted(numbers):
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    shown = [f"{g[0]}–{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups]
    if not all_of_them and len(shown) > _MOST_GROUPS:
        shown = [*shown[: _MOST_GROUPS // 2], "…", shown[-1]]
    return ", ".join(shown)


def scenes(numbers: Sequence[int], *, all_of_them: bool = True) -> str:
    """Return ``scene 4`` or ``scenes 4–6``, with their count where the list is shortened."""
    listed = ranges(numbers, all_of_them=all_of_them)
    if len(numbers) == 1:
        return f"scene {listed}"
    return f"{len(numbers)} scenes ({listed})" if "…" in listed else f"scenes {listed}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
