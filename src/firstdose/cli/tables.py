"""Tables of figures for a terminal."""

from __future__ import annotations

import typer

from firstdose.cli.output import number, percent, show_table
from firstdose.designs.states import STOP_WORDS, Stop
from firstdose.protocol.escalation import dose_in_words
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures
from firstdose.simulation.pathways import Pathway
from firstdose.simulation.summary import SUMMARISED, summarise_family

MOST_SCENARIOS_SHOWN = 20
IN_PERCENT = (
    "correct_selection",
    "none_selected",
    "share_above_mtd",
    "observed_rate_above_target",
    "mtd_not_reached",
)

SCORES = {
    "correct_selection": "correct selection",
    "share_above_mtd": "treated above the MTD",
    "observed_rate_above_target": "observed DLT rate above target",
    "mtd_not_reached": "MTD not reached",
}


def show_characteristics(found: OperatingCharacteristics) -> None:
    """A block of lines for each scenario, or the summary of a large family."""
    typer.echo(f"{found.design}, {_method(found)}; {found.conventions}\n")
    if len(found.scenarios) > MOST_SCENARIOS_SHOWN:
        show_family(found)
        return
    for row in found.scenarios:
        _show_scenario(found, row)


def _method(found: OperatingCharacteristics) -> str:
    if found.method == "exact":
        return f"exact ({found.states:,} states, {found.endings:,} endings)"
    return f"{found.method} ({found.trials:,} trials a scenario, seed {found.seed}); +- one standard error"


def _show_scenario(found: OperatingCharacteristics, row: ScenarioFigures) -> None:
    levels = range(len(row.truth))
    errors = row.standard_errors
    mtd = "" if found.target is None else f" (true MTD: {f'level {row.true_mtd}' if row.true_mtd else 'none'})"
    typer.echo(f"{row.name}{mtd}")
    headings = ["", *[f"level {level + 1}" for level in levels], "none", "all"]
    shares = [dose_in_words(dose) for dose in found.dose_levels]
    rows = [[f"dose ({found.unit})", *shares, "", ""], ["true DLT rate %", *map(percent, row.truth), "", ""]]
    rows.append(["selected %", *map(percent, row.selected), percent(row.none_selected), ""])
    if errors:
        rows.append(["  +-", *map(percent, errors["selected"]), percent(errors["none_selected"]), ""])
    expansion = sum(row.expansion_participants) > 0
    for label, name in (("participants", "participants"), ("DLTs", "dlts"), ("dosed", "dosed")):
        if name == "dosed" and not found.not_evaluable:
            continue
        means, total = getattr(row, f"mean_{name}"), getattr(row, f"mean_total_{name}")
        rows.append([label, *map(number, means), "", number(total)])
        if errors:
            rows.append(["  +-", *map(number, errors[f"mean_{name}"]), "", number(errors[f"mean_total_{name}"])])
        if expansion and name != "dosed":
            part = getattr(row, f"expansion_{name}")
            rows.append(["  expansion", *map(number, part), "", number(sum(part))])
    show_table(headings, rows)
    scored = [name for name in SCORES if row.correct_selection is not None or name == "mtd_not_reached"]
    typer.echo(", ".join(f"{SCORES[name]} {_share(row, name)}" for name in scored))
    stops = "; ".join(
        f"{STOP_WORDS[Stop[name.upper()]]} {percent(chance)} %" for name, chance in row.stop_reasons.items()
    )
    typer.echo(f"ends because: {stops}\n")


def _share(row: ScenarioFigures, name: str) -> str:
    """A probability with its standard error, where it has one."""
    error = row.standard_errors.get(name)
    return f"{percent(getattr(row, name))} %" + ("" if error is None else f" (+- {percent(error)})")


def show_family(found: OperatingCharacteristics) -> None:
    """Means and percentiles over the curves of a family."""
    summary = summarise_family(found)
    typer.echo(f"{summary.curves} {found.family} curves; over the curves:")
    rows = []
    for name in SUMMARISED:
        if name in summary.figures:
            form = percent if name in IN_PERCENT else number
            label = name.replace("_", " ") + (" %" if name in IN_PERCENT else "")
            rows.append([label, *[form(value) for value in summary.figures[name].values()]])
    show_table(["figure", "mean", "10th", "median", "90th"], rows)
    by_mtd = ", ".join(f"{mtd}: {percent(share)}" for mtd, share in summary.correct_selection_by_mtd.items())
    typer.echo(f"correct selection % by true MTD: {by_mtd}")


def show_comparison(found: dict[str, OperatingCharacteristics]) -> None:
    """One table a scenario, one line a design."""
    first = next(iter(found.values()))
    simulated = first.method == "monte-carlo"
    method = f"{first.method} ({first.trials:,} trials a scenario, seed {first.seed})" if simulated else first.method
    typer.echo(f"{method}; {first.conventions}\n")
    if len(first.scenarios) > MOST_SCENARIOS_SHOWN:
        for each in found.values():
            typer.echo(each.design)
            show_family(each)
            typer.echo("")
        return
    levels = range(len(first.dose_levels))
    headings = [
        "design",
        *[f"sel {level + 1}" for level in levels],
        "none",
        "correct",
        "above",
        "people",
        "DLTs",
        *(["dosed"] if first.not_evaluable else []),
    ]
    for index, scenario in enumerate(first.scenarios):
        typer.echo(f"{scenario.name}: true DLT rates {', '.join(f'{rate:.3g}' for rate in scenario.truth)}")
        rows = []
        for name, each in found.items():
            row = each.scenarios[index]
            rows.append(
                [name, *map(percent, row.selected), percent(row.none_selected), percent(row.correct_selection),
                 percent(row.share_above_mtd), number(row.mean_total_participants), number(row.mean_total_dlts),
                 *([number(row.mean_total_dosed)] if first.not_evaluable else [])]
            )  # fmt: skip
        show_table(headings, rows)
        typer.echo("")
    means = "people, DLTs, dosed: means" if first.not_evaluable else "people, DLTs: means"
    typer.echo(f"sel, none, correct: % of trials; above: % of participants above the true MTD; {means}")
    if simulated:
        typer.echo(f"+- one standard error: {_largest_errors(found)}")


def _largest_errors(found: dict[str, OperatingCharacteristics]) -> str:
    """The largest standard error of each kind of figure over designs and scenarios."""
    errors = [row.standard_errors for each in found.values() for row in each.scenarios]
    shares = [max(each["none_selected"], *each["selected"]) for each in errors]
    above = [each.get("share_above_mtd", 0.0) for each in errors]
    names = {"people": "participants", "DLTs": "dlts", "dosed": "dosed"}
    if not next(iter(found.values())).not_evaluable:
        del names["dosed"]
    means = [f"{word} {number(max(each[f'mean_total_{name}'] for each in errors))}" for word, name in names.items()]
    return f"sel, none, correct at most {percent(max(shares))}, above {percent(max(above))}, {', '.join(means)}"


def show_tree(tree: Pathway, indent: str = "") -> None:
    """The tree of pathways, one line an outcome."""
    if not indent:
        typer.echo(f"{tree.history or 'start'}: {_step(tree)}")
    for dlts, after in tree.outcomes:
        size = len(after.history.cohorts[-1].outcomes)
        typer.echo(f"{indent}  {dlts} of {size} DLT ({after.history.cohorts[-1]}): {_step(after)}")
        show_tree(after, indent + "  ")


def _step(tree: Pathway) -> str:
    advice = tree.recommendation
    if advice.action == "dose":
        return f"treat {advice.cohort_size} at level {advice.next_level}"
    if advice.action == "wait":
        return f"wait: {advice.reason}"
    named = f"level {advice.recommended_level}" if advice.recommended_level else "no level"
    return f"stop with {named}, {STOP_WORDS[Stop[advice.stop_reason.upper()]]}"
