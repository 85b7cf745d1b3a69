"""The voice: it says its text, tells when, and does so again in the same way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vidgen_core import BadOutput, Context, Interrupted, MachineError, SpeechRequest, Timing
from vidgen_core.media import Media
from vidgen_local.spoken_text import VoiceOptions
from vidgen_local.voice import RATE, LocalVoice, speech

STORY = (
    "The keeper of the lighthouse walks up the stairs at night. He lights the lamp, and he looks"
    " at the dark water. A small boat comes home from the sea. The wind is cold, but the light is"
    " warm. In the morning he writes one word in his book, and then he goes to sleep."
)


def voice(cancelled: Callable[[], bool] = lambda: False, **options: object) -> LocalVoice:
    chosen = VoiceOptions(**options)  # type: ignore[arg-type]
    return LocalVoice(Context(options=chosen, media=Media(), cancelled=cancelled))


@pytest.fixture(scope="module")
def speaker() -> LocalVoice:
    return voice()


def heard(path: Path, rate: int = RATE) -> NDArray[np.float32]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    with av.open(str(path)) as container:
        frames = [new for old in container.decode(audio=0) for new in resampler.resample(old)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def timings(path: Path) -> list[Timing]:
    return [Timing(**item) for item in json.loads(path.with_suffix(".json").read_text())]


def said(speaker: LocalVoice, text: str) -> NDArray[np.float32]:
    return np.concatenate(list(speech(text, speaker._say, [])))


def error_rate(truth: list[str], guess: list[str]) -> float:
    """The share of words that were heard wrongly, by edit distance."""
    row = list(range(len(guess) + 1))
    for i, word in enumerate(truth, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(guess, start=1):
            change = before + (word != other)
            before, row[j] = row[j], min(change, row[j] + 1, row[j - 1] + 1)
    return row[-1] / len(truth)


def test_a_recogniser_understands_what_is_said(speaker: LocalVoice, tmp_path: Path) -> None:
    pocketsphinx = pytest.importorskip("pocketsphinx")
    speaker.render(SpeechRequest(text=STORY), tmp_path / "story.mp3", lambda part: None)
    decoder = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")
    sound = heard(tmp_path / "story.mp3", 16_000)
    decoder.start_utt()
    decoder.process_raw((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    truth = STORY.lower().replace(".", "").replace(",", "").split()
    assert error_rate(truth, decoder.hyp().hypstr.split()) < 0.5


def test_timings_tell_when_each_sentence_is_heard(speaker: LocalVoice, tmp_path: Path) -> None:
    told: list[float] = []
    speaker.render(SpeechRequest(text=STORY), tmp_path / "story.mp3", told.append)
    found = timings(tmp_path / "story.mp3")
    sound = heard(tmp_path / "story.mp3")
    assert " ".join(timing.text for timing in found) == STORY
    assert all(before.end < after.start for before, after in pairwise(found))
    assert found[-1].end <= sound.size / RATE
    for timing in found:
        sentence = sound[round(timing.start * RATE) : round(timing.end * RATE)]
        assert np.sqrt(np.mean(sentence**2)) > 0.05
    for before, after in pairwise(found):
        pause = sound[round((before.end + 0.03) * RATE) : round((after.start - 0.03) * RATE)]
        assert np.abs(pause).max() < 0.01
    assert told == sorted(told)
    assert told[-1] == 1


def test_speech_has_the_level_of_narration(speaker: LocalVoice, tmp_path: Path) -> None:
    speaker.render(SpeechRequest(text=STORY), tmp_path / "story.mp3", lambda part: None)
    assert -22 < Media().measure_loudness(tmp_path / "story.mp3") < -15
    assert 0.3 < np.abs(said(speaker, STORY[:48])).max() <= 0.85


def test_one_text_is_said_in_the_same_way_each_time(speaker: LocalVoice) -> None:
    assert np.array_equal(said(speaker, "The same words."), said(voice(), "The same words."))
    assert not np.array_equal(said(speaker, "The same words."), said(speaker, "Other words."))


def test_the_voice_leaves_no_number_of_this_machine_for_its_makers(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from vidgen_core import Context, SpeechRequest\n"
        "from vidgen_core.media import Media\n"
        "from vidgen_local.spoken_text import VoiceOptions\n"
        "from vidgen_local.voice import LocalVoice\n"
        "context = Context(options=VoiceOptions(), media=Media(), cancelled=lambda: False)\n"
        "LocalVoice(context).render(SpeechRequest(text='Hm.'), Path('a.mp3'), lambda part: None)\n"
    )
    places = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TMPDIR", "TEMP", "LOCALAPPDATA")
    home = {name: str(tmp_path) for name in places}
    environ = {name: at for name, at in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=tmp_path, env={**environ, **home}, check=True, timeout=300)
    assert {path.name for path in tmp_path.rglob("*")} == {"a.mp3", "a.json"}


def test_speed_makes_speech_shorter_and_longer() -> None:
    slow, fast = (said(voice(speed=speed), STORY[:48]).size for speed in (0.8, 1.25))
    assert slow > 1.2 * fast


@pytest.mark.parametrize("text", ["", "  \n ", "😀", "—", "..."])
def test_a_text_without_words_is_a_moment_of_silence(
    speaker: LocalVoice, tmp_path: Path, text: str
) -> None:
    speaker.render(SpeechRequest(text=text), tmp_path / "none.mp3", lambda part: None)
    assert timings(tmp_path / "none.mp3") == []
    assert heard(tmp_path / "none.mp3").size >= 0.2 * RATE
    assert not said(speaker, text).any()


def test_a_sentence_that_cannot_be_said_keeps_its_time(speaker: LocalVoice) -> None:
    found: list[Timing] = []
    sound = np.concatenate(list(speech("Hello. 你好，世界。 Goodbye.", speaker._say, found)))
    assert [timing.text for timing in found] == ["Hello.", "你好，世界。", "Goodbye."]
    assert found[1].end - found[1].start > 0.5
    assert not sound[round(found[1].start * RATE) : round(found[1].end * RATE)].any()


@pytest.mark.parametrize(
    "text",
    [
        "9" * 60,
        "a" * 400,
        "[0:v]drawtext=text='%{pts}';$(rm -rf)",
        "e=mc² ½ ﬁ ß",
        "12:99:88 pm, $1.2.3, 0x1F, 2024-13-45",
        "<script>alert(1)</script> \x1b]0;title\x07 \u202eabc\ud800",
    ],
)
def test_hostile_text_is_spoken_or_left_out(speaker: LocalVoice, text: str) -> None:
    sound = said(speaker, text)
    assert np.isfinite(sound).all()
    assert sound.size


def test_the_model_is_given_short_pieces_only() -> None:
    asked: list[int] = []

    def say(text: str) -> NDArray[np.float32]:
        asked.append(len(text))
        return np.ones(10 * len(text), dtype=np.float32)

    blocks = list(speech("and so the sea went on beneath the moon " * 375, say, []))
    assert max(asked) <= 300
    assert sum(asked) > 14_500
    assert len(blocks) == len(asked)


def test_words_that_the_model_trips_on_are_named() -> None:
    class Broken:
        def __call__(self, text: str, **options: object) -> None:
            raise IndexError("list index out of range")

    broken = voice()
    broken._model = Broken()
    with pytest.raises(BadOutput, match="lighthouse"):
        said(broken, "The lighthouse.")


def test_a_voice_that_is_not_here_is_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    with pytest.raises(MachineError, match="emma") as caught:
        said(voice(voice="emma"), "Hello.")
    assert "heart" in caught.value.advice
    assert list(tmp_path.iterdir()) == []


def test_speaking_stops_when_the_run_does(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        voice(lambda: True).render(
            SpeechRequest(text=STORY), tmp_path / "story.mp3", lambda part: None
        )
