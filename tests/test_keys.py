"""Keys: found where users keep them, never shown, nothing else of ``.env`` ever read."""

from __future__ import annotations

import json
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import keys
from vidgen_core.errors import UsageError
from vidgen_core.keys import REDACTED, find_key, redacted, traced

NAMES = ("FAL_KEY", "FAL_API_KEY")


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The store of whoever runs the tests is none of theirs."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", home)
        patch.setenv("XDG_CONFIG_HOME", home)
        yield


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, "FAL_KEY=from-file\n")
    found = find_key(NAMES, {"FAL_API_KEY": "from-environment"}, tmp_path)
    assert (found.variable, found.value) == ("FAL_API_KEY", "from-environment")
    assert found.source == "environment"


def test_a_key_of_the_file_says_which_file(tmp_path: Path) -> None:
    path = write(tmp_path, "FAL_API_KEY=b\nFAL_KEY=a\n")
    found = find_key(NAMES, {}, tmp_path)
    assert (found.variable, found.value, found.source) == ("FAL_KEY", "a", str(path))


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_is_not_set(tmp_path: Path, value: str) -> None:
    assert find_key(NAMES, {"FAL_KEY": value}, tmp_path) is None
    write(tmp_path, f"FAL_KEY={value}\n")
    assert find_key(NAMES, {"FAL_KEY": value}, tmp_path) is None


def test_the_working_directory_and_the_process_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    assert find_key(NAMES) is None
    write(tmp_path, "FAL_KEY=file")
    assert find_key(NAMES).value == "file"
    monkeypatch.setenv("FAL_KEY", "process")
    assert find_key(NAMES).value == "process"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("FAL_KEY=abc", "abc"),
        ("  FAL_KEY = abc  ", "abc"),
        ("export FAL_KEY=abc", "abc"),
        ("FAL_KEY=abc # mine", "abc"),
        ("FAL_KEY=abc#def", "abc#def"),
        ("FAL_KEY='a#b$c'", "a#b$c"),
        ("FAL_KEY='a\\b' # mine", "a\\b"),
        ('FAL_KEY="a\\"b"', 'a"b'),
        ('FAL_KEY="abc"#mine', "abc"),
        ("FAL_KEY=a=b==", "a=b=="),
        ("FAL_KEY=${HOME}", "${HOME}"),
        ("FAL_KEY=old\nFAL_KEY=new", "new"),
        ("\ufeffFAL_KEY=abc", "abc"),
        ("FAL_KEY=abc\r\nOTHER=1", "abc"),
        ("not a line\n=x\nFAL_KEY=abc", "abc"),
    ],
)
def test_a_line_of_the_file_is_read_as_it_is_written(tmp_path: Path, line: str, value: str) -> None:
    write(tmp_path, line + "\n")
    assert find_key(NAMES, {}, tmp_path).value == value


@pytest.mark.parametrize("line", ["#FAL_KEY=abc", "FAL_KEY=#abc", "FAL_KEY", "XFAL_KEY=abc"])
def test_a_line_that_gives_no_key_gives_none(tmp_path: Path, line: str) -> None:
    write(tmp_path, line)
    assert find_key(NAMES, {}, tmp_path) is None


@pytest.mark.parametrize("value", ["'abc", '"abc', "'a' b", '"a" "b"'])
def test_a_quote_that_does_not_end_is_named_by_its_line_without_the_value(
    tmp_path: Path, value: str
) -> None:
    path = write(tmp_path, f"# keys\nFAL_KEY={value}\n")
    with pytest.raises(UsageError) as caught:
        find_key(NAMES, {}, tmp_path)
    assert caught.value.message == f"{path}, line 2: the value of FAL_KEY cannot be read"
    assert value not in caught.value.advice


@pytest.mark.parametrize("value", ["two words", "line\x07bell", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_key(NAMES, {"FAL_KEY": value}, tmp_path)
    assert "FAL_KEY (environment)" in caught.value.message
    assert value not in caught.value.message + caught.value.advice


def test_nothing_else_of_the_file_is_read_or_exported(tmp_path: Path) -> None:
    write(tmp_path, "PATH='broken\nHOME=/elsewhere\nAWS_SECRET='x\nFAL_KEY=abc\n")
    before = dict(os.environ)
    assert find_key(NAMES, {}, tmp_path).value == "abc"
    assert find_key(("LUMAAI_API_KEY",), {}, tmp_path) is None
    assert dict(os.environ) == before


def test_no_names_read_no_file(tmp_path: Path) -> None:
    write(tmp_path, "FAL_KEY=abc")
    assert find_key((), {"FAL_KEY": "abc"}, tmp_path) is None


def test_a_file_inside_the_run_directory_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "FAL_KEY=planted")
    assert find_key(NAMES, {}, tmp_path, run_directory=tmp_path) is None
    assert find_key(NAMES, {}, tmp_path, run_directory=tmp_path / "video") is not None


def test_what_is_no_small_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert find_key(NAMES, {}, tmp_path) is None
    (tmp_path / ".env").rmdir()
    write(tmp_path, b"FAL_KEY=abc\n" + b"#" * 1_000_001)
    assert find_key(NAMES, {}, tmp_path) is None


def test_bytes_that_are_no_text_elsewhere_in_the_file_do_not_matter(tmp_path: Path) -> None:
    write(tmp_path, b"OTHER=\xff\xfe\nFAL_KEY=abc\n")
    assert find_key(NAMES, {}, tmp_path).value == "abc"


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "FAL_KEY=abc")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError) as caught:
        find_key(NAMES, {}, tmp_path)
    assert caught.value.message == f"{path} cannot be read: Permission denied"


KEY_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@given(KEY_TEXT)
def test_any_printable_key_survives_single_or_double_quotes(value: str) -> None:
    from tempfile import TemporaryDirectory

    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    lines = [f'FAL_KEY="{escaped}"'] + ([] if "'" in value else [f"export FAL_KEY='{value}' # x"])
    with TemporaryDirectory() as name:
        for line in lines:
            write(Path(name), line)
            found = find_key(NAMES, {}, Path(name))
            assert found.value == value
            assert len(value) < 8 or value not in repr(found)


# what is shown -----------------------------------------------------------------


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Nothing was found before; the function finds keys."""
    monkeypatch.setattr("vidgen_core.keys._found_keys", set())

    def find(*values: str) -> None:
        for value in values:
            assert find_key(["A_KEY"], {"A_KEY": value}) is not None

    return find


LONG = 'abcd-1234:ef/g"h\\9876543210'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Bearer {LONG}", f"Bearer {REDACTED}"),
        (f"x{LONG}x{LONG}", f"x{REDACTED}x{REDACTED}"),
        (f"https://x/?k={quote(LONG, safe='')}&b=1", f"https://x/?k={REDACTED}&b=1"),
        (json.dumps({"k": LONG}), json.dumps({"k": REDACTED})),
        (repr([LONG]), repr([REDACTED])),
        (f"hex {LONG.encode().hex()}", f"hex {REDACTED}"),
        ("only abcd-1234 of it", f"only {REDACTED} of it"),
        (f"cut off: {LONG[:15]}… here", f"cut off: {REDACTED}… here"),
        (f"cut off: {LONG[:15]}...", f"cut off: {REDACTED}..."),
        ("abcd… and ...", "abcd… and ..."),
        ("nothing at all", "nothing at all"),
    ],
)
def test_a_key_is_taken_out_of_a_text_in_every_form(
    known: Callable[..., None], text: str, shown: str
) -> None:
    known(LONG)
    assert redacted(text) == shown


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("code", [b64encode, urlsafe_b64encode])
def test_of_a_key_in_base64_hardly_more_than_its_ends_stays(
    known: Callable[..., None], before: str, code: Callable[[bytes], bytes]
) -> None:
    known(LONG + "??>>")  # with the two signs that are others in URLs
    coded = code(f"{before}{LONG}??>>".encode()).decode()
    shown = redacted(f"Basic {coded}")
    assert REDACTED in shown
    begin = len(b64encode(before.encode())) + 4
    assert len(shown) <= len(f"Basic {REDACTED}") + begin + 6


def test_a_short_key_is_taken_out_where_it_stands_alone(known: Callable[..., None]) -> None:
    known("scene", "abc")
    assert redacted("the scene is in scene_1 and scenery; abc") == (
        f"the {REDACTED} is in {REDACTED}_1 and scenery; abc"
    )


def test_a_key_that_begins_another_leaves_nothing_of_it(known: Callable[..., None]) -> None:
    known("0123456789", "0123456789abcdef")
    assert redacted("0123456789abcdef 0123456789") == f"{REDACTED} {REDACTED}"


def test_before_a_key_was_found_a_text_stays_as_it_is(known: Callable[..., None]) -> None:
    assert redacted("0123456789") == "0123456789"


def test_a_traceback_holds_no_key(known: Callable[..., None]) -> None:
    known(LONG)
    try:
        raise ValueError(LONG) from KeyError(f"{LONG}!")
    except ValueError as error:
        shown = traced(error)
    assert f"ValueError: {REDACTED}" in shown
    assert "98765" not in shown


@given(
    st.text(alphabet="ab1-:/", min_size=8, max_size=30), st.text(alphabet="ab1-:/ ", max_size=40)
)
def test_no_text_keeps_a_key(key: str, text: str) -> None:
    before, keys._found_keys = keys._found_keys, set()
    try:
        assert find_key(["A_KEY"], {"A_KEY": key}) is not None
        assert key not in redacted(f"{text}{key}{text}")
    finally:
        keys._found_keys = before
