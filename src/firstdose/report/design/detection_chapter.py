"""The chapter of the design report on what the trial's numbers of participants can and cannot show."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.report.design.comparison_pictures import draw_detection
from firstdose.report.design.content import DesignReport
from firstdose.report.design.detection import limit_words
from firstdose.report.documents.blocks import Block, Chapter, Formula, Paragraph, Picture, Table, rows
from firstdose.report.documents.wording import between, percent_figure, rate


def detection_chapter(content: DesignReport) -> Chapter:
    """What the trial's numbers of participants can and cannot show."""
    return Chapter("detection", "What these numbers of participants can detect", tuple(_detection_blocks(content)))


def _detection_blocks(content: DesignReport) -> Iterator[Block]:
    found = content.detection
    level = rate(found.certainty)
    sided = "two-sided" if found.is_two_sided else "one-sided"
    yield Paragraph(
        "A small trial sees common events and misses rare ones. For an event of a given true rate, the figures "
        "are the probability that at least one of n participants has it; and, where none has it, the highest rate "
        f"that the data leave possible ({limit_words(found)}, exact)."
    )
    yield Picture(
        "Probability that at least one participant has the event, by its true rate",
        "; ".join(
            f"{count} participants: {between(chances)} for rates of {rate(found.rates[0])} to {rate(found.rates[-1])}"
            for count, chances in zip(found.numbers, found.at_least_one, strict=True)
        )
        + ".",
        draw_detection(found),
    )
    yield Table(
        "Probability of seeing at least one event (%), and the upper limit when none is seen",
        (
            "participants",
            *(f"true rate {rate(each)}" for each in found.rates),
            f"upper limit at 0 events (%), {sided} {level}",
        ),
        rows(
            [
                (str(count), *map(percent_figure, chances), percent_figure(limit))
                for count, chances, limit in zip(found.numbers, found.at_least_one, found.upper_limits, strict=True)
            ]
        ),
        words=(),
    )
    yield Formula("at_least_one", "probability of at least one event = 1 - (1 - p)^n")
    share = rate((1 + found.certainty) / 2 if found.is_two_sided else found.certainty)
    what = f"of the upper limit alone, here {share}"
    yield Formula("upper_limit", f"upper limit at 0 of n = 1 - (1 - c)^(1/n), where c is the confidence {what}")
    yield Paragraph(f"Here p is the event's true rate, and c the confidence {what}.")
    yield Paragraph(
        "These figures hold for a single kind of event named beforehand. Among many kinds of event, some will be "
        "seen in one participant by chance alone; and no number here says whether the product caused an event."
    )
