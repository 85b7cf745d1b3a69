"""The command line: ``main`` parses, runs one command, and turns errors into exit codes."""

from __future__ import annotations

import gc
import os
import select
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from vidgen_core import faults
from vidgen_core.cli.ending import as_ours, as_told, show_trace, wants_traces
from vidgen_core.cli.leaving import Leaving, keep_streams
from vidgen_core.cli.parser import parse
from vidgen_core.cli.signals import Signals
from vidgen_core.errors import PluginBug, VidgenError

#: What is read of a run directory lives until the end: looking for garbage among
#: it again and again took a third of the time of a run with nothing to do.
_ALLOCATIONS = 100_000

#: The last of the handles that every program begins with.
_STANDARD_ERROR = 2

#: What a shell reports for a program whose reader went away (128 + SIGPIPE).
READER_GONE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``vidgen`` with *argv* (the process's own by default); return the exit code.

    Results go to standard output, everything else to standard error. Nothing
    is raised: Ctrl-C, a reader that went away and a bug have exit codes too.
    """
    leaving = Leaving() if argv is None else None
    with Signals(for_good=argv is None) as signals:
        code = _main(argv, signals)
    return code if leaving is None else leaving.with_code(code)


def _main(argv: Sequence[str] | None, signals: Signals) -> int:
    verbose, results = False, sys.stdout
    try:
        _never_fail_to_encode()
        if argv is None:
            keep_streams()
        results = sys.stdout
        faults.arm()
        try:
            arguments = parse(argv)
            verbose = arguments.verbose
            code = _run(arguments, signals)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if results is not None:
            results.flush()
        signals.tell()
        return code
    except BaseException as error:
        signals.tell()
        return _ended_by(error, results, verbose=verbose)


def _run(arguments: Namespace, signals: Signals) -> int:
    unused = getattr(arguments, "unused", ())
    if unused and not arguments.quiet:
        _say(f"not used when a film is finished: {', '.join(unused)}")
    module = import_module(f"vidgen_core.cli.{arguments.command}_command")
    gc.set_threshold(_ALLOCATIONS)
    arguments.signals = signals
    run: Callable[[Namespace], int] = module.run
    from vidgen_core.belongings import held  # not for --help: it loads more than that needs

    with held():
        return int(run(arguments))


def _ended_by(error: BaseException, results: TextIO | None, *, verbose: bool) -> int:
    """Say what ended the command, and return its exit code."""
    if isinstance(error, BrokenPipeError) and _reader_gone(results):
        _silence(results)
        return READER_GONE
    error = as_ours(error)
    ours = isinstance(error, VidgenError) and not isinstance(error, PluginBug)
    traced = wants_traces(verbose=verbose and not ours)
    code, message, advice = as_told(error, traced=traced)
    with suppress(OSError):
        if traced:
            show_trace(error)
        _say(message, advice)
    _silence(results)
    return int(code)


def _say(message: str, advice: str = "") -> None:
    from vidgen_core.strict_json import printable

    print(f"vidgen: {printable(message)}", file=sys.stderr)
    for line in advice.splitlines():
        print(printable(line), file=sys.stderr)


def _never_fail_to_encode() -> None:
    """File names may hold what a terminal cannot show; an escape is better than a crash."""
    _fill_standard_handles()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before vidgen began
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fill_standard_handles() -> None:
    """What was closed before vidgen began leads nowhere, never into a file that is opened next."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(handle)


def _reader_gone(results: TextIO | None) -> bool:
    """Whether nobody reads our output; a broken pipe may also be one of our own making."""
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    for stream in filter(None, (results, sys.stderr)):
        with suppress(OSError, AttributeError):
            poll.register(stream.fileno(), select.POLLOUT)
    gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
    return any(event & gone for _, event in poll.poll(0))


def _silence(results: TextIO | None) -> None:
    """Let the interpreter's own last flush succeed, where ours does not."""
    for stream in filter(None, (results, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
