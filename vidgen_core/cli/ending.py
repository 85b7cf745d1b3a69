"""How a command ends that could not do its work: for people, and for programs."""

from __future__ import annotations

import errno
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import Any, TextIO

from vidgen_core import shortage
from vidgen_core.cli.leaving import is_apart
from vidgen_core.errors import ExitCode, Interrupted, MachineError, VidgenError

#: What no program can do anything about: the disk is full, broken or read-only.
_THE_MACHINES = frozenset(
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EIO", "EROFS")
) - {None}


def as_ours(error: BaseException) -> BaseException:
    """Return what ended a command as one of vidgen's own errors, where it is no bug."""
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted")
    short = None if isinstance(error, VidgenError) else shortage.lacks(error)
    if short is not None:
        short.__cause__ = error
        return short
    if isinstance(error, OSError) and error.errno in _THE_MACHINES:
        from vidgen_core.disk import advice_for

        where = f"{error.filename}: " if error.filename else ""
        return MachineError(f"{where}{error.strerror}", advice=advice_for(error))
    return error


def as_told(error: BaseException, *, traced: bool = False) -> tuple[ExitCode, str, str]:
    """Return the exit code that *error* stands for, what is said of it, and the advice.

    *traced*: its traceback was shown. No key is in what is said.
    """
    from vidgen_core.keys import redacted

    if isinstance(error, VidgenError):
        return error.exit_code, redacted(error.message), redacted(error.advice)
    message, advice = _bug(error, traced=traced)
    return ExitCode.BUG, redacted(message), advice


def show_trace(error: BaseException) -> None:
    """Print the traceback of *error* on standard error, without keys."""
    from vidgen_core.keys import traced

    print(traced(error), end="", file=sys.stderr, flush=True)


def wants_traces(*, verbose: bool) -> bool:
    """Whether tracebacks are to be shown: to those who asked, and to developers."""
    return verbose or bool(os.environ.get("VIDGEN_DEBUG"))


@contextmanager
def results_only(arguments: Namespace) -> Iterator[None]:
    """Keep standard output for ``arguments.results``; what plugins print goes to standard error.

    For the whole process: plugins work in threads of their own. Where it ends with the
    command, they may print until then.
    """
    results = arguments.results = sys.stdout
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        if not is_apart(results):
            sys.stdout = results


@contextmanager
def one_object(arguments: Namespace, more: Mapping[str, Any]) -> Iterator[None]:
    """With ``--json``, print one object for an error, too; *more* is what else it tells.

    What is inside prints its own object last, where it ends well. The error goes on.
    For use within :func:`results_only`.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # nobody reads it
    except (Exception, KeyboardInterrupt) as error:
        if arguments.json:
            _print_object(error, more, arguments.results)
        raise


def _print_object(error: BaseException, more: Mapping[str, Any], results: TextIO) -> None:
    from vidgen_core.report import as_json

    code, message, advice = as_told(as_ours(error))
    ended = {"exit_code": int(code), "error": message, "advice": advice}
    with suppress(OSError):
        print(as_json.dump(ended | dict(more)), file=results, flush=True)


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
