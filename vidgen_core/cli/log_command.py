"""``vidgen log DIR``: what happened in a run, as its journal has it. Nothing is written."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve

from vidgen_core import layout, plugins
from vidgen_core.cli.discretion import know_keys
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.errors import ExitCode
from vidgen_core.journal.stored import requested, with_stored_answers
from vidgen_core.journal.story import Happening, Story
from vidgen_core.keys import redacted
from vidgen_core.ledger import Ledger
from vidgen_core.listing import Claims
from vidgen_core.opening import find_directory
from vidgen_core.report import as_json
from vidgen_core.report.prices import cost_lines
from vidgen_core.report.story import QUIET, lines, sentence, without_queries
from vidgen_core.report.words import count, folded, width
from vidgen_core.scenes_file import must_be_a_run
from vidgen_core.specs import Price
from vidgen_core.strict_json import printable


def run(arguments: Namespace) -> int:
    """Tell the story; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        must_be_a_run(directory.root)
        know_keys(plugins.load())
        story = Story(directory.root)
        told = list(_of_scenes(story.happenings(), arguments.scene))
        ledger = _ledger(directory.root, story, arguments.scene)
        if arguments.json:
            value = as_object(directory.root, story, told, ledger)
            print(redacted(as_json.dump(value)), file=arguments.results, flush=True)
            return ExitCode.COMPLETE
        shown = (each for each in told if arguments.verbose or each.kind not in QUIET)
        columns = width(arguments.results) if arguments.results.isatty() else None
        for line in lines(shown, columns):
            print(redacted(line), file=arguments.results)
        for line in ending(story, ledger, told, arguments.scene):
            print(folded(redacted(printable(line)), arguments.results), file=arguments.results)
        arguments.results.flush()
        return ExitCode.COMPLETE


def _of_scenes(happenings: Iterator[Happening], wanted: tuple[int, ...]) -> Iterator[Happening]:
    """Yield what is about the *wanted* scenes, all of it where none is named.

    What cannot be read may be about any of them.
    """
    claims = Claims(layout.OUTPUTS)
    for told in happenings:
        if not wanted or told.kind == "unreadable" or _scenes(told, claims) & set(wanted):
            yield told


def _scenes(told: Happening, claims: Claims) -> set[int]:
    found = set(told.scenes)
    if told.key is not None:
        found.add(told.key.scene)
    if told.moved is not None and (claim := claims.claim(told.moved[0])) is not None:
        found.add(claim[0].scene)
    return found - {0}


def _ledger(root: Path, story: Story, wanted: tuple[int, ...]) -> Ledger:
    """Return what the journal adds up to, for the *wanted* scenes alone where some are named."""
    ledger = with_stored_answers(root, story.reading.ledger())
    if not wanted:
        return ledger
    return evolve(
        ledger,
        charges=tuple(charge for charge in ledger.charges if charge.key.scene in wanted),
        in_flight={key: work for key, work in ledger.in_flight.items() if key.scene in wanted},
    )


def ending(
    story: Story, ledger: Ledger, told: list[Happening], wanted: tuple[int, ...]
) -> Iterator[str]:
    """Yield what it adds up to: what it cost, what is under way, and what could not be read."""
    lost = sum(each.kind == "unreadable" for each in told)
    journal = story.root / layout.JOURNAL
    if story.torn:
        yield f"the last line of {journal} is torn ({count(story.torn, 'byte')}), and is dropped"
    if not told and not lost:
        yield _nothing(story, wanted)
    yield from map(without_queries, cost_lines(ledger))
    if not any(charge.price.high != 0 for charge in ledger.charges) and told:
        yield "nothing was paid for"
    if lost:
        them = "it" if lost == 1 else "them"
        yield f"{count(lost, 'line')} of {journal} cannot be read: the sum may lack {them}"
    elif story.reading.damage:
        yield f"{story.reading.damage}: the sum may lack them"


def _nothing(story: Story, wanted: tuple[int, ...]) -> str:
    if wanted and story.reading.lines:
        return "the journal says nothing about that"
    lost = len(requested(story.root))
    if lost:
        orders = count(lost, "order")
        return f"there is no journal, and {orders} were placed: it was lost ({layout.REQUESTS})"
    return "there is no journal: nothing was made here yet, or it was deleted"


def as_object(root: Path, story: Story, told: list[Happening], ledger: Ledger) -> dict[str, Any]:
    """Return the same for ``--json``."""
    return {
        "directory": str(root),
        "entries": [_entry(each) for each in told],
        "torn_bytes": story.torn,
        "cost": as_json.price(ledger.bill),
        "in_flight": [
            entry | {"job": without_queries(entry["job"]) if entry["job"] else None}
            for entry in map(as_json.in_flight, ledger.in_flight.values())
        ],
    }


def _entry(told: Happening) -> dict[str, Any]:
    provider = told.work.provider if told.work else told.file.provider if told.file else ""
    path, place = told.moved or (told.file.path if told.file else None, None)
    return {
        "line": told.number,
        "at": told.at or None,
        "kind": told.kind,
        "id": told.key.id if told.key else None,
        "take": told.take or None,
        "provider": provider or None,
        "job": without_queries(told.job) if told.job else None,
        "price": as_json.price(told.price) if isinstance(told.price, Price) else None,
        "billed": told.billed.value if told.billed else None,
        "path": path,
        "place": place,
        "scenes": list(told.scenes),
        "text": sentence(told),
    }
