"""What the design of the trial can and cannot tell, in words that follow from the results."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.records.results import Result
from firstdose.report.attribution.beside import beside_the_dose
from firstdose.report.attribution.rows import AttributionRows, Statement, outcomes_in_words, statement
from firstdose.report.documents.wording import counted, listed, percent
from firstdose.report.results.wording import interval, plain

ANY_COURSE, NO_CHANGE = "any_course_of_time", "no_change_without_treatment"
"""What the answers on the design take for granted: nothing of time, or that without treatment nothing changes."""


def design_statements(rows: AttributionRows) -> Iterator[Statement]:
    """Who took the drug, whether the effect of the cells is identified, and what the dose went along with."""
    yield from _drug(rows)
    yield from _cells(rows)
    yield from _beside(rows)


def _drug(rows: AttributionRows) -> Iterator[Statement]:
    found = rows.first(table="drug")
    if found is None:
        return
    if not rows.drug:
        text = "The protocol has no drug around the product, so there is none to tell the product's effect from."
        yield statement("no_drug", text, found)
    elif found.value is None:
        yield statement("drug_not_recorded", f"Who took {rows.drug} is not known: {found.warning}.", found)
    elif not found.value:
        yield statement("drug_taken_by_nobody", f"Nobody is recorded to have taken {rows.drug}.", found)
    elif found.value == found.of:
        yield statement("drug_taken_by_all", f"Everybody took {rows.drug} ({plain(found.value)} people).", found)
    else:
        people = f"{plain(found.value)} of {plain(found.of or 0)} people"
        yield statement("drug_taken_by_some", f"{people} are recorded to have taken {rows.drug}.", found)
    missing = rows.first(table="drug", statistic="people_with_a_level_and_no_spell")
    if missing is not None:
        text = (
            f"Of {missing.text} a level of {rows.drug} is recorded on days that lie in no recorded spell of it: the "
            "record of medications is incomplete, and on other days than those recorded their exposure is not known."
        )
        yield statement("drug_spells_missing", text, missing)


def _cells(rows: AttributionRows) -> Iterator[Statement]:
    """One statement for all outcomes with the same answer on the average effect of the cells."""
    alike: dict[tuple[str, str], list[str]] = {}
    for outcome in rows.outcomes:
        free, fixed = (_identified(rows, outcome, assumption) for assumption in (ANY_COURSE, NO_CHANGE))
        if free and fixed and fixed.of is not None:
            key, text = _cells_in_words(rows, outcome, free, fixed)
            alike.setdefault((key, text), []).append(outcome)
    for (key, text), outcomes in alike.items():
        behind = [_identified(rows, each, assumption) for each in outcomes for assumption in (ANY_COURSE, NO_CHANGE)]
        behind += [row for each in outcomes for row in rows.where(table="design", what=each)]
        yield statement(key, f"{outcomes_in_words(outcomes)}: {text}", *behind)
    if not rows.drug:
        yield from _without_control(rows)
    if alike and rows.drug:
        text = (
            f"A change of everybody from before treatment to a visit on {rows.drug} is that of cells, drug and time "
            "together; it is no evidence for the cells."
        )
        yield statement("visit_effect_is_not_the_cells", text, *rows.where(table="needs", what="visit_effect_on_drug"))
    yield from _after_the_drug(rows)


def _after_the_drug(rows: AttributionRows) -> Iterator[Statement]:
    """What the effect of the cells after the drug takes for granted, where it can be told at all."""
    known = ("yes", "at some visits")
    told = [
        each for each in rows.where(table="identified", what="cells_after_drug", when=NO_CHANGE)
        if each.text in known and each.warning
    ]  # fmt: skip
    for is_controlled in (False, True):
        free = {each.within for each in rows.where(table="identified", what="cells_after_drug", when=ANY_COURSE)
                if each.text in known}  # fmt: skip
        here = [each for each in told if (each.within in free) == is_controlled]
        if here:
            also = "" if is_controlled else "nothing would have changed without treatment and only if "
            text = (
                f"{outcomes_in_words(each.within for each in here)}: at visits after {rows.drug}, the average effect "
                f"of the cells against none can be told only if {also}the drug leaves nothing behind, neither a "
                "carry-over nor a rebound."
            )
            yield statement("cells_after_the_drug", text, *here)


def _without_control(rows: AttributionRows) -> Iterator[Statement]:
    """Where there is no drug: that nobody was without the product, if so."""
    answers = rows.where(table="identified", what="cells_after_drug", when=ANY_COURSE, text="no")
    if answers:
        text = (
            f"{outcomes_in_words(each.within for each in answers)}: nobody was without the product, so its average "
            "effect cannot be told from the course of the disease."
        )
        yield statement("nobody_without_cells", text, *answers)


def _identified(rows: AttributionRows, outcome: str, assumption: str) -> Result | None:
    return rows.first(table="identified", what="cells_on_drug", within=outcome, when=assumption)


def _cells_in_words(rows: AttributionRows, outcome: str, free: Result, fixed: Result) -> tuple[str, str]:
    """The key and the words of the answer for one outcome."""
    drug = rows.drug
    effect = f"at visits on {drug}, the average effect of the cells against none"
    if free.text == "yes":
        people = counted(int(_count(rows, outcome, "people_without_the_product")), "person", "people")
        return (
            "cells_identified",
            f"{effect} is identified, since {people} had none of the product.",
        )
    if fixed.text == "no":
        added = _count(rows, outcome, "rank_added_by_the_drug")
        rank = " Adding the drug to person, visit and dose leaves the rank of the design as it is." if not added else ""
        return (
            "cells_not_identified",
            f"{effect} is not identified. Whoever was seen then had both the cells and the drug, so the two have one "
            f"effect together, whatever is assumed of the course of the disease.{rank}",
        )
    if fixed.text == "not known":
        doubtful = counted(int(_count(rows, outcome, "values_of_unknown_exposure")), "value")
        return (
            "cells_open",
            f"whether {effect} is identified is open: of {doubtful} it is not known whether they were measured on the "
            "drug.",
        )
    people = counted(int(_count(rows, outcome, "people_off_the_drug_while_others_were_on_it")), "person", "people")
    where = "" if fixed.text == "yes" else f" at {plain(fixed.value or 0)} of {plain(fixed.of or 0)} visits"
    rest = "; at the other visits it is not identified" if where else ""
    return (
        "cells_identified_by_few" if not where else "cells_identified_at_some_visits",
        f"{effect} can be told from the drug's{where}, but only through {people} without the drug then (by the record "
        "of medications), and only if nothing would have changed without treatment and, in whoever had stopped the "
        f"drug, nothing of it was left{rest}. Nobody was without the cells, so it cannot be told from the course of "
        "the disease.",
    )


def _count(rows: AttributionRows, outcome: str, statistic: str) -> float:
    return rows.value(table="design", what=outcome, statistic=statistic) or 0.0


def _beside(rows: AttributionRows) -> Iterator[Statement]:
    """What cannot be told from the dose, and how the rest went along with it."""
    answers = beside_the_dose(rows)
    apart = [each for each in answers if each.is_separated]
    if apart:
        names = listed(each.named for each in apart)
        it = "it" if len(apart) == 1 else "any of them"
        text = (
            f"Dose cannot be told from {names}: the doses do not overlap in {it}. A drift or difference there would "
            "look like an effect of the dose, and no analysis of these data can tell."
        )
        yield statement("dose_separated", text, *(each.separated for each in apart))
    large = [each for each in answers if each.is_large and not each.is_separated]
    if large:
        names = listed(f"{each.named} ({percent(each.share)})" for each in large)
        text = (
            f"Dose went largely along with {names}. The share is that of the variance of the dose's ranks, and is "
            "called large where it is half or more. A difference there would look much like an effect of the dose, "
            "and few comparisons remain that could tell."
        )
        if any(each.what == "run" for each in large):
            text += " Slopes of metabolites are at the same run: what all samples of a run share is taken out of them."
        yield statement("dose_largely_along", text, *(row for each in large for row in (each.of_share, each.separated)))
    unknown = [each for each in answers if each.separated and each.separated.text == "not known"]
    if unknown:
        names = listed(each.named for each in unknown)
        text = (
            f"Whether dose can be told from {names} is not known: it is not recorded, or in part, or all had one dose."
        )
        yield statement("dose_separation_not_known", text, *(each.separated for each in unknown))
    trough = rows.first(table="beside_the_dose", what="trough", statistic="correlation")
    if trough is not None and trough.value is not None:
        limits = interval(trough)
        known = " ".join(filter(None, (plain(trough.value, 2), limits)))
        link = f"The rank correlation of mean trough and dose was {known}."
        doubt = " An interval this wide does not show that they are unrelated." if _is_wide(trough) else ""
        yield statement("trough_and_dose", link + doubt, trough)
    elif rows.drug:
        text = f"Without troughs of {rows.drug} in people of different doses, nothing is known of exposure by dose."
        yield statement("no_troughs", text, trough)


def _is_wide(found: Result) -> bool:
    """Whether a correlation's interval holds 0 and reaches 0.3, a link of middling strength, on either side."""
    if found.lower is None or found.upper is None:
        return True
    return found.lower <= 0 <= found.upper and max(-found.lower, found.upper) >= 0.3
