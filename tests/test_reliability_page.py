"""``docs/reliability.md`` is true of what there is: each test and each command on it exists."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from vidgen_core.cli.parser import parse

from .fuzz.run import TARGETS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/reliability.md").read_text("utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
#: The number of each layer in the table, and the rest of its row.
LAYERS = dict(re.findall(r"^\| (\d+) \| \*\*(.*)\|$", PAGE, re.MULTILINE))
COUNTED = re.findall(r"^\| (?:\d+ )?[a-z ]+ \| `(nox [^`]+)` \| (.+) \|$", PAGE, re.MULTILINE)
NOX = re.findall(r"(nox -s [^`\n]+)", PAGE)
VIDGEN = re.findall(r"`(vidgen [a-z][^`]+)`", PAGE + SECURITY)
TESTS = re.compile(r"tests/\w+(?:/\w+\.py)?(?![\w/])")


def sessions() -> set[str]:
    """Return the names of the sessions of the noxfile."""
    found = set()
    for node in ast.parse((ROOT / "noxfile.py").read_text("utf-8")).body:
        for each in getattr(node, "decorator_list", ()):
            if "nox.session" in ast.unparse(each):
                named = [word.value for word in getattr(each, "keywords", ()) if word.arg == "name"]
                found.add(ast.literal_eval(named[0]) if named else getattr(node, "name", ""))
    return found


def test_each_layer_is_there_with_tests_that_exist() -> None:
    assert [*LAYERS] == [str(number) for number in range(1, 12)]
    for row in LAYERS.values():
        named = TESTS.findall(row)
        assert named
        assert all((ROOT / path).is_file() for path in named), named


def test_each_test_of_a_layer_is_on_the_page_with_its_command() -> None:
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests/faults").glob("test_*.py")
        if path.name != "test_extent.py"
    }
    assert there == set(TESTS.findall(" ".join(LAYERS.values())))
    assert there == set(TESTS.findall(" ".join(command for command, _ in COUNTED)))


def test_each_promise_is_made() -> None:
    assert re.findall(r"^\| (I\d+) \|", PAGE, re.MULTILINE) == [f"I{n}" for n in range(1, 13)]


def test_each_layer_and_each_target_says_what_was_counted() -> None:
    assert len(COUNTED) == 11 + len(TARGETS)
    assert all(count.strip() for _, count in COUNTED)
    fuzzed = [command.split()[-1] for command, _ in COUNTED if "-s fuzz" in command]
    assert sorted(fuzzed) == sorted(TARGETS)
    assert all(f"| `{target}` |" in PAGE for target in TARGETS)


@pytest.mark.parametrize("command", sorted(set(NOX)))
def test_each_session_and_each_path_of_a_command_exists(command: str) -> None:
    words = shlex.split(command)
    assert words[2] in sessions()
    assert all((ROOT / word).exists() for word in words if "/" in word)


@pytest.mark.parametrize("command", sorted(set(VIDGEN)))
def test_each_command_of_vidgen_can_be_read(command: str) -> None:
    parse(shlex.split(command)[1:])


@pytest.mark.parametrize("page", ["docs/reliability.md", "SECURITY.md"])
def test_each_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#]*)#?[^)]*\)", text)
    assert links
    assert all(((ROOT / page).parent / link).exists() for link in links)


def test_both_pages_are_found_from_where_people_begin() -> None:
    for page in ("README.md", "docs/architecture.md"):
        text = (ROOT / page).read_text("utf-8")
        assert "reliability.md)" in text
        assert "SECURITY.md)" in text
