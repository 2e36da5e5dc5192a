"""Pictures of metabolites: what they hold, whatever the data; the same bytes each time; every number from the rows."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from firstdose.report.documents.drawing import Drawing
from firstdose.report.metabolism.changes import changes_of
from firstdose.report.metabolism.chapter import metabolite_drawings
from firstdose.report.metabolism.class_forest_picture import class_forest
from firstdose.report.metabolism.dose_response_picture import MOST_PANELS, dose_response
from firstdose.report.metabolism.heat_map_picture import MOST_ROWS, heat_map
from firstdose.report.metabolism.heat_map_tones import scale_limit, tone
from firstdose.report.metabolism.metabolite_quality_picture import metabolite_quality
from firstdose.report.metabolism.names import MARKS, NOT_DRAWABLE, class_style, label
from firstdose.report.metabolism.rows import figures_of_analyses
from firstdose.report.metabolism.sample_quality_picture import sample_quality
from firstdose.report.metabolism.volcano_picture import volcano, within
from tests.report.metabolism_cases import LONG, PLAN, analysis, figures

WITHOUT_SLOPES = {"metabolite-heat-map", "metabolite-samples", "metabolite-quality"}
WITH_SLOPES = WITHOUT_SLOPES | {"metabolite-volcano", "metabolite-classes", "metabolite-dose-response"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("slope", WITH_SLOPES),
        ("one visit", WITH_SLOPES),
        ("five", WITH_SLOPES),
        ("odd", WITH_SLOPES),
        ("six visits", WITH_SLOPES),
        ("batch is dose", WITH_SLOPES),
        ("one dose", WITHOUT_SLOPES),
    ],
)
def test_every_case_is_drawn_with_words_and_data(kind: str, expected: set[str]) -> None:
    found = list(metabolite_drawings(figures(kind)))
    assert {each.name for each in found} == expected
    for each in found:
        assert each.data.height
        assert each.alternative
        assert each.caption
        ElementTree.fromstring(each.picture().svg)


def test_the_same_analysis_gives_the_same_bytes() -> None:
    again = figures_of_analyses([analysis("five")], PLAN)[0]
    for one, other in zip(metabolite_drawings(figures("five")), metabolite_drawings(again), strict=True):
        assert one.picture().svg == other.picture().svg
        assert one.png() == other.png()
        assert one.data.write_csv() == other.data.write_csv()


def test_the_volcano_holds_every_tested_slope_as_it_was_fitted() -> None:
    drawn = volcano(figures("slope"))
    assert drawn is not None
    fitted = analysis("slope").fitted
    for visit in ("M3", "M12"):
        here = drawn.data.filter(pl.col("visit") == visit)
        term = fitted.term("dose_slope_change", visit)
        order = [fitted.prepared.names.index(name) for name in here["metabolite"]]
        assert np.allclose(here["slope"].to_numpy(), term.found.estimate[order])
        assert np.allclose(here["p"].to_numpy(), term.found.p[order])
        assert np.allclose(here["adjusted_p"].to_numpy(), term.adjusted_p[order])


def test_names_beside_points_do_not_overlap() -> None:
    moved = within([1.0, 1.0, 1.01, 5.0, -3.0], 0.5, 0.0, 4.0)
    placed = sorted(moved)
    assert all(above - below >= 0.5 - 1e-12 for below, above in pairwise(placed))
    assert placed[0] >= 0
    assert placed[-1] <= 4
    assert within([], 0.5, 0.0, 4.0) == []


def test_changes_are_those_of_each_person_from_the_first_visit() -> None:
    prepared = analysis("slope").fitted.prepared
    changes = changes_of(prepared)
    assert changes.doses.tolist() == sorted(changes.doses.tolist())
    for row in (0, 7, 29):
        person, visit = changes.subjects[row], changes.visits[row]
        now = (prepared.subjects == person) & (prepared.visits == visit)
        first = (prepared.subjects == person) & (prepared.visits == "M0")
        assert np.array_equal(changes.values[row], (prepared.values[now] - prepared.values[first])[0], equal_nan=True)


def test_the_heat_map_has_at_most_sixty_rows_the_primary_class_first_and_says_so() -> None:
    drawn = heat_map(figures("thousand"))
    assert drawn is not None
    assert drawn.data["metabolite"].n_unique() == MOST_ROWS
    assert drawn.data["class"][0] == "acyl_carnitines"
    assert f"{MOST_ROWS} of 1000 metabolites" in drawn.caption
    assert drawn.data["dose"].to_list()[:15] == sorted(drawn.data["dose"].to_list()[:15])


def test_many_people_become_means_of_doses() -> None:
    drawn = heat_map(figures("many people"))
    assert drawn is not None
    assert "means of the people of each dose" in drawn.caption
    assert drawn.data["subject"].unique().to_list() == ["mean of 20"]
    changes = changes_of(analysis("many people").fitted.prepared)
    own = (changes.visits == "M3") & (changes.doses == 16.0)
    place = figures("many people").place("m004")
    row = drawn.data.filter((pl.col("metabolite") == "m004") & (pl.col("visit") == "M3") & (pl.col("dose") == 16.0))
    assert row["value"].item() == pytest.approx(float(np.mean(changes.values[own, place])))


def test_tones_are_told_apart_by_their_lightness_and_falls_bear_a_dash() -> None:
    """Lightness falls away from the middle on either side, so that sizes can be read without colour."""
    light = [sum(int(tone(number)[at : at + 2], 16) for at in (1, 3, 5)) for number in range(9)]
    assert light[:5] == sorted(light[:5])
    assert light[4:] == sorted(light[4:], reverse=True)
    assert scale_limit(np.zeros((2, 2))) == 1.0


def test_classes_differ_in_mark_and_neighbours_in_tone() -> None:
    styles = [class_style(name) for name in ("acyl_carnitines", "free_fatty_acids", "phospholipids", "sphingolipids")]
    assert len({each.mark for each in styles}) == len({each.tone for each in styles}) == 4
    assert len(set(MARKS)) == 12


def test_the_forest_shows_each_class_with_the_p_of_its_tests() -> None:
    drawn = class_forest(figures("slope"))
    assert drawn is not None
    assert drawn.data["class"][0] == "acyl_carnitines"
    for each in analysis("slope").classes:
        row = drawn.data.row(
            by_predicate=(pl.col("class") == each.name) & (pl.col("visit") == each.term.visit), named=True
        )
        assert row["slope"] == pytest.approx(each.slope)
        assert row["is_primary"] == each.is_primary
        assert each.permutation is not None
        assert row["permutation_p"] == pytest.approx(each.permutation.p_doubled)


def test_dose_responses_are_those_of_classes_and_of_the_primary_class() -> None:
    drawn = dose_response(figures("slope"))
    assert drawn is not None
    titles = drawn.data["what"].unique(maintain_order=True).to_list()
    assert titles[0].startswith("acyl carnitines, mean of 10")
    assert len(titles) == MOST_PANELS
    assert set(titles[3:]) <= set(figures("slope").rows.members("acyl_carnitines"))


def test_quality_pictures_hold_every_sample_and_every_metabolite() -> None:
    prepared = analysis("odd").fitted.prepared
    samples, metabolites = sample_quality(figures("odd")), metabolite_quality(figures("odd"))
    assert samples.data.height == len(prepared.samples)
    expected = 100 * np.isnan(prepared.values).mean(axis=1)
    assert np.allclose(samples.data["missing_percent"].to_numpy(), expected)
    assert metabolites is not None
    assert metabolites.data.height == 30
    assert "no pooled quality controls" in metabolites.caption


def test_names_of_all_scripts_and_lengths_can_be_drawn() -> None:
    assert label(LONG, 30).startswith("1-(9Z")
    assert len(label(LONG, 30)) == 30
    assert label("γ-氨", 30) == f"γ-{NOT_DRAWABLE}"
    assert label("a\nb\x00", 30) == "a b\ufffd"
    svg = next(each for each in metabolite_drawings(figures("odd")) if each.name == "metabolite-heat-map").picture().svg
    assert not re.search(r"<script(?!\w)", svg)


def texts_of(drawn: Drawing | None) -> str:
    """Every text of a picture, its legends included."""
    from matplotlib.legend import Legend
    from matplotlib.text import Text

    assert drawn is not None
    figure = drawn.draw()
    legends = [text for legend in figure.findobj(Legend) for text in legend.get_texts()]
    return " | ".join(text.get_text() for text in (*figure.findobj(Text), *legends))


def test_the_volcano_says_what_its_lines_and_axes_are() -> None:
    drawn = volcano(figures("slope"))
    told = texts_of(drawn)
    assert "1.1-fold: the minimal change" in told
    assert "adjusted p below 0.05 on and above it" in told
    assert "Change of the dose slope from M0, log2 per doubling" in told
    assert "−log10 p, not adjusted" in told
    assert drawn is not None
    assert "p is not adjusted" in drawn.caption


def test_a_line_that_is_not_drawn_is_not_explained() -> None:
    nothing = volcano(figures("no batch"))
    assert nothing is not None
    assert (nothing.data["adjusted_p"] >= 0.05).all()
    assert "on and above it" not in texts_of(nothing)


def test_panels_of_the_volcano_have_one_scale() -> None:
    drawn = volcano(figures("slope"))
    assert drawn is not None
    first, second = drawn.draw().axes
    assert (first.get_ylim(), first.get_xlim()) == (second.get_ylim(), second.get_xlim())


def test_the_classes_say_their_contrast_and_the_level_of_their_intervals() -> None:
    drawn = class_forest(figures("slope"))
    assert "Change of the dose slope from M0, with its 95 % interval" in texts_of(drawn)
    assert drawn is not None
    assert "95 % interval, not adjusted for the number of classes" in drawn.caption
    one = class_forest(figures("one visit"))
    assert one is not None
    assert "Dose slope, with its 95 % interval" in texts_of(one)


def test_visits_have_the_names_of_the_protocol_and_data_files_their_identifiers() -> None:
    given = figures("slope")
    named = replace(given, rows=replace(given.rows, visit_names={"M0": "Baseline", "M3": "Month 3", "M12": "Month 12"}))
    for drawn in metabolite_drawings(named):
        told = texts_of(drawn)
        if drawn.name != "metabolite-quality":
            assert "Month 12" in told, drawn.name
        assert "M12" not in told
        assert "M12" not in drawn.caption
        if "visit" in drawn.data.columns:
            assert set(drawn.data["visit"]) <= {"M0", "M3", "M12"}


def test_axes_have_room_where_all_values_are_the_same() -> None:
    given = figures("slope")
    whole = np.where(np.isnan(given.prepared.values), 20.0, given.prepared.values)
    same = replace(given, prepared=given.prepared.with_values(whole))
    missing, middle, *_ = sample_quality(same).draw().axes
    assert missing.get_ylim() == pytest.approx((-0.03, 1.0))
    flat = replace(given, prepared=given.prepared.with_values(np.full(whole.shape, 17.0)))
    _, middle, *_ = sample_quality(flat).draw().axes
    low, high = middle.get_ylim()
    assert high - low > 0.1


def test_what_is_in_no_class_has_no_panel_of_its_own() -> None:
    drawn = dose_response(figures("thousand"))
    assert drawn is not None
    assert not [name for name in drawn.data["what"].unique() if name.startswith("others")]
