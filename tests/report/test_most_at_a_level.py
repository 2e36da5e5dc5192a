"""How many the report says are treated at a level, against every way a trial under the rule can end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstdose.report.design.content import DesignReport
from firstdose.report.design.decisions import most_at_a_level
from firstdose.simulation.exact import walk
from tests.report.test_report_statements import boin, rule_of, told

ENOUGH = "  guards: [{stop_when_enough: {participants: %s}}]\n"


@pytest.mark.parametrize(
    ("settings", "more", "most"),
    [
        ("{stop_at: 9}", "", 9),
        ("{stop_at: 10}", "", 12),
        ("{}", ENOUGH % 9, 9),
        ("{}", ENOUGH % 7, 9),
        ("{}", ENOUGH % 9 + "  stop_within_cohort: true\n", 11),
        ("{}", "  guards: [{cohort_sizes: {by_cohort: [1, 3]}}, {stop_when_enough: {participants: 9}}]\n", 11),
        ("{}", "", 24),
    ],
)
def test_no_level_has_more_and_whole_cohorts_reach_it(settings: str, more: str, most: int) -> None:
    rule = rule_of(boin(settings, more=more))
    assert most_at_a_level(rule) == most
    reached = int(walk(rule).states.participants.max())
    assert reached <= most
    if most != 11:
        assert reached == most, "whole cohorts reach what is said"


def test_the_report_says_it(text_content: Callable[[str], DesignReport]) -> None:
    page = told(text_content(boin("{stop_at: 9}")))
    assert "The escalation treats at most 9 participants at a level, so the table ends there." in page
