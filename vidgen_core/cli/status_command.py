"""``vidgen status DIR``: what ``continue`` would find, without a lock and without a write."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from vidgen_core import plugins
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.obstacles import no_provider
from vidgen_core.errors import ExitCode
from vidgen_core.opening import find_directory, open_run
from vidgen_core.report import as_json, text
from vidgen_core.report.progress import looking
from vidgen_core.report.words import INDENT, folded
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import JsonFile, survey


def run(arguments: Namespace) -> int:
    """Print the analysis; return the exit code."""
    more: dict[str, Any] = {}
    with results_only(arguments), one_object(arguments, more):
        directory = find_directory(arguments.directory)
        files = survey(directory.root) if arguments.list_json_files else None
        if files is not None:
            more["json_files"] = as_json.json_files(files)
        if files is not None and not arguments.json:
            print(text.json_files(files), file=arguments.results, flush=True)
        return _status(directory, arguments, files)


def _status(
    directory: RunDirectory, arguments: Namespace, files: tuple[JsonFile, ...] | None
) -> int:
    registry = plugins.load()
    with looking() as on_probe:
        opened = open_run(directory, registry, flags={}, on_probe=on_probe)
    plan = opened.plan()
    if arguments.json:
        state = as_json.state(opened, plan)
        if files is not None:
            state["json_files"] = as_json.json_files(files)
        print(as_json.dump(state), file=arguments.results)
        return ExitCode.COMPLETE
    said = [text.analysis(opened, plan, verbose=arguments.verbose)]
    todo = text.steps(opened, plan, verbose=arguments.verbose)
    said.append("nothing to do" if plan.finished else todo)
    lacking = no_provider(opened, plan)
    if lacking is not None:
        said.append(INDENT + lacking.advice)
    print(folded("\n".join(said), arguments.results), file=arguments.results)
    return ExitCode.COMPLETE
