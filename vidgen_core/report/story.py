"""The story of a run in words: one sentence for each thing that happened, in its order."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from vidgen_core import layout
from vidgen_core.errors import Billed
from vidgen_core.journal.story import Happening
from vidgen_core.ledger import InFlight
from vidgen_core.model import Step
from vidgen_core.report.prices import said
from vidgen_core.report.words import count, name, scenes
from vidgen_core.strict_json import printable

#: Said only to those who want all of it: the next line tells the same.
QUIET = frozenset({"arriving", "closed", "priced"})

#: How a URL begins, and what may belong to it; no scheme has more letters.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://|data:)([^\s'\"<>]*)")
_ENDS_A_SENTENCE = ".,;:)]"
#: Below so many columns the date stands above the lines, not in each.
_NARROW = 70
_TIME, _DAY = "%H:%M:%S", "%Y-%m-%d"
_RETAKEN: dict[str, str] = {
    Step.CLIP: "clips",
    Step.FIRST_FRAME: "first frame",
    Step.SOUND: "sound",
    Step.SCENE_NARRATION: "narration",
}
_BILLED = {
    Billed.YES: "charged",
    Billed.NO: "not charged",
    Billed.UNKNOWN: "nobody knows whether it was charged",
}


def without_queries(text: str) -> str:
    """Return *text* with no more than the place in each URL: what follows may be a secret."""
    return _URL.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    more = found[2].rstrip(_ENDS_A_SENTENCE)
    return _place(found[1] + more) + found[2][len(more) :]


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition(":")[0] + ":…"
    if not parts.netloc:
        return f"{parts.scheme}:…"
    more = "?…" if parts.query or parts.fragment else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{more}"


def sentence(told: Happening) -> str:
    """Return what happened, without a time."""
    tell = _SENTENCES.get(told.kind)
    words = tell(told) if tell else f"a record that this version does not know: {told.kind}"
    return without_queries(words)


def lines(happenings: Iterator[Happening], width: int | None) -> Iterator[str]:
    """Yield the lines of a story: in a terminal of *width* columns, or (``None``) for a log."""
    day = ""
    for told in happenings:
        at = when(told)
        words = printable(sentence(told))
        if width is None or width >= _NARROW:
            head = f"{at:{_DAY} {_TIME}}  " if at else " " * 21
        else:
            if at and day != f"{at:{_DAY}}":
                day = f"{at:{_DAY}}"
                yield day
            head = f"{at:{_TIME}}  " if at else " " * 10
        yield head + words if width is None else _hanging(head, words, width)


def when(told: Happening) -> datetime | None:
    """Return when it was written, in the time of this machine; ``None`` where nothing tells."""
    try:
        return datetime.fromisoformat(told.at).astimezone() if told.at else None
    except (ValueError, OverflowError, OSError):  # a journal may be anybody's
        return None


def _hanging(head: str, words: str, width: int) -> str:
    return textwrap.fill(
        words,
        width=max(width, len(head) + 20),
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


# a sentence for each kind of record ------------------------------------------


def _opened(told: Happening) -> str:
    by = f", by vidgen {told.version}" if told.version else ""
    lost = f"; {count(told.files, 'order')} before it are forgotten" if told.files else ""
    return f"the journal begins{by}{lost}"


def _unreadable(told: Happening) -> str:
    return f"line {told.number} cannot be read: {told.fault}"


def _what(told: Happening) -> str:
    return name(told.key) if told.key is not None else "something"


def _who(told: Happening) -> str:
    return told.work.provider if told.work is not None and told.work.provider else "its provider"


def _intent(told: Happening) -> str:
    work = told.work
    assert work is not None
    if work.job:
        return f"{_what(told)} is fetched from {work.provider} again, which costs nothing"
    price = ", in the price of the order before" if work.covered else f": {said(work.price)}"
    again = ", although an order before it may have been taken" if told.again else ""
    return f"asked {work.provider} for {_what(told)}{_details(work)}{price}{again}"


def _details(work: InFlight) -> str:
    parts = [f"part {work.part} of {work.parts}"] if work.parts > 1 else []
    parts += [f"{work.seconds:g} s"] if work.seconds else []
    parts += [f"take {work.take}"] if work.take > 1 else []
    return f" ({', '.join(parts)})" if parts else ""


def _submitted(told: Happening) -> str:
    if told.adopted:
        return f"you said that {_who(told)} has {_what(told)}: job {told.job} is adopted"
    return f"{_who(told)} has {_what(told)} as job {told.job}"


def _answered(told: Happening) -> str:
    cost = f", and says that it cost {said(told.price)}" if told.price is not None else ""
    return f"{_who(told)} answered: {_what(told)}{cost}"


def _closed(told: Happening) -> str:
    cost = f": it cost {said(told.price)}" if told.price is not None else ""
    return f"nothing more is asked for {_what(told)} at its price{cost}"


def _priced(told: Happening) -> str:
    price = said(told.price) if told.price is not None else "unknown"
    return f"to go on with {_what(told)} at {_who(told)} costs {price} now"


def _ended(told: Happening) -> str:
    billed = _BILLED[told.billed or Billed.UNKNOWN]
    cost = ""
    if told.billed is not Billed.NO and told.price is not None and not told.price.free:
        cost = f" ({said(told.price)})"
    return f"{_what(told)} came to nothing: {told.why.rstrip('.')}; {billed}{cost}"


def _arriving(told: Happening) -> str:
    return f"{_what(told)} is here, and gets its name: {told.file.path if told.file else ''}"


def _published(told: Happening) -> str:
    file = told.file
    assert file is not None
    by = f" by {file.provider}" if file.provider else ""
    paid = ", paid for" if file.paid else ""
    return f"{_what(told)} made{by}{paid}: {file.path}"


def _displaced(told: Happening) -> str:
    assert told.moved is not None
    path, place = told.moved
    paid = ", which was paid for" if told.file is not None and told.file.paid else ""
    return f"moved to {_folder(path, place)} ({told.why}): {path}{paid}"


def _restored(told: Happening) -> str:
    assert told.moved is not None
    path, place = told.moved
    return f"{path} is back from {_folder(path, place)}"


def _folder(path: str, place: str) -> str:
    if place.endswith(f"/{path}"):
        return place.removesuffix(f"/{path}")
    return str(PurePosixPath(place).parent) if place.startswith(layout.REPLACED) else place


def _retaken(told: Happening) -> str:
    what = _RETAKEN.get(told.only, told.only)
    of = scenes(told.scenes, all_of_them=False) if told.scenes else "no scene"
    files = f"{count(told.files, 'file')} move{'s' if told.files == 1 else ''} away"
    if told.back:
        return f"undo: the {what} of {of} come back; {files}"
    return f"redo: the {what} of {of}; {files}"


_SENTENCES: dict[str, Any] = {
    "opened": _opened,
    "unreadable": _unreadable,
    "intent": _intent,
    "submitted": _submitted,
    "answered": _answered,
    "closed": _closed,
    "priced": _priced,
    "ended": _ended,
    "arriving": _arriving,
    "published": _published,
    "displaced": _displaced,
    "retake": _retaken,
    "restored": _restored,
}
