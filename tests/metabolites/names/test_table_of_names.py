"""Names in five families of spellings with their classes, from general knowledge; pygoslin as a second judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firstdose.metabolites import MAIN_CLASSES, identify
from tests.metabolites.names.known import known

Goslin = Callable[[str], Any]
TABLE = Path(__file__).with_name("names.tsv")
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
# what pygoslin calls a category, and the classes that it may be here
CATEGORIES = {
    "FA": {"acyl_carnitines", "free_fatty_acids", "organic_acids", "others"},
    "GP": {"phospholipids"},
    "SP": {"sphingolipids"},
    "GL": {"glycerolipids"},
    "ST": {"sterols", "bile_acids"},
}


def test_the_table_is_large_and_covers_every_family_and_class() -> None:
    assert len(ROWS) >= 500
    assert {row[0] for row in ROWS} == {"refmet", "lipid_maps", "biocrates", "metabolon", "everyday"}
    assert {row[2] for row in ROWS} == {*MAIN_CLASSES, "ambiguous", "unknown"}
    assert len({row[1] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("family", "name", "main_class", "normal"), ROWS, ids=[row[1] for row in ROWS])
def test_each_name_has_its_class_and_normal_form(family: str, name: str, main_class: str, normal: str) -> None:
    found = identify(name)
    if main_class == "ambiguous":
        assert found.found is None
        assert found.readings
    elif main_class == "unknown":
        assert found.found is None
        assert not found.readings
    else:
        assert found.found is not None, found.reason
        assert found.found.main_class == main_class
        assert normal in ("-", found.found.name)
    assert (found.found is None) == (found.reason is not None)


@pytest.fixture(scope="module")
def goslin() -> Goslin:
    from pygoslin.domain.LipidExceptions import LipidException
    from pygoslin.parser.Parser import LipidParser

    parser = LipidParser()

    def parse(name: str) -> Any:
        try:
            return parser.parse(name)
        except LipidException:
            return None

    return parse


def judged(goslin: Goslin) -> list[tuple[str, Any]]:
    """The names of the table that pygoslin reads as written."""
    read = [(row[1], goslin(row[1])) for row in ROWS if ":" in row[1]]
    return [(name, lipid) for name, lipid in read if lipid is not None]


def test_pygoslin_agrees_on_class_carbons_and_double_bonds(goslin: Goslin) -> None:
    names = judged(goslin)
    assert len(names) >= 100
    for name, lipid in names:
        found = identify(name).found
        if found is None or found.subclass == "labelled standards":
            continue
        if found.assumed:  # it takes another sphingoid base (18:0) for SM C16:0
            continue
        category = lipid.lipid.headgroup.lipid_category.name
        assert found.main_class in CATEGORIES[category], name
        info = lipid.lipid.info
        assert (found.carbons, found.double_bonds) == (info.num_carbon, info.double_bonds), name


def test_pygoslin_reads_the_normal_forms_of_lipids_and_gives_the_same_back(goslin: Goslin) -> None:
    forms = {
        row[3]
        for row in ROWS
        if re.match(r"(?:PC|PE|PI|PS|PG|PA|LP.|SM|Cer|HexCer|TG|DG|MG|FA|CAR|CL) .*\d:\d", row[3])
    }
    checked = 0
    for form in sorted(forms):
        lipid = goslin(form)
        if lipid is None:  # it has no dicarboxylic chains
            assert "DC" in form, form
            continue
        again = known(str(lipid.get_lipid_string()))
        # a vinyl ether with n double bonds beside it and an ether with n + 1 are one species there
        found = known(form)
        assert (again.main_class, again.carbons, again.double_bonds) == (
            found.main_class,
            found.carbons,
            found.double_bonds,
        )
        checked += 1
    assert checked >= 100


def test_only_pygoslins_grammars_read_some_names() -> None:
    found = known("FA 20:4(5Z,8Z,11Z,14Z);15OH[S]")
    assert (found.main_class, found.carbons, found.double_bonds) == ("others", 20, 4)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("CAR 16:0", "refmet"),
        ("PC 34:1", "refmet"),
        ("PC(16:0/18:1(9Z))", "lipid_maps"),
        ("PC aa C34:1", "biocrates"),
        ("lysoPC a C18:0", "biocrates"),
        ("C5-OH (C3-DC-M)", "biocrates"),
        ("C16.1", "biocrates"),
        ("palmitoylcarnitine (C16)", "metabolon"),
        ("1-palmitoyl-2-oleoyl-GPC (16:0/18:1)", "metabolon"),
        ("oleate/vaccenate (18:1)", "metabolon"),
        ("hexadecanoic acid", "systematic"),
        ("palmitic acid", "everyday"),
        ("L-acetylcarnitine", "everyday"),
    ],
)
def test_the_family_of_a_spelling_is_told(name: str, family: str) -> None:
    assert known(name).spelling == family
