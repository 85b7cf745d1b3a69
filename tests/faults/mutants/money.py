"""Mutants of what buys: the order of intent, submit and job, and what is in doubt."""

from __future__ import annotations

from vidgen_core.executor import Run, answers
from vidgen_core.executor.publishing import Shelf
from vidgen_core.executor.purchase import Purchase
from vidgen_core.executor.purse import Purse
from vidgen_core.planner import orders
from vidgen_core.planner.situation import Situation

from . import mutant, rewritten

_BUYING = "tests/executor/test_buying.py::"
_LOST = "tests/executor/test_lost_answers.py::"
_IN_ORDER = _BUYING + "test_intent_submitted_arriving_published_stand_in_the_journal_in_this_order"


@mutant(_IN_ORDER, required=True)
def an_order_that_is_submitted_twice() -> None:
    """Each clip is paid for twice."""
    rewritten(
        Purchase._submit,
        (
            "    submit = lambda",
            "    errand.provider.submit(request, work.token)\n    submit = lambda",
        ),
    )


@mutant(_IN_ORDER)
def an_intent_after_the_submit() -> None:
    """After a crash nobody knows that something was bought, and it is bought again."""
    rewritten(
        Purchase._buy,
        ("run.purse.take_out(self.work)\n", "pass\n"),
        (
            "return self._submit()",
            "submit = errand.provider.submit\n"
            "            def late(request, token):\n"
            "                job = submit(request, token)\n"
            "                run.purse.take_out(self.work)\n"
            "                return job\n"
            "            errand.provider.submit = late\n"
            "            try:\n"
            "                return self._submit()\n"
            "            finally:\n"
            "                errand.provider.submit = submit",
        ),
    )


@mutant(_IN_ORDER)
def a_job_that_is_not_written_down() -> None:
    """After a crash the job is in doubt, and nobody can fetch it."""
    rewritten(
        Purchase._submit,
        ("lambda: errand.run.journal.submitted(work.key, work.take, ref.id, ref.facts)",
         "lambda: None"),
    )  # fmt: skip


@mutant(_BUYING + "test_an_answer_is_stored_before_anything_parses_it")
def an_answer_that_is_parsed_before_it_is_stored() -> None:
    """What a script model was paid for is gone where it cannot be read."""
    rewritten(
        answers.answer_to,
        ("trouble_in(lambda: run.directory.write_state(path_of_answer(work), answer))", "None"),
    )


@mutant("tests/executor/test_cap.py::test_a_run_stops_buying_at_the_cap_and_finishes_what_is_free")
def a_cap_that_is_not_looked_at() -> None:
    """A film costs more than the user's limit."""
    rewritten(Purse.check, ("self.limit.check(", "return\n    self.limit.check("))


@mutant("tests/executor/test_cap.py::test_nothing_is_bought_that_nobody_agreed_to")
def leave_that_nobody_gave() -> None:
    """Something is bought, and nobody agreed."""
    rewritten(Run._is_agreed, ("return not", "return True or not"))


@mutant(_LOST + "test_neither_find_nor_repeat_is_a_question_until_the_file_is_there")
def doubt_that_is_no_question() -> None:
    """What may have been bought is bought again without a word."""
    rewritten(orders.attach, ("base, decision=Decision.ASK", "base, decision=Decision.ATTACH"))
    rewritten(Purchase.begin, ('self._ask_user("no answer is on record")', "self._buy()"))


@mutant(_BUYING + "test_a_lost_answer_is_a_question")
def an_unknown_outcome_that_is_tried_again() -> None:
    """A line that went dead makes a clip be paid for twice."""
    rewritten(
        Purchase._refused,
        ("if billed is Billed.UNKNOWN:", "if False:"),
        ("    run.journal.ended(", "    billed = Billed.NO\n    run.journal.ended("),
    )


@mutant(_LOST + "test_an_idempotent_submit_is_repeated_with_the_same_token")
def a_repeat_with_another_token() -> None:
    """A service that would charge once charges twice."""
    rewritten(
        Purchase._submit,
        ("submit(request, work.token)", "submit(request, work.token + str(id(self)))"),
    )


@mutant(_LOST + "test_a_job_that_appears_late_is_found_at_the_second_look")
def one_look_that_is_enough() -> None:
    """A job that a service lists late is bought again."""
    rewritten(Purchase._found, ("self._looks + 1 < LOOKS", "self._looks + 1 < 1"))


@mutant(_LOST + "test_several_jobs_that_may_be_it_are_a_question")
def any_job_that_is_adopted() -> None:
    """A clip shows what was ordered for another film."""
    rewritten(
        Purchase._found,
        ("if len(new) == 1:", "if new:"),
        ("(ref,) = new.values()", "ref = next(iter(new.values()))"),
    )


@mutant(_LOST + "test_a_job_that_failed_before_is_not_adopted")
def a_known_job_that_is_adopted() -> None:
    """A job of another clip is taken for the one that was lost."""
    rewritten(Purchase._found, ("(work.provider, ref.id) not in known", "True"))


@mutant(_LOST + "test_a_job_is_collected_from_who_took_the_money_whatever_engine_is_chosen")
def a_job_that_another_engine_forgets() -> None:
    """Who goes on with another engine pays for the clip again."""
    rewritten(
        Situation.paid_for,
        ("if job is not None or",
         "if job is not None and self.providers.engine.name != job.provider:\n"
         "        return None\n"
         "    if job is not None or"),
    )  # fmt: skip


@mutant(_LOST + "test_a_paid_file_that_broke_is_fetched_again_for_nothing")
def a_broken_clip_that_is_bought_again() -> None:
    """A clip that the service still has is paid for twice."""
    rewritten(Situation._fetched_before, ("if record is None or", "if True or record is None or"))


@mutant("tests/executor/test_crashes.py::"
        "test_killed_at_any_step_each_output_is_paid_for_once_or_is_a_question")  # fmt: skip
def a_file_that_has_its_name_before_its_record() -> None:
    """After a crash a paid clip is there, and is still fetched or asked about."""
    rewritten(Shelf._name, ("self.journal.arriving(task.key, record)", "pass"))
