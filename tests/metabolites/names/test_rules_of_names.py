"""What must hold of names beyond single examples: false friends, contradictions, conventions, assumptions."""

from __future__ import annotations

import pytest

from firstdose.metabolites import CONVENTIONS, Convention, class_of, identify
from tests.metabolites.names.known import known

FALSE_FRIENDS = {
    "valproic acid": "others",
    "valproate": "others",
    "valproylcarnitine": "acyl_carnitines",
    "carnitine": "others",
    "C0": "others",
    "L-carnitine": "others",
    "free carnitine": "others",
    "gamma-butyrobetaine": "others",
    "deoxycarnitine": "others",
    "N6-trimethyllysine": "amino_acids",
    "creatine": "amino_acids",
    "carnosine": "amino_acids",
    "acetylcarnosine": "amino_acids",
    "Acetyl-CoA": "others",
    "palmitoyl-CoA": "others",
    "phosphocholine": "others",
    "glycerophosphocholine": "others",
    "glycerophosphoethanolamine": "others",
    "acetylcholine": "others",
    "oleoylcholine": "others",
    "phosphoethanolamine": "others",
    "sphingosine-1-phosphate": "sphingolipids",
    "ceramide phosphoethanolamine 34:1": "sphingolipids",
    "2-hydroxyglutarate": "organic_acids",
    "3-hydroxybutyrate": "organic_acids",
    "succinic acid": "organic_acids",
    "palmitic acid methyl ester": "others",
    "methyl oleate": "others",
    "isopropyl myristate": "others",
    "retinyl palmitate": "others",
    "cholesteryl palmitate": "sterols",
    "ascorbyl palmitate": "others",
    "oleamide": "others",
    "hexadecanol": "others",
    "oleoyl ethanolamide": "others",
    "N-oleoylglycine": "others",
    "prostaglandin E2": "others",
    "PGE2": "others",
    "aspartic acid": "amino_acids",
    "glutamic acid": "amino_acids",
    "4-aminobutyric acid": "amino_acids",
    "2-aminooctanoic acid": "amino_acids",
    "nicotinic acid": "others",
    "folic acid": "others",
    "retinoic acid": "others",
    "uric acid": "nucleotides",
    "orotic acid": "nucleotides",
    "cholic acid": "bile_acids",
    "phosphoric acid": "others",
    "salicylic acid": "organic_acids",
    "glucuronic acid": "sugars",
    "citrate": "organic_acids",
    "DHEA": "sterols",
    "DHA": "free_fatty_acids",
}


@pytest.mark.parametrize(("name", "main_class"), FALSE_FRIENDS.items())
def test_false_friends_are_told_apart(name: str, main_class: str) -> None:
    assert known(name).main_class == main_class


@pytest.mark.parametrize(
    "name",
    [
        "fatty acid ester",
        "carnitine palmitoyltransferase",
        "acyl",
        "acid",
        "oyl",
        "ate",
        "yl carnitine",
        "lipid",
        "serum",
    ],
)
def test_what_is_no_metabolite_is_not_mapped(name: str) -> None:
    assert class_of(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "palmitoylcarnitine (C18:1)",
        "oleate (16:0)",
        "1-palmitoyl-2-oleoyl-GPC (18:0/18:1)",
        "suberoylcarnitine (C8:1-DC-M)",
        "hexanoylcarnitine (C6-DC)",
        "1-palmitoyl-GPC (O-16:0)",
        "arachidonate (20:5n3)",
    ],
)
def test_a_name_that_its_parentheses_contradict_is_not_believed(name: str) -> None:
    found = identify(name)
    assert found.found is None
    assert "parentheses" in (found.reason or "")


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("C16", {"CAR 16:0", "FA 16:0"}),
        ("C18:1", {"CAR 18:1", "FA 18:1"}),
        ("16:0", {"CAR 16:0", "FA 16:0"}),
        ("C2", {"CAR 2:0", "FA 2:0"}),
        ("TCA", {"taurocholic acid", "citric acid"}),
        ("ALA", {"alanine", "FA 18:3"}),
        ("AA", {"FA 20:4", "ascorbic acid"}),
        ("PC", {"phosphatidylcholines"}),
        ("SM", {"sphingomyelins"}),
    ],
)
def test_ambiguous_names_are_reported_with_their_readings(name: str, readings: set[str]) -> None:
    found = identify(name)
    assert found.found is None
    assert found.is_ambiguous
    assert {each.name for each in found.readings} == readings


@pytest.mark.parametrize(
    ("name", "convention", "normal"),
    [
        ("C16", "biocrates", "CAR 16:0"),
        ("C18:1", "biocrates", "CAR 18:1"),
        ("C2", "biocrates", "CAR 2:0"),
        ("C18:1", "everyday", "FA 18:1"),
        ("16:0", "lipid_maps", "FA 16:0"),
        ("TCA", "biocrates", "taurocholic acid"),
        ("Ala", "biocrates", "alanine"),
        ("AA", "biocrates", "FA 20:4"),
        ("PC", "refmet", "phosphatidylcholines"),
    ],
)
def test_a_named_convention_answers_what_is_ambiguous(name: str, convention: Convention, normal: str) -> None:
    assert known(name, convention).name == normal


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize(
    "name", ["palmitoylcarnitine", "CAR 16:0", "PC aa C34:1", "oleic acid", "SM(d18:1/16:0)", "C00064"]
)
def test_a_convention_changes_nothing_for_names_that_are_not_ambiguous(name: str, convention: Convention) -> None:
    assert class_of(name, convention) == class_of(name)


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(ValueError, match="no convention"):
        identify("C16", "homegrown")  # type: ignore[arg-type]


def test_what_a_spelling_leaves_to_its_convention_is_said() -> None:
    for name in ("SM C16:0", "C24:1 ceramide", "SM (OH) C22:1", "palmitoyl sphingomyelin"):
        assert known(name).assumed == "sphingoid base 18:1;O2"
    assert known("dihydroceramide C16:0").assumed == "sphingoid base 18:0;O2"
    assert known("SM(d18:1/16:0)").assumed is None


def test_metabolites_of_equal_mass_are_named_beside_the_first() -> None:
    assert known("C5-OH (C3-DC-M)").alternatives == ("CAR DC4:0",)
    assert known("C3-DC (C4-OH)").alternatives == ("CAR 4:0;OH",)
    assert known("citrate/isocitrate").alternatives == ("citric acid", "isocitric acid")


def test_names_of_several_metabolites_keep_what_they_share() -> None:
    same = known("oleate/vaccenate")
    assert (same.name, same.carbons) == ("FA 18:1", 18)
    different = known("palmitate/stearate")
    assert (different.main_class, different.carbons) == ("free_fatty_acids", None)
    mixed = identify("palmitate/cholesterol")
    assert mixed.found is None
    assert {each.main_class for each in mixed.readings} == {"free_fatty_acids", "sterols"}
    assert known("butyryl-/isobutyrylcarnitine").name == "CAR 4:0"


@pytest.mark.parametrize(
    ("name", "main_class", "subclass"),
    [
        ("butyric acid", "free_fatty_acids", "saturated fatty acids"),
        ("propionic acid", "organic_acids", "short-chain acids"),
        ("3-hydroxyvaleric acid", "organic_acids", "hydroxy acids"),
        ("3-hydroxyhexanoic acid", "free_fatty_acids", "hydroxy fatty acids"),
        ("2-hydroxyisocaproic acid", "organic_acids", "hydroxy acids"),
        ("4-methyl-2-oxovaleric acid", "organic_acids", "oxo acids"),
        ("ricinoleic acid", "free_fatty_acids", "hydroxy fatty acids"),
        ("9-hydroxyoctadecadienoic acid", "others", "oxylipins"),
        ("9,10-dihydroxyoctadecenoic acid", "others", "oxylipins"),
        ("dodecanedioic acid", "organic_acids", "dicarboxylic acids"),
        ("phytanic acid", "free_fatty_acids", "saturated fatty acids"),
    ],
)
def test_the_borders_of_fatty_acids(name: str, main_class: str, subclass: str) -> None:
    found = known(name)
    assert (found.main_class, found.subclass) == (main_class, subclass)


def test_double_bonds_of_vinyl_ethers_and_sphingoid_bases_count() -> None:
    assert (known("PC P-34:1").name, known("PC P-34:1").double_bonds) == ("PC P-34:1", 2)
    assert known("PC O-34:2").double_bonds == 2
    assert known("SM(d18:1/16:0)").double_bonds == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("C00064", "KEGG"),
        ("HMDB0000222", "identifier"),
        ("KDXKERNSBIXSRK-YFKPBYRVSA-N", "InChIKey"),
        ("X - 11538", "unknown feature"),
        ("unknown 7", "unknown feature"),
        ("M301T45", "unknown feature"),
        ("12.5", "no name"),
        ("", "no name"),
        ("a" * 400, "longer"),
        ("flarp", "no spelling"),
    ],
)
def test_why_a_name_is_not_known_is_said(name: str, reason: str) -> None:
    found = identify(name)
    assert found.found is None
    assert reason in (found.reason or "")


def test_labelled_standards_are_no_metabolites() -> None:
    for name in ("palmitoylcarnitine-d3", "PC 15:0/18:1(d7)", "d31-palmitic acid", "LPC 18:1(d7)"):
        assert known(name).subclass == "labelled standards"
    assert known("SM d18:1/16:0").subclass == "sphingomyelins"


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("AcCa(16:0)+H", "CAR 16:0"),
        ("TG(16:0_18:1_18:2)+NH4", "TG 52:3"),
        ("FA(18:1)-H", "FA 18:1"),
        ("PC(16:0_18:1)+HCOO", "PC 34:1"),
        ("Cer(d18:1_24:1)+H-H2O", "Cer 42:2;O2"),
        ("CL(72:8)-2H", "CL 72:8"),
        ("SM 34:1;2O|SM 18:1;2O/16:0", "SM 34:1;O2"),
        ("HexCer 42:2;3O|HexCer 18:1;2O/24:1;O", "HexCer 42:2;O3"),
        ("TG 52:2|TG 16:0_18:1_18:1", "TG 52:2"),
        ("beta-Ala", "beta-alanine"),
        ("DiCA(12:0)", "FA DC12:0"),
        ("HipAcid", "hippuric acid"),
        ("AconAcid", "aconitic acid"),
        ("Ind-SO4", "indoxyl sulfate"),
        ("5-AVA", "5-aminovaleric acid"),
    ],
)
def test_names_as_programs_and_kits_write_them(name: str, normal: str) -> None:
    """LipidSearch's ions, MS-DIAL's pairs of sum and chains, abbreviations of Biocrates' targets."""
    found = class_of(name)
    assert found is not None
    assert found.name == normal


def test_a_known_slip_of_a_vendor_is_the_word_with_the_shorthand_beside_it() -> None:
    found = class_of("tiglylcarnitine (C5:1-DC)")
    assert found is not None
    assert (found.name, found.alternatives) == ("CAR 5:1", ("CAR DC5:1",))
    assert class_of("acetylcarnitine (C5-DC)") is None
    assert class_of("isovalerylcarnitine (C5:1-DC)") is None


def test_fatty_acid_alone_names_no_species() -> None:
    for name in ("fatty acid", "Fatty acids", "FA"):
        asked = identify(name)
        assert asked.found is None
        assert asked.readings[0].main_class == "free_fatty_acids"
    for name in ("total fatty acids", "free fatty acids"):
        assert identify(name).found is not None


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("stearic_acid", "stearic acid"),
        ("oleic.acid", "oleic acid"),
        ("acetyl_carnitine", "acetylcarnitine"),
        ("3-hydroxybutyric_acid", "3-hydroxybutyric acid"),
        ("X3.hydroxybutyrate", "3-hydroxybutyrate"),
        ("X9.10.epoxystearate", "9,10-epoxystearate"),
        ("octanoyl carnitine C8", "octanoylcarnitine"),
        ("octanoylcarnitine, C8", "octanoylcarnitine"),
        ("C8 octanoylcarnitine", "octanoylcarnitine"),
        ("Palmitic_acid_pos", "palmitic acid"),
        ("arachidonic_acid_neg", "arachidonic acid"),
    ],
)
def test_what_tables_and_programs_make_of_a_name_is_read_as_the_name(name: str, like: str) -> None:
    assert known(name) == known(like)


@pytest.mark.parametrize(
    "name",
    [
        "carnitine fumarate",  # salts of carnitine, as they are sold
        "L-carnitine malate",
        "carnitine tartrate",
        "octanoylcarnitine C10",  # the name and its shorthand disagree
        "C6 octanoylcarnitine",
        "C16/C0",  # a quotient
        "PUFA",
    ],
)
def test_what_may_be_something_else_has_no_class(name: str) -> None:
    assert class_of(name) is None
