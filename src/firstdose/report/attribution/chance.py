"""Whether a slope is left after adjusting for the number of slopes, and whether normalisation may hide one."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.attribution.comparisons import NOT_NORMALISED, P_ADJUSTED, SLOPE_AFTER, SLOPE_ALONE, SLOPE_ON
from firstdose.records.results import Result
from firstdose.report.attribution.rows import AttributionRows, Statement, excludes_zero, statement
from firstdose.report.documents.wording import listed
from firstdose.report.results.names import words

CALLED = 0.05


def is_shown(rows: AttributionRows, outcome: str) -> bool:
    """Whether every slope of an outcome whose interval leaves 0 out is called after adjustment, if there is any."""
    return not any(not is_called for _, _, is_called in _adjusted(rows, outcome))


def chance_told(rows: AttributionRows, outcome: str) -> tuple[str, tuple[Result, ...]]:
    """Which slopes of an outcome that leave 0 out are left after Holm's method, and that chance explains the others."""
    found = _adjusted(rows, outcome)
    left, lost = ([when for when, _, is_called in found if is_called is wanted] for wanted in (True, False))
    if not found:
        return "", ()
    behind = tuple(each for _, each, _ in found)
    over = f"adjusted by Holm's method over {_family(rows)}"
    if not lost:
        verb = "stays" if len(left) == 1 else "stay"
        return f"{over[:1].upper()}{over[1:]}, p of {listed(left)} {verb} below {CALLED:g}.", behind
    its = "its p is" if len(lost) == 1 else "their p are"
    rest = f", while that of {listed(left)} stays below it" if left else ""
    return f"Chance would explain {listed(lost)} as well: {over}, {its} not below {CALLED:g}{rest}.", behind


def _adjusted(rows: AttributionRows, outcome: str) -> list[tuple[str, Result, bool]]:
    """The slopes of an outcome whose interval leaves 0 out: in words, their adjusted p, and if it calls them."""
    found = []
    for kind, when in periods_in_words(rows).items():
        estimate = rows.first(table="comparisons", within=outcome, what=kind, statistic="estimate")
        p = rows.first(table="comparisons", within=outcome, what=kind, statistic=P_ADJUSTED)
        if excludes_zero(estimate) and p is not None and p.value is not None:
            found.append((f"the slope{when}", p, p.value < CALLED))
    return found


def called_slopes(rows: AttributionRows) -> tuple[str, tuple[Result, ...]]:
    """Of how many outcomes each slope is called after adjustment, as a sentence; empty where nothing was adjusted."""
    parts, behind = [], []
    for kind, when in periods_in_words(rows).items():
        adjusted = rows.where(table="comparisons", what=kind, statistic=P_ADJUSTED)
        called = [each for each in adjusted if each.value is not None and each.value < CALLED]
        behind += called
        if adjusted:
            names = f" ({listed(words(each.within) for each in called)})" if called else ""
            parts.append(f"p of the slope{when} is below {CALLED:g} in {len(called)} of {len(adjusted)}{names}")
    return (
        (f"Adjusted by Holm's method over {_family(rows)}, {'; '.join(parts)}.", tuple(behind)) if parts else ("", ())
    )


def hidden_slopes(rows: AttributionRows) -> Iterator[Statement]:
    """Outcomes whose slope has an interval without 0 as measured, and with 0 once normalised."""
    parts, behind = [], []
    for kind, when in periods_in_words(rows).items():
        hidden = []
        for outcome in rows.outcomes:
            main, raw = (
                rows.first(table="comparisons", within=outcome, what=each, statistic="estimate")
                for each in (kind, kind + NOT_NORMALISED)
            )
            if raw is not None and excludes_zero(raw) and main is not None and not excludes_zero(main):
                hidden.append(raw)
        behind += hidden
        if hidden:
            parts.append(f"for the slope{when} of {listed(words(each.within) for each in hidden)}")
    if parts:
        text = (
            f"Without normalisation, but not with it, the interval leaves 0 out {'; and '.join(parts)}. Amounts "
            "of sample that differ by dose would explain that, or a slope that many metabolites share and that "
            "normalisation takes out, or chance."
        )
        yield statement("normalisation_may_hide", text, *behind)


def periods_in_words(rows: AttributionRows) -> dict[str, str]:
    """The words that follow "the slope" for each kind of slope."""
    return {SLOPE_ON: f" on {rows.drug}", SLOPE_AFTER: f" after {rows.drug}", SLOPE_ALONE: ""}


def _family(rows: AttributionRows) -> str:
    """What p of slopes were adjusted over."""
    several = len(rows.outcomes) > 1
    if not rows.where(table="comparisons", what=SLOPE_ON):
        return "all outcomes"
    return "all outcomes and both periods" if several else "both periods"
