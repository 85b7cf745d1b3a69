"""Mutants of what is believed: files, the journal, a directory's settings, addresses, keys."""

from __future__ import annotations

from vidgen_core import keys, probe
from vidgen_core.cli import finishing
from vidgen_core.download import addresses, wire
from vidgen_core.executor.workshop import Workshop
from vidgen_core.journal import reading
from vidgen_core.settings.sources import Source

from . import mutant, rewritten

_DAMAGE = "tests/test_journal_damage.py::"


@mutant("tests/faults/test_lives.py::test_a_life_of_spoilt_files", required=True)
def existence_that_is_trusted() -> None:
    """Half a clip counts as done, and reaches the film."""
    rewritten(
        probe.probe,
        ("    try:\n        with _Source", "    if path.exists():\n        return Facts()\n"
         "    try:\n        with _Source"),
    )  # fmt: skip


@mutant("tests/faults/test_lives.py::test_a_life_of_kills", required=True)
def a_key_that_is_logged() -> None:
    """Who sees the run's output can spend the user's money."""
    rewritten(
        Workshop.ask,
        ("    context = Context(", "    print(f'asking {loaded.name} with {key}')\n"
         "    context = Context("),
    )  # fmt: skip


@mutant("tests/executor/test_secrets.py::test_what_a_plugin_raises_holds_no_key")
def a_key_that_is_not_taken_out() -> None:
    """A plugin that quotes its key has it shown."""
    rewritten(keys.redacted, ("def redacted(text: str) -> str:\n",
                              "def redacted(text: str) -> str:\n    return text\n"))  # fmt: skip


@mutant(_DAMAGE + "test_damage_stops_paid_work_and_lets_free_work_go_on")
def a_damaged_journal_that_is_believed() -> None:
    """Where a line about money is gone, its clip is bought again."""
    rewritten(reading.applied, ('return "its checksum does not fit"', 'return ""'))


@mutant(_DAMAGE + "test_a_newer_journal_is_refused")
def a_newer_journal_that_is_guessed_at() -> None:
    """What a newer vidgen paid for is paid for again."""
    rewritten(reading._opened, ('record["schema"] > SCHEMA', "False"))


@mutant(_DAMAGE + "test_no_flipped_bit_goes_unseen_or_raises")
def checksums_that_nobody_compares() -> None:
    """A bit that flipped on the disk changes a price or a job."""
    rewritten(
        reading.body_of,
        ("if line[:18] != f'{HEAD}{checksum(line[18:])}\",'.encode():", "if False:"),
    )


@mutant("tests/download/test_where_to.py::test_no_redirect_leads_where_an_address_may_not")
def redirects_that_are_not_looked_at() -> None:
    """A service that was taken over reads what only this machine may reach."""
    rewritten(wire.get, ("        _check(place, here=here)\n", "        pass\n"))
    rewritten(addresses.objection, ("parsed = ip_address(address)", 'return ""'))


@mutant("tests/settings/test_files.py::test_a_run_directory_cannot_set_what_belongs_to_the_user")
def a_directory_that_sets_what_is_the_users() -> None:
    """A directory from anybody sends the user's key to its own service."""
    rewritten(Source.get, ('metadata.get("scope") != "run"', "False"))


@mutant("tests/faults/test_lives.py::test_a_life_of_kills")
def a_finished_film_that_is_written_to() -> None:
    """Each look at a finished film changes its directory."""
    rewritten(
        finishing._say_that_all_is_done,
        ("if not arguments.quiet:", "opened.directory.write_state('.vidgen/settings.toml', b'')"
         "\n    if not arguments.quiet:"),
    )  # fmt: skip
