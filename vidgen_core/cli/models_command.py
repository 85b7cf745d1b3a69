"""``vidgen models PROVIDER``: the models that the account may use, where the service tells."""

from __future__ import annotations

from argparse import Namespace
from difflib import get_close_matches

from vidgen_core import plugins, settings
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.inquiry import Inquiry, advising
from vidgen_core.errors import ExitCode, UsageError
from vidgen_core.keys import find_key
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.report import as_json
from vidgen_core.wording import NOT_INSTALLED


def run(arguments: Namespace) -> int:
    """Print the names, one a line; return the exit code."""
    with results_only(arguments), one_object(arguments, {}):
        registry = plugins.load()
        asked = _that_list(registry, arguments.provider)
        own = settings.load(specs=[loaded.spec for loaded in registry.providers])
        inquiry = Inquiry(registry=registry, settings=own)
        names: list[str] = []
        for loaded in asked:
            with advising(f"vidgen models {arguments.provider}"):
                names += inquiry.models(loaded, find_key(loaded.spec.keys))
        found = list(dict.fromkeys(names))
        if arguments.json:
            value = {"provider": arguments.provider, "models": found}
            print(as_json.dump(value), file=arguments.results, flush=True)
            return ExitCode.COMPLETE
        for name in found:
            print(name, file=arguments.results, flush=True)
        return ExitCode.COMPLETE


def _that_list(registry: Registry, name: str) -> list[Loaded]:
    """Return the providers of that *name* that list models, each way of listing once."""
    named = [loaded for loaded in registry.providers if loaded.name == name]
    if not named:
        names = sorted({loaded.name for loaded in registry.providers})
        near = get_close_matches(name, names, n=1)
        first = f"did you mean {near[0]!r}?" if near else NOT_INSTALLED
        advice = f"{first} (installed: {', '.join(names)})"
        raise UsageError(f"no provider is called {name!r}", advice=advice)
    found = {loaded.spec.models: loaded for loaded in named if loaded.spec.models is not None}
    if not found:
        raise UsageError(
            f"{name} cannot list models",
            advice="vidgen plugins -v shows the options that choose one, if there are any",
        )
    return [registry.find(loaded.kind, name) for loaded in found.values()]
