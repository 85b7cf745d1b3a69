"""Search for inputs that break a law: ``python -m tests.fuzz.run TARGET SECONDS [FOLDER]``.

atheris makes inputs from those of the corpus, and keeps each that runs code which none did
before: in FOLDER, where the next search goes on. An input that breaks a law is written to
``tests/fuzz/corpus/TARGET/crash-…``, where it stays as a test. ``TARGET minimize FOLDER`` puts the
fewest inputs of FOLDER that run the same code into the corpus.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
TARGETS = ("journal_reader", "json_reader", "mp4_boxes", "pattern_matcher")
#: An input of more bytes finds nothing that a shorter one does not, and takes longer.
_LONGEST = {"pattern_matcher": 700}
#: A file, and two of its lines that are run one after the other.
Way = tuple[str, int, int]
TraceFunction = Callable[[FrameType, str, object], Any]


def main(target: str, seconds: str, folder: str = "") -> None:
    """Search for so many seconds, or put what searches found into the corpus."""
    if target not in TARGETS:
        sys.exit(f"{target} is no target: {', '.join(TARGETS)}")
    corpus = CORPUS / target
    corpus.mkdir(parents=True, exist_ok=True)
    found = Path(folder or tempfile.mkdtemp(prefix=f"fuzz-{target}-"))
    found.mkdir(parents=True, exist_ok=True)
    if seconds == "minimize":
        _minimize(target, corpus, found)
    else:
        _search(target, int(seconds), corpus, found)


def _search(target: str, seconds: int, corpus: Path, found: Path) -> None:
    """Hand over to libFuzzer, which ends this process."""
    import atheris

    with atheris.instrument_imports(include=["vidgen_core"]):
        module = importlib.import_module(f".{target}", __package__)
    for number, seed in enumerate(module.seeds()):
        (found / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_len={_LONGEST.get(target, 4096)}",
        "-timeout=60",
        "-rss_limit_mb=2048",
        "-report_slow_units=60",
    ]
    options += [f"-max_total_time={seconds}", "-print_final_stats=1"]
    options += [f"-artifact_prefix={corpus}/", str(found), str(corpus)]
    atheris.Setup([sys.argv[0], *options], module.one_input)
    atheris.Fuzz()


def _minimize(target: str, corpus: Path, found: Path) -> None:
    """Keep of all inputs, the short ones first, each that takes a way that none before it did."""
    module = importlib.import_module(f".{target}", __package__)
    inputs = {path.read_bytes() for folder in (corpus, found) for path in folder.iterdir()}
    crashes = {path.read_bytes() for path in corpus.glob("crash-*")}
    known: set[Way] = set()
    kept: list[bytes] = []
    for content in sorted(inputs, key=lambda each: (each not in crashes, len(each), each)):
        ways = _ways(module.one_input, content)
        if not ways <= known and content not in crashes:
            kept.append(content)
        known |= ways
    for path in corpus.iterdir():
        if not path.name.startswith("crash-"):
            path.unlink()
    for content in kept:
        (corpus / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)
    print(f"{target}: {len(kept)} of {len(inputs)} inputs take all {len(known)} ways")


def _ways(one_input: Callable[[bytes], None], content: bytes) -> set[Way]:
    """Return each step from line to line of vidgen's own code that an input makes it take."""
    ways: set[Way] = set()
    last: dict[FrameType, int] = {}

    def look(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        if "vidgen_core" not in frame.f_code.co_filename:
            return None
        ways.add((frame.f_code.co_filename, last.get(frame, 0), frame.f_lineno))
        last[frame] = frame.f_lineno
        return look

    sys.settrace(look)
    try:
        one_input(content)
    finally:
        sys.settrace(None)
    return ways


if __name__ == "__main__":
    main(*sys.argv[1:])
