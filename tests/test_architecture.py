"""The rooms of the house, and who may know of whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CORE = Path(__file__).parent.parent / "vidgen_core"
PLUGINS = CORE.parent / "plugins"

#: Each room may import from the rows above it, and from its own row.
ROWS = (
    ("errors", "http_errors", "hosts", "patterns", "model", "wording", "pace"),
    ("layout", "specs", "protocols", "ledger", "plan", "limit"),
    ("strict_json", "serialize", "scenes_file", "script_files", "script_answers", "disk"),
    ("hookspecs", "settings", "keys"),
    ("planner",),
    ("download", "memory", "journal", "rundir", "retake", "probe", "listing", "media"),
    ("stitch",),
    ("subtitles",),
    ("plugins", "selection", "opening"),
    ("executor",),
    ("report",),
    ("testing",),
    ("cli",),
)

RANK = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

#: Only these may stand in the planner's rooms beside vidgen's own.
PURE = {
    "__future__", "attrs", "collections", "enum", "functools", "hashlib", "itertools", "math",
    "re", "string", "types", "typing", "zlib",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(path for path in CORE.rglob("*.py") if path.name != "__main__.py")


def room_of(path: Path) -> str:
    first = path.relative_to(CORE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every dotted name that *path* imports, wherever the import stands."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped.update(id(inner) for inner in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(names if node.module == "vidgen_core" else {str(node.module)})
    return found


def rooms_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in imports(path))
    return {parts[1] for parts in names if parts[0] == "vidgen_core" and len(parts) > 1}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(CORE)))
def test_a_room_knows_only_the_rooms_before_it(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        pytest.skip("the public face names what plugin authors need")
    assert room in RANK, f"{room} has no place in the house: give it one here"
    for other in sorted(rooms_imported(path) & RANK.keys() - {room}):
        assert RANK[other] <= RANK[room], f"{room} may not import {other}"


def test_what_helps_tests_is_used_by_nobody_else() -> None:
    for path in modules():
        assert room_of(path) == "testing" or "testing" not in rooms_imported(path), path


def test_no_two_rooms_import_each_other() -> None:
    edges = {room_of(path): rooms_imported(path) for path in modules()}
    for room, others in edges.items():
        for other in others - {room}:
            assert room not in edges.get(other, set()), f"{room} and {other} import each other"


@pytest.mark.parametrize(
    "path", sorted((CORE / "planner").glob("*.py")), ids=lambda path: path.stem
)
def test_planning_imports_nothing_that_could_do_input_or_output(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports(path)} - {"vidgen_core"}
    assert outside <= PURE
    assert rooms_imported(path) <= {"planner", *ROWS[0], *ROWS[1]}


@pytest.mark.parametrize("plugin", sorted(PLUGINS.glob("*/src/*")), ids=lambda path: path.name)
def test_plugins_import_from_the_top_of_core_only(plugin: Path) -> None:
    for path in plugin.rglob("*.py"):
        tree = ast.parse(path.read_text())
        named = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        named |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        vidgen = {name for name in named if name.startswith("vidgen")}
        assert {n for n in vidgen if n.split(".")[0] != plugin.name} <= {"vidgen_core"}


def test_core_knows_no_plugin() -> None:
    names = {path.name for path in PLUGINS.glob("*/src/*")}
    for path in modules():
        assert not {name.split(".")[0] for name in imports(path)} & names


@pytest.mark.parametrize("command", ["--help", "--version", "continue --help"])
def test_help_loads_no_heavy_library(command: str) -> None:
    code = (
        "import sys\n"
        "from vidgen_core.cli import main\n"
        f"main({command.split()!r})\n"
        "heavy = {'av', 'numpy', 'PIL', 'ffmpeg', 'rich', 'imageio_ffmpeg', 'cattrs', 'attr',\n"
        "         'httpx', 'httpcore'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stderr.strip().splitlines()[-1] == "[]"


def test_only_media_and_its_helpers_start_programs() -> None:
    allowed = {"media"}
    for path in modules():
        if "subprocess" in {name.split(".")[0] for name in imports(path)}:
            assert room_of(path) in allowed
