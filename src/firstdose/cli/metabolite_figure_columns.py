"""The columns of the data of the figures that `firstdose metabolites` draws."""

from __future__ import annotations

from firstdose.cli.metabolite_columns import CLASS, LOWER, METABOLITE, UPPER, VISIT, Column, File, P


def _slope_columns() -> tuple[Column, ...]:
    return (
        Column("slope", "number", "`estimate` of the table."),
        LOWER,
        UPPER,
    )


PERSON = Column("subject", "text", "The person.")
DOSE = Column("dose", "number", "The person's dose.")
CHANGE = "Log2 change from the first visit; with one visit the difference from the mean of all people."

FIGURE_FILES: dict[str, File] = {
    "metabolite-volcano.csv": File(
        "One for each metabolite and visit with a tested slope.",
        (
            METABOLITE,
            CLASS,
            VISIT,
            *_slope_columns(),
            Column("t", "number", "As in `metabolites.csv`."),
            P,
            Column("adjusted_p", "number", "As in `metabolites.csv`."),
            Column(
                "p_beyond",
                "number",
                "p of the test that the slope, up or down, is larger than the minimal change (TREAT).",
            ),
        ),
    ),
    "metabolite-classes.csv": File(
        "One for each class and visit.",
        (
            Column("class", "text", "The class."),
            VISIT,
            Column("is_primary", "true or false", "Whether it is the primary test; never without a protocol."),
            Column("metabolites", "whole number", "As in `classes.csv`."),
            *_slope_columns(),
            Column("permutation_p", "number", "As in `classes.csv`."),
            Column("adjusted_p", "number", "`permutation_adjusted_p` there."),
            Column("rotation_p", "number", "As there."),
        ),
    ),
    "metabolite-dose-response.csv": File(
        "One for each panel, person and visit.",
        (
            Column("what", "text", "The metabolite, or the class of whose metabolites it is the mean."),
            PERSON,
            DOSE,
            VISIT,
            Column("value", "number", CHANGE),
        ),
    ),
    "metabolite-heat-map.csv": File(
        "One for each cell.",
        (
            METABOLITE,
            CLASS,
            VISIT,
            Column("dose", "number", "The dose of the column."),
            Column("subject", "text", "The person, or the dose where columns are means of the people of a dose."),
            Column("value", "number", CHANGE),
        ),
    ),
    "metabolite-samples.csv": File(
        "One for each sample that was analysed.",
        (
            Column("sample", "text", "The sample."),
            PERSON,
            VISIT,
            DOSE,
            Column("batch", "text", "Its batch."),
            Column("run_order", "number", "Its place in the order of measurement."),
            Column("missing_percent", "number", "Per cent of the metabolites analysed that are missing in it."),
            Column("median_log2", "number", "The median of its values after normalisation."),
            Column("size_factor", "number", "What its values were divided by; 1 without normalisation."),
            Column("component_1", "number", "Score on the first principal component of the complete metabolites."),
            Column("component_2", "number", "On the second."),
        ),
    ),
    "metabolite-quality.csv": File(
        "One for each metabolite that was measured.",
        (
            METABOLITE,
            Column("main_class", "text", "Its class."),
            Column("missing", "number", "`missing_percent` of `quality.csv`."),
            Column("variation", "number", "`control_variation_percent` there."),
            Column("controls", "whole number", "As there."),
            Column("left_out", "text", "Why it is left out for its quality."),
        ),
    ),
}
"""The data of the figures, in the folder `figures`; with several fluids a file each, named by it."""
