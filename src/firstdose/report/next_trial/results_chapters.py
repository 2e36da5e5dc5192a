"""Chapters with figures: power, numbers of participants, assurance."""

from __future__ import annotations

from firstdose.report.documents.blocks import Block, Cell, Chapter, Paragraph, Picture, Row, Table, row
from firstdose.report.documents.wording import listed, number, percent_figure, rate, sentence
from firstdose.report.next_trial.pictures import draw_assurance, draw_power
from firstdose.report.next_trial.reading import (
    assurances_of,
    cautions_of,
    first_of,
    name_of,
    powers_of,
    size_of,
    with_error,
)
from firstdose.simulation.next_trial import NO_EFFICACY, Assessment, Estimate
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.next_trial.table import rows_of

ERRORS = (
    "After ±: the Monte Carlo standard error, in percentage points. 0 or 100 without one: none or all of the simulated "
    "trials."
)


def power_chapter(found: Assessment) -> Chapter:
    """Power against the number of participants."""
    settings = found.settings
    blocks: list[Block] = [
        Paragraph(
            f"Each point is {found.trials:,} simulated trials in which the effects stated in the settings are true. "
            "Power is the share of trials that show a comparison while the whole family of comparisons, over all "
            f"looks, has a one-sided error of {rate(settings.aim.one_sided_error)}."
        ),
        Picture(
            "Power of each design's first comparison against the number of participants",
            _described(
                found, "Power", lambda d, e: [(p.participants, first_of(p).value) for p in powers_of(found, d, e)]
            ),
            draw_power(found),
            "power",
            data=_csv(found, "power"),
        ),
    ]
    blocks += [_power_table(found, endpoint) for endpoint in settings.endpoints]
    return Chapter("power", "What the designs can show", tuple(blocks))


def _power_table(found: Assessment, endpoint: NextEndpoint) -> Table:
    lines: list[Row] = []
    for design in found.settings.designs:
        lines.append(Row((), group=design.name))
        powers = powers_of(found, design, endpoint)
        for comparison in design.comparisons:
            lines.append(row(comparison.name, *(with_error(each.shown[comparison.id]) for each in powers)))
        if len(design.comparisons) > 1:
            lines.append(row("any of them", *(with_error(each.any_shown) for each in powers)))
        early = [1 - each.course.ended_at[-1] for each in powers]
        if len(powers[0].course.ended_at) > 1:
            lines.append(row("ended before the last look", *(percent_figure(each) for each in early)))
        lines.append(row("months to the end, mean", *(number(each.course.months.value, 0) for each in powers)))
        lines.append(
            row("people recruited by then, mean", *(number(each.course.recruited.value, 0) for each in powers))
        )
    notes = (ERRORS, *_too_late(found, endpoint))
    columns = ("comparison", *map(str, found.settings.participants))
    return Table(f"Power in % by number of participants: {endpoint.name}", columns, tuple(lines), notes=notes)


def _too_late(found: Assessment, endpoint: NextEndpoint) -> tuple[str, ...]:
    """Whether interim looks can spare anybody."""
    looks = found.settings.looks.information
    powers = [each for each in found.powers if each.endpoint == endpoint.id]
    if len(looks) == 1 or any(each.course.recruited.value < each.participants - 1 for each in powers):
        return ()
    rate_, last = found.settings.conduct.accrual_per_month.value, endpoint.visits_months[-1]
    return (
        f"At {rate_:g} people a month everybody is recruited before the first look, which waits for {last:g} months of "
        "follow-up: looks save time, not people.",
    )


def size_chapter(found: Assessment) -> Chapter:
    """How many people the power asked for needs."""
    aim = found.settings.aim
    lines = []
    for endpoint in found.settings.endpoints:
        for design in found.settings.designs:
            size = size_of(found, design, endpoint)
            count = "–" if size.participants is None else str(size.participants)
            reached = with_error(Estimate(size.power, size.standard_error))
            why_not = "" if size.participants else size.words
            lines.append(row(endpoint.name, name_of(design), count, reached, why_not))
    table = Table(
        f"Fewest participants for a power of {rate(aim.power)} of each design's first comparison",
        ("endpoint", "design", "participants", "power, %", "why not"),
        tuple(lines),
        notes=(
            f"Whole blocks, at most {aim.most_participants} people. The power is that of other simulated trials than "
            "those by which the number was found; its error is also that of the number.",
            *(sentence(f"few people: {each.warning}") for each in found.taken if each.is_spread and each.warning),
        ),
        words=(0, 1, 4),
    )
    return Chapter("size", "How many people", (*cautions_of(found), table))


def assurance_chapter(found: Assessment) -> Chapter:
    """The probability to show something, given what is believed."""
    if not found.assurances:
        words = "The settings state no prior for any endpoint, so no assurance can be given."
        return Chapter("assurance", "What is to be expected", (Paragraph(words), Paragraph(NO_EFFICACY)))
    believing = [each for each in found.settings.endpoints if each.prior is not None]
    blocks: list[Block] = [
        Paragraph(
            "Power answers: if the effect is as stated, how often is it shown? Assurance answers: given what is "
            "believed about the effect, its absence included, how often will the trial show it? Every simulated trial "
            "has a truth of its own, drawn from the prior that the settings state."
        ),
        Paragraph(NO_EFFICACY),
        Picture(
            "Assurance of each design's first comparison against the number of participants",
            _described(
                found, "Assurance", lambda d, e: [(a.participants, a.first.value) for a in assurances_of(found, d, e)]
            ),
            draw_assurance(found),
            "assurance",
            data=_csv(found, "assurance"),
        ),
    ]
    blocks += [_assurance_table(found, endpoint) for endpoint in believing]
    return Chapter("assurance", "What is to be expected", tuple(blocks))


def _assurance_table(found: Assessment, endpoint: NextEndpoint) -> Table:
    assert endpoint.prior is not None
    lines: list[Row] = []
    for design in found.settings.designs:
        lines.append(Row((), group=design.name))
        told = assurances_of(found, design, endpoint)
        for comparison in design.comparisons:
            lines.append(row(comparison.name, *(with_error(each.shown[comparison.id]) for each in told)))
        if told[0].if_effect is not None:
            lines.append(row("the first, where cells work", *(with_error(each.if_effect) for each in told)))
            lines.append(row("the first, where they do not", *(with_error(each.if_none) for each in told)))
            lines.append(row("cells work, where it is shown", *(with_error(each.effect_if_shown) for each in told)))
    columns = ("comparison", *map(str, found.settings.participants))
    notes = (f"The belief is that of: {endpoint.prior.elicited_from}.", ERRORS)
    return Table(f"Assurance in % by number of participants: {endpoint.name}", columns, tuple(lines), notes=notes)


def _csv(found: Assessment, kind: str) -> str:
    """The figures behind a picture."""
    firsts = {design.id: design.comparisons[0].id for design in found.settings.designs}
    lines = ["design,endpoint,participants,comparison,value,standard_error"]
    for each in rows_of(found):
        if each.kind == kind and each.what == firsts[each.design]:
            place = f"{each.design},{each.endpoint},{each.participants},{each.what}"
            lines.append(f"{place},{each.value},{each.standard_error}")
    return "\n".join(lines) + "\n"


def _described(found: Assessment, what: str, reading: object) -> str:
    """A picture in words: each line from its first to its last point."""
    assert callable(reading)
    parts = []
    for endpoint in found.settings.endpoints:
        ends = []
        for design in found.settings.designs:
            points = reading(design, endpoint)
            if points:
                (first, low), (last, high) = points[0], points[-1]
                rise = f"{percent_figure(low)} % with {first} to {percent_figure(high)} % with {last} people"
                ends.append(f"{design.id} from {rise}")
        if ends:
            parts.append(f"{endpoint.name}: {listed(ends)}")
    return f"{what} by endpoint. " + "; ".join(parts) + "."


def cell_of_answer(text: str) -> Cell:
    """Whether something is told, marked out."""
    return Cell(text, "correct" if text == "yes" else "missing" if text == "no" else "")
