"""DLTs against stopping boundaries: the protocol's own, against the designs and sums of binomial probabilities."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import Any

import numpy as np
import pytest

from firstdose.analysis.events.stopping import stopping
from firstdose.designs.building import build_design
from firstdose.designs.interval import IntervalDesign
from firstdose.protocol.plan import Protocol
from firstdose.records.derived import SubjectAnalysis
from firstdose.records.partial_date_text import read_partial_date_time
from firstdose.records.partial_dates import PartialDateTime
from firstdose.safety.stopping import bayesian_boundary
from tests.analysis.small_trials import PROTOCOL, Figures, frame, person

GUARD = (("stop_when_too_toxic", {"certainty": 0.95}),)


def with_rule(design: str = "boin", guards: Any = (), **settings: Any) -> Protocol:
    made = replace(PROTOCOL.escalation, design=design, settings=settings, guards=guards, comparators={})
    return replace(PROTOCOL, escalation=replace(made, target_dlt_rate=0.25, max_participants=24))


def started(day: str) -> PartialDateTime | None:
    return read_partial_date_time(day)


def cohort(level: int, dlts: str, *, month: str = "01") -> list[SubjectAnalysis]:
    """People of a level in the order of their treatment: T with a DLT, N without."""
    return [
        person(
            f"L{level}{number:02}",
            level,
            has_dlt=letter == "T",
            treatment_start=started(f"2026-{month}-{number:02}"),
        )
        for number, letter in enumerate(dlts, start=1)
    ]


def figures(people: list[SubjectAnalysis], protocol: Protocol) -> Figures:
    return Figures(stopping(frame(people, protocol=protocol)))


def test_the_guards_boundary_is_that_of_its_certainty_and_the_target() -> None:
    found = figures([*cohort(1, "NNTTNT"), *cohort(2, "NNT")], with_rule("three_plus_three", GUARD, variant="previous"))
    table = "stop_when_too_toxic"
    observed = found.one(table=table, group="1", statistic="people")
    assert (observed.value, observed.of) == (3, 6)
    fewest = found.one(table=table, group="1", statistic="fewest_dlts_to_stop")
    assert (fewest.value, fewest.of) == (4, 6)  # of six, four
    assert "level 1 only" in fewest.text
    # P(rate > 0.25) after 3 of 6 with a uniform prior is P(at most 3 of 7 at 0.25), by the beta-binomial identity.
    expected = sum(comb(7, k) * 0.25**k * 0.75 ** (7 - k) for k in range(4))
    probability = found.one(table=table, group="1", statistic="probability_above_target")
    assert probability.value == pytest.approx(expected)
    assert probability.method == "beta_binomial"
    assert found.one(table=table, group="1", statistic="reached").text == "not reached"
    assert found.one(table=table, group="2", statistic="people").of == 3


def test_a_boundary_reached_on_the_way_stays_reached() -> None:
    """Two of the first two reach it (the published table of the method); two of seven would not."""
    protocol = with_rule("three_plus_three", GUARD, variant="previous")
    found = figures(cohort(1, "TTNNNNN"), protocol)
    assert found.one(table="stop_when_too_toxic", group="1", statistic="reached").text == "reached with 2 evaluable"
    turned = figures(cohort(1, "NNNNNTT"), protocol)
    assert turned.one(table="stop_when_too_toxic", group="1", statistic="reached").text == "not reached"


def test_without_the_order_of_treatment_only_the_last_look_is_taken() -> None:
    people = [replace(each, treatment_start=started("2026-01")) for each in cohort(1, "TTNNNNN")]
    row = figures(people, with_rule("three_plus_three", GUARD, variant="previous")).one(
        table="stop_when_too_toxic", group="1", statistic="reached"
    )
    assert (row.text, row.warning) == (
        "not reached",
        "the order of treatment is not known, so only the last look was taken",
    )


@pytest.mark.parametrize("design", ["boin", "keyboard", "mtpi2", "i3plus3"])
def test_the_elimination_boundary_is_the_designs_own(design: str) -> None:
    protocol = with_rule(design)
    rule = build_design(protocol).design
    assert isinstance(rule, IntervalDesign)
    boundary = bayesian_boundary(
        0.25, rule.certainty(), 24, rule.beta_prior(), from_participants=rule.fewest_that_eliminate
    )
    for people in range(1, 25):
        counts = np.arange(people + 1)
        eliminated = rule.eliminations(np.full(people + 1, people), counts)
        assert [boundary.stops(people, int(dlts)) for dlts in counts] == eliminated.tolist()
    fewest = next(people for people in range(1, 25) if boundary.stops(people, people))
    for people in (fewest - 1, fewest):
        if people:
            found = figures(cohort(2, "T" * people), protocol)
            row = found.one(table="elimination", group="2", statistic="reached")
            assert row.text == (f"reached with {fewest} evaluable" if people == fewest else "not reached")


def test_boin_eliminates_from_three_participants_only() -> None:
    """Two of two exceed 25 % with probability 98.4 %, but BOIN looks from three on."""
    found = figures(cohort(1, "TT"), with_rule("boin"))
    assert found.one(table="elimination", group="1", statistic="reached").text == "not reached"
    assert found.one(table="elimination", group="1", statistic="fewest_dlts_to_stop").value is None
    probability = found.value(table="elimination", group="1", statistic="probability_above_target")
    assert probability == pytest.approx(1 - 0.25**3)


def test_the_sequential_boundary_is_for_one_common_rate_and_says_so() -> None:
    found = figures([*cohort(1, "NNN"), *cohort(2, "NTT", month="02")], with_rule(guards=GUARD))
    rows = found.where(table="sequential_boundary")
    assert {row.group for row in rows} == {"all"}
    told = [row for row in rows if row.statistic != "people"]
    assert all("one common rate: across doses it says nothing" in row.warning for row in told)
    error = found.one(table="sequential_boundary", statistic="false_stop_probability")
    assert error.value is not None
    assert 0 < error.value <= 0.05
    fewest = found.one(table="sequential_boundary", statistic="fewest_dlts_to_stop")
    assert fewest.value is not None
    # One look alone must keep the level: P(at least that many of 6 | 0.25) is no more than all looks together.
    assert sum(comb(6, k) * 0.25**k * 0.75 ** (6 - k) for k in range(int(fewest.value), 7)) <= error.value


def test_a_model_based_rule_is_told_apart() -> None:
    protocol = with_rule("crm", GUARD, skeleton=[0.05, 0.12, 0.25, 0.40])
    row = figures(cohort(1, "NNT"), protocol).one(
        table="stop_when_too_toxic", group="1", statistic="probability_above_target"
    )
    assert "its model's posterior" in row.warning


WITHOUT_CERTAINTY = "names a target DLT rate of 25 %, but not how certain it must be that the rate is higher"


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (PROTOCOL, WITHOUT_CERTAINTY),
        (replace(PROTOCOL, escalation=replace(PROTOCOL.escalation, target_dlt_rate=None)), "names no target DLT rate"),
        (with_rule("none"), "has no rule of escalation"),
        (with_rule("boin", p_saf=9.0), "not valid"),
    ],
)
def test_nothing_is_invented(protocol: Protocol, words: str) -> None:
    (row,) = stopping(frame(cohort(1, "NNT"), protocol=protocol))
    assert row.value is None
    assert words in row.warning


def test_nobody_evaluable() -> None:
    found = figures([], with_rule(guards=GUARD))
    assert not found.where(table="elimination")
    assert found.one(table="sequential_boundary", statistic="people").warning == "nobody is in this group"
