"""What the fuzzers found, and what they begin with, breaks no law. No fuzzer is needed here."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from .run import CORPUS, HERE, TARGETS

MOST_FILES, MOST_BYTES = 200, 300_000


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(f".{request.param}", __package__)


def test_no_input_of_the_corpus_breaks_a_law(target: ModuleType) -> None:
    inputs = sorted((CORPUS / target.__name__.rpartition(".")[2]).iterdir())
    assert inputs
    for path in inputs:
        try:
            target.one_input(path.read_bytes())
        except Exception as error:
            raise AssertionError(f"{path.relative_to(HERE)} breaks a law") from error


def test_what_the_search_begins_with_breaks_no_law(target: ModuleType) -> None:
    for seed in target.seeds():
        target.one_input(seed)


def test_the_corpus_is_small_and_of_known_targets() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == set(TARGETS)
    assert len(files) < MOST_FILES
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
