"""The command line: ``main`` parses, runs one command, and turns errors into exit codes."""

from __future__ import annotations

import errno
import gc
import os
import select
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path, PurePath

from vidgen_core.cli.parser import parse
from vidgen_core.errors import ExitCode, Interrupted, MachineError, VidgenError

#: What is read of a run directory lives until the end: looking for garbage among
#: it again and again took a third of the time of a run with nothing to do.
_ALLOCATIONS = 100_000

#: What a shell reports for a program whose reader went away (128 + SIGPIPE).
READER_GONE = 141

#: What no program can do anything about: the disk is full, broken or read-only.
_THE_MACHINES = frozenset(
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EIO", "EROFS")
) - {None}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``vidgen`` with *argv* (the process's own by default); return the exit code.

    Results go to standard output, everything else to standard error. Nothing
    is raised: Ctrl-C, a reader that went away and a bug have exit codes too.
    """
    verbose = False
    try:
        _never_fail_to_encode()
        try:
            arguments = parse(argv)
            verbose = arguments.verbose
            code = _run(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BaseException as error:
        return _ended_by(error, verbose=verbose)


def _run(arguments: Namespace) -> int:
    unused = getattr(arguments, "unused", ())
    if unused and not arguments.quiet:
        _say(f"not used when a film is finished: {', '.join(unused)}")
    module = import_module(f"vidgen_core.cli.{arguments.command}_command")
    gc.set_threshold(_ALLOCATIONS)
    run: Callable[[Namespace], int] = module.run
    return int(run(arguments))


def _ended_by(error: BaseException, *, verbose: bool) -> int:
    """Say what ended the command, and return its exit code."""
    if isinstance(error, BrokenPipeError) and _reader_gone():
        _silence()
        return READER_GONE
    if isinstance(error, KeyboardInterrupt):
        error = Interrupted("interrupted")
    if isinstance(error, OSError) and error.errno in _THE_MACHINES:
        where = f"{error.filename}: " if error.filename else ""
        error = MachineError(f"{where}{error.strerror}")
    traced = bool(os.environ.get("VIDGEN_DEBUG"))
    traced = traced or (verbose and not isinstance(error, VidgenError))
    with suppress(OSError):
        if traced:
            from traceback import print_exception

            print_exception(error)
        if isinstance(error, VidgenError):
            _say(error.message, error.advice)
        else:
            _say(*_bug(error, traced=traced))
    _silence()
    return int(error.exit_code if isinstance(error, VidgenError) else ExitCode.BUG)


def _say(message: str, advice: str = "") -> None:
    from vidgen_core.strict_json import printable

    print(f"vidgen: {printable(message)}", file=sys.stderr)
    for line in advice.splitlines():
        print(printable(line), file=sys.stderr)


def _bug(error: BaseException, *, traced: bool) -> tuple[str, str]:
    from traceback import format_exception_only

    what = "".join(format_exception_only(error)).strip().splitlines()[-1]
    advice = "Please report it with the traceback above."
    if not traced:
        advice = "Please report it with the traceback that the same command shows with -v."
    return f"this is a bug in vidgen: {what}{_whence(error)}", advice


def _whence(error: BaseException) -> str:
    """Return where in vidgen the error came from, or ``""``."""
    place, step = "", error.__traceback__
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if str(module).partition(".")[0].startswith("vidgen"):
            name = PurePath(step.tb_frame.f_code.co_filename).name
            place = f" ({name}, line {step.tb_lineno})"
        step = step.tb_next
    return place


def _never_fail_to_encode() -> None:
    """File names may hold what a terminal cannot show; an escape is better than a crash."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before vidgen began
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _reader_gone() -> bool:
    """Whether nobody reads our output; a broken pipe may also be one of our own making."""
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):
            poll.register(stream.fileno(), select.POLLOUT)
    gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
    return any(event & gone for _, event in poll.poll(0))


def _silence() -> None:
    """Let the interpreter's own last flush succeed, where ours does not."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
