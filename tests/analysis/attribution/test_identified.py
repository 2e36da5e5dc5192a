"""What the design can tell apart: the same trial with and without a person who had no drug, with a control arm, ..."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from firstdose.analysis.attribution.design import COURSE_UNKNOWN, NO_CHANGE, design_of, ranks
from firstdose.analysis.attribution.drug import drug_in_question, drug_taken
from firstdose.analysis.attribution.periods import periods
from firstdose.analysis.attribution.sources import of_measure
from firstdose.analysis.frame import Frame
from firstdose.protocol.attribution import AttributedOutcome, Attribution
from firstdose.records import LabResult, Medication
from firstdose.records.derived import LabAnalysis
from firstdose.records.frames import records_of
from firstdose.records.trial_data import TrialData
from tests.analysis.attribution.attribution_trials import DAYS, FIFTEEN, figures, tacrolimus, trial, trough
from tests.analysis.small_trials import PROTOCOL, Figures, with_doses

ALL_BUT_ONE = [tacrolimus(number) for number in range(15) if number != 4]


def answer(found: Figures, contrast: str, assumption: str = NO_CHANGE) -> str:
    return found.one(table="identified", what=contrast, within="edss", when=assumption).text


def test_with_everybody_on_the_drug_the_effect_of_the_cells_is_not_identified() -> None:
    found = figures(trial(FIFTEEN))
    for assumption in (COURSE_UNKNOWN, NO_CHANGE):
        assert answer(found, "cells_on_drug", assumption) == "no"
        assert answer(found, "drug", assumption) == "no"
        assert answer(found, "all_together_on_drug", assumption) == "yes"
        assert answer(found, "slope_on_drug", assumption) == "yes"
        assert answer(found, "slope_after_drug", assumption) == "yes"
        assert answer(found, "slope_difference", assumption) == "yes"
    assert answer(found, "cells_after_drug", COURSE_UNKNOWN) == "no"
    assert answer(found, "cells_after_drug", NO_CHANGE) == "yes"
    assert found.value(table="design", statistic="rank_added_by_the_drug") == 0


def test_one_person_without_the_drug_changes_that() -> None:
    found = figures(trial(FIFTEEN, medications=ALL_BUT_ONE))
    assert answer(found, "cells_on_drug", NO_CHANGE) == "yes"
    assert answer(found, "drug", COURSE_UNKNOWN) == "yes"
    assert answer(found, "cells_on_drug", COURSE_UNKNOWN) == "no"  # nobody was without the cells
    assert found.value(table="design", statistic="rank_added_by_the_drug") == 1
    assert found.value(table="design", statistic="people_off_the_drug_while_others_were_on_it") == 1


def test_the_rank_is_that_of_the_matrix_written_out() -> None:
    """Person, visit and log2 dose by visit, and then a column for the drug: as in a regression by hand."""
    for medications, added in ((None, 0), (ALL_BUT_ONE, 1)):
        frame = trial(FIFTEEN, medications=medications)
        drug = drug_taken(frame, drug_in_question(frame) or pytest.fail("no drug"))
        rows, on = [], []
        for number, level in enumerate(FIFTEEN):
            for place, day in enumerate(DAYS.values()):
                row = np.zeros(15 + 3 + 3)
                row[number] = row[15 + place] = 1
                row[18 + place] = np.log2(frame.dose(level)) * (day > 0)
                rows.append(row)
                on.append([float(0 <= day <= 183 and drug.took(f"P{number:02}") is True)])
        without, with_drug = np.array(rows), np.hstack([np.array(rows), np.array(on)])
        expected = np.linalg.matrix_rank(without), np.linalg.matrix_rank(with_drug)
        assert ranks(design_of(periods(frame, of_measure(frame, "edss"), drug))) == expected
        assert expected[1] - expected[0] == added


def test_a_control_arm_on_the_drug_identifies_the_cells() -> None:
    protocol = with_doses(5, 10, 16, 24, control="no cells")
    found = figures(trial((0, 0, 1, 1, 2, 2), protocol=protocol))
    assert answer(found, "cells_on_drug", COURSE_UNKNOWN) == "yes"
    assert answer(found, "drug", COURSE_UNKNOWN) == "no"
    assert found.value(table="design", what="edss", statistic="people_without_the_product") == 2


def open_trial(start: str | None) -> Frame:
    """Everybody on the drug; of the last person it is open from when, as the start is known in part."""
    return trial(FIFTEEN, medications=[*(tacrolimus(n) for n in range(14)), tacrolimus(14, start=start)])


def test_a_date_known_in_part_leaves_it_open() -> None:
    """P14 is dosed on 1 March 2027, M3 falls on 31 May: a start in 2027 may lie before or after it."""
    found = figures(open_trial("2027"))
    assert answer(found, "cells_on_drug", NO_CHANGE) == "not known"
    assert answer(found, "slope_on_drug") == "yes"
    assert found.value(table="design", statistic="values_of_unknown_exposure") == 1
    sure = figures(open_trial("2027-03"))
    assert answer(sure, "cells_on_drug", NO_CHANGE) == "no"


def test_without_any_recorded_medication_nothing_is_known_of_the_drug() -> None:
    found = figures(trial(FIFTEEN, medications=[]))
    assert "no medication of anybody" in found.one(table="drug").warning
    assert answer(found, "cells_on_drug", NO_CHANGE) == "not known"
    assert found.one(table="comparisons", what="dose_slope_on_drug", statistic="estimate").value is None


def test_one_dose_has_no_slope() -> None:
    found = figures(trial((2,) * 6))
    assert answer(found, "slope_on_drug") == "no"
    assert answer(found, "all_together_on_drug") == "yes"


def test_the_protocols_lists_of_visits_stand_in_place_of_dates() -> None:
    plan = Attribution(outcomes=(AttributedOutcome(name="edss"),), visits_on=("M3",), visits_off=("M12",))
    listed = figures(
        trial(FIFTEEN, medications=[tacrolimus(0, start="2020")], protocol=replace(PROTOCOL, attribution=plan))
    )
    assert answer(listed, "cells_on_drug", NO_CHANGE) == "no"


def test_values_of_the_withdrawal_window_are_left_out() -> None:
    found = figures(trial(FIFTEEN, days={**DAYS, "M6": 190}))
    assert found.value(table="design", statistic="values_in_the_withdrawal_window") == 15
    assert found.value(table="design", statistic="values") == 45


def level(number: int, day: int | None = 60, **fields: Any) -> LabAnalysis:
    return replace(trough(number, 7.5), **{"day": day, **fields})


@pytest.mark.parametrize("measured", [level(4), level(4, value=None), level(4, day=None, text=">30", value=None)])
def test_a_level_without_a_recorded_spell_leaves_it_open(measured: LabAnalysis) -> None:
    found = figures(trial(FIFTEEN, medications=ALL_BUT_ONE, laboratory=[measured]))
    assert answer(found, "cells_on_drug", NO_CHANGE) == "not known"
    assert answer(found, "drug", NO_CHANGE) == "not known"
    assert answer(found, "slope_on_drug") == "yes"
    missing = found.one(table="drug", statistic="people_with_a_level_and_no_spell")
    assert (missing.value, missing.text, missing.records) == (1, "P04", ("lab_results:P04/900",))
    assert found.value(table="drug", statistic="people_who_took_it") == 14
    assert found.value(table="comparisons", what="dose_slope_on_drug", statistic="people") == 14
    # The others were off the drug at month 12, so that visit is still one after the drug.
    assert found.one(table="identified", what="all_together_on_drug", when=NO_CHANGE).of == 1
    assert answer(found, "cells_after_drug", NO_CHANGE) == "yes"


@pytest.mark.parametrize("measured", [level(4, value=None, text="<1.0"), level(4, value=0.0)])
def test_a_level_below_detection_says_nothing_against_being_off_the_drug(measured: LabAnalysis) -> None:
    found = figures(trial(FIFTEEN, medications=ALL_BUT_ONE, laboratory=[measured]))
    assert answer(found, "cells_on_drug", NO_CHANGE) == "yes"
    assert not found.where(table="drug", statistic="people_with_a_level_and_no_spell")


def test_a_level_below_the_limit_of_detection_that_is_given_as_a_number_is_none() -> None:
    frame = trial(FIFTEEN, medications=ALL_BUT_ONE, laboratory=[level(4, value=0.4)])
    treatment = drug_in_question(frame) or pytest.fail("no drug")
    assert drug_taken(frame, treatment).took("P04") is None
    raw = LabResult(subject="P04", number=900, test="TACRO", category="trough", result=0.4, detection_limit=0.5)
    records = [*records_of(Medication, frame.data.trial_data[Medication]), raw]
    told = replace(frame.data, trial_data=TrialData.of(records))
    assert drug_taken(replace(frame, data=told), treatment).took("P04") is False


@pytest.mark.parametrize(("day", "is_missing"), [(60, False), (200, False), (300, True)])
def test_a_level_after_the_last_spell_and_its_window_shows_that_one_is_missing(day: int, is_missing: bool) -> None:
    found = figures(trial(FIFTEEN, laboratory=[level(3, day=day)]))
    assert bool(found.where(table="drug", statistic="people_with_a_level_and_no_spell")) is is_missing
    after = found.value(table="comparisons", what="dose_slope_after_drug", statistic="people")
    assert after == (14 if is_missing else 15)


def test_what_rests_on_values_after_the_drug_says_that_nothing_may_be_left_of_it() -> None:
    found = figures(trial(FIFTEEN))
    for contrast, needs_it in (("cells_after_drug", True), ("slope_after_drug", True), ("slope_on_drug", False)):
        row = found.one(table="identified", what=contrast, when=NO_CHANGE)
        assert ("no carry-over and no rebound" in row.warning) is needs_it
    assert not found.one(table="identified", what="cells_after_drug", when=COURSE_UNKNOWN).warning  # it is not


def test_who_was_seen_only_before_treatment_is_no_control() -> None:
    """Of P00 the later values are taken away: there is still nobody who was seen later without the product."""
    frame = trial(FIFTEEN)
    treatment = drug_in_question(frame)
    assert treatment is not None
    drug = drug_taken(frame, treatment)
    found = periods(frame, of_measure(frame, "edss"), drug)
    design = design_of(found)
    kept = (design.person > 0) | design.before
    names = ("person", "visit", "before", "cells", "state", "doubling")
    only_before = replace(design, **{name: getattr(design, name)[kept] for name in names})
    assert only_before.people_without_cells == 0
