"""What the design of the trial, as it came out, can tell apart at all: a statement of rank, before any estimate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from firstdose.analysis.attribution.beside_the_dose import CHAPTER
from firstdose.analysis.attribution.comparisons import place_of
from firstdose.analysis.attribution.design import ASSUMPTIONS, Design, answers, design_of, ranks
from firstdose.analysis.attribution.drug import JUST_STOPPED, UNKNOWN, Drug
from firstdose.analysis.attribution.periods import Periods
from firstdose.analysis.frame import Frame
from firstdose.protocol.product import BackgroundTreatment
from firstdose.records.results import Result

METHOD = "estimable_contrast"
LEVEL_WITHOUT_SPELL = "people_with_a_level_and_no_spell"
CARRY_OVER = "also needs no carry-over and no rebound after the drug"
AFTER_DRUG = ("cells_after_drug", "slope_after_drug", "slope_difference")
"""Contrasts that take what is measured after the drug as free of it."""


def drug_rows(frame: Frame, treatment: BackgroundTreatment | None, drug: Drug | None) -> Iterator[Result]:
    """Which drug is in question, and how many of the treated took it."""
    place: dict[str, Any] = {"chapter": CHAPTER, "table": "drug", "population": "treated"}
    if treatment is None or drug is None:
        warning = "the protocol has no background treatment, so there is no drug to tell the cells from"
        yield Result(**place, what="none", statistic="people_who_took_it", format="count", warning=warning)
        return
    others = [each.drug for each in frame.protocol.background_treatments if each is not treatment]
    doubts = [f"other background treatments stand in the same figures: {', '.join(others)}"] if others else []
    subjects = frame.people("treated")["subject"].to_list()
    if not drug.is_recorded:
        doubts.append("no medication of anybody is recorded, so it is not known who took it")
    without_spell = [each for each in subjects if each in drug.unexplained]
    if without_spell and drug.is_recorded:
        doubts.append(f"levels of it are recorded on days that lie in no recorded spell: {', '.join(without_spell)}")
    takers = [each for each in subjects if drug.took(each)]
    yield Result(
        **place,
        what=treatment.drug,
        statistic="people_who_took_it",
        value=float(len(takers)) if drug.is_recorded else None,
        of=float(len(subjects)),
        format="count",
        unit="people",
        warning="; ".join(doubts),
        records=tuple(f"subjects:{each}" for each in takers),
    )
    if without_spell and drug.is_recorded:
        yield Result(
            **place, what=treatment.drug, statistic=LEVEL_WITHOUT_SPELL, value=float(len(without_spell)),
            of=float(len(subjects)), format="count", unit="people", text=", ".join(without_spell),
            warning="spells of these people are missing, so only days inside a recorded spell are known",
            records=tuple(record for each in without_spell for record in drug.unexplained[each]),
        )  # fmt: skip


def identified(found: Periods) -> Iterator[Result]:
    """The design behind one outcome, its rank, and each contrast that it can or cannot tell, under both assumptions."""
    design = design_of(found)
    yield from _design(found, design)
    for assumption in ASSUMPTIONS:
        for each in answers(design, assumption):
            place = place_of(found, "identified", each.contrast)
            leans_on_it = found.has_drug and each.contrast in AFTER_DRUG and each.text not in ("no", "not applicable")
            yield Result(
                **place,
                when=assumption,
                statistic="identified",
                value=float(each.known) if each.at_visits else None,
                of=float(len(each.at_visits)) if each.at_visits else None,
                text=each.text,
                format="text",
                method=METHOD if each.at_visits else "",
                warning=CARRY_OVER if leans_on_it else "",
            )


def _design(found: Periods, design: Design) -> Iterator[Result]:
    place = place_of(found, "design", found.outcome.name)
    place["within"] = found.outcome.kind
    without, with_drug = ranks(design)
    counts = {
        "values": float(len(design.person)),
        "people": float(len(set(design.person.tolist()))),
        "people_without_the_product": float(design.people_without_cells),
        "people_off_the_drug_while_others_were_on_it": float(design.people_off_at_on_visits),
        "values_in_the_withdrawal_window": float(found.count(JUST_STOPPED)),
        "values_of_unknown_exposure": float(found.count(UNKNOWN)),
        "rank": float(without),
        "rank_added_by_the_drug": float(with_drug - without),
    }
    for statistic, value in counts.items():
        method = METHOD if statistic.startswith("rank") else ""
        yield Result(**place, statistic=statistic, value=value, format="count", method=method)
