"""Confirmed worsening and improvement over visits, against msprog: every change, its dates and values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from firstdose.methods._counts import FloatArray
from firstdose.methods.confirmed_change import Change, Relapses, confirmed_changes
from firstdose.methods.confirmed_change_rules import (
    ChangeRule,
    RelapseFree,
    edss_smallest_change,
    relative_smallest_change,
    symbol_digit_smallest_change,
)
from firstdose.validation.comparison import Comparison, Figures, Tally

WANTED = {
    "firstCDW": "first_worsening",
    "firstCDI": "first_improvement",
    "first": "first",
    "firstPIRA": "first_relapse_independent",
    "firstRAW": "first_relapse_associated",
    "multiple": "all",
}
BASELINES = {
    "fixed": "never",
    "roving": "after_change",
    "roving_impr": "after_improvement",
    "roving_wors": "after_worsening",
}
PLAIN_NAMES = {
    "bl_geq": "never_lower",
    "relapse_rebl": "after_relapse",
    "skip_local_extrema": "skip_extremes",
    "check_intermediate": "between",
}
PAIRS = {
    "relapse_to_bl": "relapse_to_baseline",
    "relapse_to_event": "relapse_to_onset",
    "relapse_to_conf": "relapse_to_confirmation",
}
SMALLEST_CHANGES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "edss": edss_smallest_change,
    "sdmt": symbol_digit_smallest_change,
    "t25fw": relative_smallest_change,
    "nhpt": relative_smallest_change,
    "function(v) 1": np.ones_like,
    "function(reference_value) {min(c(reference_value/10, 3))}": lambda score: symbol_digit_smallest_change(
        score, points=3, share=0.1
    ),
}
KINDS = {"relapse_independent": "PIRA", "relapse_associated": "RAW", "undefined": "undefined", "": ""}


def rule_of(arguments: dict[str, Any]) -> ChangeRule:
    """The rule that msprog's arguments describe."""
    settings: dict[str, Any] = {
        "wanted": WANTED[arguments.get("event", "firstCDW")],
        "baseline_moves": BASELINES[arguments.get("baseline", "fixed")],
    }
    for theirs, ours in PLAIN_NAMES.items():
        if theirs in arguments:
            settings[ours] = arguments[theirs]
    for theirs, ours in PAIRS.items():
        if theirs in arguments:
            settings[ours] = tuple(arguments[theirs])
    if arguments.get("proceed_from") == "event":
        settings["proceed_from"] = "onset"
    if "sub_threshold_rebl" in arguments:
        settings["small_changes"] = arguments["sub_threshold_rebl"].replace("change", "any")
    if "conf_days" in arguments:
        settings["confirm_after"] = tuple(_listed(arguments["conf_days"]))
    if "conf_tol_days" in arguments:
        before, *after = map(float, _listed(arguments["conf_tol_days"]))
        settings["tolerance"] = (before, after[0] if after else before)
    if "require_sust_days" in arguments:
        settings["sustained"] = float(_listed(arguments["require_sust_days"])[0])
    if "impute_last_visit" in arguments:
        within = arguments["impute_last_visit"]
        settings["impute_last_visit_within"] = math.inf if within == 1 else float(within)
    if "relapse_indep" in arguments:
        free = arguments["relapse_indep"]
        around = [tuple(free[name]) for name in ("prec", "event", "conf")]
        settings["relapse_free"] = RelapseFree(around[0], around[1], around[2], free["prec_type"])
    return ChangeRule(**settings)


def changes_found(figures: Figures, arguments: dict[str, Any], columns: list[str]) -> list[list[list[Any]]]:
    """For each person the changes found, as rows of these columns."""
    visits, relapses, rule = figures["visits"], figures["relapses"], rule_of(arguments)
    day_column = "visit_day" if arguments.get("date_format") == "day" else "day"
    value_column, outcome = arguments["value_col"], arguments["outcome"]
    known = None
    if arguments["relapses"]:
        ends = relapses[arguments["renddate_col"]] if "renddate_col" in arguments else None
        known = Relapses(relapses["person"], relapses[day_column], ends)
    found = confirmed_changes(
        visits["person"],
        visits[day_column],
        visits[value_column],
        rule=rule,
        smallest_change=SMALLEST_CHANGES[arguments.get("delta_fun", outcome)],
        worse_is=-1 if outcome == "sdmt" else 1,
        relapses=known,
    )
    courses: list[list[tuple[int, float]]] = [[] for _ in figures["persons"]]
    for person, day, value in zip(visits["person"], visits[day_column], visits[value_column], strict=True):
        courses[person].append((day, value))
    return [
        [[_row(change, sorted(course), rule)[column] for column in columns] for change in changes]
        for course, changes in zip(courses, found.changes, strict=True)
    ]


def compare_changes(figures: Figures, tally: Tally) -> str:
    """All changes of all people in every setting."""
    left_out = 0
    for setting in figures["settings"]:
        columns, arguments = setting["columns"][1:], setting["call_args"]
        expected: dict[int, list[list[Any]]] = {}
        for person, *row in setting["changes"]:
            expected.setdefault(person, []).append(row)
        for person, rows in enumerate(changes_found(figures, arguments, columns)):
            place = f"{setting['name']}, person {figures['persons'][person]}"
            theirs = expected.get(person, [])
            tally.equal(f"{place}, number of changes", len(rows), len(theirs))
            for number, (row, other) in enumerate(zip(rows, theirs, strict=False), start=1):
                skipped = _beyond_relapses(figures, arguments, person, dict(zip(columns, other, strict=True)))
                left_out += skipped
                for column, ours, reference in zip(columns, row, other, strict=True):
                    if not (skipped and column.startswith(("CDW_type", "PIRA"))):
                        tally.equal(f"{place}, change {number}, {column}", ours, reference)
    note = f"{len(figures['settings'])} of {len(figures['settings'])} settings"
    if left_out:
        note += (
            f". The kind of {left_out} worsenings is left out: given the ends of relapses, the reference calls every"
            " worsening relapse-associated, also of people without relapses"
        )
    return note


def _beyond_relapses(figures: Figures, arguments: dict[str, Any], person: int, row: dict[str, Any]) -> bool:
    """Whether relapses have ends and a worsening began in none of the person's."""
    if "renddate_col" not in arguments or row.get("event_type") != "CDW":
        return False
    relapses = figures["relapses"]
    spans = zip(relapses["person"], relapses["day"], relapses[arguments["renddate_col"]], strict=True)
    return not any(one == person and onset <= row["date"] <= end for one, onset, end in spans)


def _row(change: Change, course: list[tuple[int, float]], rule: ChangeRule) -> dict[str, Any]:
    """A change in msprog's columns."""
    days = [day for day, _ in course]
    row: dict[str, Any] = {
        "event_type": {"worsening": "CDW", "improvement": "CDI"}[change.direction],
        "CDW_type": KINDS[change.kind],
        "date": days[change.onset],
        "value": course[change.onset][1],
        "bl_date": days[change.baseline],
        "bl_value": change.reference,
        "last_delta_date": None if change.last_different is None else days[change.last_different],
        "last_delta_value": change.last_different_value,
        "bl2event": days[change.onset] - days[change.baseline],
        "time2event": days[change.onset] - days[0],
        "sust_days": days[change.lasting] - days[change.onset],
        "sust_last": change.lasting == len(course) - 1,
    }
    for prefix, visits in (("conf", change.confirmed), ("PIRA_conf", change.confirmed_free)):
        for distance, visit in zip(rule.confirm_after, visits, strict=True):
            row[f"{prefix}{distance:g}_date"], row[f"{prefix}{distance:g}_value"] = (
                (None, None) if visit is None else course[visit]
            )
    return row


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


COMPARISONS = (
    Comparison(
        "confirmed_change_toy",
        "Confirmed worsening and improvement: 25 settings on seven people",
        "disability/msprog_toy.json",
        compare_changes,
    ),
    Comparison(
        "confirmed_change_300_people",
        "Confirmed worsening and improvement: eight settings on 300 simulated people",
        "disability/msprog_300_people.json",
        compare_changes,
    ),
)
