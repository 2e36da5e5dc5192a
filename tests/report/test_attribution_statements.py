"""The generated text on attribution: it follows from the rows, and changes when one person had no drug."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from firstdose.analysis.attribution.chapter import attribution
from firstdose.analysis.attribution.comparisons import P_ADJUSTED, SLOPE_AFTER, SLOPE_ON, adjusted_for_outcomes
from firstdose.analysis.attribution.sources import AS_MEASURED, RELATIVE
from firstdose.analysis.frame import Frame
from firstdose.protocol.attribution import NegativeControl
from firstdose.records.results import Provenance, Result, Results
from firstdose.report.attribution.beside import beside_the_dose
from firstdose.report.attribution.chapter import GONE, attribution_blocks
from firstdose.report.attribution.findings import statements
from firstdose.report.attribution.rows import AttributionRows
from firstdose.report.attribution.tipping_picture import tipping_grids
from firstdose.report.documents.blocks import Paragraph, Table
from firstdose.report.results.chapters import rows_of
from firstdose.report.results.wording import figure
from tests.analysis.attribution.attribution_trials import EDSS_ONLY, FIFTEEN, slope_and_noise, tacrolimus, trial
from tests.analysis.attribution.test_attribution_chapter import magnesium
from tests.analysis.small_trials import PROTOCOL, with_doses

PROVENANCE = Provenance("TEST", "", "", None, 1, "0")


def results(frame: Frame) -> Results:
    return Results.of(attribution(frame), PROVENANCE)


def told(frame: Frame) -> dict[str, str]:
    return {each.key: each.text for each in statements(AttributionRows(list(rows_of(results(frame)))))}


def test_with_everybody_on_the_drug_the_effect_of_the_cells_is_said_not_to_be_identified() -> None:
    found = told(trial(FIFTEEN))
    assert found["drug_taken_by_all"] == "Everybody took tacrolimus (15 people)."
    assert "is not identified" in found["cells_not_identified"]
    assert "leaves the rank of the design as it is" in found["cells_not_identified"]
    assert "no evidence for the cells" in found["visit_effect_is_not_the_cells"]
    assert "the date of dosing" in found["dose_separated"]
    assert "cells against none, with the drug in both arms; and the dose" in found["next_trial"]


def test_one_person_without_the_drug_changes_the_text() -> None:
    found = told(trial(FIFTEEN, medications=[tacrolimus(number) for number in range(15) if number != 4]))
    assert "cells_not_identified" not in found
    assert "14 of 15 people are recorded to have taken tacrolimus" in found["drug_taken_by_some"]
    assert "only through 1 person without the drug" in found["cells_identified_by_few"]
    assert "cannot be told from the course of the disease" in found["cells_identified_by_few"]


def test_a_control_arm_and_an_open_date_are_said() -> None:
    control = told(trial((0, 0, 1, 1, 2, 2), protocol=with_doses(5, 10, 16, 24, control="no cells")))
    assert "2 people had none of the product" in control["cells_identified"]
    open_date = told(trial(FIFTEEN, medications=[*(tacrolimus(n) for n in range(14)), tacrolimus(14, start="2027")]))
    assert "of 1 value it is not known" in open_date["cells_open"]


def test_slopes_are_told_with_what_undoes_them() -> None:
    frame = trial(FIFTEEN)
    found = told(frame)
    rows = AttributionRows(list(rows_of(results(frame))))
    slope = rows.first(table="comparisons", what="dose_slope_on_drug", statistic="estimate")
    assert slope is not None
    assert figure(slope, with_unit=True) in found["slope_on_and_after"]
    assert "if the change from baseline drifted by " in found["slope_on_and_after"]
    assert "per year of the date of dosing" in found["slope_on_and_after"]
    assert "E-value" in found["slope_on_and_after"]
    assert "no_slope_shown" not in found


def flat_later(number: int, dose: float, visit: str) -> float:
    return slope_and_noise(number, dose if visit == "M3" else 5.0, visit)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (flat_later, "slope_on_drug_only"),
        (lambda n, d, v: slope_and_noise(n, d if v == "M12" else 5.0, v), "slope_after_drug_only"),
        (lambda n, d, v: slope_and_noise(n, 5.0, v), "no_slope_shown"),
        (lambda n, d, v: slope_and_noise(n, 120 / d if d and v == "M12" else d, v), "slopes_opposed"),
    ],
)
def test_each_pattern_of_slopes_has_its_words(value: object, key: str) -> None:
    assert key in told(trial(FIFTEEN, value=value))  # type: ignore[arg-type]


def test_negative_controls_are_told() -> None:
    control = NegativeControl(name="MG", reason="tacrolimus lowers magnesium", explaining_slope=-0.04)
    plan = replace(EDSS_ONLY.attribution, negative_controls=(control,))
    frame = trial(FIFTEEN, laboratory=magnesium(0.0), protocol=replace(PROTOCOL, attribution=plan))
    assert "MG speaks against the drug" in told(frame)["negative_control"]
    named = [replace(row, name="Magnesium") for row in magnesium(0.0)]
    frame = trial(FIFTEEN, laboratory=named, protocol=replace(PROTOCOL, attribution=plan))
    assert "The negative control magnesium (MG) speaks against" in told(frame)["negative_control"]
    assert "No negative control" in told(trial(FIFTEEN))["no_negative_control"]


@pytest.mark.parametrize("levels", [(), (1,), (2,) * 15])
def test_trials_that_show_nothing_have_a_text_all_the_same(levels: tuple[int, ...]) -> None:
    assert told(trial(levels))
    without = told(trial(levels, protocol=replace(EDSS_ONLY, background_treatments=())))
    assert "no_drug" in without
    assert not any("negative control" in text for text in without.values())


def traced(frame: Frame) -> list[Result]:
    return list(rows_of(results(frame)))


def numbers_of(blocks: Iterable[object]) -> set[int]:
    paragraphs = [each for each in blocks if isinstance(each, Paragraph)]
    return {row for each in paragraphs for row in each.rows}


def test_the_chapter_leads_back_to_its_rows_and_shows_each_grid() -> None:
    rows = traced(trial(FIFTEEN))
    blocks = attribution_blocks(rows, {"1": "A"})
    assert numbers_of(blocks) <= {each.row for each in rows}
    assert numbers_of(blocks)
    grids = [each for each in blocks if isinstance(each, Table) and each.folded.endswith("25 cells")]
    assert len(grids) == 2
    marks = [cell.mark for line in grids[0].rows for cell in line.cells[1:]]
    assert marks[0] == ""  # nothing is corrected for there
    assert GONE in marks
    for table in (each for each in blocks if isinstance(each, Table)):
        assert len({len(line.cells) for line in table.rows if line.cells}) == 1


def test_pictures_are_drawn_for_findings_only_and_the_same_twice() -> None:
    found = results(trial(FIFTEEN))
    for table in ("tipping_drug", "tipping_drift"):
        drawing = tipping_grids(found, table)
        assert drawing is not None
        assert drawing.data.height == 25
        assert drawing.picture().svg == drawing.picture().svg
        assert "EDSS" not in drawing.caption
    nothing = results(trial(FIFTEEN, value=lambda n, d, v: slope_and_noise(n, 5.0, v)))
    assert tipping_grids(nothing, "tipping_drug") is None


def test_words_come_from_rows_alone() -> None:
    """Rows with another drug and outcome give the same statements about these."""
    rows: list[Result] = [
        each._replace(
            what="cyclosporin" if each.what == "tacrolimus" else "zeal" if each.what == "edss" else each.what,
            within="zeal" if each.within == "edss" else each.within,
        )
        for each in attribution(trial(FIFTEEN))
    ]
    text = " ".join(each.text for each in statements(AttributionRows(rows)))
    assert "Zeal" in text
    assert "cyclosporin" in text
    assert "tacrolimus" not in text


def test_without_a_drug_a_control_arm_decides_what_comes_next() -> None:
    protocol = replace(EDSS_ONLY, background_treatments=())
    found = told(trial(FIFTEEN, protocol=protocol))
    assert "nobody was without the product" in found["nobody_without_cells"]
    assert found["next_trial"].startswith(
        "To tell them apart, the next trial must randomise the cells against none; and"
    )
    arms = replace(with_doses(5, 10, 16, 24, control="no cells"), background_treatments=())
    controlled = told(trial((0, 1, 0, 4, 1, 4, 0, 1, 4), protocol=replace(arms, attribution=EDSS_ONLY.attribution)))
    assert "nobody_without_cells" not in controlled
    assert "next_trial" not in controlled


def test_several_outcomes_are_said_not_to_be_adjusted() -> None:
    rows = [each for each in attribution(trial(FIFTEEN)) if each.statistic != P_ADJUSTED]
    other = [
        each._replace(what="zeal" if each.what == "edss" else each.what, within="zeal") for each in rows if each.within
    ]
    both = list(adjusted_for_outcomes([*rows, *other]))
    found = {each.key: each.text for each in statements(AttributionRows(both))}
    assert "2 outcomes were looked at" in found["not_adjusted"]
    assert "Adjusted by Holm's method over all outcomes and both periods, p of the slope" in found["not_adjusted"]
    p = [each.value for each in both if (each.what, each.statistic) == (SLOPE_ON, "p")]
    adjusted = [each.value for each in both if (each.what, each.statistic) == (SLOPE_ON, P_ADJUSTED)]
    assert len(p) == 2
    assert p[0] is not None
    later = [each.value for each in both if (each.what, each.statistic) == (SLOPE_AFTER, "p")]
    assert later[0] is not None
    assert p[0] < later[0]
    assert adjusted == [4 * p[0]] * 2  # two outcomes and two periods, and these the smallest p: by hand
    called = "2 of 2 (EDSS and zeal)" if 4 * p[0] < 0.05 else "0 of 2;"
    assert f"p of the slope on tacrolimus is below 0.05 in {called}" in found["not_adjusted"]
    assert "not_adjusted" not in told(trial(FIFTEEN))


def test_a_level_without_a_spell_is_told_and_nothing_is_concluded_from_it() -> None:
    but_one = [tacrolimus(number) for number in range(15) if number != 4]
    found = told(trial(FIFTEEN, medications=but_one, troughs={4: 7.5}))
    assert "Of P04 a level of tacrolimus is recorded" in found["drug_spells_missing"]
    assert "of 2 values it is not known" in found["cells_open"]
    assert "cells_identified_by_few" not in found
    assert "drug_spells_missing" not in told(trial(FIFTEEN, medications=but_one))


def test_the_effect_after_the_drug_needs_that_nothing_is_left_of_it() -> None:
    found = told(trial(FIFTEEN))
    assert "neither a carry-over nor a rebound" in found["cells_after_the_drug"]
    assert "without treatment" in found["cells_after_the_drug"]
    arms = told(trial((0, 0, 1, 1, 2, 2), protocol=with_doses(5, 10, 16, 24, control="no cells")))
    assert "without treatment" not in arms.get("cells_after_the_drug", "")
    tables = [each for each in attribution_blocks(traced(trial(FIFTEEN)), {"1": "A"}) if isinstance(each, Table)]
    (given,) = [each for each in tables if "no change without" in each.caption]
    starred = [column for column in given.columns if column.endswith("*")]
    assert starred == ["cells after drug *", "slope after drug *", "slope difference *"]
    assert "no carry-over and no rebound" in given.notes[0]


def batches(level_of_last: int) -> dict[int, str]:
    """A batch for each dose, but the first person of one dose has another's."""
    return {number: f"B{level_of_last if number == 14 else level}" for number, level in enumerate(FIFTEEN)}


def test_batches_that_went_largely_along_with_the_dose_are_named_among_the_explanations() -> None:
    found = told(trial(FIFTEEN, batches=batches(1)))
    assert "the batch of the product (" in found["dose_largely_along"]
    assert "large where it is half or more" in found["dose_largely_along"]
    assert "a difference between batches of the product" in found["slope_on_and_after"]
    assert "site" not in found["dose_largely_along"]
    apart = told(trial(FIFTEEN, batches=batches(4)))
    assert "and the batch of the product: the doses do not overlap" in apart["dose_separated"]
    assert "dose_largely_along" not in apart
    assert "a difference between batches of the product" in apart["slope_on_and_after"]
    mixed = told(trial(FIFTEEN, batches={number: f"B{number % 3}" for number in range(15)}))
    assert "dose_largely_along" not in mixed
    assert "batches" not in mixed["slope_on_and_after"]


def test_the_share_at_which_something_is_named() -> None:
    def named(value: float) -> bool:
        row = Result(
            chapter="attribution", table="beside_the_dose", what="site", statistic="share_of_rank_variance", value=value
        )
        (found,) = [each for each in beside_the_dose(AttributionRows([row])) if each.of_share is not None]
        return found.is_large

    assert named(0.5)
    assert not named(0.499)


BEFORE_THE_END = {"M0": -1, "M3": 91}


def test_without_values_after_the_drug_nothing_is_said_of_it() -> None:
    """As on the day of an interim report: a slope that cannot be estimated is not one that is not shown."""
    found = told(trial(FIFTEEN, days=BEFORE_THE_END))
    text = found["slope_on_drug_after_not_estimated"]
    assert "after it nothing is measured so far" in text
    assert "not shown" not in text
    nothing = told(trial(FIFTEEN, days=BEFORE_THE_END, value=lambda n, d, v: slope_and_noise(n, 5.0, v)))
    assert "no_slope_shown" not in nothing
    assert (
        "no difference between doses is shown on the drug, and after it nothing is measured so far"
        in (nothing["no_slope_shown_on_drug"])
    )
    late = told(trial(FIFTEEN, days={"M0": -1, "M12": 365}))
    assert "on it nothing is measured so far" in late["slope_after_drug_on_not_estimated"]
    without = replace(EDSS_ONLY, background_treatments=())
    flat = told(trial(FIFTEEN, protocol=without, value=lambda n, d, v: slope_and_noise(n, 5.0, v)))
    assert "the drug" not in flat["no_slope_shown"]


def test_values_after_the_drug_at_one_dose_show_no_slope() -> None:
    def seen_late_at_the_first_dose(number: int, dose: float, visit: str) -> float:
        return slope_and_noise(number, dose, visit) if visit != "M12" or dose == 5 else float("nan")

    found = told(trial(FIFTEEN, value=seen_late_at_the_first_dose))
    assert "after it no slope can be estimated" in found["slope_on_drug_after_not_estimated"]
    assert "one dose" in found["slope_on_drug_after_not_estimated"]


def test_the_e_value_is_said_to_be_of_another_contrast() -> None:
    text = told(trial(FIFTEEN))["slope_on_and_after"]
    assert "Another contrast than these slopes over all doses is the highest dose against the lowest alone" in text
    assert "(24 against 5 million cells)" in text
    assert " on tacrolimus and " in text.split("the E-value")[1]


def of_a_class(rows: Iterable[Result], caveat: str, raw: dict[str, tuple[float, float, float]]) -> list[Result]:
    """The figures of an outcome as if it were a class of metabolites, with slopes before normalisation."""
    made = [
        each._replace(warning=caveat) if each.table == "comparisons" and each.statistic == "people" else each
        for each in rows
    ]
    for what, (value, lower, upper) in raw.items():
        made.append(
            Result(
                chapter="attribution",
                table="comparisons",
                within="edss",
                unit="log2",
                what=f"{what}_not_normalised",
                statistic="estimate",
                value=value,
                lower=lower,
                upper=upper,
            )
        )
    return made


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ((0.3, 0.1, 0.5), "Normalisation alone does not explain it"),
        ((0.3, -0.1, 0.7), "So may normalisation"),
        ((-0.3, -0.5, -0.1), "So may normalisation"),
    ],
)
def test_normalisation_is_an_explanation_unless_the_slopes_are_there_without(
    after: tuple[float, float, float], words: str
) -> None:
    raw = {"dose_slope_on_drug": (0.2, 0.1, 0.3), "dose_slope_after_drug": after}
    rows = of_a_class(attribution(trial(FIFTEEN)), RELATIVE, raw)
    found = {each.key: each.text for each in statements(AttributionRows(rows))}
    assert words in found["slope_on_and_after"]
    assert "after tacrolimus" in found["slope_on_and_after"].split(words)[1]
    assert "ormalisation" not in told(trial(FIFTEEN))["slope_on_and_after"]
    measured = of_a_class(attribution(trial(FIFTEEN)), AS_MEASURED, {})
    as_measured = {each.key: each.text for each in statements(AttributionRows(measured))}
    assert "amounts of sample" in as_measured["slope_on_and_after"]
