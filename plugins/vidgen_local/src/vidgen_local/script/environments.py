"""The places of a story as environments, and which of them each scene has."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from attrs import evolve, frozen

from vidgen_core import Scene
from vidgen_local.script.choosing import choose
from vidgen_local.script.setting import Setting, read_signs
from vidgen_local.script.story import Story
from vidgen_local.script.vocabulary import language_of, vocabulary_for

#: How many words a scene holds: of a long script, the places that its scenes tell of
#: matter more than those of all the rest.
_ROOM, _BRIEF = 30.0, 20.0


def environments_of(story: Story, most: int, scenes: int) -> list[str]:
    """Return at most *most* descriptions of the story's places, in the order of its telling.

    *scenes*: how many of its scenes the film has at most.
    """
    weights: dict[tuple[str, ...], float] = defaultdict(float)
    firsts: dict[tuple[str, ...], Setting] = {}
    moods: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    told = {beat.order for beat in choose(story.beats, scenes, _ROOM, _BRIEF)}
    spare = min(1.0, len(told) / len(story.beats))
    for number, beat in enumerate(story.beats):
        look: tuple[str, ...] = beat.setting.look
        firsts.setdefault(look, beat.setting)
        ends = 12.0 * (number in (0, len(story.beats) - 1))
        weights[look] += (beat.words + beat.weight) * (1 if beat.order in told else spare) + ends
        moods[look].update(name[5:] for name in beat.told if name.startswith("mood:"))
    kept = _kept(weights, max(1, most))
    found = []
    for look, setting in firsts.items():
        if look in kept:
            common = moods[look].most_common(1)
            found.append(evolve(setting, mood=common[0][0] if common else "").described())
    return list(dict.fromkeys(found))


def _kept(weights: dict[tuple[str, ...], float], most: int) -> list[tuple[str, ...]]:
    """Return at most *most* looks: the heaviest of each place, then those places' other hours."""
    places: dict[tuple[str, ...], float] = defaultdict(float)
    for look, weight in weights.items():
        places[look[:2]] += weight
    heaviest: dict[tuple[str, ...], tuple[str, ...]] = {}
    for look in sorted(weights, key=lambda look: -weights[look]):
        heaviest.setdefault(look[:2], look)
    first = sorted(heaviest.values(), key=lambda look: -places[look[:2]])
    others = sorted(weights.keys() - set(first), key=lambda look: (-weights[look], look))
    return [*first, *others][:most]


@frozen(kw_only=True)
class _Read:
    """What a text tells of its place."""

    place: str
    land: str
    hour: str
    weather: str
    words: frozenset[str]


def place_scenes(scenes: Sequence[Scene], environments: Sequence[str]) -> list[Scene]:
    """Return *scenes*, each with the one of *environments* that fits it best."""
    read = [_read(environment) for environment in environments]
    rare = _rarity(read)
    placed: list[Scene] = []
    before = 0
    for scene in scenes:
        before = _best(scene, read, rare, before)
        environment = environments[before]
        prompt = scene.first_frame_prompt.strip()
        if environment.strip() not in prompt:
            prompt = f"{environment.strip()} {prompt}".strip()
        placed.append(evolve(scene, environment=environment, first_frame_prompt=prompt))
    return placed


def _read(text: str) -> _Read:
    vocabulary = vocabulary_for(language_of(text))
    words = vocabulary.words_of(text)
    found = vocabulary.find(words)
    signs = read_signs(words, found, vocabulary)
    places = [name[6:] for entry in found for name in entry.tells if name.startswith("place:")]
    place = places[0] if places else ""
    return _Read(
        place=place,
        land=Setting(place=place).kind.land if place else "",
        hour=signs.hour,
        weather=signs.weather,
        words=frozenset(word for word in words if len(word) > 2 or vocabulary.wide),
    )


def _rarity(read: Sequence[_Read]) -> dict[str, float]:
    """Return how much a word tells of which environment is meant."""
    counts = Counter(word for one in read for word in one.words)
    return {word: math.log((1 + len(read)) / count) for word, count in counts.items()}


def _best(scene: Scene, read: Sequence[_Read], rare: dict[str, float], before: int) -> int:
    picture = _read(scene.first_frame_prompt or scene.name)
    action = _read("\n".join((scene.name, scene.movement, scene.narration, scene.sound_prompt)))

    def fit(index: int) -> tuple[float, bool, int]:
        there = read[index]
        score = _agreement(picture, there) + 0.4 * _agreement(action, there)
        score += sum(rare.get(word, 0.0) for word in picture.words & there.words)
        score += 0.3 * sum(rare.get(word, 0.0) for word in action.words & there.words)
        return round(score, 6), index == before, -index

    return max(range(len(read)), key=fit)


def _agreement(scene: _Read, there: _Read) -> float:
    score = 4.0 * (bool(scene.place) and scene.place == there.place)
    score += 1.5 * (bool(scene.land) and scene.land == there.land)
    if scene.hour and there.hour:
        score += 2.0 if scene.hour == there.hour else -0.5
    return score + 1.0 * (bool(scene.weather) and scene.weather == there.weather)
