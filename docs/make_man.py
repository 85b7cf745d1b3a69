"""Write ``docs/vidgen.1``, the manual page, from the parser.

    python docs/make_man.py            write it
    python docs/make_man.py --check    exit 1 where it is not what the parser gives

Needs argparse-manpage. The page holds no date and no path, so that it changes
only when the parser does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from unittest.mock import patch

from vidgen_core.cli import READER_GONE
from vidgen_core.errors import ExitCode

PAGE = Path(__file__).with_name("vidgen.1")
WIDTH = "78"

EXIT_CODES = {
    ExitCode.COMPLETE: "the film is complete, or there was nothing to do",
    ExitCode.BUG: "a bug in vidgen",
    ExitCode.USAGE: "the command line or the settings make no sense",
    ExitCode.FAILED: "some steps were refused or failed for good; verify: not all is whole",
    ExitCode.KEY: "a key is missing or was rejected",
    ExitCode.LATER: "network, rate or time: run continue again",
    ExitCode.MONEY: "money: out of credit, or a limit was reached",
    ExitCode.LOCKED: "another run holds the directory",
    ExitCode.BAD_INPUT: "the scenes file or the script cannot be used",
    ExitCode.MACHINE: "this machine: disk, permission, or ffmpeg",
    ExitCode.DECISION: "something needs your decision",
    ExitCode.INTERRUPTED: "interrupted",
    READER_GONE: "nobody reads the output any more (as after | head)",
}


def page() -> str:
    """Return the manual page in troff."""
    from argparse_manpage.manpage import Manpage

    from vidgen_core.cli.parser import build_parser

    # argparse wraps to the terminal's width; the page must not depend on it.
    with patch.dict(os.environ, COLUMNS=WIDTH):
        manual = Manpage(build_parser(), format="single-commands-section")
        manual.date = ""
        manual.source = "vidgen"
        manual.manual = "vidgen's manual"
        manual.description = "finish a film that was begun; a script goes in, a film comes out"
        manual.add_section("exit status", "=", _exit_status())
        return str(manual)


def _exit_status() -> str:
    return "\n".join(f".TP\n\\fB{int(code)}\\fR\n{text}" for code, text in EXIT_CODES.items())


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    text = page()
    if arguments == ["--check"]:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
