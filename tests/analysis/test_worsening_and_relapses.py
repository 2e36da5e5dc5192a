"""Worsening told apart by relapses: what a relapse that is known in part leaves open, and which kind may lead."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.analysis.disability.chapter import disability
from firstdose.analysis.disability.open_relapses import POSSIBLE_KINDS, is_left_open
from firstdose.methods.confirmed_change import Change, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import RELAPSE_FREE, ChangeRule, Preceding
from firstdose.records.derived import RelapseAnalysis
from tests.analysis.disability_courses import LEADING, count, edss
from tests.analysis.made_scores import REFERENCE, one, protocol_with, relapse, rows, steps


def test_relapses_tell_worsening_apart() -> None:
    """Onset at month 2 (day 61): a relapse on day 50 goes with it; one on day -300 does not; P03's has no date."""
    frame = edss(
        steps(6.5, {"M2": 7.0}),
        steps(6.5, {"M2": 7.0}),
        steps(6.5, {"M2": 7.0}),
        more=[relapse("P01", 1, 50), relapse("P02", 1, -300), relapse("P03", 1, None)],
    )
    results = list(disability(frame))
    assert count(results, "worsening").value == 3
    assert count(results, "worsening associated with relapses").records[0].startswith("scores:P01/")
    independent = count(results, "worsening independent of relapses")
    assert {record.split("/")[0] for record in independent.records} == {"scores:P02"}
    assert (independent.value, independent.of) == (1, 3)
    for row, most in ((independent, 2), (count(results, "worsening associated with relapses"), 2)):
        assert f"not known for 1 person, who had a relapse whose day of onset is not known, so at most {most}" in (
            row.warning
        )
    assert "1 relapse without a known day of onset could not be kept away" in count(results, "worsening").warning
    told = {each.what: each.text for each in rows(results, table="people_with_change", statistic="relapses")}
    assert told == {"P01/1": "associated with a relapse", "P02/1": "independent of relapses", "P03/1": "not known"}
    strict = "relapse_associated_24_weeks_around_onset_and_confirmation"
    assert count(results, "worsening associated with relapses", when=strict).value == 1


@pytest.mark.parametrize(
    ("onset", "kind"),
    [
        ((400, 430), "independent of relapses"),  # surely after the confirmation and 30 days more
        ((-700, -400), "independent of relapses"),  # surely too early
        ((-60, -29), "not known"),  # may be 90 days before the onset on day 61
        ((-60, -30), "independent of relapses"),
        ((None, None), "not known"),
        ((None, -100), "independent of relapses"),
        ((395, None), "not known"),  # the confirmation is on day 365, and 30 days after it are asked for
        ((396, None), "independent of relapses"),
    ],
)
def test_a_relapse_known_in_part_leaves_open_only_what_it_may_have_to_do_with(
    onset: tuple[int | None, int | None], kind: str
) -> None:
    """Onset on day 61, confirmed at the only later visit, on day 365."""
    known_in_part = RelapseAnalysis(subject="P01", number=1, onset_first_day=onset[0], onset_last_day=onset[1])
    frame = edss(steps(6.5, {"M2": 7.0}, ("M0", "M1", "M2", "M12")), more=[known_in_part])
    found = one(disability(frame), table="people_with_change", statistic="relapses", when=LEADING)
    assert found.text == kind
    assert bool(found.warning) is (kind == "not known")


def test_where_a_kind_of_worsening_leads_curve_doses_and_benchmark_say_what_is_not_known() -> None:
    name = "relapse_independent_24_weeks_around_onset_and_confirmation"
    endpoints = tuple(
        replace(each, confirmed_change=(name,)) if each.measure == "edss" else each for each in REFERENCE.endpoints
    )
    courses = [steps(6.5, {"M2": 7.0}), steps(6.5, {"M2": 7.0}), steps(6.5), steps(6.5)]
    frame = edss(*courses, sizes=(2, 2), more=[relapse("P01", 1, None)], protocol=protocol_with(endpoints=endpoints))
    results = list(disability(frame))
    assert count(results, "worsening independent of relapses", when=name).value == 1
    words = "not known for 1 person, who had a relapse whose day of onset is not known"
    for table in ("time_to_worsening", "worsening_by_dose"):
        assert all(words in each.warning for each in rows(results, table=table, what=name) if each.value is not None)
    assert words in one(results, table="natural_history", statistic="compatibility").warning
    assert [each.text for each in rows(results, table="people_with_change", when=name, statistic="relapses")] == [
        "not known",
        "independent of relapses",
    ]


@settings(max_examples=60)
@given(
    st.lists(st.integers(-120, 300), max_size=2),
    st.tuples(st.integers(-200, 400), st.integers(0, 60)),
    st.sampled_from(sorted(RELAPSE_FREE)),
    st.sampled_from(["baseline", "last_visit", "last_lower"]),
)
def test_a_worsening_that_is_not_left_open_is_of_one_kind_wherever_the_relapse_is_put(
    dated: list[int], between: tuple[int, int], free: str, preceding: Preceding
) -> None:
    """Every day that the relapse may have begun on is tried; the search looks at no other distance from relapses."""
    rule = ChangeRule(
        wanted="all", relapse_to_baseline=(0, 0), relapse_to_confirmation=(0, 0),
        relapse_free=replace(RELAPSE_FREE[free], preceding_visit=preceding),
    )  # fmt: skip
    days, values = [0, 30, 61, 91, 122, 183, 365], [6.0, 6.0, 6.5, 7.0, 7.0, 7.0, 7.0]

    def sought(relapses: list[int]) -> Change:
        found = confirmed_changes(
            [0] * 7, days, values, rule=rule, smallest_change=np.ones_like,
            relapses=Relapses([0] * len(relapses), relapses) if relapses else None,
        )  # fmt: skip
        return found.changes[0][0]

    change, (first, length) = sought(dated), between
    kinds = {sought([*dated, day]).kind for day in range(first, first + length + 1)}
    onsets = [(float(first), float(first + length))]
    is_open = is_left_open(change, days, rule, onsets) if change.kind in POSSIBLE_KINDS else False
    if is_open:
        assert kinds <= POSSIBLE_KINDS[change.kind]
    else:
        assert kinds == {change.kind}


def test_a_definition_of_another_kind_may_lead() -> None:
    """Worsening with a relapse leads: P01's alone counts, in curve and benchmark too; improvement has no benchmark."""
    raw = "relapse_associated_24_weeks_around_onset_and_confirmation"
    for name, expected in ((raw, 1), ("improvement_24_weeks", None)):
        endpoints = tuple(
            replace(each, confirmed_change=(name,)) if each.measure == "edss" else each for each in REFERENCE.endpoints
        )
        frame = edss(
            steps(6.5, {"M2": 7.0}),
            steps(6.5, {"M2": 7.0}),
            more=[relapse("P01", 1, 50)],
            protocol=protocol_with(endpoints=endpoints),
        )
        results = list(disability(frame))
        compatibility = one(results, table="natural_history", statistic="compatibility")
        assert (compatibility.value is None) == (expected is None)
        assert len(rows(results, table="time_to_worsening", group="all")) == (2 if expected else 0)
        assert len(rows(results, table="people_with_change", when=name, statistic="subject")) == (expected or 0)
