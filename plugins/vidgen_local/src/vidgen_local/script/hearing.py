"""What is heard in a scene."""

from __future__ import annotations

from collections.abc import Sequence

from vidgen_local.script.directing import concepts
from vidgen_local.script.setting import Setting
from vidgen_local.script.story import Beat

_SOUNDS = {
    "steps": "slow footsteps",
    "door": "a door opening",
    "bell": "a distant bell",
    "clock": "a ticking clock",
    "fire": "a crackling fire",
    "birds": "birds singing",
    "gulls": "distant gulls",
    "dog": "a dog barking far off",
    "horse": "horse hooves",
    "crowd": "a murmuring crowd",
    "music": "faint music",
    "engine": "an engine running",
    "train": "a train passing",
    "plane": "an aircraft overhead",
    "machine": "a low machine hum",
    "typing": "typing on a keyboard",
    "phone": "a ringing phone",
    "stream": "a running stream",
    "crickets": "crickets",
    "thunder": "rolling thunder",
    "waves": "waves on the shore",
    "wings": "fluttering wings",
    "creak": "creaking wood",
    "leaves": "rustling leaves",
    "explosion": "a deep explosion",
    "laughter": "soft laughter",
    "whisper": "whispering voices",
    "oars": "oars in water",
    "applause": "applause",
    "wolves": "a distant wolf howl",
    "bees": "humming bees",
    "sheep": "sheep bells",
    "heart": "a slow heartbeat",
    "glass": "rattling glass",
    "horn": "a distant horn",
    "page": "rustling paper",
}
_OF_LAND = {
    "sea": "waves on the shore",
    "forest": "wind in the trees",
    "city": "distant city traffic",
    "room": "quiet room tone",
    "desert": "dry wind over sand",
    "hills": "light wind",
    "sky": "high wind",
    "cave": "echoing quiet",
    "deep": "deep water rumble",
    "space": "deep low hum",
}
_OF_WEATHER = {
    "storm": ("heavy rain", "strong wind", "rolling thunder"),
    "rain": ("steady rain",),
    "snow": ("soft cold wind",),
    "fog": ("still air",),
    "mist": ("still air",),
    "wind": ("gusts of wind",),
}
_OF_PLACE = {
    "ship": ("waves against a hull", "creaking wood"),
    "sea": ("waves on the open sea",),
    "river": ("a running stream",),
    "lake": ("small ripples of water",),
    "spaceship": ("a low machine hum",),
    "factory": ("a low machine hum",),
    "engine_room": ("a low machine hum",),
    "subway": ("a train passing",),
    "railway": ("wheels of a train", "light wind"),
    "laboratory": ("a low machine hum",),
    "tavern": ("a murmuring crowd", "clinking glasses"),
    "cafe": ("a murmuring crowd", "clinking glasses"),
    "station": ("a train passing", "a murmuring crowd"),
    "square": ("a murmuring crowd",),
    "train": ("wheels of a train",),
    "car": ("an engine running",),
    "lamp_room": ("distant waves outside",),
    "tower_room": ("distant waves outside",),
    "cave": ("dripping water",),
    "church": ("echoing quiet",),
    "harbour": ("waves on the shore", "creaking wood"),
}
_MOST_SOUNDS = 5


def sound_of(beats: Sequence[Beat], setting: Setting) -> str:
    """Return what is heard, in less than 30 words."""
    kind = setting.kind
    heard = [_SOUNDS[name] for name in dict.fromkeys(concepts(beats, "sound"))]
    weather = list(_OF_WEATHER.get(setting.weather, ()))
    if "wind" in setting.things and setting.weather in ("clear", "cloudy"):
        weather = ["gusts of wind"]
    if kind.indoors:
        heard = [sound for sound in heard if sound != _SOUNDS["waves"]]
        sounds = [_OF_LAND[kind.land], *heard[:3], *_OF_PLACE.get(kind.name, ())]
        weather = [] if kind.sheltered else weather
        muffled = [f"muffled {sound} outside" for sound in weather[:1] if weather != ["still air"]]
        return ", ".join(dict.fromkeys([*sounds[: _MOST_SOUNDS - 1], *muffled]))
    if kind.sheltered:
        weather = []
    ground = list(_OF_PLACE.get(kind.name, (_OF_LAND[kind.land],)))
    if any("wave" in sound or "water" in sound for sound in ground):
        heard = [sound for sound in heard if sound != _SOUNDS["waves"]]
    sounds = [*ground, *weather, *heard, *_of_hour(setting)]
    return ", ".join(list(dict.fromkeys(sounds))[:_MOST_SOUNDS])


def _of_hour(setting: Setting) -> list[str]:
    if setting.weather in ("storm", "rain", "snow") or setting.season == "winter":
        return []
    land = setting.kind.land
    if land == "sea":
        return ["distant gulls"] if setting.hour != "night" else []
    if land in ("hills", "forest"):
        return ["crickets"] if setting.hour == "night" else ["birds singing"]
    return []
