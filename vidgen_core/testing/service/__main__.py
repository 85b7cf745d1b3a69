"""``python -m vidgen_core.testing.service``: the service until it is interrupted."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from vidgen_core.testing.service import Service

ENVIRONMENT = "environment.sh"


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(
        prog="python -m vidgen_core.testing.service",
        description="A service on this machine in place of Luma, fal, Claude, Gemini and "
        "ElevenLabs. Nothing is paid, and nothing leaves this machine. It prints what to export, "
        "and works until it is interrupted.",
    )
    made.add_argument(
        "--folder",
        type=Path,
        default=Path("rehearsal"),
        metavar="DIR",
        help="where jobs, bill, log and media are kept; begun again with it, the service goes "
        "on with its jobs (default: rehearsal)",
    )
    made.add_argument(
        "--port", type=int, default=0, help="the port to answer at (default: a free one)"
    )
    made.add_argument(
        "--speed",
        type=_above_zero,
        default=1.0,
        metavar="N",
        help="do jobs N times as fast (default: 1; a video takes about ten seconds)",
    )
    made.add_argument(
        "--delay",
        type=_not_below_zero,
        metavar="SECONDS",
        help="let each job take so long instead; 0: done at once",
    )
    made.add_argument(
        "--credit",
        type=_not_below_zero,
        default=1000.0,
        metavar="USD",
        help="what each vendor was paid in advance (default: 1000)",
    )
    made.add_argument(
        "--short-side",
        type=int,
        default=108,
        metavar="PIXELS",
        help="the shorter side of videos and pictures (default: 108)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted, and return the exit code."""
    asked = parser().parse_args(arguments)
    try:
        service = Service(
            asked.folder,
            port=asked.port,
            speed=asked.speed,
            delay=asked.delay,
            credit=asked.credit,
            short_side=asked.short_side,
        )
    except (OSError, OverflowError, ValueError) as error:
        print(f"the service cannot begin: {error}", file=sys.stderr)
        return 2
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with service:
        lines = _exports(service)
        (asked.folder / ENVIRONMENT).write_text(lines, encoding="utf-8")
        print(f"# answers at {service.base}, keeps bill and log in {asked.folder}")
        print(lines, end="", flush=True)
        while not ended.wait(1.0):  # on Windows a wait without end is not interrupted
            pass
        bill = service.summed_bill()
    print(f"# {len(bill['charges'])} charges, {bill['usd']} USD", flush=True)
    return 0


def _exports(service: Service) -> str:
    return "".join(
        f"export {name}={shlex.quote(value)}\n" for name, value in service.environment.items()
    )


def _above_zero(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError("it must be above 0")
    return value


def _not_below_zero(text: str) -> float:
    value = float(text)
    if not value >= 0:
        raise argparse.ArgumentTypeError("it must not be below 0")
    return value


if __name__ == "__main__":
    sys.exit(main())
