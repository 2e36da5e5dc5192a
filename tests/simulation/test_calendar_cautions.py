"""What is told of trials in time that nobody would run: counted by hand, and silent for trials that people do run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.protocol import read_protocol
from firstdose.simulation.calendar import (
    Calendar,
    CalendarError,
    Manufacturing,
    Site,
    calendar_of,
    characteristics_in_time,
)
from firstdose.simulation.scenarios import listed
from tests.cli.running import EXAMPLES
from tests.simulation.tunings import protocol_of

USUAL = Calendar(window_days=28, sites=(Site(3.0),), whole_days=True)
SCENARIOS = listed([[0.05, 0.1, 0.2], [0.1, 0.3, 0.5]], 3)


def rule_of(design: str = "boin", **escalation: Any) -> EscalationRule:
    return build_design(protocol_of(design=design, **escalation))


def told(calendar: Calendar, design: str = "boin") -> str:
    found = characteristics_in_time(rule_of(design), calendar, SCENARIOS, trials=200, seed=1)
    assert found.as_json()["cautions"] == list(found.cautions)
    return "\n".join(found.cautions)


@pytest.mark.parametrize("design", ["boin", "tite_boin"])
def test_nothing_is_told_of_a_usual_trial(design: str) -> None:
    assert told(USUAL, design) == ""
    assert told(replace(USUAL, between_participants_days=14, meeting_interval_days=30), design) == ""


@pytest.mark.parametrize("folder", ["nsc-spms", "car-t-boin"])
def test_nothing_is_told_of_the_examples(folder: str) -> None:
    protocol = read_protocol(EXAMPLES / folder / "protocol.yaml")
    rule = build_design(protocol)
    levels = len(protocol.dose_levels.values)
    calendar = calendar_of(protocol.escalation, (Site(2.0),), leaving=0.05)
    rates = [0.05 + 0.05 * level for level in range(levels)]
    assert characteristics_in_time(rule, calendar, listed([rates], levels), trials=200, seed=1).cautions == ()


def test_a_stagger_longer_than_the_accrual_allows_is_told_in_years() -> None:
    calendar = replace(USUAL, between_participants_days=400)
    found = characteristics_in_time(rule_of(), calendar, listed([[0.0, 0.0, 0.0]], 3), trials=200, seed=1)
    # twelve participants: eleven intervals of 400 days, and the last window of 29
    assert found.in_time[0].duration_quantiles["50"] == 11 * 400 + 29
    words = "\n".join(found.cautions)
    assert (
        "with 3 eligible candidates in 30 days and 400 days between participants, the trial takes 12.1 years" in words
    )
    assert "in the median (scenario 0, 0, 0, at most 12 participants)" in words
    # who comes k-th waits about (k - 1) times (400 - 10) days: 5.5 times 390 in the mean
    assert found.in_time[0].mean_wait_days == pytest.approx(5.5 * 390, rel=0.02)
    assert "before being dosed: candidates come faster than they may be dosed" in words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": (Site(1 / 12.17),)}, "with 0.0822 eligible candidates in 30 days, the trial takes"),
        ({"window_days": 10_000}, "a DLT window of 10000 days"),
        ({"between_cohorts_days": 2_000}, "2000 days between cohorts"),
        ({"meeting_interval_days": 1_000}, "a meeting every 1000 days"),
        ({"decision_lag_days": 900}, "900 days from a meeting to a dosing"),
        ({"manufacturing": Manufacturing(3_650)}, "a product takes 9.99 years to make"),
        ({"manufacturing": Manufacturing(60)}, ""),
        ({"manufacturing": Manufacturing(3_650, 0.5)}, "7,300 days in the mean to make a product"),
        ({"manufacturing": Manufacturing(20, 0, 0.9)}, "90 % of those assigned to a level are given the dose below it"),
        ({"leaving": 0.6}, "about 2.5 people are dosed for each whose outcome counts"),
        ({"screening_failures": 0.95}, "about 20 are screened for each who is dosed"),
        ({"sites": (Site(3.0), Site(3.0, 20_000.0))}, "site 2 opens when nine of ten trials have ended"),
        ({"sites": (Site(3.0), Site(3.0, 90.0))}, ""),
        # the first dosing comes years after the opening, and durations begin with it
        ({"sites": (Site(3.0), Site(3.0, 1_200.0)), "manufacturing": Manufacturing(1_000)}, ""),
    ],
)
def test_each_kind_of_absurdity_is_told(changed: dict[str, Any], words: str) -> None:
    said = told(replace(USUAL, **changed))
    assert words in said
    assert bool(said) == bool(words)


def test_people_who_are_turned_away_do_not_wait() -> None:
    calendar = replace(USUAL, between_participants_days=400, keeps_waiting_list=False)
    said = told(calendar)
    assert "years in the median" in said
    assert "few would wait" not in said


def test_a_design_in_time_without_open_windows_is_told() -> None:
    assert "tite_boin has nothing to decide early" in told(replace(USUAL, between_participants_days=30), "tite_boin")
    assert told(replace(USUAL, between_participants_days=27), "tite_boin") == ""
    assert told(replace(USUAL, between_participants_days=30)) == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sites": (Site(1e-300),)}, "so that no trial would end"),
        ({"screening_failures": 0.9999999}, "so that no trial would end"),
        ({"seasons": (0.0, 1e-6)}, "so that no trial would end"),
        ({"late_share": 1e-300, "dlt_times": "weibull"}, "give a share from 0.01 to 0.99"),
        ({"manufacturing": Manufacturing(3_650, 0.99)}, "more than a hundred years"),
    ],
)
def test_what_no_number_could_hold_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        replace(USUAL, **changed)
