"""The figures of one outcome that a finding rests on, and what would have to be true for its slopes to be none."""

from __future__ import annotations

from firstdose.analysis.attribution.comparisons import NOT_NORMALISED, SLOPE_AFTER, SLOPE_ALONE, SLOPE_ON
from firstdose.analysis.attribution.e_value_rows import CONTRAST, CONTRAST_AFTER
from firstdose.records.results import Result
from firstdose.report.attribution.rows import AttributionRows
from firstdose.report.documents.wording import NO_BREAK, listed
from firstdose.report.results.wording import figure, plain

LARGE = 100.0
"""Where an E-value ends to mean more than that."""

Found = Result | None
Told = tuple[str, tuple[Found, ...]]
"""A sentence, empty where there is nothing to say, and the figures behind it."""


def estimate(rows: AttributionRows, outcome: str, comparison: str) -> Found:
    """The estimate of one comparison of an outcome."""
    return rows.first(table="comparisons", within=outcome, what=comparison, statistic="estimate")


def shown(found: Found) -> str:
    """An estimate with its unit and interval."""
    return "not estimable" if found is None or found.value is None else figure(found, with_unit=True)


def figures_of(rows: AttributionRows, outcome: str) -> dict[str, Result]:
    """The slopes of an outcome and what would undo them, by what each is called in a table."""
    drug = rows.drug
    found: dict[str, Found] = {}
    for kind, when in ((SLOPE_ON, f" on {drug}"), (SLOPE_AFTER, f" after {drug}"), (SLOPE_ALONE, "")):
        found[f"slope{when}"] = estimate(rows, outcome, kind)
        found[f"slope{when}, not normalised"] = estimate(rows, outcome, kind + NOT_NORMALISED)
    when = f" on {drug}" if drug else ""
    at_zero = "for the interval of the slope{} to hold 0"
    found[f"{at_zero.format(when)}: effect of the drug per unit of its trough, times the trough's slope on dose"] = (
        rows.first(table="tipping_drug", within=outcome, statistic="until_the_interval_holds_0")
    )
    for table, period in (("tipping_drift", when), ("tipping_drift_after_drug", f" after {drug}")):
        found[f"{at_zero.format(period)}: drift of the change from baseline by date of dosing"] = rows.first(
            table=table, within=outcome, statistic="frontier"
        )
    for contrast, period in ((CONTRAST, when), (CONTRAST_AFTER, f" after {drug}")):
        of_limit = rows.first(table="e_values", within=outcome, what=contrast, statistic="e_value_of_limit")
        people = rows.first(table="e_values", within=outcome, what=contrast, statistic="people")
        doses = f" ({people.text})" if people and people.text else ""
        found[f"E-value of the limit, highest against lowest dose{doses}{period}"] = of_limit
    return {name: each for name, each in found.items() if each is not None and each.value}


def undoing(rows: AttributionRows, outcome: str) -> Told:
    """What would have to be true for the intervals to hold 0, with the figures behind."""
    needed = rows.first(table="tipping_drug", within=outcome, statistic="until_the_interval_holds_0")
    frontier = rows.first(table="tipping_drift", within=outcome, statistic="frontier")
    later = rows.first(table="tipping_drift_after_drug", within=outcome, statistic="frontier")
    parts = []
    if needed is not None and needed.value:
        parts.append(
            "the effect of the drug per unit of its trough, times the trough's slope on dose, were "
            f"{plain(needed.value, 2)}{NO_BREAK}{needed.unit}"
        )
    parts += _drift(frontier)
    period = f" on {rows.drug}" if needed is not None else ""
    sentences = []
    if parts:
        sentences.append(f"The interval of the slope{period} would come to hold 0 if {listed(parts, 'or if')}.")
    if _drift(later):
        which = "That of the slope" if parts else "The interval of the slope"
        sentences.append(f"{which} after {rows.drug} would come to hold 0 if {_drift(later)[0]}.")
    return " ".join(sentences), (needed, frontier, later)


def _drift(frontier: Found) -> list[str]:
    if frontier is None or not frontier.value:
        return []
    return [
        f"the change from baseline drifted by {plain(frontier.value, 2)}{NO_BREAK}{frontier.unit} of the date of dosing"
    ]


def e_values(rows: AttributionRows, outcome: str) -> Told:
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
        value = e_value_in_words(of_limit.value)
        told.append(value if is_alone else f"{value} {period}")
        behind += [of_limit, people]
    if not told:
        return "", ()
    return (
        "Another contrast than these slopes over all doses is the highest dose against the lowest alone "
        f"({doses}): the E-value of the limit of its interval is {listed(told)}.",
        tuple(behind),
    )


def e_value_in_words(value: float) -> str:
    """An E-value, unless it is so large that it says only that the difference is large for its error."""
    return f"over {LARGE:.0f}" if value > LARGE else plain(value, 2)
