"""``vidgen cost DIR``: what a run directory has cost so far. Nothing is written."""

from __future__ import annotations

from argparse import Namespace

from vidgen_core import plugins, settings
from vidgen_core.cli.accounts import account_lines, accounts, as_object
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.opening import find_directory
from vidgen_core.report import as_json
from vidgen_core.report.words import folded
from vidgen_core.scenes_file import must_be_a_run


def run(arguments: Namespace) -> int:
    """Print what was paid; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        directory = find_directory(arguments.directory)
        must_be_a_run(directory.root)
        specs = [loaded.spec for loaded in plugins.load().providers]
        core = settings.load(run_directory=directory.root, specs=specs).core
        ledger = read_ledger(directory.root)
        found = accounts(ledger)
        if arguments.json:
            value = {"directory": str(directory.root), **as_object(ledger, found, core)}
            print(as_json.dump(value), file=arguments.results, flush=True)
            return ExitCode.COMPLETE
        lines = account_lines(ledger, found, core, verbose=arguments.verbose)
        print(folded("\n".join(lines), arguments.results), file=arguments.results, flush=True)
        return ExitCode.COMPLETE
