"""Whatever is recorded, plausible or not, there is an answer; and what is unclear is never a yes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.dosing import course_of, history_of, may_be_dosed, recommendation
from firstdose.records import (
    AdverseEvent,
    Batch,
    BatchTest,
    Cohort,
    CriterionAnswer,
    Death,
    Disposition,
    DltAdjudication,
    DoseDecision,
    Dosing,
    PartialDate,
    PartialDateTime,
    Slot,
    Subject,
    TrialData,
    columns_of,
)
from firstdose.safety import Status
from tests.dosing.trial import day, protocol, time, with_sentinel

RULES = protocol(with_sentinel)
KINDS: tuple[type, ...] = (
    AdverseEvent,
    Batch,
    BatchTest,
    Cohort,
    CriterionAnswer,
    Death,
    Disposition,
    DltAdjudication,
    DoseDecision,
    Dosing,
    Slot,
    Subject,
)
FEW: dict[str, list[Any]] = {
    "subject": ["P1", "P2", "P3"],
    "cohort": ["C1", "C2", None],
    "batch": ["B1"],
    "event": [1, "moved away", "completed"],
    "zone": ["Europe/Rome", "America/New_York", "Mars/Olympus", None],
    "earlier_subject": ["P1", "P3", None],
    "replaces": ["P1", None],
    "criterion": ["I1", "E1"],
    "test": ["viability", "sterility"],
    "level_assigned": [0, 1, 2, 9, None],
    "dose_level": [0, 1, 2, 9],
    "dose_unit": ["million cells", "mg", None],
    "members": ["A; B", "A", None],
}
"""What is drawn from few values, so that records refer to each other."""

DAYS = ["2026-02-02", "2026-02", "2026", "--02-02", "2026-03-29", "9999-12-31", "0001-01-01", None]
TIMES = [*DAYS, "2026-02-02T10:00", "2026-02-20T23:50Z", "2026-03-10T09", "2026-10-25T02:30", "2026-03-29T02:30+02:00"]
NAME = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]")
NUMBERS = [0.0, 5.0, 10.0, 1e300, float("nan"), float("inf"), None]


def values(record_type: type, name: str) -> st.SearchStrategy[Any]:
    """A few values of a field."""
    column = columns_of(record_type)[name]
    is_key_or_required = column.is_required or column.question.is_key
    few: list[Any]
    if name in FEW:
        few = [each for each in FEW[name] if each is None or isinstance(each, column.kind)]
    elif column.codes:
        few = [*column.codes, None]
    elif column.kind is PartialDateTime:
        few = [time(text) for text in TIMES]
    elif column.kind is PartialDate:
        few = [day(text) for text in DAYS]
    else:
        plain: dict[type, list[Any]] = {
            bool: [True, False, None],
            int: [1, 2, 3],
            float: NUMBERS,
            str: ["", "word", None],
        }
        few = plain[column.kind]
    return st.sampled_from([each for each in few if each is not None] if is_key_or_required else few)


def records_of_kind(record_type: type) -> st.SearchStrategy[Any]:
    return st.builds(record_type, **{name: values(record_type, name) for name in columns_of(record_type)})


some_records = st.lists(st.one_of([records_of_kind(kind) for kind in KINDS]), max_size=14)
some_moments = st.sampled_from(["0002-01-02", "2026-02-02", "2026-02-25", "2026-03-29", "2027-01-01", "9999-12-30"])


@settings(max_examples=250, deadline=None)
@given(some_records, some_moments)
def test_there_is_an_answer_to_whatever_is_recorded(made: list[Any], moment: str) -> None:
    data, as_of = TrialData.of(made), datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Rome"))
    dosed = [course for course in course_of(RULES, data, as_of) if course.is_dosed]
    assert all(course.status is not Status.NOT_DOSED for course in dosed)
    found = history_of(RULES, data, as_of)
    letters = [subject for cohort in (*found.cohorts, *found.apart) for subject in cohort.subjects]
    without_level = [course.subject for course in dosed if course.level_counted is None]
    assert sorted([*letters, *without_level]) == sorted(course.subject for course in dosed)
    advised = recommendation(RULES, data, as_of)
    assert advised.action in ("dose", "wait", "stop")
    said = [advised.reason, *advised.flags, *found.flags]
    for subject in ("P1", "P2"):
        gate = may_be_dosed(RULES, data, subject, as_of)
        assert gate.allowed is (not gate.reasons)
        said += [*(reason.words for reason in gate.reasons), *gate.notes]
        if subject in {course.subject for course in dosed}:
            assert not gate.allowed
    assert not [words for words in said if NAME.search(words)], "people read no names of the program"
