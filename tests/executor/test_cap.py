"""No more is spent than the user allows: not by many at once, not over many runs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import layout
from vidgen_core.errors import Billed, CapReached, ExitCode, JobFailed, Unavailable
from vidgen_core.executor.purse import Purse
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.limit import Limit, left_of
from vidgen_core.model import Key, Step
from vidgen_core.specs import FREE, UNKNOWN_PRICE, Price, ProviderKind

from ..fakes import PRICE, Film, Remote, local_engine
from .films import CLIP_1, ended, fail_first, lost, six_scenes, use


def work(number: int, price: Price, take: int = 1) -> InFlight:
    return InFlight(
        key=Key(Step.CLIP, number, 1),
        take=take,
        provider="paid",
        kind=ProviderKind.VIDEO_ENGINE,
        token="t",
        price=price,
    )


def journal_in(folder: Path) -> Journal:
    (folder / layout.STATE).mkdir(parents=True)
    return Journal(folder)


# the purse ------------------------------------------------------------------

prices = st.one_of(
    st.tuples(st.integers(0, 300), st.integers(0, 300)).map(
        lambda cents: Price(min(cents) / 100, max(cents) / 100)
    ),
    st.just(UNKNOWN_PRICE),
)
endings = st.sampled_from(["in flight", "unknown", *Billed])


@settings(deadline=None, max_examples=150)
@given(
    submits=st.lists(st.tuples(prices, endings), max_size=12),
    cap=st.integers(0, 800).map(lambda cents: cents / 100),
    guess=st.none() | st.integers(0, 200).map(lambda cents: cents / 100),
)
def test_all_that_may_have_been_charged_stays_below_the_cap(
    tmp_path_factory: pytest.TempPathFactory,
    submits: list[tuple[Price, str]],
    cap: float,
    guess: float | None,
) -> None:
    worst = 0.0
    with journal_in(tmp_path_factory.mktemp("purse")) as journal:
        for number, (price, ending) in enumerate(submits, start=1):
            piece = work(number, price)
            limit = Limit(cap=cap, unknown_price=guess)
            purse = Purse(journal=journal, limit=limit)  # as after a restart
            most = guess if price.high is None else price.high
            fits = most is not None and worst + most <= cap + 1e-6
            if price.free:
                purse.take_out(piece)
                continue
            if not fits:
                with pytest.raises(CapReached):
                    purse.take_out(piece)
                assert piece.key not in journal.ledger.in_flight
                continue
            purse.take_out(piece)
            assert most is not None
            worst += most
            if ending == "in flight":
                journal.submitted(piece.key, 1, f"job-{number}", {})
            elif ending != "unknown":
                journal.ended(piece.key, 1, "it is over", Billed(ending))
                worst -= most if ending == Billed.NO else 0.0
    assert worst <= cap + 1e-6


def test_the_last_dollar_is_given_to_one_of_many_at_once(tmp_path: Path) -> None:
    bought, barrier = [], threading.Barrier(8)
    with journal_in(tmp_path) as journal:
        purse = Purse(journal=journal, limit=Limit(cap=1.0))

        def buy(number: int) -> None:
            barrier.wait()
            try:
                purse.take_out(work(number, Price(1.0, 1.0)))
            except CapReached:
                return
            bought.append(number)

        threads = [threading.Thread(target=buy, args=(n,)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(bought) == 1
        assert len(journal.ledger.charges) == 1


def test_without_a_cap_nothing_is_refused(tmp_path: Path) -> None:
    with journal_in(tmp_path) as journal:
        Purse(journal=journal).take_out(work(1, UNKNOWN_PRICE))
        assert journal.ledger.bill == UNKNOWN_PRICE


def test_what_was_bought_at_an_unknown_price_leaves_no_room_below_a_cap(tmp_path: Path) -> None:
    with journal_in(tmp_path) as journal:
        Purse(journal=journal).take_out(work(1, UNKNOWN_PRICE))
        with pytest.raises(CapReached, match="no known price"):
            Purse(journal=journal, limit=Limit(cap=100.0)).take_out(work(2, PRICE))
        Purse(journal=journal, limit=Limit(cap=100.0, unknown_price=99.0)).take_out(work(2, PRICE))


def test_a_cap_of_nothing_lets_free_work_begin_only(tmp_path: Path) -> None:
    with journal_in(tmp_path) as journal:
        purse = Purse(journal=journal, limit=Limit(cap=0.0))
        purse.take_out(work(1, FREE))
        with pytest.raises(CapReached):
            purse.take_out(work(2, Price(0.0, 0.01)))


@pytest.mark.parametrize(
    ("spent", "price", "said"),
    [
        (0.0, 0.71, "it costs up to $0.71, and the limit is $0.70"),
        (0.412, 0.3, "it costs up to $0.30, and the limit of $0.70 has $0.28 left"),
        (0.1 + 0.6, 0.003, "it costs up to $0.01, and the limit of $0.70 has $0.00 left"),
        (2.13, 0.5, "it costs up to $0.50, and the limit of $0.70 is exceeded by $1.43"),
    ],
)
def test_it_is_said_how_the_limit_stands(
    spent: float, price: float, said: str, tmp_path: Path
) -> None:
    with journal_in(tmp_path) as journal:
        Purse(journal=journal).take_out(work(1, Price(spent, spent)))
        with pytest.raises(CapReached) as caught:
            Purse(journal=journal, limit=Limit(cap=0.7)).take_out(work(2, Price(price, price)))
        assert caught.value.message == said


def test_an_order_that_may_not_be_charged_yet_is_said_to_exceed_the_limit(tmp_path: Path) -> None:
    piece = work(1, Price(1.42, 1.42))
    with journal_in(tmp_path) as journal:
        Purse(journal=journal).take_out(piece)
        with pytest.raises(CapReached, match=r"with it the limit of \$1.00 is exceeded by \$0.42$"):
            Purse(journal=journal, limit=Limit(cap=1.0)).check_again(piece.key)


@pytest.mark.parametrize(("cap", "spent"), [(1e308, 1.0), (1.0, 1e308)])
def test_sums_that_nobody_has_can_be_said(cap: float, spent: float) -> None:
    assert "$" in left_of(cap, spent)


# a film ---------------------------------------------------------------------


def test_a_run_stops_buying_at_the_cap_and_finishes_what_is_free(
    film: Film, tmp_path: Path
) -> None:
    longer = six_scenes(film, tmp_path)
    outcome = longer.work(limit=Limit(cap=1.6))
    assert ended(outcome) is ExitCode.MONEY
    assert len(film.service.jobs()) == 3  # at 0.50 each
    assert (outcome.paid, outcome.price) == (3, Price(1.5, 1.5))
    assert sum(path.startswith("scene_") and "/" not in path for path in outcome.made) == 3
    again = longer.work(limit=Limit(cap=1.6))  # another run has no other purse
    assert ended(again) is ExitCode.MONEY
    assert len(film.service.jobs()) == 3
    assert longer.work(limit=Limit(cap=3.0)).codes == set()
    assert len(film.service.jobs()) == 6


def test_a_job_in_flight_counts_in_the_cap_and_is_collected_beyond_it(film: Film) -> None:
    def down() -> None:
        raise Unavailable("no answer", billed=Billed.NO)

    film.service.trouble["poll"] = [down] * 50
    assert ended(film.work(limit=Limit(cap=1.0))) is ExitCode.LATER
    assert len(film.service.jobs()) == 1
    film.service.trouble.clear()
    assert ended(film.work(limit=Limit(cap=0.5))) is ExitCode.MONEY
    assert read_ledger(film.root).in_flight == {}
    assert len(film.service.jobs()) == 1


def test_what_is_in_doubt_counts_in_the_cap(film: Film) -> None:
    lost(film, charged=True)
    outcome = film.work(limit=Limit(cap=0.9), in_doubt_limit=0.5)
    assert ExitCode.MONEY in outcome.codes
    assert film.service.bill() == {"clip-1-1": 1}


@pytest.mark.parametrize("charged", [True, False])
def test_an_order_in_doubt_is_not_repeated_above_a_lower_cap(film: Film, charged: bool) -> None:
    film.service.idempotent = True
    use(film, abilities=frozenset({"idempotent"}))
    lost(film, charged=charged)  # agreed to by a run that had no cap
    below = PRICE.high - 0.01
    outcome = film.work(limit=Limit(cap=below))
    assert ended(outcome) is ExitCode.MONEY
    assert "it may not have been charged yet" in " ".join(str(e) for _, e in outcome.errors)
    assert sum(film.service.bill().values()) == charged
    film.work(limit=Limit(cap=PRICE.high))
    assert film.service.bill() == {"clip-1-1": 1}


def test_a_job_that_failed_and_was_not_charged_makes_room_again(film: Film) -> None:
    class Failing(Remote):
        def poll(self, job):  # type: ignore[no-untyped-def]
            raise JobFailed("the service broke it", billed=Billed.NO)

    use(film, factory=lambda context: Failing(film.service))
    film.work(limit=Limit(cap=0.5))
    assert read_ledger(film.root).bill == FREE
    use(film)
    assert ended(film.work(limit=Limit(cap=0.5))) is ExitCode.MONEY
    assert read_ledger(film.root).bill == Price(0.5, 0.5)


def test_work_of_unknown_price_is_not_submitted_below_a_cap_unless_the_user_prices_it(
    film: Film,
) -> None:
    use(film, price=lambda request, options: UNKNOWN_PRICE)
    outcome = film.work(limit=Limit(cap=10.0))
    assert ended(outcome) is ExitCode.MONEY
    assert film.service.jobs() == []
    assert "its price is unknown" in film.said
    assert film.work(limit=Limit(cap=10.0, unknown_price=5.0)).codes == set()


def test_the_cap_is_reached_before_a_picture_is_given_away(film: Film) -> None:
    from ..fakes import frame_host

    film.specs = (*film.specs, frame_host(film.service))
    film.flags = {"frame_host": "shelf"}
    film.work(limit=Limit(cap=0.1))
    assert film.service.count("publish") == 0


def test_nothing_is_bought_that_nobody_agreed_to(film: Film) -> None:
    outcome = film.work(agreed=False)
    assert ended(outcome) is ExitCode.DECISION
    assert film.service.jobs() == []


def test_without_leave_a_submit_of_unknown_outcome_is_not_repeated_either(film: Film) -> None:
    for ability in ("idempotent", "find"):
        film.service.idempotent = ability == "idempotent"
        use(film, abilities=frozenset({ability}))
        if CLIP_1 not in read_ledger(film.root).in_flight:
            lost(film, charged=False)
        assert ended(film.work(agreed=False)) is ExitCode.DECISION
        assert film.service.count("submit") == 0


def test_collecting_fetches_what_is_paid_for_and_begins_nothing(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("away", billed=Billed.NO)] * 20)
    film.work()
    fail_first(film, "poll")
    before = film.service.count("submit")
    outcome = film.work(collect=True)
    assert [path for path in outcome.made if "_vid_1_" in path] == outcome.made
    assert len(outcome.made) == 1
    assert film.service.count("submit") == before


def test_a_free_film_is_made_whatever_the_cap(film: Film) -> None:
    film.flags = {"engine": "here"}
    film.specs = (local_engine(film.service),)
    assert film.work(limit=Limit(cap=0.0)).codes == set()
