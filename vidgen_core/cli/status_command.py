"""``vidgen status DIR``: what ``continue`` would find, without a lock and without a write."""

from __future__ import annotations

from argparse import Namespace

from vidgen_core import plugins
from vidgen_core.errors import ExitCode
from vidgen_core.opening import find_directory, open_run
from vidgen_core.report import as_json, text
from vidgen_core.scenes_file import survey


def run(arguments: Namespace) -> int:
    """Print the analysis; return the exit code."""
    directory = find_directory(arguments.directory)
    files = survey(directory.root) if arguments.list_json_files else None
    if files is not None and not arguments.json:
        print(text.json_files(files), flush=True)
    opened = open_run(directory, plugins.load(), flags={})
    plan = opened.plan()
    if arguments.json:
        state = as_json.state(opened, plan)
        if files is not None:
            state["json_files"] = as_json.json_files(files)
        print(as_json.dump(state))
        return ExitCode.COMPLETE
    print(text.analysis(opened, plan, verbose=arguments.verbose))
    if plan.finished:
        print("nothing to do")
    else:
        print(text.steps(plan, verbose=arguments.verbose))
    return ExitCode.COMPLETE
