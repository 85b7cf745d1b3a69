"""What is to be heard, as the words of a prompt tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import frozen


class Kind(StrEnum):
    """The sounds that can be made."""

    WIND = "wind"
    LEAVES = "leaves"
    RAIN = "rain"
    THUNDER = "thunder"
    SNOW = "snow"
    SEA = "sea"
    STREAM = "stream"
    WATERFALL = "waterfall"
    DRIPS = "drips"
    FIRE = "fire"
    BIRDS = "birds"
    GULLS = "gulls"
    INSECTS = "insects"
    CITY = "city"
    CROWD = "crowd"
    ROOM = "room"
    AIR = "air"
    MACHINE = "machine"
    TRAIN = "train"
    STEPS = "steps"
    BELL = "bell"
    FOGHORN = "foghorn"
    CLOCK = "clock"
    HEARTBEAT = "heartbeat"
    CREAKS = "creaks"
    DRONE = "drone"
    SILENCE = "silence"


@frozen(kw_only=True)
class Part:
    """One sound of a prompt.

    ``force``: 0 gentle, 0.5, 1 heavy. ``distance``: 0 near, 1 far away. ``pace``:
    how often or how fast, 1 being usual. ``marks``: what else shapes it
    (``rough``, ``roof``, ``tense``, ``howling``).
    """

    kind: Kind
    force: float = 0.5
    distance: float = 0.0
    pace: float = 1.0
    marks: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Heard:
    """All that a prompt asks for; ``echo`` (0 to 1) is how much the place answers."""

    parts: tuple[Part, ...]
    echo: float = 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MOST_PARTS = 6
_READ = 10_000
_Table = tuple[tuple[tuple[Kind, ...], str], ...]

#: Words that name a sound.
_SOUNDS: _Table = (
    (
        (Kind.WIND,),
        "wind winds windy breeze breezes gust gusts gusting gale draft draught howling howls"
        " sandstorm snowstorm vent viento vento brise brisa",
    ),
    ((Kind.WIND, Kind.SNOW), "blizzard schneesturm"),
    (
        (Kind.LEAVES,),
        "leaves foliage rustle rustles rustling rustled grass reeds blatter feuilles hojas",
    ),
    (
        (Kind.RAIN,),
        "rain rains raining rainy rainfall raindrop raindrops drizzle downpour rainstorm shower"
        " regen pluie lluvia pioggia chuva",
    ),
    (
        (Kind.THUNDER,),
        "thunder thunderclap thunderclaps thunders lightning explosion explosions donner tonnerre"
        " trueno truenos tuono",
    ),
    (
        (Kind.WIND, Kind.RAIN, Kind.THUNDER),
        "storm storms stormy thunderstorm thunderstorms tempest hurricane gewitter sturm orage"
        " tempete tormenta temporale",
    ),
    ((Kind.SNOW,), "snow snowy snowfall snowflakes schnee neige nieve neve"),
    (
        (Kind.SEA,),
        "sea seas ocean oceans wave waves surf tide tides lapping swell breakers meer wellen"
        " brandung mer vagues mar olas mare onde",
    ),
    (
        (Kind.STREAM,),
        "stream streams river rivers brook creek fountain trickle trickling babbling gurgling bach"
        " fluss ruisseau riviere arroyo rio fiume",
    ),
    ((Kind.WATERFALL,), "waterfall waterfalls cascade rapids wasserfall cascada cascata"),
    ((Kind.DRIPS,), "drip drips dripping droplets tropfen gouttes gotas"),
    (
        (Kind.FIRE,),
        "fire fires campfire bonfire fireplace hearth flames embers blaze feuer lagerfeuer"
        " kaminfeuer feu fuego fuoco",
    ),
    (
        (Kind.BIRDS,),
        "bird birds birdsong songbird songbirds chirp chirps tweeting robin lark sparrows"
        " vogel vogelgezwitscher oiseau oiseaux pajaro pajaros aves uccelli",
    ),
    (
        (Kind.GULLS,),
        "gull gulls seagull seagulls seabird seabirds mowe mowen mouette mouettes gaviota gaviotas"
        " gabbiani",
    ),
    (
        (Kind.INSECTS,),
        "cricket crickets insect insects cicada cicadas katydids grillen zikaden grillon grillons"
        " cigales grillo grillos grilli",
    ),
    (
        (Kind.CITY,),
        "city traffic cars car honking horns siren sirens street streets stadt verkehr ville"
        " trafic ciudad trafico citta traffico",
    ),
    (
        (Kind.CROWD,),
        "crowd crowds voices chatter chattering talking laughter people audience conversation"
        " conversations cheering market tavern stimmen menge foule voix multitud voces folla voci",
    ),
    (
        (Kind.MACHINE,),
        "machine machines machinery engine engines motor motors generator hum hums humming"
        " ventilation fan fans refrigerator whir whirring whirr buzzing spaceship reactor factory"
        " maschine maschinen motore moteur maquina machinerie",
    ),
    (
        (Kind.TRAIN,),
        "train trains locomotive railway railroad rails carriage subway zug eisenbahn tren treno",
    ),
    (
        (Kind.STEPS,),
        "step steps footstep footsteps footfall footfalls walking footsteps boots schritte pasos"
        " passi tread hooves hoofbeats",
    ),
    (
        (Kind.BELL,),
        "bell bells chime chimes tolling gong glocke glocken cloche cloches campana campanas",
    ),
    ((Kind.FOGHORN,), "foghorn foghorns nebelhorn"),
    ((Kind.CLOCK,), "clock clocks tick ticks ticking tock uhr horloge reloj orologio"),
    ((Kind.HEARTBEAT,), "heartbeat heartbeats heart pulse herzschlag coeur latido corazon battito"),
    ((Kind.CREAKS,), "creak creaks creaking creaky groaning timbers hinges knarren"),
    (
        (Kind.DRONE,),
        "music musical drone pad synth orchestra strings piano melody tension tense suspense"
        " suspenseful ominous eerie dread musik musique musica spannung",
    ),
    ((Kind.ROOM,), "roomtone"),
)

#: Words that name where one is: heard where their clause names no sound.
_PLACES: _Table = (
    (
        (Kind.LEAVES, Kind.BIRDS),
        "forest woods woodland jungle trees grove park wald foret bosque foresta",
    ),
    ((Kind.BIRDS, Kind.AIR), "garden meadow field fields countryside orchard wiese jardin"),
    ((Kind.SEA, Kind.GULLS), "coast coastal beach shore harbor harbour port pier island"),
    ((Kind.STREAM,), "water pond"),
    (
        (Kind.WIND,),
        "desert dunes mountain mountains cliff cliffs hills peak plain tundra berge wuste",
    ),
    (
        (Kind.ROOM,),
        "room kitchen bedroom office library hallway corridor interior indoors inside house cabin"
        " attic cellar laboratory zimmer chambre habitacion stanza tone",
    ),
    ((Kind.DRIPS, Kind.AIR), "cave cavern tunnel grotto dungeon"),
    ((Kind.DRONE,), "space cosmos galaxy stars void"),
    ((Kind.CROWD,), "cafe restaurant murmur murmurs murmuring whispers bar festival"),
    ((Kind.CITY,), "town urban downtown rooftop avenue"),
    ((Kind.FOGHORN,), "horn"),
    ((Kind.CREAKS, Kind.SEA), "ship boat hull deck mast rigging"),
    ((Kind.FIRE,), "crackle crackles crackling"),
    ((Kind.BIRDS,), "chirping"),
    ((Kind.MACHINE,), "buzz rumble rumbling computer server"),
)

#: Words that name an hour or a season: heard where nothing else is.
_MOODS: _Table = (
    ((Kind.INSECTS, Kind.AIR), "night evening dusk midnight nacht nuit noche notte"),
    ((Kind.BIRDS, Kind.AIR), "morning dawn sunrise spring summer morgen aube amanecer"),
    ((Kind.SNOW,), "winter frost frozen ice icy"),
    ((Kind.DRONE,), "mysterious dark dreamy magical hopeful sad epic"),
)

_SILENT = _words(
    "silence silent silently mute muted none nothing stille schweigen silencio silenzio"
)
_NOT = _words("no not without never kein keine ohne sans sin senza")
_FAR = _words(
    "distant distance far faraway afar remote faint faintly offshore fern ferne ferner entfernt"
    " lointain lointaine lointains lejano lejana lejos lontano"
)
_MUFFLED = _words("muffled outside behind window gedampft dumpf etouffe")
_GENTLE = _words(
    "gentle gently soft softly light lightly quiet quietly calm subtle faint low mild hushed slight"
    " peaceful soothing silent sanft sanfter sanfte leise leichter leichte doux douce leger legere"
    " suave ligera ligero dolce"
)
_HEAVY = _words(
    "heavy heavily loud loudly roaring roar roars crashing crash howling howls fierce violent"
    " pouring raging booming strong powerful intense furious deafening relentless torrential"
    " stormy storm storms tempest gale hurricane blizzard snowstorm downpour thunderous stark"
    " starker heftig fort forte violent fuerte"
)
_SLOW = _words(
    "slow slowly occasional occasionally sparse few single lone lonely solitary heavy-footed rare"
    " langsam lent lento"
)
_FAST = _words(
    "fast quick quickly running hurried hurrying racing rapid rapidly many busy chorus dense"
    " constant bustling galloping schnell rapide rapido"
)
_MARKS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "rough": _words("gravel snow leaves crunch crunching crunches sand pebbles dry"),
        "roof": _words("roof window windowpane glass tin tent umbrella dach fenster"),
        "howling": _words("howling howls howl whistling whistles wailing moaning"),
        "tense": _words(
            "tension tense suspense suspenseful ominous eerie dread dark spannung horror"
        ),
    }
)
_ECHO: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("cave", "cavern", "cathedral", "church", "tunnel", "grotto"), 0.8),
        **dict.fromkeys(("hall", "corridor", "hallway", "stairwell", "echo", "echoing"), 0.5),
        **dict.fromkeys(("echoes", "echoed", "reverberating", "cellar", "dungeon", "canyon"), 0.6),
        **dict.fromkeys(("room", "kitchen", "interior", "inside", "staircase", "stairs"), 0.2),
    }
)
_CLAUSES = re.compile(r"[,;.:!?/\n]|\b(?:and|with|over|und|mit|et|avec|y|con)\b")


def read_prompt(prompt: str) -> Heard:
    """Read *prompt*, which may be any text at all; there is always at least one part."""
    clauses = [re.findall(r"\w+", clause) for clause in _CLAUSES.split(_folded(prompt[:_READ]))]
    words = [word for clause in clauses for word in clause]
    parts: dict[Kind, Part] = {}
    for clause in clauses:
        for kind in _named(_SOUNDS, clause) or _named(_PLACES, clause):
            parts.setdefault(kind, _part(kind, clause))
    if not parts:
        parts = {kind: _part(kind, words) for kind in _left(words)}
    echo = max((_ECHO.get(word, 0.0) for word in words), default=0.0)
    return Heard(parts=tuple(parts.values())[:_MOST_PARTS], echo=echo)


def kinds(prompt: str) -> list[Kind]:
    """Return the kinds of sound that *prompt* asks for, in the order in which it does."""
    return [part.kind for part in read_prompt(prompt).parts]


def _left(words: list[str]) -> list[Kind]:
    """Return what is heard where no sound and no place is named."""
    if _SILENT.intersection(words) or words in (["no", "sound"], ["no", "sounds"]):
        return [Kind.SILENCE]
    return _named(_MOODS, words) or [Kind.AIR if "outdoors" in words else Kind.ROOM]


def _folded(text: str) -> str:
    """Return *text* in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _named(table: _Table, clause: list[str]) -> list[Kind]:
    """Return the kinds that *clause* names and does not deny."""
    kinds_of = {word: kinds for kinds, words in table for word in words.split()}
    found: list[Kind] = []
    for place, word in enumerate(clause):
        if word in kinds_of and not _NOT.intersection(clause[max(0, place - 2) : place]):
            found += [kind for kind in kinds_of[word] if kind not in found]
    return found


def _part(kind: Kind, clause: Iterable[str]) -> Part:
    words = frozenset(clause)
    force = 0.5 + 0.5 * bool(words & _HEAVY) - 0.4 * bool(words & _GENTLE)
    distance = 0.9 if words & _FAR else 0.45 if words & _MUFFLED else 0.0
    if kind is Kind.THUNDER and not distance:
        distance = 0.25
    return Part(
        kind=kind,
        force=min(1.0, max(0.0, force)),
        distance=distance,
        pace=1.0 + 0.6 * bool(words & _FAST) - 0.4 * bool(words & _SLOW),
        marks=frozenset(mark for mark, named in _MARKS.items() if words & named),
    )
