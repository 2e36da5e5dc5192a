"""What the comparisons of each outcome say, what would undo it, and what the next trial must randomise."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.attribution.comparisons import SLOPE_AFTER, SLOPE_ALONE, SLOPE_ON
from firstdose.analysis.attribution.controls import UNDECIDED
from firstdose.analysis.attribution.sources import RELATIVE, RELATIVE_TO_STABLE
from firstdose.report.attribution.chance import called_slopes, hidden_slopes
from firstdose.report.attribution.rows import AttributionRows, Statement, excludes_zero, outcomes_in_words, statement
from firstdose.report.attribution.slopes import findings, not_estimated
from firstdose.report.attribution.statements import design_statements
from firstdose.report.attribution.undoing import estimate, shown
from firstdose.report.results.names import in_sentence


def statements(rows: AttributionRows) -> tuple[Statement, ...]:
    """The generated text: the design, each outcome, the negative controls, and the next trial."""
    design = list(design_statements(rows))
    return (
        *design,
        *findings(rows),
        *_without_finding(rows),
        *hidden_slopes(rows),
        *_not_adjusted(rows),
        *_controls(rows),
        *_next_trial(rows, {each.key for each in design}),
    )


def _without_finding(rows: AttributionRows) -> Iterator[Statement]:
    """The outcomes whose slopes are estimated and not shown to differ from 0, by the periods that have one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for outcome in rows.outcomes:
        known = [each for key in SLOPES if (each := estimate(rows, outcome, key)) and each.value is not None]
        if not any(map(excludes_zero, known)):
            lacking = [key for key in DRUG_SLOPES if known and key not in {each.what for each in known}]
            reasons = [not_estimated(rows, outcome, key) for key in lacking if rows.where(within=outcome, what=key)]
            alike.setdefault((*(each.what for each in known), *reasons), []).append(outcome)
    for key, outcomes in alike.items():
        kinds = tuple(each for each in key if each in SLOPES)
        why, named = "".join(key[len(kinds) :]), outcomes_in_words(outcomes)
        if not kinds:
            yield statement("no_slope_estimated", f"{named}: no slope on dose can be estimated.")
            continue
        behind = [estimate(rows, outcome, kind) for outcome in outcomes for kind in kinds]
        text = f"{named}: no difference between doses is shown{WHERE[kinds]}{why}; "
        possible = "the intervals say how large a slope remains possible."
        if len(behind) == 1:
            possible = "the interval says how large a slope remains possible."
        yield statement(KEYS[kinds], text + possible, *behind)


SLOPES = (SLOPE_ON, SLOPE_AFTER, SLOPE_ALONE)
DRUG_SLOPES = (SLOPE_ON, SLOPE_AFTER)
WHERE = {
    (SLOPE_ON, SLOPE_AFTER): ", on the drug or after it",
    (SLOPE_ON,): " on the drug, and after it ",
    (SLOPE_AFTER,): " after the drug, and on it ",
    (SLOPE_ALONE,): "",
}
KEYS = {
    (SLOPE_ON, SLOPE_AFTER): "no_slope_shown",
    (SLOPE_ON,): "no_slope_shown_on_drug",
    (SLOPE_AFTER,): "no_slope_shown_after_drug",
    (SLOPE_ALONE,): "no_slope_shown",
}
"""The words and the key by the slopes that could be estimated."""


def _not_adjusted(rows: AttributionRows) -> Iterator[Statement]:
    """That intervals are for one outcome each, what is left after adjustment, and what metabolites are relative to."""
    if len(rows.outcomes) > 1:
        text = (
            f"{len(rows.outcomes)} outcomes were looked at, each with intervals of its own that are not adjusted for "
            "their number: some may leave 0 out by chance alone."
        )
        called, behind = called_slopes(rows)
        yield statement("not_adjusted", f"{text} {called}".strip(), *behind)
    people = [
        found for each in rows.outcomes for found in rows.where(table="comparisons", within=each, statistic="people")
    ]
    for kind, caveat, key in (
        ("Metabolites", RELATIVE, "relative_metabolites"),
        ("Classes of metabolites", RELATIVE_TO_STABLE, "relative_classes"),
    ):
        relative = [found for found in people if caveat in found.warning]
        if relative:
            yield statement(key, f"{kind} are measured {caveat}.", *relative)


def _controls(rows: AttributionRows) -> Iterator[Statement]:
    """What the negative controls say of the drug."""
    if not rows.drug:
        return
    readings = rows.where(table="negative_controls", statistic="reading")
    for each in readings:
        slope = rows.first(table="negative_controls", what=each.what, statistic="slope")
        size = rows.first(table="negative_controls", what=each.what, statistic="explaining_slope")
        measured = rows.text(table="negative_controls", what=each.what, statistic="measured")
        name = f"{in_sentence(measured)} ({each.what})" if measured else each.what
        says = "is undecided about the drug" if each.text == UNDECIDED else each.text
        text = (
            f"The negative control {name} {says} as the whole explanation: its slope is {shown(slope)}, and "
            f"one of {shown(size)} would explain a finding."
        )
        yield statement("negative_control", text, each, slope, size)
    if not readings:
        text = (
            "No negative control was named beforehand together with the slope that would explain a finding, so nothing "
            f"speaks for or against {rows.drug} from that side."
        )
        yield statement("no_negative_control", text, *rows.where(table="negative_controls"))


CELLS_AND_DRUG = "the cells against none, with the drug in both arms"
BY_PERIOD = "the dose, among people treated in the same period and from the same batches"
NEXT = {
    "cells_not_identified": CELLS_AND_DRUG,
    "cells_identified_by_few": CELLS_AND_DRUG,
    "cells_identified_at_some_visits": CELLS_AND_DRUG,
    "cells_open": CELLS_AND_DRUG,
    "nobody_without_cells": "the cells against none",
    "dose_separated": BY_PERIOD,
    "dose_largely_along": BY_PERIOD,
}
"""What the next trial must randomise, by what this one could not tell."""


def _next_trial(rows: AttributionRows, keys: set[str]) -> Iterator[Statement]:
    wanted = list(dict.fromkeys(text for key, text in NEXT.items() if key in keys))
    if wanted:
        measured = f"; and it must measure troughs of {rows.drug} at known times" if "no_troughs" in keys else ""
        text = f"To tell them apart, the next trial must randomise {'; and '.join(wanted)}{measured}."
        yield statement("next_trial", text)
