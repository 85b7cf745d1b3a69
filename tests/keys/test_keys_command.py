"""``vidgen keys``: prompted for or read, listed without values, checked where that is free."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core.cli import main
from vidgen_core.keys import IN_KEYRING, Store

from ..plugins.distributions import Install
from ..terminals import Terminal
from .conftest import Use
from .keyrings import Kept, Locked
from .services import GOOD, SILENT, TELLING

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _installed(install: Install) -> None:
    install("vidgen-telling", TELLING)
    install("vidgen-silent", SILENT)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return what runs ``vidgen keys`` with some standard input."""

    def run(*words: str, given: io.StringIO | str | None = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given) if isinstance(given, str) else given)
        code = main(["keys", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("given", [GOOD, f"{GOOD}\n", f"  {GOOD} \r\n\n"])
def test_a_key_is_read_from_standard_input_and_not_shown(say: Say, given: str) -> None:
    path = Store.of_user().path
    assert say("set", "TELLING_KEY", given=given) == (0, f"TELLING_KEY is kept: {path}\n", "")
    assert Store.of_user().get("TELLING_KEY") == GOOD


def test_in_a_terminal_a_key_is_asked_for_unseen(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or GOOD)
    code, out, err = say("set", "telling", given=Terminal("not-this"))
    assert code == 0
    assert asked == ["TELLING_KEY (it is not shown): "]
    assert GOOD not in out + err
    assert Store.of_user().get("TELLING_KEY") == GOOD


def test_whoever_ends_the_question_keeps_nothing(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    code, _, err = say("set", "telling", given=Terminal())
    assert (code, err) == (2, "\nvidgen: no key was given\nvidgen keys set TELLING_KEY\n")
    monkeypatch.setattr("getpass.getpass", lambda prompt: (_ for _ in ()).throw(KeyboardInterrupt))
    assert say("set", "telling", given=Terminal())[0] == 130
    assert Store.of_user().names() == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "no key was given"),
        (" \n", "no key was given"),
        ("two-words here-4711", "more than one word"),
        ("4711" * 1001, "too long for a key"),
        ("schl\u00fcssel-4711", "not printable ASCII"),
        ("\ufeffbom-4711", "not printable ASCII"),
        ("bell-\x07-4711", "not printable ASCII"),
        ("nothing-\0-4711", "not printable ASCII"),
        ("TELLING_KEY=line-4711", "without TELLING_KEY= and without quotes"),
        ("'quoted-4711'", "without TELLING_KEY= and without quotes"),
        (None, "no standard input"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(say: Say, given: str | None, told: str) -> None:
    code, out, err = say("set", "TELLING_KEY", given=given)
    assert (code, out) == (2, "")
    assert told in err
    assert "4711" not in err
    assert Store.of_user().names() == ()


@pytest.mark.parametrize("action", ["set", "rm", "check"])
def test_a_name_that_nobody_declares_may_be_a_key_and_is_not_repeated(
    say: Say, action: str
) -> None:
    code, out, err = say(action, GOOD)
    assert (code, out) == (2, "")
    assert GOOD not in err
    assert "SILENT_KEY" in err
    assert "TELLING_API_KEY, TELLING_KEY" in err


def test_a_key_on_the_command_line_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    after = ([GOOD], ["-" + GOOD], ["--key", GOOD], [f"--key={GOOD}"])
    for words in ([GOOD], ["luma", GOOD], *(["set", "telling", *more] for more in after)):
        assert main(["keys", *words]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert GOOD not in err


def test_a_list_shows_where_each_key_is_and_no_value(
    say: Say, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(kept := Kept())
    Store.of_user().put("TELLING_KEY", "value-in-keyring")
    monkeypatch.setenv("TELLING_KEY", "value-in-environment")
    Path(".env").write_text("TELLING_API_KEY=value-in-file\nHOME=value-elsewhere\n")
    Path(".env").chmod(0o604)
    kept.asked.clear()
    code, out, err = say("list")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert f"environment, then {IN_KEYRING}  (telling)" in lines["TELLING_KEY"]
    assert f"{Path.cwd()}/.env  (telling)" in lines["TELLING_API_KEY"]
    assert "not set  (silent)" in lines["SILENT_KEY"]
    assert "chmod 600" in err
    assert "value-" not in out + err
    assert kept.asked == []


def test_the_list_for_programs_has_sources_and_no_value(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.of_user().put("GONE_KEY", "value-in-store")
    monkeypatch.setenv("TELLING_KEY", "value-in-environment")
    code, out, err = say("list", "--json")
    told = {each["name"]: each for each in json.loads(out)["keys"]}
    assert (code, err) == (0, "")
    assert told["TELLING_KEY"]["sources"] == ["environment"]
    assert told["SILENT_KEY"]["sources"] == []
    path = str(Store.of_user().path)
    assert told["GONE_KEY"] == {
        "name": "GONE_KEY", "providers": [], "sources": [path], "exposures": [],
    }  # fmt: skip
    assert "value-" not in out


def test_what_was_kept_is_forgotten_also_without_its_plugin(say: Say) -> None:
    for name in ("TELLING_KEY", "TELLING_API_KEY", "GONE_KEY"):
        Store.of_user().put(name, GOOD)
    assert say("rm", "GONE_KEY") == (0, "forgotten: GONE_KEY\n", "")
    code, out, _ = say("rm", "telling")
    assert (code, out) == (0, "forgotten: TELLING_KEY, TELLING_API_KEY\n")
    assert Store.of_user().names() == ()


def test_only_what_vidgen_kept_is_removed(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLING_KEY", GOOD)
    Path(".env").write_text(f"SILENT_KEY={GOOD}\n")
    code, _, err = say("rm", "TELLING_KEY")
    assert code == 2
    assert "TELLING_KEY is not kept by vidgen\nremove it yourself: environment" in err
    assert f"remove it yourself: {Path.cwd()}/.env" in say("rm", "silent")[2]
    assert Path(".env").read_text() == f"SILENT_KEY={GOOD}\n"


@pytest.mark.parametrize("action", ["set", "rm"])
def test_a_key_that_counts_instead_is_named(
    say: Say, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.of_user().put("TELLING_KEY", GOOD)
    monkeypatch.setenv("TELLING_KEY", "another-one")
    code, _, err = say(action, "TELLING_KEY", given=GOOD)
    assert code == 0
    assert "TELLING_KEY is set elsewhere, too, and that counts first: environment" in err


def test_a_keyring_that_is_locked_is_told(say: Say, use: Use) -> None:
    use(Kept())
    Store.of_user().put("TELLING_KEY", GOOD)
    use(Locked())
    for action, code in (("check", 4), ("rm", 9), ("list", 0)):
        ended = say(action, *(["TELLING_KEY"] if action != "list" else []))
        assert ended[0] == code
        assert ("Failed to unlock" in ended[2]) is (action != "list")


@pytest.mark.parametrize("name", ["telling", "TELLING_KEY"])
def test_a_good_key_is_told_with_what_the_service_says(
    say: Say, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", GOOD)
    code, out, err = say("check", name)
    assert (code, out) == (0, "TELLING_KEY (environment) is good: balance $5.00 of [key]\n")
    assert err == "what a plugin prints\n"
    code, out, _ = say("check", name, "--json")
    facts = {"name": "TELLING_KEY", "source": "environment", "valid": True}
    assert (code, json.loads(out)) == (0, {"schema": 1, **facts, "said": "balance $5.00 of [key]"})


def test_a_key_of_which_nothing_is_said_is_not_told_to_have_credit(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", "says-nothing")
    assert say("check", "telling")[:2] == (
        0,
        "TELLING_KEY (environment) is accepted; "
        "whether the account has credit is not told by this service\n",
    )


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [
        ("wrong-key-4711", 4, "telling does not accept the key [key]"),
        ("nobody-listens", 5, "telling cannot be reached"),
        ("a-bug-comes", 3, "vidgen-telling 1.0: its check of the key raised"),
    ],
)
def test_a_check_that_fails_says_how_and_shows_no_key(
    say: Say, key: str, code: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", key)
    ended, out, err = say("check", "telling")
    assert (ended, out) == (code, "")
    assert told in err
    assert key not in err
    assert json.loads(say("check", "telling", "--json")[1])["exit_code"] == code


def test_where_a_key_is_rejected_it_is_said_where_another_would_count(
    say: Say, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.of_user().put("TELLING_KEY", "wrong-key-4711")
    assert say("check", "telling")[2].endswith("\nvidgen keys set TELLING_KEY\n")
    Path(".env").write_text("TELLING_KEY=wrong-key-4712\n")
    Path(".env").chmod(0o600)
    there = f"that key is in {Path.cwd() / '.env'}: change it there"
    assert say("check", "telling")[2].endswith(f"\n{there}\n")
    monkeypatch.setenv("TELLING_KEY", "wrong-key-4713")
    assert main(["doctor", "--online"]) == 4
    for told in (capsys.readouterr().out, say("check", "telling")[2]):
        assert "in the environment: unset TELLING_KEY, and vidgen keys set TELLING_KEY" in told


def test_the_variable_that_is_named_is_checked_and_no_other(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", GOOD)
    monkeypatch.setenv("TELLING_API_KEY", "wrong-key-4711")
    assert say("check", "TELLING_API_KEY")[0] == 4
    assert say("check", "telling")[0] == 0


def test_where_a_check_would_cost_it_is_said_and_is_nobodys_mistake(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENT_KEY", GOOD)
    code, out, err = say("check", "silent")
    assert (code, err) == (0, "")
    assert out.startswith("SILENT_KEY is set (environment); whether it is good ")
    assert "is good:" not in out
    facts = json.loads(say("check", "silent", "--json")[1])
    assert (facts["name"], facts["source"], facts["valid"]) == ("SILENT_KEY", "environment", None)


def test_where_a_service_does_not_answer_it_is_said_what_to_type(
    say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", "nobody-listens")
    for name in ("telling", "TELLING_KEY"):
        advice = f"look at the line to that service, then: vidgen keys check {name}"
        assert say("check", name)[2].splitlines()[-1] == advice


@pytest.mark.parametrize("name", ["silent", "telling"])
def test_a_key_that_is_not_set_is_asked_for(say: Say, name: str) -> None:
    code, _, err = say("check", name)
    assert code == 4
    assert f"vidgen keys set {name.upper()}_KEY" in err
