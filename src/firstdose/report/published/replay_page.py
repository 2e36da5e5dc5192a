"""The page of published trials replayed, in the style of the design report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from firstdose.designs.recommendation import Recommendation
from firstdose.records.date_words import day_words
from firstdose.report.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Document,
    Facts,
    Heading,
    Paragraph,
    Table,
    row,
    rows,
)
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.wording import NO_BREAK, counted, probability, rate, sentence
from firstdose.report.published.replay import PublishedTrial, Replay, ReplayReport, Verdict, replay_content

PAGE_NAME = "published-trials.html"


def write_published_trials(trials: list[PublishedTrial], folder: Path, day: date) -> Path:
    """Replay the trials, write the page into the folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / PAGE_NAME
    page.write_text(render_html(replay_document(replay_content(trials, day))), encoding="utf-8", newline="\n")
    return page


def replay_document(content: ReplayReport) -> Document:
    """The content as chapters, one a trial."""
    return Document(
        title="Published trials replayed",
        heading="Replay",
        subtitle="Published trials, and what each design would have advised",
        facts=(
            ("Trials", str(len(content.replays))),
            ("Computed by", f"Firstdose {content.version}"),
            ("Date of this page", day_words(content.date)),
        ),
        chapters=(_reading_chapter(), *(_trial_chapter(each) for each in content.replays)),
        footer=f"Published trials replayed, {day_words(content.date)}, Firstdose {content.version}",
    )


def _reading_chapter() -> Chapter:
    return Chapter(
        "reading",
        "How to read this page",
        (
            Paragraph(
                "The outcomes were published; the advice was computed here from the outcomes that were observed. "
                "Where a design would have treated another level, those other participants' outcomes are not "
                "known, so this is not what a trial under that design would have found. It shows how designs read "
                "the same data."
            ),
            Paragraph(
                "Targets, settings and all else that the sources at hand do not state are assumed; each trial's "
                "table says what."
            ),
        ),
    )


def _trial_chapter(trial: Replay) -> Chapter:
    blocks: list[Block] = [
        Paragraph(sentence(trial.title)),
        Facts(
            (
                ("Source", sentence(trial.source)),
                (
                    "Target DLT rate",
                    rate(trial.target) + (" (assumed)" if _is_assumed(trial, "target_dlt_rate") else ""),
                ),
                ("Participants", f"{sum(trial.participants)}, of whom {sum(trial.dlts)} had a DLT"),
            )
        ),
        Table(
            "Outcomes by dose level",
            ("level", "dose" if trial.shows_doses else "published as", "participants", "DLTs"),
            rows(
                [
                    (str(level), dose, str(count), str(events))
                    for level, (dose, count, events) in enumerate(
                        zip(trial.doses, trial.participants, trial.dlts, strict=True), start=1
                    )
                ]
            ),
            words=(),
        ),
    ]
    blocks += _path_blocks(trial) if trial.steps else _totals_blocks(trial)
    if trial.assumed:
        blocks.append(
            Table(
                "What was assumed",
                ("statement", "why"),
                rows([(path, sentence(why)) for path, why in trial.assumed]),
                words=(0, 1),
            )
        )
    return Chapter(trial.trial.lower(), trial.trial, tuple(blocks))


def _is_assumed(trial: Replay, key: str) -> bool:
    return any(path.endswith(key) or path == "escalation" for path, _ in trial.assumed)


def _path_blocks(trial: Replay) -> Iterator[Block]:
    yield Heading("Cohort by cohort")
    lines = []
    for step in trial.steps:
        done = "ended" if step.given_next is None else f"level{NO_BREAK}{step.given_next}"
        cells = [Cell(short(advice), "own" if _same(advice, step.given_next) else "") for advice in step.advice]
        lines.append(row(step.outcomes, done, *cells))
    agreed = [
        sum(_same(step.advice[place], step.given_next) for step in trial.steps[:-1])
        for place in range(len(trial.designs))
    ]
    lines.append(row("agreed", "", *(f"{count} of {len(trial.steps) - 1}" for count in agreed)))
    yield Table(
        "Next step after each cohort: what the trial did, and what each design advises",
        ("cohort", "trial", *trial.designs),
        tuple(lines),
        notes=(
            "Cohort: the level, then a letter a participant, T with and N without a DLT. Bold: the level that the "
            "trial gave next.",
            "* The cohorts up to here are not those that the design would have asked for; it is asked all the same.",
        ),
        words=(0,),
    )
    if trial.steps[0].estimates:
        levels = range(1, len(trial.doses) + 1)
        yield Table(
            f"DLT rates estimated after each cohort by the trial's own design ({trial.designs[0]})",
            ("cohort", *(f"level {level}" for level in levels)),
            rows([(step.outcomes, *map(probability, step.estimates)) for step in trial.steps]),
        )
    yield Paragraph(f"The reasons of the trial's own design ({trial.designs[0]}), after each cohort:")
    yield Bullets(tuple(f"{step.outcomes}: {sentence(step.advice[0].reason)}" for step in trial.steps), ordered=True)


def _same(advice: Recommendation, given_next: int | None) -> bool:
    return given_next is not None and advice.next_level == given_next


def short(advice: Recommendation) -> str:
    """A recommendation in as few words as possible; a star where the history departs from the design's own advice."""
    star = "*" if any("departs from the rule" in flag for flag in advice.flags) else ""
    if advice.action == "dose":
        return f"level{NO_BREAK}{advice.next_level}{star}"
    return f"stop, {f'level{NO_BREAK}{advice.recommended_level}' if advice.recommended_level else 'none'}{star}"


def _totals_blocks(trial: Replay) -> Iterator[Block]:
    yield Heading("From the totals")
    yield Paragraph(
        "Only totals per level were published. The levels are taken in rising order and all participants of a "
        "level as one cohort, the highest level last."
    )
    yield Table(
        "What each design does next, and which level it would name if the trial ended here",
        ("design", "next step", "level named now", "why"),
        rows(
            [
                (each.design, next_words(each), named_words(each), sentence(each.advice.reason))
                for each in trial.verdicts
            ]
        ),
        words=(0, 1, 2, 3),
    )
    estimated = [each for each in trial.verdicts if each.estimates]
    levels = range(1, len(trial.doses) + 1)
    yield Table(
        "DLT rates as each design estimates them",
        ("design", *(f"level {level}" for level in levels)),
        rows(
            [
                (each.design, *("–" if value is None else probability(value) for value in each.estimates))
                for each in estimated
            ]
        ),
        notes=(
            "Interval designs: isotonic estimates used to name a level. CRM: the model at the posterior mean. "
            "BLRM: posterior means.",
        ),
    )


def next_words(verdict: Verdict) -> str:
    """The next step of a design."""
    advice = verdict.advice
    if advice.action == "dose":
        return f"{counted(advice.cohort_size or 0, 'participant')} at level {advice.next_level}"
    return "stop"


def named_words(verdict: Verdict) -> str:
    """The level that a design would name now."""
    if verdict.selected:
        return f"level {verdict.selected}"
    return (
        "none"
        if verdict.advice.action == "stop"
        else "none, the rule has not finished"
        if verdict.design == "three_plus_three"
        else "none"
    )
