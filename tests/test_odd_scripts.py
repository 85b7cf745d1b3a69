"""Scripts that nobody expected: each gives a film or a clear error, by the offline providers."""

from __future__ import annotations

import json
import re
import resource
from pathlib import Path
from typing import Any

import av
import pytest

from .command_line import Ended, vidgen
from .extent import some
from .generate_runs import the_run

pytest.importorskip("vidgen_local")

SONNET = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd.
"""
MARKDOWN = """\
# The Garden Year

Some *notes* on a **garden** by the [river](https://example.org/x).

## Winter

- Snow covers the beds
- [x] The river freezes

| month | work |
|-------|------|
| March | sow |

```python
print("not a scene")
```
"""
SLUGS = (
    "INT. LIGHTHOUSE - LAMP ROOM - NIGHT",
    "EXT. HARBOUR - DAWN",
    "INT. CHURCH - EVENING",
    "EXT. MOUNTAIN PASS - SNOW - DAY",
)
SCENE = """
{slug}

MARA (30), a keeper with tired eyes, waits. The wind beats on the walls.

                    MARA
               (quietly)
          Is somebody there? This is number {number}.

                    JONAS (O.S.)
          It is only the wind.

                                        CUT TO:
"""
#: About twenty pages of fifty-five lines.
SCREENPLAY = "THE LAST LIGHT\n\nWritten by\n\nA. Writer\n\nFADE IN:\n" + "".join(
    SCENE.format(slug=SLUGS[number % len(SLUGS)], number=number) for number in range(75)
)
CHINESE = "清晨，薄雾笼罩着江面。一位老渔夫划着小船。\n\n夜里下起了大雨，他回到温暖的房间。"
ARABIC = "في الصباح كان البحر هادئا.\n\nفي الليل جلست الفتاة في غرفة صغيرة تنظر إلى القمر."
GERMAN = (
    "Am Morgen liegt Nebel über dem Dorf. Eine Frau öffnet die Tür.\n\n"
    "In der Nacht schneit es im Wald. Ein Fuchs läuft über die Lichtung."
)
HOSTILE = """\
<html><head><title>x</title><script>alert('1')</script></head>
<p>A boat [0:v]drawtext=text='%{expr:1/0}':x=10,scale=1:-1;movie=/etc/passwd[out] sails.</p>
<img src=x onerror=alert(1)> \x1b[31mRed\x1b[0m lights \x1b]0;owned\x07 burn in the harbour.
$(touch pwned) `touch pwned` '; touch pwned # %d {0} ${HOME} | : \\ [a] \u202e
"""
SMALL = ("--resolution", "96x64", "--max-scenes")


def generate(home: Path, script: str | bytes, *more: str, **how: Any) -> Ended:
    path = home / "script.txt"
    path.write_bytes(script if isinstance(script, bytes) else script.encode())
    return vidgen("generate", path, *SMALL, *more, home=home, **how)


def scenes_in(home: Path) -> list[dict[str, Any]]:
    (path,) = the_run(home).glob("scenes_*.json")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


@pytest.mark.parametrize(
    ("script", "place"),
    [
        pytest.param("A cat sleeps on a warm roof.", "roof", id="one line"),
        pytest.param(SONNET, "summer", id="sonnet"),
        pytest.param(MARKDOWN, "garden", id="markdown"),
        pytest.param(SCREENPLAY, "lamp room", id="screenplay of 20 pages"),
        pytest.param(CHINESE, "river", id="chinese"),
        pytest.param(ARABIC, "sea", id="arabic"),
        pytest.param(GERMAN, "village", id="german"),
    ],
)
def test_any_script_becomes_scenes_told_in_its_own_words(
    tmp_path: Path, script: str, place: str
) -> None:
    ended = generate(tmp_path, script, "3", "--metadata-only")
    assert ended.code == 0, ended.err
    scenes = scenes_in(tmp_path)
    assert 1 <= len(scenes) <= 3
    own = words(script) | {"says", "asks"}
    for scene in scenes:
        assert scene["scene_name"].strip()
        assert scene["narration"].strip()
        assert words(scene["narration"]) <= own
        assert len(scene["sound_effects_prompt"].split()) < 30
        assert 5 <= scene["scene_duration"] <= 15
    assert place in scenes[0]["scene_physical_environment"].casefold()


def test_the_items_of_a_list_are_told_as_sentences(tmp_path: Path) -> None:
    ended = generate(
        tmp_path, "- Snow falls all day\n- The children laugh\n", "1", "--metadata-only"
    )
    assert ended.code == 0, ended.err
    told = " ".join(scene["narration"] for scene in scenes_in(tmp_path))
    assert told.startswith("Snow falls all day. The children laugh")


@pytest.mark.parametrize(
    ("script", "kinds"),
    some(
        [
            pytest.param(HOSTILE, ["video", "audio", "subtitle"], id="filters, HTML and escapes"),
            pytest.param(CHINESE, ["video", "audio", "subtitle"], id="a language without a voice"),
        ],
        1,
    ),
)
def test_a_hostile_or_foreign_script_becomes_a_film(
    tmp_path: Path, script: str, kinds: list[str]
) -> None:
    ended = generate(tmp_path, script, "1")
    assert ended.code == 0, ended.err
    (film,) = the_run(tmp_path).glob("final_video_*.mp4")
    with av.open(str(film)) as video:
        assert [stream.type for stream in video.streams if stream.type != "data"] == kinds
        assert video.duration
        assert 5e6 <= video.duration <= 60e6
    assert not list(tmp_path.rglob("*pwned*"))
    assert "\x1b" not in ended.out + ended.err
    for made in the_run(tmp_path).rglob("*.json"):
        assert "\\u001b" not in made.read_text("utf-8").casefold()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("<html><body><br></body></html>", "the script tells nothing", id="tags"),
        pytest.param("\x1b[31m\x1b[0m\x1b]0;a\x07", "there is hardly a letter", id="escapes"),
        pytest.param("1;2;3;4;5;6;7;8;9;a;b;1;2;3;4;5;6", "hardly a letter", id="numbers"),
    ],
)
def test_a_script_that_tells_nothing_is_said_in_words(
    tmp_path: Path, script: str, said: str
) -> None:
    ended = generate(tmp_path, script, "1", "--metadata-only")
    assert ended.code in (3, 8)
    assert said in ended.words
    assert "\x1b" not in ended.err


def test_nothing_but_a_filter_becomes_scenes(tmp_path: Path) -> None:
    script = "[0:v]scale=1280:720,setsar=1[v0];[v0]concat=n=2:v=1:a=1[out]"
    ended = generate(tmp_path, script, "1", "--metadata-only")
    assert ended.code == 0, ended.err
    assert "scale" in scenes_in(tmp_path)[0]["narration"]


def test_one_word_without_an_end_is_not_spelt_out_for_minutes(tmp_path: Path) -> None:
    ended = generate(tmp_path, "x" * 100_000, "2", "--metadata-only")
    assert ended.code == 0, ended.err
    assert sum(len(scene["narration"]) for scene in scenes_in(tmp_path)) < 300


def test_five_million_letters_of_prose_are_read_in_little_memory(tmp_path: Path) -> None:
    who, where = ("Anna", "The captain", "Nobody"), ("the harbour", "a dark forest", "the market")
    sentences = [
        f"{who[number % 3]} walked through {where[number // 7 % 3]} for the {number}th time,"
        " and the wind that came over the water was as cold as it had been in all those years"
        " when no one had lit the lamp in the tower above the town, and no one had asked why."
        for number in range(22_400)
    ]
    prose = "\n\n".join(" ".join(sentences[at : at + 8]) for at in range(0, 22_400, 8))
    assert len(prose) > 4_900_000

    def with_little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))

    ended = generate(tmp_path, prose, "2", "--metadata-only", preexec_fn=with_little_memory)
    assert ended.code == 0, ended.err
    assert len(scenes_in(tmp_path)) == 2
