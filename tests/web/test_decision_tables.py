"""What coming outcomes would lead to, on the page where members sign: the same table as in the pack that they read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from firstdose.designs.building import build_design
from firstdose.dosing.advice import advise
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import trial_history
from firstdose.dosing.recorded import Records
from firstdose.records import read_partial_date_time
from firstdose.report.committee.next_step_chapter import outlook_table
from tests.dosing.trial import Trial, at, protocol

RULE, NOW = protocol(), "2026-03-10T12:00"
OPEN = Trial().person("P1").cohort("C1", 1).slot("C1", 1, "P1").dosed("P1", "2026-03-02T10:00", "C1", 1)


def first_column(trial: Trial) -> list[str]:
    from firstdose.web.pages.decisions import tables

    as_of = read_partial_date_time(at(NOW).isoformat())
    prepared: Any = SimpleNamespace(data_as_of=as_of)
    outlook = tables(RULE, trial.data, prepared)[-1]
    return [str(row.cells[0].text) for row in outlook.rows]


def test_places_that_nobody_has_taken_yet_are_open_there_too(site: Any) -> None:
    """One of three is dosed and waits: with the two places left, none to three of the cohort may have a DLT."""
    courses = Courses(RULE, Records(OPEN.data, at(NOW)))
    history = trial_history(courses)
    in_pack = outlook_table(build_design(RULE), history, advise(courses, history).places)
    assert in_pack is not None
    assert first_column(OPEN) == [str(row.cells[0].text) for row in in_pack.rows]
    assert first_column(OPEN) == [f"{dlts} of 3 at level 1" for dlts in range(4)]
