"""What the camera does: the script's words, as a path that begins where the frame is."""

from __future__ import annotations

import math
import re

from attrs import frozen

#: How far a camera goes in five seconds: in frame sizes, and as a logarithm of the zoom.
_PAN = 0.11
_TILT = 0.10
_ZOOM = 0.17
#: Half of the time is spent on getting going and on coming to rest.
_RAMP = 0.3
_BREATH_SECONDS = 7.0
_STEP_SECONDS = 1.9


@frozen(kw_only=True)
class View:
    """The part of the picture that a frame shows, in sizes of the first frame.

    ``x`` and ``y`` are its upper left corner, ``size`` its width and height; the
    first frame is ``View()``.
    """

    x: float = 0.0
    y: float = 0.0
    size: float = 1.0


@frozen(kw_only=True)
class Move:
    """One movement of the camera over a whole clip.

    ``right`` and ``down`` are in sizes of the frame, ``closer`` is the logarithm
    of the zoom, ``breath`` and ``sway`` are the reach of the small motions of a
    camera that stands on a tripod or is held in the hand.
    """

    right: float = 0.0
    down: float = 0.0
    closer: float = 0.0
    breath: float = 0.0
    sway: float = 0.0

    @property
    def still(self) -> bool:
        """Whether the camera goes nowhere."""
        return not (self.right or self.down or self.closer)

    def view(self, time: float, seconds: float) -> View:
        """Return what is shown *time* seconds after the start of a clip of *seconds*."""
        way = _ease(time / seconds) * min(1.6, (seconds / 5) ** 0.6)
        awake = _ease(min(1.0, time / 1.5) / 2) * 2
        breath = self.breath * (1 - math.cos(math.tau * time / _BREATH_SECONDS)) / 2
        size = math.exp(-self.closer * way - breath)
        step = math.tau * time / _STEP_SECONDS
        aside = self.sway * awake * (math.sin(step) + 0.6 * math.sin(0.43 * step))
        bob = self.sway * awake * (math.sin(0.79 * step) + 0.5 * math.sin(0.31 * step))
        return View(
            x=(1 - size) / 2 + self.right * way + aside,
            y=(1 - size) / 2 + self.down * way + bob,
            size=size,
        )


def _ease(part: float) -> float:
    """Return the way gone after *part* of the time; rest, steady speed, rest."""
    if part > 0.5:
        return 1 - _ease(1 - part)
    ramp = min(1.0, max(0.0, part) / _RAMP)
    gone = _RAMP * (ramp**3 - ramp**4 / 2) + max(0.0, part - _RAMP)
    return gone / (1 - _RAMP)


#: Words that look like directions and are none.
_NO_DIRECTION = re.compile(
    r"close[- ]?ups?"
    r"|\b(?:on|at|in|of) the (?:far )?(?:left|right)(?:[- ]hand)?(?: side)?\b(?! to)"
    r"|\bleft behind\b|\bright (?:behind|away|before|after|in front)\b"
    r"|\b(?:no|not|without|never|nor|doesn't|does not)\b(?: (?:any|the|a|camera))*"
    r" (?:\w+ (?:or|and) )?\w+(?: (?:in|out|left|right|up|down)\b)?"
)
_TRAVEL = re.compile(
    r"\b(?:pan|sweep|track|truck|slid|dolly|dollie|travel|glid|drift|mov|arc|follow|fl(?:y|ies)|"
    r"swing|turn|scan|swe|pass|shift|float|cran|boom|jib|pedestal|tilt|look|soar|crab|camera)"
)
_LEFT_TO_RIGHT = re.compile(r"\bleft[- ]to[- ](?:the )?right\b|\bfrom (?:the )?left\b")
_RIGHT_TO_LEFT = re.compile(r"\bright[- ]to[- ](?:the )?left\b|\bfrom (?:the )?right\b")
_LEFT = re.compile(r"\bleft(?:wards?)?\b")
_RIGHT = re.compile(r"\bright(?:wards?)?\b")
_UP = re.compile(r"\bup(?:wards?)?\b|\bskywards?\b")
_DOWN = re.compile(r"\bdown(?:wards?)?\b")
_RISE = re.compile(r"\b(?:ris(?:es?|ing)|ascend|lift|climb|crane\b|craning|soar|elevat)")
_SINK = re.compile(r"\b(?:descen|lower|sink|drops?\b|dropping|falls?\b|dips?\b)")
_SIDEWAYS = re.compile(r"\b(?:pans?|panning|panned|tracking|trucks?|trucking|slides?|sideways)\b")
_IN = re.compile(
    r"\b(?:push|zoom|doll|clos|punch|eas|creep)\w*(?: \w+){0,2}? in(?:to|wards?)?\b"
    r"|\b(?:mov|push|doll|zoom|drift|glid|fl|track|travel|creep|eas|inch|draw|clos|com)\w*(?: \w+)"
    r"{0,2}? (?:closer|towards?|forwards?|into|nearer)\b|\bapproach|\b(?:push|zoom|dolly)-in\b"
)
_OUT = re.compile(
    r"\b(?:pull|zoom|doll|back|mov|widen|track|draw|eas|fl|drift|glid)\w*(?: \w+){0,2}? "
    r"(?:out(?:wards?)?|back(?:wards?)?|away|off)\b|\bretreat|\bwidens?\b|\b(?:pull|zoom)-(?:out|back)\b"
    r"|\bpullback\b"
)
_ORBIT = re.compile(r"\b(?:orbit|circl|revolv|rotat|arcs?\b|arcing)|\baround\b")
_HAND = re.compile(r"\b(?:hand-?held|shak|shoulder|wobbl)")
_STATIC = re.compile(r"\b(?:static|still|locked|fixed|tripod|stationary|motionless|unmoving)")
_SLOW = re.compile(r"\b(?:slow|gentl|gradual|subtl|slight|soft|barely|eas)")
_FAST = re.compile(r"\b(?:fast|quick|rapid|whip|sudden|swift|rush|race)")
_OF_CAMERA = re.compile(r"\b(?:camera|shot|lens|zoom|dolly|pans|panning|tilts|orbit)")
_CLAUSE = re.compile(r"[.;:,\n]|\bthen\b|\bwhile\b|\bbefore\b")


def _sign(text: str, plus: re.Pattern[str], minus: re.Pattern[str]) -> int:
    return bool(plus.search(text)) - bool(minus.search(text))


def _sideways(clause: str) -> int:
    """Return 1 for right, -1 for left, 0 for neither."""
    if _LEFT_TO_RIGHT.search(clause):
        return 1
    if _RIGHT_TO_LEFT.search(clause):
        return -1
    if _TRAVEL.search(clause):
        return _sign(clause, _RIGHT, _LEFT)
    return 0


def _upwards(clause: str) -> int:
    """Return 1 for up, -1 for down, 0 for neither."""
    if _TRAVEL.search(clause):
        said = _sign(clause, _UP, _DOWN)
        if said:
            return said
    return _sign(clause, _RISE, _SINK)


def _clause(clause: str) -> tuple[int, int, int, int]:
    """Return right, up, closer and orbit of one clause, each -1, 0 or 1."""
    right, up, closer = _sideways(clause), _upwards(clause), _sign(clause, _IN, _OUT)
    orbit = 1 if _ORBIT.search(clause) else 0
    return right, up, closer, orbit


def _moves(text: str) -> Move | None:
    """Return what *text* says about the camera, or ``None`` where it says nothing."""
    plain = _NO_DIRECTION.sub(" ", text.lower().replace("’", "'"))
    right = up = closer = orbit = 0
    for clause in _CLAUSE.split(plain):
        r, u, c, o = _clause(" ".join(clause.split()))
        right, up, closer, orbit = right or r, up or u, closer or c, orbit or o
    if not (right or up or closer or orbit) and _SIDEWAYS.search(plain):
        right = 1
    pace = (0.8 if _SLOW.search(plain) else 1.0) * (1.35 if _FAST.search(plain) else 1.0)
    sway = 0.004 if _HAND.search(plain) else 0.0
    if not (right or up or closer or orbit):
        if sway or _STATIC.search(plain):
            return Move(breath=0.012, sway=sway)
        return None
    if orbit:
        right, closer = right or 1, closer or 1
    zoom = _ZOOM * closer * (0.6 if orbit else 1.0)
    return Move(
        right=_PAN * right * pace,
        down=-_TILT * up * pace,
        closer=zoom * pace,
        sway=sway,
    )


def read_camera(camera: str, prompt: str, choice: int) -> Move:
    """Return the movement that *camera* asks for, else the one that *prompt* does.

    Of a prompt, only the lines count that speak of a camera. Where neither says
    anything, *choice* (any integer) picks one of a few quiet movements.
    """
    found = _moves(camera)
    if found is None:
        lines = (line for line in re.split(r"[.\n]", prompt) if _OF_CAMERA.search(line.lower()))
        found = _moves("\n".join(lines))
    if found is not None:
        return found
    quiet = (Move(closer=0.1), Move(right=0.06, closer=0.05), Move(right=-0.06, closer=0.05))
    return quiet[choice % len(quiet)]
