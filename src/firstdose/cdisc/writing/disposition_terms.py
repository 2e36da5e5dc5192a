"""Terms and categories of dispositions: an event in other letters, or in words that say the same, as CDISC's term.

What says the same is told by `records.endings`, by which the analysis knows who left. Other words stay as they are.
"""

from __future__ import annotations

import polars as pl

from firstdose.records.endings import bag, is_completed, is_leaving, is_milestone, plain

COMPLETED = "COMPLETED"
ENDS = (
    "ADVERSE EVENT",
    "DEATH",
    "DISEASE RELAPSE",
    "LACK OF EFFICACY",
    "LOST TO FOLLOW-UP",
    "NON-COMPLIANCE WITH STUDY DRUG",
    "PHYSICIAN DECISION",
    "PREGNANCY",
    "PROGRESSIVE DISEASE",
    "PROTOCOL DEVIATION",
    "RECOVERY",
    "SCREEN FAILURE",
    "SITE TERMINATED BY SPONSOR",
    "STUDY TERMINATED BY SPONSOR",
    "TECHNICAL PROBLEMS",
    "WITHDRAWAL BY PARENT/GUARDIAN",
    "WITHDRAWAL BY SUBJECT",
)
"""Terms of CDISC's list of the reasons why somebody did not complete the trial (NCOMPLT)."""
MILESTONES = (
    "ELIGIBILITY CRITERIA MET",
    "ENROLLED",
    "ENTERED INTO TRIAL",
    "INFORMED CONSENT OBTAINED",
    "RANDOMIZED",
)
"""Terms of CDISC's list of milestones (PROTMLST)."""
END, MILESTONE = "DISPOSITION EVENT", "PROTOCOL MILESTONE"
_BY_WORDS = {bag(term): term for term in ENDS}
_BY_LETTERS = {plain(term): term for term in MILESTONES} | {"randomised": "RANDOMIZED", "died": "DEATH"}


def term_of(event: str) -> str:
    """The term that an event means; else the event itself."""
    if is_completed(event):
        return COMPLETED
    return _BY_LETTERS.get(plain(event)) or _BY_WORDS.get(bag(event)) or event


def category_of(event: str) -> str | None:
    """The category of an event whose words can be interpreted."""
    if is_milestone(event):
        return MILESTONE
    return END if is_completed(event) or is_leaving(event) else None


def in_terms_with_categories(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of DS with terms, and with categories where none is recorded; DSTERM keeps the words."""
    events = rows["DSDECOD"].drop_nulls().unique().to_list()
    terms = {event: term_of(event) for event in events}
    categories = {event: category_of(event) for event in events}
    event = pl.col("DSDECOD")
    return rows.with_columns(
        pl.coalesce("DSTERM", "DSDECOD").alias("DSTERM"),
        event.replace_strict(terms, default=None, return_dtype=pl.String),
        pl.coalesce("DSCAT", event.replace_strict(categories, default=None, return_dtype=pl.String)).alias("DSCAT"),
    )
