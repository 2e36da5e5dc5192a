"""Where somebody is dosed stands the dose of the cohort, and where people departed from the rule to open it."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.records import DoseDecision
from firstdose.web.cohort_decided import departure, dose_of_level
from tests.dosing.trial import Trial, protocol, time
from tests.web.browsing import Client

RULE = protocol()


def taken(level: int | None, recommended: int | None, reason: str | None = "all three members saw no risk") -> Any:
    return DoseDecision(
        decision=4, decided=time("2026-03-01"), action="dose", next_level=level, reason=reason,
        recommended_action=None if recommended is None else "dose", recommended_next_level=recommended,
    )  # fmt: skip


def test_a_departure_is_said_with_both_doses_and_its_reason() -> None:
    data = Trial().plus(taken(3, 2)).cohort("C5", 3, decision=4).data
    assert departure(RULE, data, "C5") == (
        "Cohort C5 was opened by decision 4, which departs from the rule. Decided: dose level 3, 16 million cells; the "
        "rule recommended: dose level 2, 10 million cells. Reason: all three members saw no risk."
    )


@pytest.mark.parametrize(("recommended", "cohort"), [(3, "C5"), (None, "C5"), (2, "C4"), (2, None)])
def test_nothing_is_said_of_what_is_none(recommended: int | None, cohort: str | None) -> None:
    """The rule's own decision, one whose recommendation is not recorded, another cohort, no cohort."""
    data = Trial().plus(taken(3, recommended)).cohort("C4", 3, decision=3).cohort("C5", 3, decision=4).data
    assert departure(RULE, data, cohort) == ""


def test_a_reason_that_is_missing_is_called_so() -> None:
    data = Trial().plus(taken(3, 2, None)).cohort("C5", 3, decision=4).data
    assert departure(RULE, data, "C5").endswith("Reason: none is recorded.")


@pytest.mark.parametrize(("level", "words"), [(1, "5 million cells"), (4, "24 million cells"), (9, ""), (None, "")])
def test_the_dose_of_a_level(level: int | None, words: str) -> None:
    assert dose_of_level(RULE, level) == words


def test_the_page_of_a_dose_says_it(site: Any, signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from firstdose.web.pages import doses

    monkeypatch.setattr(doses, "departure", lambda *known: "Cohort C9 was opened otherwise.")
    here = {each.record for each in site.ledger.records("subjects") if each.fields["centre"] == "01"}
    subject = next(each.fields["subject"] for each in site.ledger.records("slots") if each.fields["subject"] in here)
    page = signed_in("investigator").get(f"/doses/{subject}/").content.decode()
    assert '<p class="warning" role="status">Cohort C9 was opened otherwise.</p>' in page
