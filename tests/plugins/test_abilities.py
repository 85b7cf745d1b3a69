"""What a provider says that it can do: several words, of which none is a slip of the pen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from vidgen_core import ProviderSpec
from vidgen_core.specs.providers import ABILITIES


def spec(abilities: object) -> ProviderSpec:
    return ProviderSpec(name="cloud", summary="", factory=print, abilities=abilities)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", [set, frozenset, list, tuple, iter], ids=lambda kind: kind.__name__
)
def test_any_collection_of_words_will_do(kind: Callable[[Iterable[str]], Iterable[str]]) -> None:
    assert spec(kind(sorted(ABILITIES))).abilities == ABILITIES


def test_a_word_of_a_later_vidgen_is_kept() -> None:
    assert spec(("find", "ends-with-pictures")).abilities == {"find", "ends-with-pictures"}


@pytest.mark.parametrize(
    ("word", "meant"),
    [("pictures_by_url", "pictures-by-url"), ("Idempotent", "idempotent"), ("finds", "find")],
)
def test_a_slip_is_refused_with_the_word_that_was_meant(word: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"'{word}' is no ability: did you mean '{meant}'"):
        spec({"find", word})


@pytest.mark.parametrize("wrong", ["find", {"find", 3}, 7, None])
def test_what_is_no_collection_of_words_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        spec(wrong)
