"""Settings of a next trial: what is impossible or absurd is said in words, at its place."""

import copy
from typing import Any

import pytest

from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.next_trial import next_trial_of
from tests.simulation.next_trials import (
    EXAMPLE,
    TWO_ARMS,
    TWO_BY_TWO,
    TWO_DOSES,
    against,
    arm,
    change,
    example,
    number,
    text,
    worsening,
)


def problems(content: str) -> dict[str, str]:
    """The problems of a file, by key."""
    with pytest.raises(ProblemsFound) as found:
        next_trial_of(content, "next.yaml")
    return {problem.place.key: f"{problem.rule}; {problem.fix}" for problem in found.value.problems}


def test_the_example_is_read_and_names_its_sources() -> None:
    settings = example()
    assert [each.id for each in settings.designs] == ["two_arms", "two_doses", "two_by_two", "stopping"]
    assert {each.measure for each in settings.endpoints} == {
        "confirmed_worsening", "edss_plus", "brain_volume", "metabolite_class",
    }  # fmt: skip
    assert settings.endpoints[0].last_onset_month == 24
    assert all(each.prior is not None for each in settings.endpoints)


def test_problems_have_their_line() -> None:
    content = EXAMPLE.read_text("utf-8").replace("longest_months: 120", "longest_months: 24")
    with pytest.raises(ProblemsFound) as found:
        next_trial_of(content, "next.yaml")
    (problem,) = found.value.problems
    line = next(number for number, each in enumerate(content.splitlines(), start=1) if "accrual_per_month" in each)
    assert str(problem).startswith(f"next.yaml:{line}: conduct.accrual_per_month.value: 8: 60 people at 8 a month")


def test_a_prior_without_its_source_is_refused() -> None:
    prior = {
        "elicited_from": "somebody",
        "no_effect": number(0.5),
        "cells": {"median": 0.7, "lower": 0.5, "upper": 0.9},
        "lower_doses": {"lowest": 0.3, "highest": 0.9, "source": "assumed"},
        "drug": {"median": 1, "lower": 0.9, "upper": 1.1, "source": "assumed"},
    }
    found = problems(text(worsening(prior=prior)))
    assert list(found) == ["endpoints[1].prior.cells.source"]


def changed(endpoint: dict[str, Any], **parts: Any) -> dict[str, Any]:
    made = copy.deepcopy(endpoint)
    for name, value in parts.items():
        *sections, key = name.split("__")
        inside = made
        for section in sections:
            inside = inside[section]
        inside[key] = value
    return made


def elicited(lower: float, median: float, upper: float) -> dict[str, Any]:
    return {"median": median, "lower": lower, "upper": upper, "source": "assumed"}


def conduct(accrual: float, leaving: float) -> dict[str, Any]:
    return {"accrual_per_month": number(accrual), "leaving_per_year": number(leaving), "missed_visit": number(0)}


PRIOR = {
    "elicited_from": "somebody",
    "no_effect": number(0.5),
    "cells": elicited(0.5, 0.7, 0.9),
    "lower_doses": {"lowest": 0.3, "highest": 0.9, "source": "assumed"},
    "drug": elicited(0.9, 1, 1.1),
}
CASES = {
    "power below the error": (
        text(worsening(), aim={"power": 0.02, "one_sided_error": 0.025, "most_participants": 200}),
        "aim.power",
        "a trial of nothing has a power of 0.025 already",
    ),
    "nobody could worsen": (
        text(changed(worsening(), worsening__confirmed_after_months=28)),
        "endpoints[1].worsening.confirmed_after_months",
        "nobody could ever worsen",
    ),
    "accrual too slow": (
        text(worsening(), conduct=conduct(0.3, 0)),
        "conduct.accrual_per_month.value",
        "230 months, more than the 120 that are acceptable",
    ),
    "everybody leaves": (
        text(worsening(), conduct=conduct(9, 3)),
        "conduct.leaving_per_year.value",
        "only 0 % would still be there",
    ),
    "nobody is seen": (
        text(
            worsening(),
            conduct={"accrual_per_month": number(9), "leaving_per_year": number(0), "missed_visit": number(0.9)},
        ),
        "conduct.missed_visit.value",
        "only 10 % would be seen",
    ),
    "no visit at the end": (text(change(at_month=11)), "endpoints[1].at_month", "no visit in this month"),
    "no such arm": (
        text(worsening(), changed(TWO_ARMS, comparisons=[against("high", ("hihg", "sham"))])),
        "designs[1].comparisons[1].pairs[1].treated",
        "did you mean `high`?",
    ),
    "an arm against itself": (
        text(worsening(), changed(TWO_ARMS, comparisons=[against("high", ("high", "high"))])),
        "designs[1].comparisons[1].pairs[1]",
        "compares an arm with itself",
    ),
    "strata share an arm": (
        text(worsening(), changed(TWO_DOSES, comparisons=[against("cells", ("high", "sham"), ("low", "sham"))])),
        "designs[1].comparisons[1].pairs",
        "no arm may stand in two of them",
    ),
    "two arms alike": (
        text(worsening(), changed(TWO_ARMS, arms=[arm("sham", 0), arm("high", 24), arm("same", 24)])),
        "designs[1].arms[3]",
        "is given the same as `high`",
    ),
    "cells without an injection": (
        text(worsening(), changed(TWO_ARMS, arms=[arm("sham", 0), {**arm("high", 24), "injection": False}])),
        "designs[1].arms[2].injection",
        "cells are given by an injection",
    ),
    "a drug that ends before it begins": (
        text(worsening(), changed(TWO_ARMS, arms=[arm("sham", 0), {**arm("high", 24), "drug_from_month": 7}])),
        "designs[1].arms[2].drug_until_month",
        "would end before it begins",
    ),
    "a dose without an effect": (
        text(worsening(), changed(TWO_ARMS, arms=[arm("sham", 0), arm("high", 30)])),
        "endpoints[1].effects.cells",
        "no effect is stated for 30 million cells",
    ),
    "a ratio of nothing": (
        text(worsening(0.0)),
        "endpoints[1].effects.cells[1].value",
        "hazard ratios, which are above 0",
    ),
    "the wrong section": (
        text(changed(change(), measure="confirmed_worsening")),
        "endpoints[1].worsening",
        "needs this section",
    ),
    "one measure is no composite": (
        text(changed(worsening(), measure="edss_plus")),
        "endpoints[1].worsening.components",
        "first of several measures",
    ),
    "strata of an exact test": (
        text(worsening(analysis="exact"), TWO_BY_TWO),
        "endpoints[1].worsening.analysis",
        "has several pairs",
    ),
    "a belief without a middle": (
        text(worsening(prior={**PRIOR, "cells": elicited(0.5, 0.95, 0.9)})),
        "endpoints[1].prior.cells.median",
        "must lie between lower 0.5 and upper 0.9",
    ),
    "a belief that is sure": (
        text(worsening(prior={**PRIOR, "no_effect": number(1)})),
        "endpoints[1].prior.no_effect.value",
        "needs no trial",
    ),
    "a look too near": (
        text(worsening(), looks={"information": [0.5, 0.505, 1]}),
        "looks.information",
        "at least 0.01",
    ),
    "no look at the end": (
        text(worsening(), looks={"information": [0.5]}),
        "looks.information",
        "the last look is at 1",
    ),
    "limits without looks": (
        text(worsening(), looks={"information": [0.5, 1], "futility_below": [0, 0]}),
        "looks.futility_below",
        "must have one limit",
    ),
    "too few for the blocks": (
        text(worsening(), TWO_DOSES, participants=[4, 60]),
        "participants",
        "fewer than 2 blocks of 3",
    ),
    "more than could be recruited": (text(worsening(), participants=[60, 900]), "participants[2]", "more than the 400"),
    "too many visits": (
        text(worsening(visits_months=[month + 1 for month in range(48)])),
        "endpoints[1].visits_months",
        "at most 40",
    ),
    "numbers that fall": (text(worsening(), participants=[120, 60]), "participants", "rising order"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_said_in_words(case: str) -> None:
    content, key, words = CASES[case]
    found = problems(content)
    assert key in found, found
    assert words in found[key]


def test_unknown_keys_are_answered_like_those_of_a_protocol() -> None:
    found = problems(text(worsening(), acrual=3))
    assert "there is no key `acrual` here" in found["acrual"]
