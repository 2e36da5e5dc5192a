"""Words of dispositions: the same words in any order and case mean the same; what cannot be read is listed."""

import pytest

from firstdose.records import Disposition, Subject, TrialData, check_trial_data
from firstdose.records.endings import COMPLETIONS, LEAVINGS, is_completed, is_leaving


@pytest.mark.parametrize(
    "event",
    ["Consent withdrawn", "withdrew consent", "WITHDRAWAL BY SUBJECT", "subject withdrawal", "Lost to follow up",
     "death", "Screen Failure", "screening failure", "adverse event", "Investigator decision", "PHYSICIAN DECISION"],
)  # fmt: skip
def test_ways_to_leave(event: str) -> None:
    assert is_leaving(event)
    assert not is_completed(event)


@pytest.mark.parametrize("event", ["COMPLETED", "End of study", "finished", "completed the trial", "Study completed"])
def test_ways_to_complete(event: str) -> None:
    assert is_completed(event)
    assert not is_leaving(event)


def test_no_word_is_both() -> None:
    assert not any(map(is_leaving, COMPLETIONS))
    assert not any(map(is_completed, LEAVINGS))


def test_only_what_cannot_be_interpreted_is_listed() -> None:
    events = ["gone fishing", "Consent withdrawn", "End of study", "enrolled"]
    records = [Disposition(subject="P1", number=number, event=event) for number, event in enumerate(events, start=1)]
    told = Disposition(subject="P1", number=9, event="gone fishing", category="DISPOSITION EVENT")
    problems = check_trial_data(TrialData.of([Subject(subject="P1"), *records, told]))
    (found,) = problems
    assert (found.identity, found.field, found.value, found.effect) == (
        "P1/1",
        "event",
        "gone fishing",
        "not interpreted",
    )
    assert "withdrawal by subject" in found.fix
