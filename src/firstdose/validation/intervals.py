"""Interval designs: bounds, decision tables and the selected level, against BOIN, escalation and Keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from firstdose.designs.boin import Boin
from firstdose.designs.history import parse_outcomes
from firstdose.designs.interval import DEESCALATE, ESCALATE
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Stop
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.rules import one_cohort, rule_of, smallest_and_largest, steps_after_one_cohort

LOWEST, MIDDLE, LEVELS = 1, 2, 3
NO_LEVEL = 99
NAMES_IN_TABLES = {"mTPI": "mtpi", "mTPI2": "mtpi2", "BOIN": "boin"}
TITLES = {"mtpi": "mTPI", "mtpi2": "mTPI-2", "boin": "BOIN"}
AT_HALF = {"target": 0.4, "p_saf": 0.2, "p_tox": 0.6}


def _boin_rule(table: dict[str, Any], levels: int, max_participants: int = 60, *, extra_safe: bool) -> EscalationRule:
    settings = {
        "elimination_certainty": table["cutoff_eli"],
        "offset": table["offset"],
        "extra_safe": extra_safe,
        "bound_mtd": table.get("boundMTD", False),
    } | {key: table[key] for key in ("p_saf", "p_tox") if key in table}
    return rule_of(
        "boin",
        levels,
        target=table["target"],
        cohort_size=1,
        max_participants=max_participants,
        settings=settings,
    )


def _name(table: dict[str, Any]) -> str:
    rates = [f"{key} {table[key]:g}" for key in ("p_saf", "p_tox", "cutoff_eli", "epsilon1") if key in table]
    return ", ".join([f"target {table['target']:g}", *rates])


def boundaries(rule: EscalationRule, sizes: list[int]) -> dict[str, list[int | None]]:
    """For each number of participants: escalate at most at, de-escalate and eliminate at least at so many DLTs.

    As the tables of the R packages print them: a level that is eliminated is left downwards too. Moves are seen at a
    middle level, eliminations as the end of the trial at level 1.
    """
    participants = np.array([size for size in sizes for _ in range(size + 1)])
    dlts = np.array([count for size in sizes for count in range(size + 1)])
    move = steps_after_one_cohort(rule, MIDDLE, participants.tolist(), dlts.tolist()).level - MIDDLE
    stop = steps_after_one_cohort(rule, LOWEST, participants.tolist(), dlts.tolist()).stop
    happens = (move == ESCALATE, move == DEESCALATE, stop == Stop.TOO_TOXIC)
    ranges = [[smallest_and_largest(each, participants, dlts, size) for size in sizes] for each in happens]
    return {
        "escalate_if_le": [largest for _, largest in ranges[0]],
        "deescalate_if_ge": [smallest for smallest, _ in ranges[1]],
        "eliminate_if_ge": [smallest for smallest, _ in ranges[2]],
    }


def compare_boin_bounds(figures: Figures, tally: Tally) -> str:
    """The bounds of the observed DLT rate themselves."""
    for table in figures["tables"]:
        design = _boin_rule(table, LEVELS, extra_safe=table["extrasafe"]).design
        assert isinstance(design, Boin)
        tally.close_relative(_name(table), design.bounds, (table["lambda_e"], table["lambda_d"]))
    return ""


def compare_boin_boundaries(figures: Figures, tally: Tally) -> str:
    """Every row of BOIN's boundary tables, but the de-escalation rows where the bound is exactly one half."""
    for table in figures["tables"]:
        ours = boundaries(_boin_rule(table, LEVELS, extra_safe=False), table["n"])
        for key, rows in ours.items():
            for size, found, expected in zip(table["n"], rows, table[key], strict=True):
                if key == "deescalate_if_ge" and _at_exactly_half(table, size):
                    place = f"{_name(table)}, {key}, n {size}, which must be one less than the reference"
                    tally.equal(place, found, size // 2)
                    tally.equal(place, expected, size // 2 + 1)
                else:
                    tally.equal(f"{_name(table)}, {key}, n {size}", found, expected)
        if table["extrasafe"]:
            stricter = boundaries(_boin_rule(table, LEVELS, extra_safe=True), table["n"])["eliminate_if_ge"]
            for size, found, expected in zip(table["n"], stricter, table["stop_lowest_if_ge"], strict=True):
                tally.equal(f"{_name(table)}, stop_lowest_if_ge, n {size}", found, expected)
    return (
        "15 de-escalation rows differ on purpose: at target 0.4 with p_saf 0.2 and p_tox 0.6 the bound is "
        "exactly 1/2, and Firstdose de-escalates at half of 2, 4, ..., 30 participants, as the design's "
        "definition says; R's rounding of the bound asks for one DLT more"
    )


def _at_exactly_half(table: dict[str, Any], size: int) -> bool:
    return size % 2 == 0 and all(table[key] == value for key, value in AT_HALF.items())


def compare_boin_selections(figures: Figures, tally: Tally) -> str:
    """The level selected from given counts: a trial that ends with its last cohort."""
    for row in figures["datasets"]:
        counts = list(zip(row["npts"], row["ntox"], strict=True))
        rule = _boin_rule(row, len(counts), sum(row["npts"]), extra_safe=row["extrasafe"])
        cohorts = [one_cohort(n, y, level) for level, (n, y) in enumerate(counts, start=1) if n]
        advice = rule.decide(parse_outcomes(" ".join(cohorts), len(counts)))
        found = advice.recommended_level or NO_LEVEL if advice.action == "stop" else advice.action
        tally.equal(f"{row['ntox']} of {row['npts']} at {_name(row)}", found, row["mtd"])
    return "BOIN's setting boundMTD is not among the figures"


def _move(advice: Recommendation, level: int) -> int | str:
    return "STOP" if advice.next_level is None else advice.next_level - level


def compare_decision_tables(design: str) -> Callable[[Figures, Tally], str]:
    """The comparison of one design's decision tables, as `firstdose decide` advises after one cohort."""

    def compare(figures: Figures, tally: Tally) -> str:
        for table in figures["tables"]:
            if table["design"] != design:
                continue
            settings = {key: table[key] for key in ("epsilon1", "epsilon2", "exclusion_certainty") if key in table} | (
                {"prior": [table["alpha"], table["beta"]]} if "alpha" in table else {}
            )
            rule = rule_of(NAMES_IN_TABLES[design], LEVELS, target=table["target"], settings=settings)
            for n, y, middle, lowest, middle_goes_on, lowest_goes_on in table["table"]:
                for level, move, goes_on in (
                    (MIDDLE, middle, middle_goes_on),
                    (LOWEST, lowest, lowest_goes_on),
                ):
                    advice = rule.decide(parse_outcomes(one_cohort(n, y, level), LEVELS))
                    place = f"{_name(table)}, {y} of {n} at level {level}"
                    tally.equal(place, _move(advice, level), move)
                    tally.equal(f"{place}, goes on", advice.action == "dose", goes_on)
        return ""

    return compare


def compare_keyboard_boundaries(figures: Figures, tally: Tally) -> str:
    """Every row of Keyboard's boundary tables."""
    for table in figures["tables"]:
        settings = {"margin_left": table["marginL"], "margin_right": table["marginR"]}
        ours = boundaries(rule_of("keyboard", LEVELS, target=table["target"], settings=settings), table["n"])
        for key, rows in ours.items():
            for size, found, expected in zip(table["n"], rows, table[key], strict=True):
                tally.equal(f"{_name(table)}, {key}, n {size}", found, expected)
    return ""


TABLES = "escalation/interval_decision_tables.json"
COMPARISONS = (
    Comparison(
        "boin_bounds",
        "BOIN: escalation and de-escalation bounds of the DLT rate",
        "escalation/boin_boundaries.json",
        compare_boin_bounds,
        1e-12,
        "relative",
    ),
    Comparison(
        "boin_boundaries",
        "BOIN: DLTs at which to escalate, de-escalate, eliminate and stop, 1 to 30 participants",
        "escalation/boin_boundaries.json",
        compare_boin_boundaries,
    ),
    Comparison(
        "boin_selections",
        "BOIN: the level selected at the end",
        "escalation/boin_select_mtd.json",
        compare_boin_selections,
    ),
    *(
        Comparison(
            f"{key}_decisions",
            f"{TITLES[key]}: the decision after each outcome of 1 to 15 participants at the lowest and a middle level",
            TABLES,
            compare_decision_tables(name),
        )
        for name, key in NAMES_IN_TABLES.items()
    ),
    Comparison(
        "keyboard_boundaries",
        "Keyboard: DLTs at which to escalate, de-escalate and eliminate, 1 to 15 participants",
        "escalation/keyboard_boundaries.json",
        compare_keyboard_boundaries,
    ),
)
