"""The columns of the files that `firstdose metabolites` writes: name, kind of value, and what stands in it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import polars as pl

Kind = Literal["text", "number", "whole number", "true or false"]
TYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "number": pl.Float64,
    "whole number": pl.Int64,
    "true or false": pl.Boolean,
}


class Column(NamedTuple):
    """One column of a file; a cell is empty where a figure cannot be made or a word is not known."""

    name: str
    kind: Kind
    words: str


class File(NamedTuple):
    """One file: what its rows are, and its columns in order."""

    rows: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, Any]:
        """The type of each column, in order."""
        return {each.name: TYPES[each.kind] for each in self.columns}


METABOLITE = Column(
    "metabolite", "text", "The metabolite as the abundances name it; the second of two alike as `name (2)`."
)
CLASS = Column("class", "text", "Its class by its name; empty where the name is not known (see `unmapped.csv`).")
VISIT = Column("visit", "text", "The visit that the term is of.")
TERM = Column(
    "term", "text",
    "`dose_slope`: the slope on the dose at the visit. `dose_slope_change`: the same less that at the first visit. "
    "`visit_change`: the change from the first visit at the middle dose (the geometric mean over people, or the mean).",
)  # fmt: skip
LOWER = Column("lower", "number", "Lower limit of its 95 % interval, adjusted for nothing.")
UPPER = Column("upper", "number", "Upper limit.")
P = Column("p", "number", "Two-sided p of `t`, adjusted for nothing.")
DF = Column("df", "number", "Degrees of freedom of `t`, those of the prior included.")

FILES: dict[str, File] = {
    "metabolites.csv": File(
        "One for each metabolite that was measured, visit and term; of those left out with empty figures.",
        (
            METABOLITE,
            CLASS,
            VISIT,
            TERM,
            Column(
                "estimate", "number",
                "Log2 units per doubling of the dose, or per unit of it with `--dose-scale linear`; log2 units for "
                "`visit_change`. Relative to all metabolites of the sample where values were normalised.",
            ),
            LOWER,
            UPPER,
            Column("t", "number", "Moderated t: the estimate by its moderated standard error."),
            P,
            Column(
                "adjusted_p", "number",
                "p adjusted over all metabolites for this term and visit (Benjamini and Hochberg).",
            ),
            DF,
        ),
    ),
    "classes.csv": File(
        "One for each class and visit. The term is the change of the dose slope, or with one visit the slope itself. "
        "Values are relative to metabolites without a sign of a slope, unlike those of `metabolites.csv`.",
        (
            Column("class", "text", "The class; `others` are known metabolites of no other class."),
            VISIT,
            TERM,
            Column("metabolites", "whole number", "How many metabolites of the class could be tested."),
            Column(
                "mean_slope", "number",
                "The plain mean of the slopes of its metabolites, each fitted by itself; it has no interval.",
            ),
            Column(
                "estimate", "number",
                "The slope of the class: of the mean of its metabolites in each sample, each less its own mean, as one "
                "response with its own correlation within people. It differs from `mean_slope` where values are "
                "missing or the correlation is another one; the interval and `t` belong to it.",
            ),
            LOWER,
            UPPER,
            Column("t", "number", "The estimate by its standard error."),
            P,
            Column("df", "number", "Degrees of freedom of `t`."),
            Column(
                "permutation_p", "number",
                "Two-sided p by permutation of doses between people, the primary test: twice the smaller of the next "
                "two, at most 1.",
            ),
            Column("permutation_p_increasing", "number", "One-sided p of a rise with the dose."),
            Column("permutation_p_decreasing", "number", "One-sided p of a fall with the dose."),
            Column(
                "permutation_adjusted_p", "number",
                "`permutation_p` adjusted over the classes of the visit (Benjamini and Hochberg).",
            ),
            Column(
                "smallest_attainable_p", "number",
                "The smallest one-sided p that any data could give with these doses and arrangements; twice it is the "
                "smallest `permutation_p`.",
            ),
            Column("arrangements", "whole number", "Arrangements of doses looked at, the actual one included."),
            Column("possible_arrangements", "number", "How many distinct arrangements there are."),
            Column("exact", "true or false", "Whether all of them were looked at; else they were drawn at random."),
            Column(
                "rotation_p", "number",
                "Two-sided p by rotation, the second test; it calls too many classes whose metabolites share errors.",
            ),
            Column(
                "rotation_metabolites", "whole number",
                "How many metabolites the rotation used: those without missing values.",
            ),
            Column("problem", "text", "Why there is no slope, or no test by permutation."),
            Column("rotation_problem", "text", "Why there is no test by rotation."),
            Column(
                "unnormalised_estimate", "number",
                "`estimate` from values as measured; empty where the main one is that.",
            ),
            Column("unnormalised_permutation_p", "number", "`permutation_p` of it."),
            Column(
                "all_metabolites_estimate", "number",
                "`estimate` from values relative to all metabolites; empty where the main one is that.",
            ),
            Column("all_metabolites_permutation_p", "number", "`permutation_p` of it."),
            Column(
                "normalisation", "text",
                "Where the answer rests on what the class is relative to, how: whether `permutation_adjusted_p` is "
                "below 0.05, or the sign of a slope that is called, changes with it. Empty where it does not.",
            ),
        ),
    ),
    "sensitivities.csv": File(
        "One for each metabolite, visit, term of slopes and other analysis, where that has a figure.",
        (
            METABOLITE,
            VISIT,
            TERM,
            Column(
                "analysis", "text",
                "`half_minimum`: missing values as half the smallest one. `tobit`: censored at the limit of detection, "
                "where more than 10 % are below it. `within_people`: an effect of every person. "
                "`change_from_baseline`: differences from the first visit. `without_cohort_…`: without the people of "
                "that cohort or dose.",
            ),
            Column("estimate", "number", "The same slope by that analysis."),
            LOWER,
            UPPER,
            Column("p", "number", "Two-sided p, adjusted for nothing; none without a cohort."),
        ),
    ),
    "quality.csv": File(
        "One for each metabolite that was measured.",
        (
            METABOLITE,
            Column("missing_percent", "number", "Per cent of the study samples in which it is missing."),
            Column(
                "control_variation_percent", "number",
                "Coefficient of variation in pooled quality controls, within batches; empty without two in a batch.",
            ),
            Column("controls", "whole number", "Controls in which it was measured."),
            Column(
                "run_order_slope", "number",
                "Log2 units per ten injections within batches; empty where the order is not known of every sample.",
            ),
            Column("run_order_adjusted_p", "number", "Its p, adjusted over all metabolites."),
            Column("left_out", "text", "Why it is not analysed; empty where it is."),
        ),
    ),
    "unmapped.csv": File(
        "One for each name without a class.",
        (
            Column("name", "text", "The name."),
            Column("state", "text", "`ambiguous`: it may be one of several. `unknown`: nothing is known of it."),
            Column("reason", "text", "Why it has no class."),
            Column("may_be", "text", "What it may be, or a known name that is spelt alike."),
        ),
    ),
    "problems.csv": File(
        "One for each cell, row, sample or metabolite that somebody should look at.",
        (
            Column("file", "text", "The file that it stands in: that of the abundances, of samples or of features."),
            Column("row", "whole number", "The row of that file, from 1, which is the header."),
            Column("record", "text", "`samples`, `features` or `abundances`."),
            Column("identity", "text", "The sample or metabolite that it is about."),
            Column("field", "text", "The column: in a matrix the sample, or with samples in rows the metabolite."),
            Column("value", "text", "What stands there; of two metabolites with the same values the other one."),
            Column("rule", "text", "What is not as it must be."),
            Column("fix", "text", "What to do."),
            Column("effect", "text", "What became of it: used as it stands, value left out, or in no analysis."),
        ),
    ),
    "rejected_rows.csv": File(
        "One for each row that cannot be used at all, such as one with too many cells.",
        (
            Column("file", "text", "The file that it stands in."),
            Column("row", "whole number", "The row of that file, from 1, which is the header."),
            Column("text", "text", "What stands there."),
        ),
    ),
}  # fmt: skip
"""The tables and lists, by the name of the file."""

FLUID = Column("fluid", "text", "The fluid; in the tables of figures only, and only where several were analysed.")
