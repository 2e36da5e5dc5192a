"""What the committee decided last stands beside the rule's advice, and stands out where the two differ."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.designs.recommendation import Recommendation
from firstdose.records import DoseDecision
from firstdose.web.last_decision import LastDecision, last_decision
from firstdose.web.pages import doses, home
from tests.dosing.trial import Trial, protocol, time
from tests.web.browsing import Client

RULE = protocol()
MORE = Recommendation("dose", 3, None, "1 of cohort 4 still to be dosed", ())


def taken(number: int, action: str, level: int | None) -> Any:
    return DoseDecision(decision=number, decided=time("2026-03-01"), action=action, next_level=level)  # type: ignore[arg-type]


def found(trial: Trial, advice: Recommendation | None = MORE) -> LastDecision | None:
    return last_decision(RULE, trial.data, advice)


def test_before_the_first_there_is_none() -> None:
    assert found(Trial()) is None


@pytest.mark.parametrize(
    ("action", "level", "words", "is_other"),
    [
        ("dose", 2, "dose level 2, 10 million cells", True),
        ("dose", 3, "dose level 3, 16 million cells", False),
        ("stop", None, "stop", True),
        ("wait", None, "wait", True),
    ],
)
def test_one_that_is_still_to_be_carried_out(action: str, level: int | None, words: str, is_other: bool) -> None:
    last = found(Trial().plus(taken(1, "dose", 3), taken(2, action, level)))
    assert last == LastDecision(2, "2026-03-01", words, is_other)


def test_one_by_which_a_cohort_was_opened_is_carried_out() -> None:
    """That the rule advises another level later is no objection to it."""
    last = found(Trial().plus(taken(4, "dose", 2)).cohort("C5", 2, decision=4))
    assert last is not None
    assert not last.is_other
    earlier = found(Trial().plus(taken(4, "dose", 2)).cohort("C4", 3, decision=3))
    assert earlier is not None
    assert earlier.is_other


@pytest.mark.parametrize(
    ("action", "level", "dosed", "is_other"),
    [
        ("dose", 2, "2026-03-03T10:00", False),
        ("dose", 2, "2026-02-28T10:00", True),
        ("dose", 2, "2026-03", True),
        ("dose", 3, "2026-03-03T10:00", True),
        ("stop", None, "2026-03-03T10:00", True),
    ],
)
def test_one_in_an_open_cohort_is_carried_out_once_somebody_is_dosed_at_its_level_since(
    action: str, level: int | None, dosed: str, is_other: bool
) -> None:
    """Decided again on a cohort that goes on: no cohort is opened by it. Before the day, on it perhaps: not surely."""
    going_on = Trial().cohort("C4", 2, decision=3).plus(taken(4, action, level)).dosed("P9", dosed, "C4", 2)
    last = found(going_on, Recommendation("dose", 4, None, "escalate", ()))
    assert last is not None
    assert last.is_other is is_other


def test_without_advice_it_stands_out_until_it_is_carried_out() -> None:
    last = found(Trial().plus(taken(1, "stop", None)), None)
    assert last is not None
    assert last.is_other


@pytest.mark.parametrize(("page", "address"), [(home, "/"), (doses, "/doses/")])
def test_the_pages_say_it(signed_in: Client, monkeypatch: pytest.MonkeyPatch, page: Any, address: str) -> None:
    browser = signed_in("coordinator")
    assert "The committee’s last decision: " in browser.get(address).content.decode()
    other = LastDecision(9, "2026-03-01", "dose level 2, 10 million cells", True)
    monkeypatch.setattr(page, "last_decision", lambda *asked: other)
    text = browser.get(address).content.decode()
    assert (
        "<b>The committee has decided otherwise: dose level 2, 10 million cells</b> (decision 9, 1 March 2026)" in text
    )
    assert "The committee’s last decision" not in text
