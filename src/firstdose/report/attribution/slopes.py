"""What the slopes on dose of one outcome say, what else would explain them, and what would undo them."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.attribution.comparisons import (
    NOT_NORMALISED,
    SLOPE_AFTER,
    SLOPE_ALONE,
    SLOPE_ON,
)
from firstdose.analysis.attribution.e_value_rows import CONTRAST, CONTRAST_AFTER
from firstdose.analysis.attribution.sources import AS_MEASURED, RELATIVE, RELATIVE_TO_STABLE
from firstdose.records.results import Result
from firstdose.report.attribution.beside import explanations
from firstdose.report.attribution.rows import AttributionRows, Statement, excludes_zero, outcomes_in_words, statement
from firstdose.report.documents.wording import NO_BREAK, listed
from firstdose.report.results.wording import figure, plain

Found = Result | None
Told = tuple[str, tuple[Found, ...]]
"""A sentence, empty where there is nothing to say, and the figures behind it."""


def estimate(rows: AttributionRows, outcome: str, comparison: str) -> Found:
    """The estimate of one comparison of an outcome."""
    return rows.first(table="comparisons", within=outcome, what=comparison, statistic="estimate")


def finding(rows: AttributionRows, outcome: str) -> Iterator[Statement]:
    """The dose slopes of one outcome, if either interval leaves 0 out, and what would undo them."""
    on, after, alone = (estimate(rows, outcome, each) for each in (SLOPE_ON, SLOPE_AFTER, SLOPE_ALONE))
    if excludes_zero(alone):
        key = "slope_without_drug"
        others = listed(explanations(rows), "or")
        text = f"the change differs between doses, {shown(alone)}. It is the product's only without {others}"
    elif excludes_zero(on) or excludes_zero(after):
        key, text = _on_and_after(rows, outcome, on, after)
    else:
        return
    relative, undone, contrast = _relative(rows, outcome), _undoing(rows, outcome), _e_values(rows, outcome)
    parts = [f"{outcomes_in_words([outcome])}: {text}.", *(each[0] for each in (relative, undone, contrast) if each[0])]
    behind = (row for each in (relative, undone, contrast) for row in each[1])
    yield statement(key, " ".join(parts), on, after, alone, *behind)


def _on_and_after(rows: AttributionRows, outcome: str, on: Found, after: Found) -> tuple[str, str]:
    """The key and the words for slopes on the drug and after it, of which at least one differs from 0."""
    drug = rows.drug
    others = explanations(rows, without=("trough",))
    if excludes_zero(on) and excludes_zero(after):
        both = f"the change differs between doses, on {drug} {shown(on)} and after it {shown(after)}"
        if (_value(on) > 0) == (_value(after) > 0):
            can = listed(["carry-over", "a rebound", *others])
            return (
                "slope_on_and_after",
                f"{both}. What the drug does while it is taken cannot explain the slope after it; {can} can",
            )
        return "slopes_opposed", f"{both}. They point in opposite directions: no one effect of the cells explains both"
    if excludes_zero(on):
        would = listed(["an exposure to the drug that differs by dose", *others], "or")
        if _value_is_known(after):
            key, rest = "slope_on_drug_only", f"after it this is not shown ({shown(after)})"
        else:
            key, rest = "slope_on_drug_after_not_estimated", f"after it {not_estimated(rows, outcome, SLOPE_AFTER)}"
        explained = f"{would[:1].upper()}{would[1:]} would explain it as well"
        return key, f"the change differs between doses on {drug}, {shown(on)}; {rest}. {explained}"
    if _value_is_known(on):
        key, rest = "slope_after_drug_only", f"on it this is not shown ({shown(on)})"
    else:
        key, rest = "slope_after_drug_on_not_estimated", f"on it {not_estimated(rows, outcome, SLOPE_ON)}"
    would = listed(["a late effect of the cells", "carry-over", "a rebound", *others], "or")
    explained = f"{would[:1].upper()}{would[1:]} would explain it"
    return key, f"the change differs between doses after {drug}, {shown(after)}; {rest}. {explained}"


def not_estimated(rows: AttributionRows, outcome: str, comparison: str) -> str:
    """Why a period has no slope: nothing was measured then, or what was measured shows none."""
    if not rows.value(table="comparisons", within=outcome, what=comparison, statistic="people"):
        return "nothing is measured so far"
    found = estimate(rows, outcome, comparison)
    why = found.warning.removeprefix("not estimable: ") if found else ""
    return f"no slope can be estimated ({why})" if why else "no slope can be estimated"


def _relative(rows: AttributionRows, outcome: str) -> Told:
    """Whether how samples were normalised would explain a slope of metabolites; not where it is there without, too."""
    people = rows.where(table="comparisons", within=outcome, statistic="people")
    if any(AS_MEASURED in each.warning for each in people):
        return "So may amounts of sample that differ by dose, for the values are not normalised.", ()
    is_of_class = any(RELATIVE_TO_STABLE in each.warning for each in people)
    if not is_of_class and not any(RELATIVE in each.warning for each in people):
        return "", ()
    periods = {SLOPE_ON: f" on {rows.drug}", SLOPE_AFTER: f" after {rows.drug}", SLOPE_ALONE: ""}
    main = {each: found for each in periods if excludes_zero(found := estimate(rows, outcome, each))}
    raw = {each: estimate(rows, outcome, each + NOT_NORMALISED) for each in main}
    figures = listed(f"{shown(found)}{periods[each]}" for each, found in raw.items())
    if all(excludes_zero(found) and (_value(found) > 0) == (_value(main[each]) > 0) for each, found in raw.items()):
        return f"Normalisation alone does not explain it: without it the slope is {figures}.", tuple(raw.values())
    to = "metabolites without a sign of a slope" if is_of_class else "the other metabolites of the sample"
    return (
        f"So may normalisation, for values are relative to {to}, and seem to fall "
        f"where these rise: without it the slope is {figures}, which does not show the same.",
        tuple(raw.values()),
    )


def _undoing(rows: AttributionRows, outcome: str) -> Told:
    """What would have to be true for the intervals to hold 0, with the figures behind."""
    needed = rows.first(table="tipping_drug", within=outcome, statistic="until_the_interval_holds_0")
    frontier = rows.first(table="tipping_drift", within=outcome, statistic="frontier")
    later = rows.first(table="tipping_drift_after_drug", within=outcome, statistic="frontier")
    parts = []
    if needed is not None and needed.value:
        parts.append(
            "an effect of the drug per unit of its trough, times the trough's slope on dose, of "
            f"{plain(needed.value, 2)}{NO_BREAK}{needed.unit}"
        )
    parts += _drift(frontier)
    period = f" on {rows.drug}" if needed is not None else ""
    sentences = []
    if parts:
        sentences.append(f"The interval of the slope{period} would come to hold 0 with {listed(parts, 'or with')}.")
    if _drift(later):
        which = "That of the slope" if parts else "The interval of the slope"
        sentences.append(f"{which} after {rows.drug} would come to hold 0 with {_drift(later)[0]}.")
    return " ".join(sentences), (needed, frontier, later)


def _drift(frontier: Found) -> list[str]:
    if frontier is None or not frontier.value:
        return []
    return [f"a drift in calendar time of {plain(frontier.value, 2)}{NO_BREAK}{frontier.unit}"]


def _e_values(rows: AttributionRows, outcome: str) -> Told:
    """The E-values of the highest against the lowest dose, which is another contrast than a slope over all doses."""
    told, behind = [], []
    doses = ""
    for what, period in ((CONTRAST, f"on {rows.drug}"), (CONTRAST_AFTER, f"after {rows.drug}")):
        of_limit = rows.first(table="e_values", within=outcome, what=what, statistic="e_value_of_limit")
        people = rows.first(table="e_values", within=outcome, what=what, statistic="people")
        if of_limit is None or of_limit.value is None or of_limit.value <= 1 or people is None:
            continue
        doses = people.text
        is_alone = estimate(rows, outcome, SLOPE_ON) is None
        told.append(plain(of_limit.value, 2) if is_alone else f"{plain(of_limit.value, 2)} {period}")
        behind += [of_limit, people]
    if not told:
        return "", ()
    return (
        "Another contrast than these slopes over all doses is the highest dose against the lowest alone "
        f"({doses}): the E-value of the limit of its interval is {listed(told)}.",
        tuple(behind),
    )


def shown(found: Found) -> str:
    """An estimate with its unit and interval."""
    return "not estimable" if found is None or found.value is None else figure(found, with_unit=True)


def _value_is_known(found: Found) -> bool:
    return found is not None and found.value is not None


def _value(found: Found) -> float:
    return (found.value or 0.0) if found is not None else 0.0
