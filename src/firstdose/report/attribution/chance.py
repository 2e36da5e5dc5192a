"""Whether a slope is left after adjusting for the number of slopes, and whether normalisation may hide one."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.attribution.comparisons import NOT_NORMALISED, P_ADJUSTED, SLOPE_AFTER, SLOPE_ALONE, SLOPE_ON
from firstdose.records.results import Result
from firstdose.report.attribution.rows import AttributionRows, Statement, excludes_zero, outcomes_in_words, statement
from firstdose.report.documents.wording import listed

CALLED = 0.05


def chance_told(rows: AttributionRows, outcome: str) -> tuple[str, tuple[Result, ...]]:
    """Which slopes of an outcome that leave 0 out are left after Holm's method, and that chance explains the others."""
    left: list[str] = []
    lost: list[str] = []
    behind = []
    for kind, when in _periods(rows).items():
        found = rows.first(table="comparisons", within=outcome, what=kind, statistic="estimate")
        p = rows.first(table="comparisons", within=outcome, what=kind, statistic=P_ADJUSTED)
        if excludes_zero(found) and p is not None and p.value is not None:
            (left if p.value < CALLED else lost).append(f"the slope{when}")
            behind.append(p)
    over = "Adjusted over all outcomes and periods by Holm's method"
    if not lost:
        return (f"{over}, p of {listed(left)} stays below {CALLED:g}.", tuple(behind)) if left else ("", ())
    rest = f", that of {listed(left)} stays below" if left else ""
    return f"{over}, p of {listed(lost)} is not below {CALLED:g}{rest}: chance would explain it too.", tuple(behind)


def hidden_slopes(rows: AttributionRows) -> Iterator[Statement]:
    """Outcomes that show a slope before normalisation and none after it."""
    for kind, when in _periods(rows).items():
        hidden = []
        for outcome in rows.outcomes:
            main, raw = (
                rows.first(table="comparisons", within=outcome, what=each, statistic="estimate")
                for each in (kind, kind + NOT_NORMALISED)
            )
            if raw is not None and excludes_zero(raw) and not excludes_zero(main):
                hidden.append(raw)
        if hidden:
            text = (
                f"{outcomes_in_words(each.within for each in hidden)}: before normalisation the interval of the slope"
                f"{when} leaves 0 out, and after it not. Either amounts of sample differ by dose, or normalisation "
                "takes out a slope that many metabolites share."
            )
            yield statement("normalisation_may_hide", text, *hidden)


def _periods(rows: AttributionRows) -> dict[str, str]:
    return {SLOPE_ON: f" on {rows.drug}", SLOPE_AFTER: f" after {rows.drug}", SLOPE_ALONE: ""}
