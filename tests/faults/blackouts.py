"""Films whose making was recorded, and what a disk may hold of them after the power failed."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from vidgen_core import layout

from ..sweep.films import Film, Shape, new_film
from ..sweep.stories import Story, whole
from ..sweep.tales import Teller
from ..sweep.told_films import Tale, Telling, telling, told
from .power import Content, Recording, lay_out

#: What counts for nothing after a crash: unfinished work, and who held the lock.
_NOTHING = (f"/{layout.TEMPORARY}/", f"/{layout.LOCK}")


@frozen(kw_only=True)
class Wreck:
    """What a disk holds after the power failed, and what the services' books say."""

    after: str
    tree: dict[str, Content | None]
    seen: Any

    @property
    def digest(self) -> str:
        """Tells wrecks apart that a run could."""
        found = hashlib.sha256(repr(self.seen).encode())
        for path, content in sorted(self.tree.items()):
            if not any(part in f"/{path}" for part in _NOTHING):
                found.update(f"{path}\0".encode())
                found.update(b"folder" if content is None else hashlib.sha256(content.now).digest())
        return found.hexdigest()


def distinct(wrecks: Iterator[Wreck]) -> list[Wreck]:
    """Return those of *wrecks* that differ."""
    return list({wreck.digest: wreck for wreck in wrecks}.values())


def wrecks_of(recording: Recording) -> Iterator[Wreck]:
    """Yield what a disk may hold after a crash at each moment."""
    for moment in recording.moments:
        for tree in moment.trees():
            yield Wreck(after=moment.after, tree=tree, seen=moment.seen)


def wrecks_of_the_killed(recording: Recording, killed: int) -> Iterator[Wreck]:
    """Yield what a disk lacks of the process that was killed at moment number *killed*.

    That is at the moments of the process after it: all or each of the names that the first
    one left unsynced, and these with all that the second one has not synced.
    """
    left = {change.number for change in recording.moments[killed].pending}
    for moment in recording.moments[killed + 1 :]:
        pending = {change.number for change in moment.pending}
        old = pending & left
        if not old:
            continue
        lost = [frozenset(pending), frozenset(old), *(frozenset({each}) for each in old)]
        for each in lost:
            yield Wreck(after=moment.after, tree=moment.tree(each), seen=moment.seen)


@define(kw_only=True, eq=False)
class Making:
    """A film that can be made in the same way again and again.

    ``books``: each service's list of orders.
    """

    folder: Path
    world: Any
    books: tuple[list[Any], ...]
    story: Any
    recording: Recording = field(init=False)

    def seen(self) -> Any:
        """What a moment takes note of: how many orders there are, and the time."""
        return tuple(map(len, self.books)), self.world.time.passed

    def live(self, last: int | None = None) -> bool:
        """Let the film be worked on until operation *last*, or to the end; whether it was."""
        recording, time = self.recording, self.world.time
        recording.dead, recording.last, time.process = False, last, recording
        with recording.watching():
            try:
                self.world._work(recording, {})
            except BaseException:
                if not recording.dead:
                    raise
        return not recording.dead

    def record(self) -> Recording:
        """Begin to take note of what is done."""
        self.recording = Recording(self.folder, see=self.seen)
        return self.recording

    def after(self, wreck: Wreck, told: Making) -> None:
        """Have this be a film whose power failed; *told* is the one that was recorded."""
        shutil.rmtree(self.folder)
        lay_out(wreck.tree, self.folder)
        counts, passed = wreck.seen
        for mine, other, count in zip(self.books, told.books, counts, strict=True):
            mine[:] = other[:count]
        self.world.time.passed = passed


def film_of(folder: Path, shape: Shape, traits: tuple[str, str, str]) -> Making:
    """Begin a film that is bought in shops, with what must hold of it."""
    film: Film = new_film(folder, shape, traits)
    price = film.shops[0].price
    story = Story(seed=0, dice=random.Random(0), film=film, expected=whole(shape, price))
    books = tuple(shop.orders for shop in film.shops)
    return Making(folder=folder, world=film.world, books=books, story=story)


def tale_of(folder: Path, tale: Tale) -> Making:
    """Begin a film whose words and voices are bought, with what must hold of it."""
    film: Telling = telling(folder, tale)
    expected = told(tale)
    story = Teller(seed=0, dice=random.Random(0), film=film, expected=expected, meddles=False)
    books = (*(desk.orders for desk in film.desks), film.shop.orders)
    return Making(folder=folder, world=film.world, books=books, story=story)


def recovers(new: Callable[[Path], Making], told: Making, wreck: Wreck, folder: Path) -> None:
    """Check that a film is finished from *wreck*, and that nothing is paid for twice."""
    film = new(folder)
    film.after(wreck, told)
    said = film.story.told if hasattr(film.story, "told") else film.story.said
    said.append(f"the power failed after {wreck.after}, and left {_shown(wreck)}")
    film.story.look()
    film.story.finish()
    shutil.rmtree(folder)


def _shown(wreck: Wreck) -> str:
    there = (f"{path} {'' if each is None else len(each.now)}" for path, each in wreck.tree.items())
    return ", ".join(there)
