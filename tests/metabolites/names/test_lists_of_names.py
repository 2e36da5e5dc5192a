"""Lists of names: real deposits, the virtual trial, conventions found in a list, and what may have been meant."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from firstdose.metabolites import class_of, classify
from firstdose.metabolites.names.suggesting import nearest
from firstdose.simulation.virtual.metabolite_names import NAMES
from tests.metabolites.names.known import known

TESTED_APART = ("acyl_carnitines", "free_fatty_acids", "phospholipids", "sphingolipids")


@pytest.mark.parametrize("planted", NAMES)
def test_every_name_of_the_virtual_trial_has_the_class_it_planted(planted: str) -> None:
    for name in NAMES[planted]:
        found = known(name)
        assert (found.main_class if found.main_class in TESTED_APART else "others") == planted, name


def test_a_list_that_only_biocrates_would_write_is_read_in_its_convention_with_a_note() -> None:
    names = ["C0", "C2", "C16", "C18:1", "PC aa C34:1", "SM (OH) C22:1", "Ala"]
    found = classify(names)
    assert found.convention == "biocrates"
    assert "Biocrates" in found.notes[0]
    assert "PC aa C34:1" in found.notes[0]
    assert [each.found and each.found.name for each in found.identifications[1:4]] == [
        "CAR 2:0",
        "CAR 16:0",
        "CAR 18:1",
    ]


def test_one_such_name_settles_nothing() -> None:
    found = classify(["C16", "PC aa C34:1", "palmitic acid"])
    assert found.convention is None
    assert found.notes == ()
    assert found.unmapped["name"].to_list() == ["C16"]


def test_a_named_convention_holds() -> None:
    assert classify(["C16:0"], "everyday").frame["normal_name"].to_list() == ["FA 16:0"]
    assert classify(["C16:0"], "biocrates").frame["normal_name"].to_list() == ["CAR 16:0"]
    with pytest.raises(ValueError, match="no convention"):
        classify(["C16"], "other")  # type: ignore[arg-type]


def test_what_is_not_mapped_is_listed_with_the_nearest_names_and_is_never_used() -> None:
    found = classify(["palmitoilcarnitine", "glutamne", "linoelic acid", "qqqqq", "C16", "oleic acid"])
    rows = {row["name"]: row for row in found.unmapped.iter_rows(named=True)}
    assert list(rows) == ["palmitoilcarnitine", "glutamne", "linoelic acid", "qqqqq", "C16"]
    assert "palmitoylcarnitine" in rows["palmitoilcarnitine"]["may_be"]
    assert "glutamine" in rows["glutamne"]["may_be"]
    assert "linoleic acid" in rows["linoelic acid"]["may_be"]
    assert rows["qqqqq"]["may_be"] is None
    assert rows["C16"]["state"] == "ambiguous"
    assert rows["C16"]["may_be"] == "CAR 16:0; FA 16:0"
    assert found.share_mapped == pytest.approx(1 / 6)
    assert found.frame.height == 6
    assert [each.found.main_class for each in found.identifications if each.found] == ["free_fatty_acids"]


def test_suggestions_are_names_that_are_known() -> None:
    for name in ("palmitoilcarnitine", "aspartc acid", "choesterol", "hexanoilcarnitine", "uridin"):
        near = nearest(name)
        assert near, name
        for each in near:
            assert class_of(each) is not None, each


def test_no_names() -> None:
    found = classify([])
    assert math.isnan(found.share_mapped)
    assert found.frame.height == 0
    assert found.unmapped.height == 0


def test_the_grammars_of_pygoslin_are_imported_only_for_names_that_need_them() -> None:
    program = (
        "import sys; from firstdose.metabolites import classify; "
        "found = classify(['palmitoylcarnitine', 'PC 34:1', 'SM(d18:1/16:0)', 'C16', 'nothing known', 'citrate']); "
        "assert found.share_mapped > 0.6; assert 'pygoslin' not in sys.modules; assert 'scipy.stats' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
