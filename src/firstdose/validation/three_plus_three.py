"""The 3+3: every history of three dose levels, against escalation."""

from __future__ import annotations

from firstdose.designs.history import parse_outcomes
from firstdose.designs.rule import EscalationRule
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.rules import rule_of

LEVELS = 3
COHORTS = ("NNN", "NNT", "NTT", "TTT")


def rule_with(*, allow_deescalate: bool) -> EscalationRule:
    """The variant that the reference software's setting stands for."""
    variant = "step_down" if allow_deescalate else "previous"
    return rule_of("three_plus_three", LEVELS, max_participants=6 * LEVELS, settings={"variant": variant})


def all_histories(rule: EscalationRule) -> set[str]:
    """Every history that the rule can produce, DLTs last within a cohort."""
    found, waiting = set(), [""]
    while waiting:
        history = waiting.pop()
        found.add(history)
        level = rule.decide(parse_outcomes(history, LEVELS)).next_level
        if level is not None:
            waiting += [f"{history} {level}{cohort}".strip() for cohort in COHORTS]
    return found


def compare_nodes(figures: Figures, tally: Tally) -> str:
    """Advice at every node: whether the trial goes on, the next level, and at the end the level recommended."""
    for allow_deescalate in (False, True):
        rule = rule_with(allow_deescalate=allow_deescalate)
        nodes = [node for node in figures["nodes"] if node["allow_deescalate"] == allow_deescalate]
        for node in nodes:
            advice = rule.decide(parse_outcomes(node["history"], LEVELS))
            place = f"{node['history'] or 'the start'}, {'with' if allow_deescalate else 'without'} de-escalation"
            found = advice.next_level if advice.action == "dose" else advice.recommended_level
            tally.equal(f"{place}, goes on", advice.action == "dose", node["continue"])
            tally.equal(f"{place}, next level", found, node["next_dose"])
            tally.equal(f"{place}, recommended level", found, node["recommended"])
        reference = {node["history"] for node in nodes}
        ours = all_histories(rule)
        for history in sorted(ours | reference):
            tally.equal(f"{history or 'the start'}, among the histories", history in ours, history in reference)
    return (
        "while the trial goes on, escalation gives the next level as the recommended one; Firstdose recommends "
        "a level only at its end"
    )


COMPARISONS = (
    Comparison(
        "three_plus_three_nodes",
        "3+3, with and without de-escalation: every node of the tree over three levels",
        "escalation/three_plus_three_paths.json",
        compare_nodes,
    ),
)
