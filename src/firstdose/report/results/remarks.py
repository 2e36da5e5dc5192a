"""What must stand under a table so that its figures are not mistaken for those of another."""

from __future__ import annotations

from collections.abc import Sequence

from firstdose.records.results import Result

REMARKS = {
    "time_to_resolution": (
        "Intervals of shares are Kaplan-Meier's: log-log limits of the share not yet resolved, people as clusters. "
        "The table of events resolved and of death before resolution has the same shares where nobody died, with other "
        "limits: set on the share resolved."
    ),
    "cumulative_incidence": (
        "Intervals of shares are Aalen and Johansen's: log-log limits of the share resolved, people as clusters. "
        "The table of the time to resolution has the same shares where nobody died, with other limits: set on the "
        "share not yet resolved. With few people both are rough."
    ),
    "all_events": (
        "Intervals are those of events that cluster in people; a letter tells where they are Student's. A person may "
        "count many times: the next table counts each person once."
    ),
    "first_events": (
        "Intervals are those of people, each of whom counts once, over the time to the first event. They are not "
        "those of the table before, where each event counts."
    ),
    "time_to_worsening": (
        "Intervals are Kaplan-Meier's with log-log limits. The table of confirmed change has the counts with intervals "
        "of a proportion: they are not the complements of these."
    ),
}
"""By the name of a table, what its intervals are, where another table shows the same number with other ones."""


def remarks_on(name: str, results: Sequence[Result]) -> tuple[str, ...]:
    """The remark on the intervals of a table that has any; nothing for other tables."""
    has_intervals = any(each.lower is not None or each.upper is not None for each in results)
    return (REMARKS[name],) if name in REMARKS and has_intervals else ()
