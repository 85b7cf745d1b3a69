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
    (
        "belongings",
        "errors",
        "shortage",
        "refusal",
        "threads",
        "http_errors",
        "hosts",
        "patterns",
        "model",
        "wording",
        "pace",
    ),
    ("layout", "specs", "protocols", "ledger", "plan", "limit"),
    ("faults",),
    ("strict_json", "serialize", "scenes_file", "script_files", "script_answers", "disk"),
    ("hookspecs", "settings", "keys"),
    ("planner",),
    ("download", "memory", "journal", "rundir", "retake", "clearing", "probe", "listing", "media"),
    ("stitch",),
    ("subtitles",),
    ("plugins", "selection", "opening"),
    ("executor",),
    ("inspection",),
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


def test_nobody_is_told_to_install_a_package_of_vidgens_by_its_name() -> None:
    """They are on no index yet: what is called so there is a stranger's."""
    for path in modules():
        assert "pip install vidgen-" not in path.read_text(), path


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


#: Who else changes what is on a disk, and why.
WRITES = {
    "disk.py": "this is where it is done",
    "faults.py": "the list of points that a test asks for lies where the test says",
    "belongings.py": "a stream that a plugin closed leads to the null device",
    "cli/signals.py": "the last words of a command go to its standard error",
    "cli/__init__.py": "what nobody can read any more goes to the null device",
    "cli/health.py": "a folder of its own is tried out, and is gone before the command ends",
    "stitch/splice.py": "a library writes the film into a scratch folder",
}
#: Functions of ``os`` and methods of paths that change what is there.
CHANGES = {
    *("rename", "renames", "replace", "link", "symlink", "unlink", "remove", "removedirs"),
    *("mkdir", "makedirs", "rmdir", "fsync", "fdatasync", "write", "pwrite", "writev"),
    *("ftruncate", "truncate", "utime", "chmod", "mkfifo", "mknod"),
    *("write_text", "write_bytes", "touch", "symlink_to", "hardlink_to"),
}
OF_PATHS = CHANGES - {"replace", "link", "remove", "write", "truncate"}
READS = {"which", "disk_usage", "get_terminal_size"}


def changes_files(call: ast.Call) -> bool:
    """Whether *call* changes what is on a disk, as far as its text tells."""
    name = call.func
    modes = [each.value for each in call.args[:2] if isinstance(each, ast.Constant)]
    modes += [each.value.value for each in call.keywords if isinstance(each.value, ast.Constant)]
    opens = any(isinstance(mode, str) and set(mode) & set("wax+") for mode in modes)
    if isinstance(name, ast.Name):
        return name.id == "open" and opens
    if not isinstance(name, ast.Attribute):
        return False
    owner = name.value.id if isinstance(name.value, ast.Name) else ""
    if owner == "os":
        flags = ast.dump(call)
        made = any(flag in flags for flag in ("O_CREAT", "O_WRONLY", "O_RDWR"))
        return name.attr in CHANGES or (name.attr == "open" and made)
    if owner == "shutil":
        return name.attr not in READS
    if owner in ("disk", "tempfile"):
        return owner == "tempfile"
    if name.attr in ("open", "fdopen"):
        return opens and all(len(mode) < 4 for mode in modes if isinstance(mode, str))
    one_path = len(call.args) == 1 and not call.keywords
    return name.attr in OF_PATHS or (name.attr == "replace" and one_path)


def test_only_one_module_changes_what_is_on_a_disk() -> None:
    others = {}
    for path in modules():
        if room_of(path) == "testing":
            continue  # services on this machine in place of the paid ones
        calls = (
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
        )
        lines = [call.lineno for call in calls if changes_files(call)]
        if lines:
            others[path.relative_to(CORE).as_posix()] = lines
    assert others.keys() <= WRITES.keys(), others
    assert others.keys() | {"stitch/splice.py"} == WRITES.keys(), "a reason is not needed any more"


@pytest.mark.parametrize(
    "call",
    [
        "os.replace(a, b)",
        "os.open(path, os.O_WRONLY)",
        "path.replace(other)",
        "path.write_bytes(b'')",
        "path.open('ab')",
        "open(path, mode='w')",
        "shutil.move(a, b)",
        "tempfile.mkdtemp()",
    ],
)
def test_what_changes_a_disk_is_known(call: str) -> None:
    (found,) = (node for node in ast.parse(call).body)
    assert isinstance(found, ast.Expr)
    assert isinstance(found.value, ast.Call)
    assert changes_files(found.value)
    for harmless in ("text.replace('a', 'b')", "path.open('rb')", "os.open(path, os.O_RDONLY)"):
        (other,) = (node for node in ast.walk(ast.parse(harmless)) if isinstance(node, ast.Call))
        assert not changes_files(other)
