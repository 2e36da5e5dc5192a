"""Where somebody is dosed stands the dose of the cohort, and where people departed from the rule to open it."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.records import DoseDecision
from firstdose.web.cohort_decided import Decided, decided_otherwise, dose_of_level
from tests.dosing.trial import Trial, at, protocol, time

RULE = protocol()


def taken(level: int | None, recommended: int | None, reason: str | None = "all three members saw no risk") -> Any:
    return DoseDecision(
        decision=4, decided=time("2026-03-01"), action="dose", next_level=level, reason=reason,
        recommended_action=None if recommended is None else "dose", recommended_next_level=recommended,
    )  # fmt: skip


def decided(trial: Trial, cohort: str | None) -> Decided | None:
    return decided_otherwise(Courses(RULE, Records(trial.data, at("2026-03-10T12:00"))), cohort)


def test_a_departure_is_said_with_both_doses_and_its_reason() -> None:
    trial = Trial().plus(taken(3, 2)).cohort("C5", 3, "2026-03-02T08:00", decision=4)
    assert decided(trial, "C5") == Decided(
        4, "2026-03-01", "dose", 3, "dose level 3, 16 million cells", "all three members saw no risk",
        "dose level 2, 10 million cells",
    )  # fmt: skip


@pytest.mark.parametrize(("recommended", "cohort"), [(3, "C5"), (None, "C5"), (2, "C4"), (2, None)])
def test_nothing_is_said_of_what_is_none(recommended: int | None, cohort: str | None) -> None:
    """The rule's own decision, one whose recommendation is not recorded, another cohort, no cohort."""
    trial = Trial().plus(taken(3, recommended)).cohort("C4", 3, decision=3).cohort("C5", 3, decision=4)
    assert decided(trial, cohort) is None


def test_a_reason_that_is_missing_is_called_so() -> None:
    found = decided(Trial().plus(taken(3, 2, None)).cohort("C5", 3, decision=4), "C5")
    assert found is not None
    assert found.reason == "none is recorded"


@pytest.mark.parametrize(("level", "words"), [(1, "5 million cells"), (4, "24 million cells"), (9, ""), (None, "")])
def test_the_dose_of_a_level(level: int | None, words: str) -> None:
    assert dose_of_level(RULE, level) == words
