"""What the slopes on dose of one outcome say, what else would explain them, and what would undo them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from firstdose.analysis.attribution.comparisons import NOT_NORMALISED, SLOPE_AFTER, SLOPE_ALONE, SLOPE_ON
from firstdose.analysis.attribution.sources import AS_MEASURED, RELATIVE, RELATIVE_TO_STABLE
from firstdose.report.attribution.beside import explanations
from firstdose.report.attribution.chance import chance_told, is_shown, periods_in_words
from firstdose.report.attribution.rows import AttributionRows, Statement, excludes_zero, outcomes_in_words, statement
from firstdose.report.attribution.undoing import Found, Told, e_values, estimate, figures_of, shown, undoing
from firstdose.report.documents.wording import listed


@dataclass(frozen=True)
class Teller:
    """How a slope is told within a sentence: with its figure, or without where a table has the figures."""

    with_figures: bool = True

    def beside(self, found: Found) -> str:
        return f" {shown(found)}" if self.with_figures else ""

    def after_comma(self, found: Found) -> str:
        return f", {shown(found)}" if self.with_figures else ""

    def aside(self, found: Found) -> str:
        return f" ({shown(found)})" if self.with_figures else ""


def findings(rows: AttributionRows) -> Iterator[Statement]:
    """The dose slopes of each outcome where an interval leaves 0 out, what else explains them, and what undoes them.

    Outcomes of which the same is to be said are told together: their figures are then left to a table.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for outcome in rows.outcomes:
        said = _said(rows, outcome, Teller(with_figures=False))
        if said is not None:
            alike.setdefault((said[0], said[1]), []).append(outcome)
    for (key, text), outcomes in alike.items():
        if len(outcomes) == 1:
            yield _one(rows, outcomes[0])
            continue
        told = f"{outcomes_in_words(outcomes)}: {text} The table below has each slope and what would undo it."
        behind = [row for each in outcomes for row in figures_of(rows, each).values()]
        yield replace(statement(key, told, *behind), outcomes=tuple(outcomes))


def _one(rows: AttributionRows, outcome: str) -> Statement:
    """The slopes of one outcome with their figures."""
    said = _said(rows, outcome, Teller())
    assert said is not None
    key, text, behind = said
    others = [undoing(rows, outcome), e_values(rows, outcome)]
    parts = [f"{outcomes_in_words([outcome])}: {text}", *(told for told, _ in others if told)]
    return statement(key, " ".join(parts), *behind, *(row for _, found in others for row in found))


def _said(rows: AttributionRows, outcome: str, tell: Teller) -> tuple[str, str, tuple[Found, ...]] | None:
    """The key, the words on slopes and normalisation, and the figures behind them; None without a finding."""
    on, after, alone = (estimate(rows, outcome, each) for each in (SLOPE_ON, SLOPE_AFTER, SLOPE_ALONE))
    if excludes_zero(alone):
        key = "slope_without_drug"
        others = listed(explanations(rows, outcome), "or")
        text = f"{_lead(rows, outcome)}{tell.after_comma(alone)}. "
        text += f"It is the product's only without {others}"
    elif excludes_zero(on) or excludes_zero(after):
        key, text = _on_and_after(rows, outcome, on, after, tell)
    else:
        return None
    relative, behind = _relative(rows, outcome, tell)
    chance, adjusted = chance_told(rows, outcome)
    words = " ".join(filter(None, (f"{text}.", relative, chance)))
    return key, words, (on, after, alone, *adjusted, *behind)


def _on_and_after(rows: AttributionRows, outcome: str, on: Found, after: Found, tell: Teller) -> tuple[str, str]:
    """The key and the words for slopes on the drug and after it, of which at least one differs from 0."""
    drug, lead = rows.drug, _lead(rows, outcome)
    not_so = "this is not shown" if lead == DIFFERS else "this is not so"
    others = explanations(rows, outcome, without=("trough",))
    if excludes_zero(on) and excludes_zero(after):
        both = f"{lead}, on {drug}{tell.beside(on)} and after it{tell.beside(after)}"
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
            key, rest = "slope_on_drug_only", f"after it {not_so}{tell.aside(after)}"
        else:
            key, rest = "slope_on_drug_after_not_estimated", f"after it {not_estimated(rows, outcome, SLOPE_AFTER)}"
        explained = f"{would[:1].upper()}{would[1:]} would explain it as well"
        return (
            key,
            f"{lead} on {drug}{tell.after_comma(on)}; {rest}. {explained}",
        )
    if _value_is_known(on):
        key, rest = "slope_after_drug_only", f"on it {not_so}{tell.aside(on)}"
    else:
        key, rest = "slope_after_drug_on_not_estimated", f"on it {not_estimated(rows, outcome, SLOPE_ON)}"
    would = listed(["a late effect of the cells", "carry-over", "a rebound", *others], "or")
    explained = f"{would[:1].upper()}{would[1:]} would explain it"
    return (
        key,
        f"{lead} after {drug}{tell.after_comma(after)}; {rest}. {explained}",
    )


DIFFERS = "the change differs between doses"


def _lead(rows: AttributionRows, outcome: str) -> str:
    """What is said of a slope: that the change differs only where it does so after adjusting for all that was asked."""
    return DIFFERS if is_shown(rows, outcome) else "the interval of the slope on dose leaves 0 out"


def not_estimated(rows: AttributionRows, outcome: str, comparison: str) -> str:
    """Why a period has no slope: nothing was measured then, or what was measured shows none."""
    if not rows.value(table="comparisons", within=outcome, what=comparison, statistic="people"):
        return "nothing is measured so far"
    found = estimate(rows, outcome, comparison)
    why = found.warning.removeprefix("not estimable: ") if found else ""
    return f"no slope can be estimated ({why})" if why else "no slope can be estimated"


def _relative(rows: AttributionRows, outcome: str, tell: Teller) -> Told:
    """Whether how samples were normalised would explain a slope of metabolites; not where it is there without, too."""
    people = rows.where(table="comparisons", within=outcome, statistic="people")
    if any(AS_MEASURED in each.warning for each in people):
        return "So may amounts of sample that differ by dose, for the values are not normalised.", ()
    is_of_class = any(RELATIVE_TO_STABLE in each.warning for each in people)
    if not is_of_class and not any(RELATIVE in each.warning for each in people):
        return "", ()
    periods = periods_in_words(rows)
    main = {each: found for each in periods if excludes_zero(found := estimate(rows, outcome, each))}
    raw = {each: estimate(rows, outcome, each + NOT_NORMALISED) for each in main}
    figures = listed(f"{shown(found)}{periods[each]}" for each, found in raw.items())
    if all(excludes_zero(found) and (_value(found) > 0) == (_value(main[each]) > 0) for each, found in raw.items()):
        without = (
            f"the slope is {figures}"
            if tell.with_figures
            else "the interval of the slope leaves 0 out on the same side"
        )
        return f"Normalisation alone does not explain it: without it {without}.", tuple(raw.values())
    which = f" is {figures}, which" if tell.with_figures else ""
    to = "metabolites without a sign of a slope" if is_of_class else "the other metabolites of the sample"
    return (
        f"So may normalisation, for values are relative to {to}, and seem to fall "
        f"where these rise: without it the slope{which} does not show the same.",
        tuple(raw.values()),
    )


def _value_is_known(found: Found) -> bool:
    return found is not None and found.value is not None


def _value(found: Found) -> float:
    return (found.value or 0.0) if found is not None else 0.0
