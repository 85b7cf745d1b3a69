"""A note that arises while a run works is told when it arises, and once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vidgen_core.cli.at_work import News, telling_news
from vidgen_core.executor.events import Event, Noted, Planned
from vidgen_core.ledger import Ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Tally, Task
from vidgen_core.specs import ProviderKind

from ..run_paths import TS

VOICE = "narration is not spoken: the voice does not speak Finnish; it is shown as subtitles"


def plan(*notes: str, kind: ProviderKind | None = None) -> Planned:
    task = Task(key=Key(Step.SOUND, 1), decision=Decision.MAKE, output="a.mp3", kind=kind)
    return Planned(Plan(timestamp=TS, tasks=(task,), scenes=(), notes=notes))


class Heard(list[Event]):
    @property
    def notes(self) -> list[str]:
        return [event.text for event in self if isinstance(event, Noted)]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def listener(heard: Heard, *said: str) -> Any:
    opened: Any = SimpleNamespace(
        directory=None,
        ledger=Ledger(),
        scenes=SimpleNamespace(others=()),
        settings=SimpleNamespace(warnings=("a warning",)),
        selection=SimpleNamespace(
            notes=(), assumed={ProviderKind.SOUND_ENGINE: "no sound engine was named"}
        ),
    )
    return telling_news(opened, heard.append, News(said={"a warning", *said}))


def test_a_note_that_arises_later_is_told_once(heard: Heard) -> None:
    tell = listener(heard, "old")
    for event in (plan("old"), plan("old", VOICE), plan("old", VOICE), plan(VOICE)):
        tell(event)
    assert heard.notes == [VOICE]
    assert heard.index(Noted(VOICE)) == 2, "after the plan that it is a note of"


def test_a_provider_that_nobody_named_is_told_when_it_has_work(heard: Heard) -> None:
    tell = listener(heard)
    tell(plan())
    tell(plan(kind=ProviderKind.SOUND_ENGINE))
    assert heard.notes == ["no sound engine was named"]


def test_other_events_pass(heard: Heard) -> None:
    listener(heard)(Noted("by the way"))
    assert heard.notes == ["by the way"]


def test_a_note_that_counts_on_is_no_news_and_one_beside_it_is() -> None:
    news = News()
    two, three = Tally("fitted", "2 scenes are fitted"), Tally("fitted", "3 scenes are fitted")
    assert news.of([two]) == [two]
    assert news.of([three]) == []
    assert news.of([three, "job 7"]) == ["job 7"]
    assert news.of([three, "job 7", "job 8"]) == ["job 8"]


def test_the_same_sentence_about_another_scene_is_news() -> None:
    news = News()
    news.of(["scene 4 is not spoken"])
    assert news.of(["scene 3 is not spoken"]) == ["scene 3 is not spoken"]


def test_another_form_of_the_film_is_news() -> None:
    news = News()
    news.of([Tally("fitted into 96x64", "1 scene is fitted into 96x64")])
    other = Tally("fitted into 64x96", "1 scene is fitted into 64x96")
    assert news.of([other]) == [other]
