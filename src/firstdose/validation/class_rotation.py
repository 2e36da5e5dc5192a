"""Class tests by rotation against limma: random rotations, and the closed form."""

from __future__ import annotations

from functools import cache

from firstdose.methods.rotation import ClosedForm, RotationTest, closed_form, rotate_classes
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.moderated_data import model, reference_data

FILE = "biomarkers/class_rotation.json"
ROTATIONS, SEED = 19_999, 1


def compare_rotations(figures: Figures, tally: Tally) -> str:
    """Directional and mixed probabilities, members, and the shares that rose and fell."""
    for row in figures["classes"]:
        found, place = _rotated(row["dataset"], tuple(row["contrast"]))[row["class"]], _place(row)
        tally.close(f"{place}, members", found.members, row["members"])
        tally.close(f"{place}, rose", found.share_up, row["share_up"])
        tally.close(f"{place}, fell", found.share_down, row["share_down"])
        tally.close(f"{place}, p", found.p_two_sided, row["p_two_sided"])
        tally.close(f"{place}, mixed p", found.p_mixed, row["p_mixed"])
        direction = "Up" if found.p_up < found.p_down else "Down"
        tally.close(f"{place}, direction {direction}", float(direction == row["direction"]), 1.0)
    return f"{ROTATIONS:,} rotations against 9,999"


def compare_closed_form(figures: Figures, tally: Tally) -> str:
    """Directional probabilities without rotations."""
    for row in figures["classes"]:
        if "closed_form_p" in row:
            found = _closed(row["dataset"], tuple(row["contrast"]))[row["class"]]
            tally.close(_place(row), found.p, row["closed_form_p"])
    return "One class is left out, whose probability in limma changes with the order of the samples"


def _place(row: Figures) -> str:
    return f"{row['dataset']}, {row['class']}"


@cache
def _rotated(name: str, contrast: tuple[float, ...]) -> dict[str, RotationTest]:
    fitted, classes = model(name, "common_correlation"), reference_data(name).classes
    return rotate_classes(fitted, contrast, classes, seed=SEED, rotations=ROTATIONS)


@cache
def _closed(name: str, contrast: tuple[float, ...]) -> dict[str, ClosedForm]:
    return closed_form(model(name, "common_correlation"), contrast, reference_data(name).classes)


COMPARISONS = (
    Comparison(
        "class_rotations",
        "Classes of metabolites: tests by random rotations",
        FILE,
        compare_rotations,
        0.01,
        "absolute",
        called="mroast(y, index, design, contrast, block, correlation, nrot = 9999)",
    ),
    Comparison(
        "class_rotations_closed_form",
        "Classes of metabolites: tests by rotation in closed form",
        FILE,
        compare_closed_form,
        0.01,
        "absolute",
        called="fry(y, index, design, contrast, block, correlation)",
    ),
)
