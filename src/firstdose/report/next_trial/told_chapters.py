"""Chapters without simulation: what each design can tell apart, what the trial before says, what was assumed."""

from __future__ import annotations

from firstdose.report.documents.blocks import Block, Chapter, Heading, Paragraph, Row, Table, row
from firstdose.report.documents.wording import listed, percent_figure, sentence
from firstdose.report.next_trial.reading import name_of, stated, taken_figure, taken_limits, taken_value
from firstdose.report.next_trial.results_chapters import cell_of_answer
from firstdose.report.results.wording import DIGITS_OF_ESTIMATES, NOTHING, plain
from firstdose.simulation.next_trial import CONTRASTS, NO_EFFICACY, PHASE_ONE, Assessment, Taken
from firstdose.simulation.next_trial.arms import Arm
from firstdose.simulation.next_trial.endpoints import Elicited, NextEndpoint, Prior
from firstdose.simulation.next_trial.spread import CAREFUL_WORDS

TITLE_OF_PHASE_ONE = "What the trial before says"
SPENDING = {"obrien_fleming": "O'Brien and Fleming", "pocock": "Pocock", "linear": "in proportion"}


def identified_chapter(found: Assessment) -> Chapter:
    """What each arm buys."""
    names = {PHASE_ONE: "the trial before"} | {design.id: name_of(design) for design in found.settings.designs}
    shown = [name for name in names if name in found.identified]
    answers, prices = [], []
    for place, (contrast, words) in enumerate(CONTRASTS.items()):
        told = [found.identified[name][place] for name in shown]
        answers.append(row(words, *(cell_of_answer(each.text) for each in told)))
        if contrast and any(each.price for each in told):
            prices.append(row(words, *(NOTHING if each.price is None else plain(each.price, 2) for each in told)))
    columns = ("what is asked", *(names[name] for name in shown))
    blocks: list[Block] = [
        Paragraph(
            "A contrast is identified if it is a sum of rows of the design: if some sum and difference of the arms' "
            "means leaves it and nothing else. This is a matter of who is given what, not of how many people there "
            "are. The course of time may be anything, and may differ between periods; cells and drug may act "
            f"differently in every period between starts and stops of {found.settings.drug}."
        ),
        Table(
            "What each design can tell apart",
            columns,
            tuple(answers),
            notes=(
                "Months: identified in these months only. What is measured after the drug is taken as free of it: no "
                "carry-over and no rebound.",
                "The trial before: all doses with the drug, nobody without cells. Its doses were escalated, not "
                "randomised, so that even the contrast of doses needs that nothing else changed between cohorts.",
            ),
            words=tuple(range(len(columns))),
        ),
        Table(
            "The price of each contrast: people needed, relative to a plain comparison of two arms",
            columns,
            tuple(prices),
            notes=("For the same precision, in the best period; where several doses have cells, the dearest of them.",),
        ),
    ]
    return Chapter("identified", "What the designs can tell apart", tuple(blocks))


def phase_one_chapter(found: Assessment) -> Chapter:
    """Which numbers come from the trial before."""
    if not found.taken:
        words = "No data of the trial before were given: every number comes from the settings."
        return Chapter("phase-one", TITLE_OF_PHASE_ONE, (Paragraph(words), Paragraph(NO_EFFICACY)))
    lines = []
    for each in found.taken:
        figures = (taken_value(each, each.value), taken_limits(each), taken_figure(each, each.stated))
        lines.append(row(each.what, *figures, _used(each), each.rests_on))
    table = Table(
        "Figures of the trial before",
        ("what", "value", "95 % limits", "stated in the settings", "used", "rests on"),
        tuple(lines),
        notes=(
            "The limits of a spread are those of the chi-square distribution. In the place of a spread stands its "
            "upper one-sided 80 % limit, since the spread of a few people is mostly too small (Browne, Stat Med "
            "1995;14:1933). "
            "Other figures are used as they are; the uncertainty of no figure is in the power.",
        ),
        words=(0, 1, 4, 5),
    )
    told = tuple(Paragraph(f"Of the data of the trial before: {notice}") for notice in found.notices)
    return Chapter("phase-one", TITLE_OF_PHASE_ONE, (*told, Paragraph(NO_EFFICACY), table))


def _used(each: Taken) -> str:
    if not each.is_used:
        return "no, for information"
    value = "" if each.used is None else f"{taken_figure(each, each.used)}, {CAREFUL_WORDS}, "
    return f"{value}in the place of {each.key}"


def assumptions_chapter(found: Assessment) -> Chapter:
    """Everything that the figures rest on, with its source."""
    settings = found.settings
    looks, conduct = settings.looks, settings.conduct
    arms: list[Row] = []
    for design in settings.designs:
        arms.append(
            Row((), group=f"{name_of(design)}: {design.name} (family: {design.multiplicity.replace('_', ' ')})")
        )
        arms += [row(arm.name, _cells(arm, settings.dose_unit), _drug(arm), str(arm.share)) for arm in design.arms]
    limits = ", ".join(map(stated, looks.futility_below)) or "none"
    blocks: list[Block] = [
        Table("Arms", ("arm", "injection", settings.drug, "share"), tuple(arms), words=(0, 1, 2)),
        Table(
            "Conduct and looks",
            ("what", "value", "source"),
            (
                row("randomised per month", stated(conduct.accrual_per_month.value), conduct.accrual_per_month.source),
                row(
                    "leave per person-year",
                    plain(conduct.leaving_per_year.value, DIGITS_OF_ESTIMATES),
                    conduct.leaving_per_year.source,
                ),
                row("visits missed", f"{percent_figure(conduct.missed_visit.value)} %", conduct.missed_visit.source),
                row("looks at shares of complete people", listed(map(stated, looks.information)), "settings"),
                row("error spent as", SPENDING[looks.spending], "settings"),
                row("given up where Z is below", limits, "settings"),
            ),
            words=(0, 1, 2),
        ),
    ]
    for endpoint in settings.endpoints:
        blocks += [Heading(sentence(endpoint.name).rstrip(".")), _course_table(endpoint)]
        if endpoint.prior is not None:
            blocks.append(_belief_table(endpoint.prior))
    return Chapter("assumptions", "What was assumed", tuple(blocks))


def _cells(arm: Arm, unit: str) -> str:
    if arm.cells:
        return f"{stated(arm.cells)} {unit}"
    return "sham" if arm.injection else "none"


def _drug(arm: Arm) -> str:
    if arm.drug_until_month is None:
        return "none"
    return f"month {stated(arm.drug_from_month)} to {stated(arm.drug_until_month)}"


def _course_table(endpoint: NextEndpoint) -> Table:
    lines = []
    if endpoint.worsening is not None:
        worsening = endpoint.worsening
        for each in worsening.components:
            rate = each.yearly_rate
            lines.append(row(f"yearly rate, {each.name}", stated(rate.value), rate.source))
        spread = worsening.spread_between_people
        lines.append(row("spread between people (log rate)", stated(spread.value), spread.source))
        lines.append(row("confirmed after", f"{stated(worsening.confirmed_after_months)} months", "settings"))
        lines.append(row("last onset that can be confirmed", f"month {stated(endpoint.last_onset_month)}", "visits"))
    if endpoint.change is not None:
        change = endpoint.change
        unit = f"{change.unit} a year" if change.course == "slope" else change.unit
        lines.append(
            row("natural course", f"{stated(change.natural_course.value)} {unit}", change.natural_course.source)
        )
        lines.append(
            row(
                "spread between people",
                f"{plain(change.sd.value, DIGITS_OF_ESTIMATES)} {change.unit}",
                change.sd.source,
            )
        )
        lines.append(row("correlation with the baseline", stated(change.baseline_correlation), "settings"))
    effects = endpoint.effects
    for cells in effects.cells:
        lines.append(row(f"effect of cells, dose {stated(cells.dose)}", stated(cells.value), effects.source))
    for name, words in (("drug", "the drug"), ("interaction", "the drug beside cells"), ("procedure", "the injection")):
        number = getattr(effects, name)
        lines.append(row(f"effect of {words}", stated(number.value), number.source))
    kind = "hazard ratios, 1 for none" if endpoint.is_ratio else "differences, 0 for none"
    return Table(f"Course and effects ({kind})", ("what", "value", "source"), tuple(lines), words=(0, 1, 2))


def _belief_table(prior: Prior) -> Table:
    lines = [
        row("probability that cells do nothing", f"{percent_figure(prior.no_effect.value)} %", prior.no_effect.source)
    ]
    named = (("cells", "highest dose, if it works"), ("drug", "the drug"), ("interaction", "the drug beside cells"))
    for name, words in (*named, ("natural_course", "natural course, relative to the above")):
        elicited: Elicited | None = getattr(prior, name)
        if elicited is not None:
            reach = f"{stated(elicited.median)} ({stated(elicited.lower)} to {stated(elicited.upper)})"
            lines.append(row(f"{words}: median ({percent_figure(elicited.certainty)} % range)", reach, elicited.source))
    between = prior.lower_doses
    lines.append(
        row("share at the lowest dose", f"{stated(between.lowest)} to {stated(between.highest)}", between.source)
    )
    return Table(
        "What is believed", ("what", "value", "source"), tuple(lines), words=(0, 1, 2),
        notes=(sentence(f"elicited from: {prior.elicited_from}"),),
    )  # fmt: skip
