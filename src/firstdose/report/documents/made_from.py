"""Figures that name no record, since they are made of other figures: which table of results these stand in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

Place = tuple[str, str]
"""A chapter and a table of results."""

SCORES, SAMPLES = ("scores", "scores_by_visit"), ("metabolism", "metabolite_samples")
SCANS, SETS = ("mri", "brain_volume_people"), ("populations", "analysis_sets")

MADE_FROM: dict[Place, Place] = {
    ("adverse_events", "trend_over_dose"): ("adverse_events", "overview"),
    ("dlt", "trend_over_dose"): ("dlt", "among_evaluable"),
    ("event_resolution", "cumulative_incidence"): ("event_resolution", "time_to_resolution"),
    ("limits", "chance_to_see"): SETS,
    ("limits", "zero_counts"): SETS,
    ("disability", "worsening_by_dose"): ("disability", "confirmed_change"),
    ("disability", "time_to_worsening"): ("disability", "confirmed_change"),
    ("metabolism", "class_sensitivity"): SAMPLES,
    ("metabolism", "class_slopes"): SAMPLES,
    ("metabolism", "metabolite_dose_slopes"): SAMPLES,
    ("metabolism", "metabolite_quality"): SAMPLES,
    ("metabolism", "metabolite_sensitivity"): SAMPLES,
    ("metabolism", "metabolite_slopes"): SAMPLES,
    ("metabolism", "metabolite_visit_changes"): SAMPLES,
    ("mri", "brain_volume"): SCANS,
    ("mri", "brain_volume_by_dose"): SCANS,
    ("mri", "lesions"): ("mri", "lesions_people"),
    ("mri", "lesions_by_dose"): ("mri", "lesions_people"),
    ("scores", "dose_slopes"): SCORES,
    ("scores", "dose_trends"): SCORES,
    ("scores", "model"): SCORES,
    ("scores", "model_means"): SCORES,
    ("scores", "model_steps"): SCORES,
    ("troughs", "trough_against_dose"): ("troughs", "troughs_by_person"),
}
"""Tables of models, trends and means, each with the table that holds what they were made of, person by person or group
by group; its rows name the records."""

WHOLE = frozenset({SAMPLES, SCANS, SETS})
"""Tables that are behind a figure as a whole, where no row of them is about the same thing."""


@dataclass(frozen=True, eq=False)
class MadeFrom:
    """Where the figures of a frame of results come from, that name no record; ``first`` is the number of its first row.

    A figure's sources are the rows of the other table that name records and share what it is about, such as a measure,
    in ``what`` or ``within``; where none does, all that name records if the
    table is one of `WHOLE`.
    """

    frame: pl.DataFrame
    first: int

    def rows(self, row: int) -> tuple[int, ...]:
        """The numbers of the rows behind a row; none where they are not known or the row names records itself."""
        chapter, table, within, what, count = self._about[row - self.first]
        place = MADE_FROM.get((chapter, table))
        if place is None or count:
            return ()
        key = (place, within, what)
        if key not in self._found:
            named = self._sources.get(place, [])
            about = {within, what} - {""}
            alike = tuple(number for number, words in named if words & about)
            whole = tuple(number for number, _ in named) if place in WHOLE else ()
            self._found[key] = alike or whole
        return self._found[key]

    @cached_property
    def _about(self) -> list[tuple[str, str, str, str, int]]:
        columns = ("chapter", "table", "within", "what", pl.col("records").list.len())
        return self.frame.select(*columns).rows()

    @cached_property
    def _sources(self) -> dict[Place, list[tuple[int, frozenset[str]]]]:
        """By table that others are made of: its rows that name records, each with what it is about."""
        wanted = set(MADE_FROM.values())
        found: dict[Place, list[tuple[int, frozenset[str]]]] = {}
        for number, (chapter, table, within, what, count) in enumerate(self._about, start=self.first):
            if count and (chapter, table) in wanted:
                found.setdefault((chapter, table), []).append((number, frozenset((within, what))))
        return found

    @cached_property
    def _found(self) -> dict[tuple[Place, str, str], tuple[int, ...]]:
        return {}
