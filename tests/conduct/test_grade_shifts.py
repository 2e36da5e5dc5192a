"""Edits of a laboratory result that change its grade. Grades are those of the table of CTCAE 5.0, worked out by hand.

Alanine aminotransferase increased, the baseline normal: grade 1 above 1 to 3 times the upper limit, 2 to 5 times,
3 to 20 times, 4 above.
"""

from __future__ import annotations

import pytest

from firstdose.conduct.grade_shifts import GradeShift, grade_shifts
from firstdose.conduct.ledger import Refused
from firstdose.conduct.signatures import sign, signatures_of
from firstdose.conduct.snapshot import snapshot
from firstdose.conduct.source_checks import check_source, verification
from tests.conduct.running import BOTH_KINDS
from tests.conduct.workplace import INVESTIGATOR, MONITOR, Workplace

ALT = "Alanine aminotransferase increased"


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def result(place: Workplace) -> Workplace:
    """150 U/L with an upper limit of 40: 3.75 times, grade 2. It is signed and compared with its source."""
    fields = {
        "test": "ALT",
        "result": "150",
        "unit": "U/L",
        "range_low": "7",
        "range_high": "40",
        "drawn": "2026-03-01",
    }
    place.enter("lab_results", subject="P01", number="1", **fields)
    purpose = place.purpose("lab_results", "P01/1")
    with place.work(INVESTIGATOR) as work:
        sign(work, purpose, place.proof(INVESTIGATOR, purpose))
    with place.work(MONITOR) as work:
        check_source(work, "lab_results", "P01/1", purpose.head, agrees=True)
    return place


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"range_high": "60"}, (2,), (1,)),
        ({"range_high": "25"}, (2,), (3,)),
        ({"range_high": ""}, (2,), ()),
        ({"result": "1500"}, (2,), (4,)),
    ],
)
def test_item_53_an_edit_of_range_unit_or_value_shows_the_grade_that_it_changes(
    result: Workplace, edit: dict[str, str], before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    seen_at = result.now
    result.later(hours=1)
    result.change("lab_results", "P01/1", reason="read wrongly in the source", **edit)
    then, now = snapshot(result.ledger, seen_at).trial_data, snapshot(result.ledger, result.now).trial_data
    assert grade_shifts(then, now) == (GradeShift("P01", 1, ALT, before, after, tuple(edit)),)
    assert grade_shifts(then, then) == ()
    assert signatures_of(result.ledger)[0].state == "fallen"
    assert verification(result.ledger)["lab_results", "P01/1"] == "changed_since"


def test_item_53_an_edit_of_the_unit_changes_a_grade_that_rests_on_it(place: Workplace) -> None:
    """Magnesium 0.8 mmol/L is normal; 0.8 mg/dL is hypomagnesaemia of grade 3, below 0.9 to 0.7 mg/dL."""
    fields = {"test": "MG", "result": "0.8", "unit": "mmol/L", "range_low": "0.7", "range_high": "1.0"}
    place.enter("lab_results", subject="P01", number="1", **fields)
    seen_at = place.now
    place.later(hours=1)
    place.change("lab_results", "P01/1", unit="mg/dL", range_low="1.7", range_high="2.4")
    then, now = snapshot(place.ledger, seen_at).trial_data, snapshot(place.ledger, place.now).trial_data
    (shift,) = grade_shifts(then, now)
    assert (shift.term, shift.before, shift.after) == ("Hypomagnesemia", (0,), (3,))
    assert (
        shift.words == "P01, laboratory result 1: Hypomagnesemia was grade 0, is grade 3 "
        "(unit, lower limit of the normal range, upper limit of the normal range)"
    )


def test_item_53_such_an_edit_needs_a_reason(result: Workplace) -> None:
    with pytest.raises(Refused, match="reason"):
        result.change("lab_results", "P01/1", reason=" ", range_high="60")


def test_an_edit_that_changes_no_grade_is_none_of_them(result: Workplace) -> None:
    seen_at = result.now
    result.later(hours=1)
    result.change("lab_results", "P01/1", range_high="41")
    result.enter("lab_results", subject="P01", number="2", test="ALT", result="900", unit="U/L", range_high="40")
    then, now = snapshot(result.ledger, seen_at).trial_data, snapshot(result.ledger, result.now).trial_data
    assert grade_shifts(then, now) == ()
