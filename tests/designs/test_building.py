"""From protocol text to a rule: what each setting becomes, and every problem with its place and its mending."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.blrm import Blrm, Declaration, ReferenceDose
from firstdose.designs.boin import Boin
from firstdose.designs.building import build_design, check_escalation
from firstdose.designs.cohort_size_guards import Titration
from firstdose.designs.crm import Crm
from firstdose.designs.guards import HighestLevel, NoSkipping, StopWhenTooToxic
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ProblemsFound
from firstdose.protocol.reading import examine_bytes

CRM = {"skeleton": [0.1, 0.2, 0.35]}
BLRM = {"reference_dose": 10, "prior_mean": [-1.9, 0], "prior_sd": [1.5, 0.7]}
STEP_DOWN = {"variant": "step_down"}


def protocol(design: str, settings: Any, guards: Sequence[Any] = (), **escalation: Any) -> Protocol:
    """A protocol with three dose levels."""
    document = {
        "trial": {"id": "TRIAL-1", "title": "A trial"},
        "dose_levels": {"unit": "million cells", "values": [5, 10, 16]},
        "escalation": {
            "design": design,
            "target_dlt_rate": 0.25,
            "cohort_size": 3,
            "max_participants": 12,
            "settings": settings,
            "guards": list(guards),
            **escalation,
        },
    }
    examined = examine_bytes(json.dumps(document, indent=1).encode(), "protocol.yaml")
    assert not examined.problems
    assert examined.protocol is not None
    return examined.protocol


def check_problem(made: Protocol, key: str, rule: str, fix: str) -> None:
    """One problem among those found has this key, rule and mending, and a line in the file."""
    problems = check_escalation(made)
    found = [problem for problem in problems if problem.place.key == key and rule in problem.rule]
    assert found, [str(problem) for problem in problems]
    assert fix in found[0].fix
    assert found[0].place.file == "protocol.yaml"
    assert found[0].place.line is not None
    with pytest.raises(ProblemsFound):
        build_design(made)


SETTINGS: list[tuple[str, Any, str, str, str]] = [
    ("three_plus_three", {}, "variant", "required", "variant"),
    ("three_plus_three", {"variant": "stepdown"}, "variant", "must be one of", "step_down"),
    ("boin", {"p_saf": 0.3}, "p_saf", "below the target 0.25", "give at most 0.225"),
    ("boin", {"p_tox": 0.26}, "p_tox", "above the target 0.25", "give at least 0.275"),
    ("boin", {"p_toxx": 0.3}, "p_toxx", "no key", "`p_tox`"),
    ("boin", {"p_tox": "0.3"}, "p_tox", "must be a number", "without quotes"),
    ("boin", {"titration": 1}, "titration", "true or false", "true or false"),
    ("boin", {"elimination_certainty": 1.5}, "elimination_certainty", "above 0.5 and below 1", "above 0.5"),
    ("boin", {"extra_safe": True, "offset": 0.46}, "offset", "above 0.5", "smaller offset"),
    ("boin", {"stop_at": 0}, "stop_at", "at least 1", "at least 1"),
    ("crm", {}, "skeleton", "needs a skeleton, or half_width and prior_mtd", "add skeleton"),
    ("crm", {"skeleton": [0.1, 0.2]}, "skeleton", "one rate a level: 3, not 2", "add or remove"),
    ("crm", {"skeleton": [0.1, 0.2, 0.2]}, "skeleton", "must increase", "separate equal ones"),
    ("crm", {"skeleton": [0.1, 0.2, 1.0]}, "skeleton[3]", "below 1", "below 1"),
    ("crm", {**CRM, "half_width": 0.05}, "skeleton", "no room for half_width", "one or the other"),
    ("crm", {"half_width": 0.3, "prior_mtd": 4}, "half_width", "within 0 and 1", "smaller"),
    ("crm", {"half_width": 0.05, "prior_mtd": 4}, "prior_mtd", "1 to 3", "correct the level"),
    ("crm", {"half_width": 0.2499999, "prior_mtd": 3}, "half_width", "reach 0", "smaller"),
    ("crm", {"skeleton": [0.1, 0.2, 0.97], "model": "logistic"}, "skeleton", "below 0.953", "intercept"),
    (
        "crm",
        {"half_width": 0.2, "prior_mtd": 2, "model": "logistic", "intercept": -1},
        "half_width",
        "within 0 and 0.269",
        "smaller",
    ),
    ("crm", {**CRM, "prior_variance": 0}, "prior_variance", "at least 0.01", "at least 0.01"),
    ("crm", {**CRM, "model": "probit"}, "model", "must be one of", "empiric"),
    ("blrm", {}, "reference_dose", "required", "reference_dose"),
    ("blrm", {**BLRM, "reference_dose": 100}, "reference_dose", "within the doses, 5 to 16", "{value: 100, unit"),
    (
        "blrm",
        {**BLRM, "reference_dose": {"value": 10, "unit": "cells"}},
        "reference_dose",
        "is in 'cells', but the dose levels are in 'million cells'",
        "convert it",
    ),
    ("blrm", {**BLRM, "reference_dose": True}, "reference_dose", "must be", "write"),
    ("blrm", {**BLRM, "intervals": [0.4, 0.5]}, "intervals", "contain the target 0.25", "move"),
    ("blrm", {**BLRM, "intervals": [0.3, 0.2]}, "intervals", "must increase", "lower bound first"),
    ("blrm", {**BLRM, "prior_sd": [1, -1]}, "prior_sd[2]", "at least 0.01", "at least 0.01"),
    ("blrm", {**BLRM, "prior_sd": [1]}, "prior_sd", "a list of 2", "a list of 2"),
    ("blrm", {**BLRM, "prior_correlation": 1}, "prior_correlation", "below 1", "below 1"),
    ("blrm", {**BLRM, "declare": {"participants": 6, "sure": 0.5}}, "declare.sure", "no key", "target_probability"),
    ("mtpi", {"epsilon1": 0.25}, "epsilon1", "smaller than the target", "smaller"),
    ("mtpi", {"epsilon2": 0.8}, "epsilon2", "below 1", "smaller"),
    ("mtpi", {"prior": [1, 0]}, "prior[2]", "at least 0.001", "at least 0.001"),
    ("mtpi2", {"epsilon1": 0.25}, "epsilon1", "smaller than the target", "smaller"),
    ("keyboard", {"margin_left": 0.3}, "margin_left", "smaller than the target", "smaller"),
    ("keyboard", {"margin_right": 0.8}, "margin_right", "below 1", "smaller"),
    ("i3plus3", {"epsilon1": 0.3}, "epsilon1", "smaller than the target", "smaller"),
    ("i3plus3", {"epsilon2": 0.76}, "epsilon2", "below 1", "smaller"),
]


@pytest.mark.parametrize(("design", "settings", "key", "rule", "fix"), SETTINGS)
def test_settings_that_are_refused(design: str, settings: Any, key: str, rule: str, fix: str) -> None:
    check_problem(protocol(design, settings), f"escalation.settings.{key}", rule, fix)


def test_backfilling_is_of_boin() -> None:
    rule = build_design(protocol("boin", {}, backfill={"most_at_a_level": 9}))
    assert rule.backfill is not None
    assert (rule.backfill.most_at_a_level, rule.backfill.escalation_participants) == (9, 12)
    assert build_design(protocol("boin", {})).backfill is None
    for design in ("keyboard", "tite_boin", "three_plus_three"):
        settings = {"variant": "previous"} if design == "three_plus_three" else {}
        made = protocol(design, settings, backfill={"most_at_a_level": 9})
        check_problem(made, "escalation.design", "is defined for boin", "write `design: boin`, or remove `backfill`")
    # a comparator is compared without it
    made = protocol("boin", {}, backfill={"most_at_a_level": 9}, comparators={"keyboard": {}})
    assert not check_escalation(made)
    assert build_design(made, "keyboard").backfill is None


GUARD_PROBLEMS: list[tuple[str, Any, list[Any], str, str, str]] = [
    ("boin", {}, ["no_skiping"], "[1].no_skiping", "not a guard", "`no_skipping`"),
    ("boin", {}, ["no_skipping", "no_skipping"], "[2].no_skipping", "stands twice", "remove one"),
    (
        "boin",
        {},
        [{"stop_when_precise": {"lower": 0.1, "upper": 0.3, "certainty": 0.5}}],
        "[1].stop_when_precise",
        "model-based designs only",
        "crm or blrm",
    ),
    (
        "crm",
        CRM,
        [{"stop_when_precise": {"lower": 0.3, "upper": 0.1, "certainty": 0.5}}],
        "[1].stop_when_precise.upper",
        "must exceed lower",
        "lower rate first",
    ),
    (
        "boin",
        {},
        [{"at_least": {"participants": 6}}, {"stop_when_enough": {"participants": 6}}],
        "[1]",
        "not hold",
        "move at_least below stop_when_enough",
    ),
    (
        "boin",
        {},
        ["titration", {"cohort_sizes": {"by_cohort": [2]}}],
        "[1]",
        "comes before cohort_sizes",
        "move titration below",
    ),
    ("boin", {"titration": True}, ["titration"], "[1]", "among the design's settings", "keep one"),
    ("boin", {}, [{"at_least": {"participants": 60}}], "[1].at_least.participants", "exceeds max", "lower it"),
    ("boin", {}, [{"cohort_sizes": {}}], "[1].cohort_sizes.by_cohort", "not both and not neither", "keep one"),
    ("boin", {}, [{"cohort_sizes": {"by_cohort": [0]}}], "[1].cohort_sizes.by_cohort[1]", "at least 1", "at least 1"),
    ("boin", {}, [{"cohort_sizes": {"by_level": []}}], "[1].cohort_sizes.by_level", "not empty", "not empty"),
    ("boin", {}, [{"highest_level": {"level": 5}}], "[1].highest_level.level", "1 to 3", "correct"),
    ("boin", {}, [{"titration": {"until_level": 7}}], "[1].titration.until_level", "1 to 3", "correct"),
    ("boin", {}, ["stop_when_too_toxic"], "[1].stop_when_too_toxic.certainty", "required", "certainty"),
    (
        "boin",
        {},
        [{"stop_when_too_toxic": {"certainty": 0.3}}],
        "[1].stop_when_too_toxic.certainty",
        "above 0.5",
        "for example `certainty: 0.95`",
    ),
]


@pytest.mark.parametrize(("design", "settings", "guards", "key", "rule", "fix"), GUARD_PROBLEMS)
def test_guards_that_are_refused(design: str, settings: Any, guards: list[Any], key: str, rule: str, fix: str) -> None:
    check_problem(protocol(design, settings, guards), f"escalation.guards{key}", rule, fix)


@pytest.mark.parametrize("later", ["no_skipping", "titration", {"highest_level": {"level": 2}}])
def test_a_stop_that_would_not_see_the_level_to_come_is_refused(later: Any) -> None:
    made = protocol("boin", {}, [{"stop_when_enough": {"participants": 6}}, later])
    check_problem(made, "escalation.guards[1]", "would not see the level", "move stop_when_enough below")


def test_a_cap_below_the_start_level_is_refused() -> None:
    made = protocol("boin", {}, [{"highest_level": {"level": 1}}], start_level=2)
    check_problem(made, "escalation.guards[1].highest_level.level", "below the start level 2", "start lower")


def test_other_cohorts_than_threes_are_no_3_plus_3() -> None:
    made = protocol("three_plus_three", STEP_DOWN, cohort_size=2)
    check_problem(made, "escalation.cohort_size", "cohorts of 3", "cohort_size: 3")


def test_a_3_plus_3_has_no_other_cohort_sizes() -> None:
    made = protocol("three_plus_three", STEP_DOWN, [{"cohort_sizes": {"by_cohort": [1, 3]}}])
    check_problem(made, "escalation.guards[1].cohort_sizes.by_cohort", "cohorts of 3 only", "remove the guard")


@pytest.mark.parametrize("design", [name for name in DESIGNS if name not in ("three_plus_three", "rolling_six")])
def test_a_target_is_asked_for(design: str) -> None:
    settings = {"crm": CRM, "tite_crm": CRM, "blrm": BLRM}.get(design, {})
    made = protocol(design, settings, target_dlt_rate=None)
    check_problem(made, "escalation.target_dlt_rate", "needs a target DLT rate", "target_dlt_rate: 0.25")


def test_a_3_plus_3_needs_no_target_but_its_guard_may() -> None:
    assert build_design(protocol("three_plus_three", STEP_DOWN, target_dlt_rate=None)).frame.target is None
    made = protocol("three_plus_three", STEP_DOWN, [{"stop_when_too_toxic": {"certainty": 0.9}}], target_dlt_rate=None)
    check_problem(made, "escalation.guards[1].stop_when_too_toxic.certainty", "needs escalation.target", "target")


def test_unknown_designs_name_the_known_ones() -> None:
    check_problem(protocol("bion", {}), "escalation.design", "not a design", "did you mean `boin`?")
    (problem,) = check_escalation(protocol("qqq", {}))
    assert all(name in problem.fix for name in DESIGNS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3plus3", "three_plus_three"),
        ("3+3", "three_plus_three"),
        (" 3 + 3 ", "three_plus_three"),
        ("3-plus-3", "three_plus_three"),
        ("Three Plus Three", "three_plus_three"),
        ("i3+3", "i3plus3"),
        ("mTPI-2", "mtpi2"),
        ("tite-boin", "tite_boin"),
    ],
)
def test_everyday_names_of_designs_are_understood(written: str, meant: str) -> None:
    check_problem(protocol(written, {}), "escalation.design", "not a design", f"did you mean `{meant}`?")


def test_unknown_guards_name_the_known_ones() -> None:
    (problem,) = check_escalation(protocol("boin", {}, ["qqq"]))
    assert all(name in problem.fix for name in GUARDS)


def test_unknown_comparators_and_their_settings_are_named() -> None:
    made = protocol("boin", {}, comparators={"crm": {}, "bion": {}, "mtpi": {}})
    found = {problem.place.key: problem.fix for problem in check_escalation(made)}
    assert found.keys() == {"escalation.comparators.crm.skeleton", "escalation.comparators.bion"}
    assert "boin" in found["escalation.comparators.bion"]


def test_all_problems_are_found_at_once() -> None:
    made = protocol("boin", {"p_saf": 0.3, "p_tox": 0.26}, ["no_skiping", {"highest_level": {"level": 9}}])
    assert len(check_escalation(made)) == 4


def test_settings_reach_the_design() -> None:
    design = build_design(protocol("boin", {"p_tox": 0.4, "stop_at": 9, "extra_safe": True})).design
    assert isinstance(design, Boin)
    assert (design.p_saf, design.p_tox, design.stop_at, design.extra_safe) == (None, 0.4, 9, True)
    crm = build_design(protocol("crm", {"half_width": 0.05, "prior_mtd": 2, "restrict": False})).design
    assert isinstance(crm, Crm)
    assert crm.rates[1] == pytest.approx(0.25)
    assert not crm.restrict
    blrm = build_design(protocol("blrm", {**BLRM, "declare": {"participants": 9}})).design
    assert isinstance(blrm, Blrm)
    assert blrm.reference_dose == ReferenceDose(value=10.0)
    assert blrm.declare == Declaration(participants=9, target_probability=0.5, required=False)


def test_the_protocol_reaches_the_frame() -> None:
    rule = build_design(
        protocol(
            "boin",
            {"titration": True},
            ["no_skipping", {"stop_when_too_toxic": {"certainty": 0.9}}, {"highest_level": {"level": 2}}],
            start_level=2,
            stop_within_cohort=True,
            max_participants_counts="dosed",
            expansion_participants=6,
        )
    )
    assert [type(guard) for guard in rule.guards] == [NoSkipping, StopWhenTooToxic, HighestLevel, Titration]
    assert rule.frame.doses == (5.0, 10.0, 16.0)
    assert (rule.frame.unit, rule.frame.target, rule.frame.cohort_size) == ("million cells", 0.25, 3)
    assert (rule.frame.start_level, rule.frame.top, rule.frame.max_participants) == (2, 2, 12)
    assert rule.stops_within_cohort
    assert rule.counts_dosed
    assert rule.expansion_participants == 6


def test_a_comparator_has_the_frame_and_guards_of_the_protocol() -> None:
    made = protocol("boin", {}, ["no_skipping"], comparators={"crm": CRM})
    rule = build_design(made, "crm")
    assert isinstance(rule.design, Crm)
    assert rule.design.skeleton == (0.1, 0.2, 0.35)
    assert [type(guard) for guard in rule.guards] == [NoSkipping]
    with pytest.raises(ProblemsFound):
        build_design(made, "blrm")
    with pytest.raises(ProblemsFound):
        build_design(made, "none such")
