"""The tables of the chapters on operating characteristics."""

from __future__ import annotations

from firstdose.designs.states import STOP_WORDS, Stop
from firstdose.report.design.content import DesignReport
from firstdose.report.design.scenario_pictures import (
    correct_answer,
    mean_in_escalation,
)
from firstdose.report.documents.blocks import Cell, Table, row, rows
from firstdose.report.documents.wording import counted, number, percent_figure, quantile
from firstdose.simulation.figures import ScenarioFigures

CORRECT_NOTE = "Bold and underlined: the correct answer."


def name(index: int, scenario: ScenarioFigures) -> str:
    """A scenario's number and name."""
    return f"{index + 1}: {scenario.name}"


def selection_table(content: DesignReport) -> Table:
    """How often each level is selected, the correct answer marked."""
    scored = content.target is not None
    levels_named = [f"level {level}" for level in range(1, len(content.doses) + 1)]
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        right = correct_answer(content.figures, each)
        chances = enumerate([each.none_selected, *each.selected])
        cells = [Cell(percent_figure(chance), "correct" if level == right else "") for level, chance in chances]
        lines.append(
            row(
                name(index, each),
                *cells,
                *((percent_figure(each.correct_selection),) if scored else ()),
                percent_figure(each.mtd_not_reached),
            )
        )
    return Table(
        "Selection (% of trials)",
        ("scenario", "none", *levels_named, *(("correct",) if scored else ()), "MTD not reached"),
        tuple(lines),
        notes=(
            *((CORRECT_NOTE,) if scored else ()),
            "MTD not reached: the highest level is selected and the MTD may lie above it; these trials count "
            "among those that select it.",
        ),
    )


def allocation_table(content: DesignReport) -> Table:
    """Participants and DLTs at each level, on average."""
    levels = range(1, len(content.doses) + 1)
    replaced = content.figures.not_evaluable > 0
    columns = ["scenario", *(f"level {level}" for level in levels), "all", "DLTs"]
    columns += ["90 % of trials: DLTs at most" + (" (escalation)" if content.expansion_participants else "")]
    columns += ["dosed"] if replaced else []
    columns += ["above MTD (%)", "observed rate above target (%)"] if content.target is not None else []
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        cells = [*(number(mean) for mean in each.mean_participants), number(each.mean_total_participants)]
        cells += [number(each.mean_total_dlts)]
        cells += [str(quantile(each.dlt_distribution, 0.9)) if each.dlt_distribution else "–"]
        cells += [number(each.mean_total_dosed)] if replaced else []
        if content.target is not None:
            cells += [percent_figure(each.share_above_mtd), percent_figure(each.observed_rate_above_target)]
        lines.append(row(name(index, each), *cells))
    notes = ["Means over trials; participants are those evaluable for DLTs."]
    if content.expansion_participants:
        notes = [
            "Means over trials, the expansion included; participants are those evaluable for DLTs. The 90 % of trials "
            "and the observed rate look at the escalation alone."
        ]
    if content.target is not None:
        notes.append(
            "Above MTD: mean participants above the MTD as a share of all. Observed rate above target: trials in "
            "which the share of all participants with a DLT exceeds the target."
        )
    caption = "Participants and DLTs" + (", the expansion included" if content.expansion_participants else "")
    return Table(caption, tuple(columns), tuple(lines), notes=tuple(notes))


def expansion_table(content: DesignReport) -> Table:
    """What of the means belongs to the expansion."""
    levels = range(1, len(content.doses) + 1)
    return Table(
        "Of these, in the expansion at the selected level",
        ("scenario", *(f"level {level}" for level in levels), "all", "DLTs"),
        rows(
            [
                (
                    name(index, each),
                    *map(number, each.expansion_participants),
                    number(sum(each.expansion_participants)),
                    number(sum(each.expansion_dlts)),
                )
                for index, each in enumerate(content.figures.scenarios)
            ]
        ),
        notes=(
            f"{counted(content.expansion_participants, 'participant')} where a level is selected, none otherwise; "
            "means over trials.",
        ),
    )


def size_table(content: DesignReport) -> Table:
    """How many participants a trial takes."""
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        sizes = each.size_distribution
        cells = [number(mean_in_escalation(each))]
        cells += [str(quantile(sizes, share)) for share in (0.1, 0.5, 0.9)] if sizes else ["–"] * 3
        cells += [str(min(sizes)), str(max(sizes))] if sizes else ["–"] * 2
        lines.append(row(name(index, each), *cells))
    return Table(
        "Number of participants in the escalation",
        ("scenario", "mean", "10th percentile", "median", "90th percentile", "fewest", "most"),
        tuple(lines),
        notes=() if content.figures.method == "exact" else ("Fewest and most: among the simulated trials.",),
    )


def stops_table(content: DesignReport) -> Table:
    """How often a trial ends for which reason."""
    scenarios = content.figures.scenarios
    reasons = [stop for stop in Stop if any(each.stop_reasons.get(stop.name.lower()) for each in scenarios)]
    return Table(
        "Why trials end (% of trials)",
        ("scenario", *(STOP_WORDS[stop] for stop in reasons)),
        rows(
            [
                (
                    name(index, each),
                    *(percent_figure(each.stop_reasons.get(stop.name.lower(), 0.0)) for stop in reasons),
                )
                for index, each in enumerate(scenarios)
            ]
        ),
    )
