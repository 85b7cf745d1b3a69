"""``vidgen continue DIR``: say what is there, make what is missing, join the film."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from vidgen_core import plugins
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.drafting import draft, use_offline_providers
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.finishing import dry_run, finish
from vidgen_core.cli.results import print_json_files
from vidgen_core.opening import find_directory


def run(arguments: Namespace) -> int:
    """Finish the film; return the exit code."""
    more: dict[str, Any] = {}
    with results_only(arguments), one_object(arguments, more):
        directory = find_directory(arguments.directory)
        listed = print_json_files(directory.root, arguments)
        more |= {} if listed is None else {"json_files": listed}
        registry = plugins.load()
        if arguments.draft:
            use_offline_providers(arguments, registry)
            return draft(directory, arguments, registry, listed)
        if arguments.dry_run:
            return dry_run(open_asked(arguments, directory, registry), arguments, listed)
        return finish(directory, arguments, registry, listed)
