"""A level of a drug in somebody of whom the drug is not recorded is a problem; what may be right is not."""

from typing import Any

import pytest

from firstdose.records import LabResult, Medication, PartialDateTime, Subject, TrialData, check_trial_data
from firstdose.records import read_partial_date_time as at

DRAWN = at("2026-03-01T08:00")
PEOPLE = [Subject(subject=each) for each in ("P1", "P2")]
OF_ANOTHER = Medication(subject="P2", number=1, drug="Tacrolimus", background_treatment="tacrolimus")


def level(number: int = 1, drawn: PartialDateTime | None = DRAWN, **fields: Any) -> LabResult:
    made = {"subject": "P1", "number": number, "test": "TACRO", "category": "trough", "analyte": "tacrolimus"}
    return LabResult(**{**made, "drawn": drawn, "unit": "ng/mL", **fields})


def found(*records: Any) -> list[tuple[str | None, str | None]]:
    problems = check_trial_data(TrialData.of([*PEOPLE, *records]), ())
    return [(each.identity, each.field) for each in problems if "record that this person took it" in each.rule]


@pytest.mark.parametrize(
    "fields",
    [
        {"result": 7.5},
        {"result_text": ">30"},
        {"standard_result": 7.5, "standard_unit": "ng/mL"},
        {},  # drawn, and no result yet
        {"result": 7.5, "analyte": None, "test": "tacrolimus"},
        {"result": 7.5, "analyte": None, "name": " Tacrolimus "},
    ],
)
def test_a_level_without_the_drug_is_found_once_a_person_and_drug(fields: dict[str, Any]) -> None:
    assert found(OF_ANOTHER, level(1, **fields), level(2, **fields)) == [("P1/1", "result")]


@pytest.mark.parametrize(
    "records",
    [
        (OF_ANOTHER, level(result_text="<1.0")),
        (OF_ANOTHER, level(result=0.0)),
        (OF_ANOTHER, level(result=0.4, detection_limit=0.5)),
        (OF_ANOTHER, level(performed="not_done")),
        (OF_ANOTHER, level(drawn=None)),
        (OF_ANOTHER, level(subject="P2", result=7.5)),
        (OF_ANOTHER, level(result=7.5, category="chemistry")),
        (OF_ANOTHER, level(result=7.5, analyte=None)),  # a code alone does not say which drug
        (OF_ANOTHER, level(result=7.5), Medication(subject="P1", number=1, drug="Prograf", standard_name="TACROLIMUS")),
        (
            OF_ANOTHER,
            level(result=7.5),
            Medication(subject="P1", number=1, drug="FK", background_treatment="tacrolimus"),
        ),
        (level(result=7.5),),  # no medication of anybody is recorded
    ],
)
def test_what_may_be_right_is_not_called_wrong(records: tuple[Any, ...]) -> None:
    assert found(*records) == []
