"""The adverse events that are counted, and what is asked of each: yes, no, or not known."""

from __future__ import annotations

import polars as pl

from firstdose.analysis.frame import Frame, once_a_frame
from firstdose.analysis.recorded import recorded
from firstdose.records import AdverseEvent, Death
from firstdose.records.attribution import CAUSES, Cause, relation_field
from firstdose.records.catalogue import NAMES
from firstdose.records.derived import EventAnalysis
from firstdose.records.frames import identity

CAUSE_WORDS: dict[Cause, str] = {cause: f"the {cause.replace('_', ' ')}" for cause in CAUSES}

SEVERE_GRADE = 3
ANY, SERIOUS, SEVERE = "any adverse event", "serious", f"grade {SEVERE_GRADE} or more"
SPECIAL_INTEREST = "of special interest"


def relation(cause: Cause) -> pl.Expr:
    """Whether an event is related to a cause."""
    return pl.col(f"related_to_{cause}")


def related(cause: Cause) -> str:
    """The words for events that are related to a cause."""
    return f"related to {CAUSE_WORDS[cause]}"


def is_fatal() -> pl.Expr:
    """Whether an event was fatal. Without a known outcome it can have been so only in someone who died."""
    outcome = pl.col("outcome")
    is_open = outcome.is_null() | (outcome == "unknown")
    return pl.when(is_open).then(pl.when("has_died").then(None).otherwise(pl.lit(False))).otherwise(outcome == "fatal")


QUESTIONS: dict[str, pl.Expr] = {
    ANY: pl.lit(True),
    SEVERE: pl.col("grade") >= SEVERE_GRADE,
    SERIOUS: pl.col("is_serious"),
    **{related(cause): relation(cause) for cause in CAUSES},
    "serious and related to the product or the procedure": pl.col("is_serious")
    & (relation("product") | relation("procedure")),
    SPECIAL_INTEREST: pl.when(pl.col("special_interest").is_not_null().any()).then(
        pl.col("special_interest").is_not_null()
    ),
    "led to a change of treatment": pl.col("changed_treatment"),
    "fatal": is_fatal(),
}
"""What is asked of each counted event, in words and as a three-valued expression, in the order of the tables."""


def causes(frame: Frame) -> tuple[Cause, ...]:
    """The causes that events can have in this trial; a background treatment only where there is one.

    There is one where the protocol names it, or where a relation to it was recorded all the same.
    """
    if frame.protocol.background_treatments:
        return CAUSES
    absent: Cause = "background_treatment"
    recorded_of = [recorded(frame, kind)[relation_field(absent)].count() for kind in (AdverseEvent, Death)]
    return CAUSES if any(recorded_of) else tuple(cause for cause in CAUSES if cause != absent)


def questions(frame: Frame) -> dict[str, pl.Expr]:
    """The `QUESTIONS` that this trial can answer: those on a cause that there is not are left out."""
    left_out = {related(cause) for cause in {*CAUSES} - {*causes(frame)}}
    return {what: answer for what, answer in QUESTIONS.items() if what not in left_out}


@once_a_frame
def events_of(frame: Frame) -> pl.DataFrame:
    """Everybody's adverse events, with the identity of the record in ``record`` and whether the person ``has_died``."""
    died = recorded(frame, Death)["subject"].implode()
    death_day = frame.subjects.select("subject", "death_day")
    return (
        frame.data[EventAnalysis]
        .join(death_day, on="subject", how="left", maintain_order="left")
        .with_columns(
            record=pl.concat_str(pl.lit(f"{NAMES[AdverseEvent]}:"), identity(EventAnalysis)),
            has_died=pl.col("subject").is_in(died) | pl.col("death_day").is_not_null(),
        )
    )


@once_a_frame
def counted_events(frame: Frame) -> pl.DataFrame:
    """The events of `events_of` that are counted: treatment-emergent, or not known not to be."""
    return events_of(frame).filter("counts")
