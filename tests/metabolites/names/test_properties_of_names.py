"""Names made from the grammar of each family map to one normal form, however written; no text raises."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstdose.metabolites import class_of, identify
from tests.metabolites.names.known import known

# acid: its acyl group, carbons and double bonds (general knowledge, not read from the package)
ACYLS = {
    "propionic": ("propionyl", 3, 0), "butyric": ("butyryl", 4, 0), "valeric": ("valeryl", 5, 0),
    "hexanoic": ("hexanoyl", 6, 0), "octanoic": ("octanoyl", 8, 0), "nonanoic": ("nonanoyl", 9, 0),
    "decanoic": ("decanoyl", 10, 0), "lauric": ("lauroyl", 12, 0), "dodecanoic": ("dodecanoyl", 12, 0),
    "tridecanoic": ("tridecanoyl", 13, 0), "myristic": ("myristoyl", 14, 0), "palmitic": ("palmitoyl", 16, 0),
    "hexadecanoic": ("hexadecanoyl", 16, 0), "palmitoleic": ("palmitoleoyl", 16, 1), "stearic": ("stearoyl", 18, 0),
    "oleic": ("oleoyl", 18, 1), "linoleic": ("linoleoyl", 18, 2), "linolenic": ("linolenoyl", 18, 3),
    "arachidic": ("arachidoyl", 20, 0), "arachidonic": ("arachidonoyl", 20, 4), "behenic": ("behenoyl", 22, 0),
    "erucic": ("erucoyl", 22, 1), "docosahexaenoic": ("docosahexaenoyl", 22, 6), "adrenic": ("adrenoyl", 22, 4),
    "lignoceric": ("lignoceroyl", 24, 0), "nervonic": ("nervonoyl", 24, 1), "cerotic": ("cerotoyl", 26, 0),
    "9-tetradecenoic": ("9-tetradecenoyl", 14, 1), "7,10-hexadecadienoic": ("7,10-hexadecadienoyl", 16, 2),
    "eicosapentaenoic": ("eicosapentaenoyl", 20, 5), "icosanoic": ("icosanoyl", 20, 0),
}  # fmt: skip
FATTY = {acid: told for acid, told in ACYLS.items() if told[1] >= 4}
LIPIDS = ["PC", "PE", "PI", "PS", "PG", "PA"]
DASHES = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uff0d", "\u00ad-"]
SPACES = [" ", "  ", "\u00a0", "\u2009", "\u202f", "\t"]
many = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def cases(text: str) -> st.SearchStrategy[str]:
    """Ways to write letters: as they are, small, large, with a capital."""
    return st.sampled_from([text, text.lower(), text.upper(), text.capitalize()])


def grouped(group: str) -> str:
    """An acyl group as it stands behind a place: in parentheses if it begins with places of its own."""
    return f"({group})" if group[0].isdigit() else group


@many
@given(st.sampled_from(sorted(ACYLS)), st.data())
def test_acyl_carnitines(acid: str, data: st.DataObject) -> None:
    group, carbons, bonds = ACYLS[acid]
    chain = f"{carbons}:{bonds}"
    spellings = [
        f"{group}carnitine", f"{group} carnitine", f"{group}-carnitine", f"{group}-L-carnitine", f"L-{group}carnitine",
        f"O-{group}-L-carnitine", f"DL-{group}carnitine", f"carnitine, {group}", f"{group}carnitine (C{chain})",
        f"{acid} acid carnitine ester", f"CAR {chain}", f"CAR({chain})", f"AC {chain}", f"AC({chain})",
        f"AcCa({chain})",
        f"ACar {chain}", f"C{chain}-carnitine", f"C{chain} carnitine", f"carnitine C{chain}", f"carnitine {chain}",
        f"acylcarnitine {chain}", f"C{chain} acylcarnitine", f"{group}carnitine*",
    ]  # fmt: skip
    name = data.draw(st.sampled_from(spellings).flatmap(cases))
    found = known(name)
    assert (found.main_class, found.name, found.carbons, found.double_bonds) == (
        "acyl_carnitines",
        f"CAR {chain}",
        carbons,
        bonds,
    )


@many
@given(st.sampled_from(sorted(FATTY)), st.data())
def test_fatty_acids(acid: str, data: st.DataObject) -> None:
    _, carbons, bonds = FATTY[acid]
    chain = f"{carbons}:{bonds}"
    anion = f"{acid.removesuffix('ic')}ate"
    spellings = [
        f"{acid} acid", anion, f"sodium {anion}", f"{anion} ({chain})", f"{acid} acid ({chain})", f"FA {chain}",
        f"FA({chain})", f"FFA {chain}", f"FFA({chain})", f"C{chain} fatty acid", f"fatty acid {chain}", f"{anion}*",
        f"{acid} acid (C{chain})", f"C{chain} n-3", f"{chain}n6", f"C{chain}n9",
    ]  # fmt: skip
    name = data.draw(st.sampled_from(spellings).flatmap(cases))
    found = known(name)
    assert (found.main_class, found.name, found.carbons, found.double_bonds) == (
        "free_fatty_acids",
        f"FA {chain}",
        carbons,
        bonds,
    )


@many
@given(st.sampled_from(LIPIDS), st.sampled_from(sorted(ACYLS)), st.sampled_from(sorted(ACYLS)), st.data())
def test_glycerophospholipids(head: str, first: str, second: str, data: st.DataObject) -> None:
    (one, c1, d1), (two, c2, d2) = ACYLS[first], ACYLS[second]
    one, two = grouped(one), grouped(two)
    whole = f"{c1 + c2}:{d1 + d2}"
    word = {"C": "choline", "E": "ethanolamine", "I": "inositol", "S": "serine", "G": "glycerol", "A": "ate"}[head[1]]
    spellings = [
        f"{head} {whole}", f"{head}({whole})", f"{head}{whole}", f"{head} {c1}:{d1}/{c2}:{d2}",
        f"{head} {c1}:{d1}_{c2}:{d2}",
        f"{head}({c1}:{d1}/{c2}:{d2})", f"{head}({c1}:{d1}_{c2}:{d2})", f"{head} {c1}:{d1}-{c2}:{d2}",
        f"{head} aa C{whole}",
        f"1-{one}-2-{two}-GP{head[1]} ({c1}:{d1}/{c2}:{d2})", f"1-{one}-2-{two}-sn-glycero-3-phospho{word}",
        f"{c1}:{d1}-{c2}:{d2} {head}",
    ]  # fmt: skip
    name = data.draw(st.sampled_from(spellings).flatmap(cases))
    found = known(name)
    assert (found.main_class, found.name, found.carbons) == ("phospholipids", f"{head} {whole}", c1 + c2)


@many
@given(st.sampled_from(LIPIDS), st.sampled_from(sorted(ACYLS)), st.data())
def test_lysophospholipids(head: str, acid: str, data: st.DataObject) -> None:
    group, carbons, bonds = ACYLS[acid]
    group, chain = grouped(group), f"{carbons}:{bonds}"
    spellings = [
        f"L{head} {chain}", f"Lyso{head}({chain})", f"lyso{head} a C{chain}", f"L{head}({chain}/0:0)",
        f"{head}({chain}/0:0)",
        f"{head}(0:0/{chain})", f"1-{group}-GP{head[1]} ({chain})", f"2-{group}-GP{head[1]}*", f"{chain} Lyso {head}",
    ]  # fmt: skip
    name = data.draw(st.sampled_from(spellings).flatmap(cases))
    found = known(name)
    assert (found.main_class, found.name) == ("phospholipids", f"L{head} {chain}")


@many
@given(st.sampled_from(sorted(ACYLS)), st.data())
def test_sphingolipids(acid: str, data: st.DataObject) -> None:
    group, carbons, bonds = ACYLS[acid]
    whole = f"{carbons + 18}:{bonds + 1};O2"
    heads = {
        "SM": [f"SM(d18:1/{carbons}:{bonds})", f"SM C{carbons}:{bonds}", f"SM d{carbons + 18}:{bonds + 1}",
               f"SM {whole}",
               f"{group} sphingomyelin (d18:1/{carbons}:{bonds})", f"SM 18:1;O2/{carbons}:{bonds}"],
        "Cer": [f"Cer(d18:1/{carbons}:{bonds})", f"C{carbons}:{bonds} ceramide", f"Cer {whole}",
                f"N-{group}sphingosine",
                f"N-{group}-sphingosine (d18:1/{carbons}:{bonds})", f"ceramide (d18:1/{carbons}:{bonds})"],
        "HexCer": [f"HexCer d18:1/{carbons}:{bonds}", f"HexCer {whole}", f"GlcCer(d18:1/{carbons}:{bonds})",
                   f"glycosyl-N-{group}-sphingosine (d18:1/{carbons}:{bonds})"],
    }  # fmt: skip
    head = data.draw(st.sampled_from(sorted(heads)))
    name = data.draw(st.sampled_from(heads[head]).flatmap(cases))
    found = known(name)
    assert (found.main_class, found.name) == ("sphingolipids", f"{head} {whole}")


HYDROXY = st.sampled_from(["3-hydroxy", "hydroxy", "2-hydroxy-", "3-OH-", "(R)-3-hydroxy"])


@many
@given(st.sampled_from(["hexanoic", "decanoic", "lauric", "myristic", "palmitic", "stearic", "oleic"]), HYDROXY)
def test_hydroxy_forms(acid: str, prefix: str) -> None:
    group, carbons, bonds = ACYLS[acid]
    assert known(f"{prefix}{group}carnitine").name == f"CAR {carbons}:{bonds};OH"
    assert known(f"{prefix}{acid} acid").name == f"FA {carbons}:{bonds};OH"
    assert known(f"C{carbons}:{bonds}-OH").name == f"CAR {carbons}:{bonds};OH"


DICARBOXYLIC = {"malon": 3, "succin": 4, "glutar": 5, "adip": 6, "pimel": 7, "suber": 8, "sebac": 10}


@pytest.mark.parametrize(("stem", "carbons"), DICARBOXYLIC.items())
def test_dicarboxylic_forms(stem: str, carbons: int) -> None:
    for name in (
        f"{stem}ylcarnitine",
        f"{stem}oylcarnitine",
        f"C{carbons}-DC",
        f"CAR DC{carbons}:0",
        f"C{carbons}-DC carnitine",
    ):
        assert known(name).name == f"CAR DC{carbons}:0", name
    for name in (f"{stem}ic acid", f"{stem}ate"):
        assert (known(name).main_class, known(name).carbons) == ("organic_acids", carbons)


@many
@given(
    st.sampled_from(["1-palmitoyl-2-oleoyl-GPC", "9,12-octadecadienoic acid", "cis-9-octadecenoic acid",
                     "O-acetyl-L-carnitine",
                     "3-hydroxy-palmitoylcarnitine", "N-palmitoyl-sphingosine", "gamma-linolenic acid",
                     "2'-deoxyguanosine"]),
    st.sampled_from(DASHES),
    st.sampled_from(SPACES),
    st.sampled_from(["'", "\u2032", "\u2019", "\u02b9"]),
)  # fmt: skip
def test_dashes_spaces_and_primes_of_all_kinds(name: str, dash: str, space: str, prime: str) -> None:
    written = name.replace("-", dash).replace(" ", space).replace("'", prime)
    assert class_of(f"{space}{written}{space}") == class_of(name)
    assert class_of(name) is not None


@pytest.mark.parametrize(
    ("greek", "word"),
    [("α-linolenic acid", "alpha-linolenic acid"), ("γ-butyrobetaine", "gamma-butyrobetaine"),
     ("β-alanine", "beta-alanine"), ("ω-hydroxydodecanoic acid", "omega-hydroxydodecanoic acid"),
     ("dihomo-γ-linolenate", "dihomo-gamma-linolenate"), ("5α-dihydrotestosterone", "5alpha-dihydrotestosterone"),
     (".alpha.-ketoglutarate", "alpha-ketoglutarate"), ("Δ9-octadecenoic acid", "delta9-octadecenoic acid")],
)  # fmt: skip
def test_greek_letters(greek: str, word: str) -> None:
    assert class_of(greek) == class_of(word)
    assert class_of(greek) is not None


@settings(many, max_examples=400)
@given(st.text(max_size=120))
def test_random_text_never_raises(text: str) -> None:
    assert identify(text).name == text


PARTS = [
    "c",
    "16",
    ":",
    "0",
    "18:1",
    "(",
    ")",
    "/",
    "-",
    " ",
    "methyl",
    "hydroxy",
    "oyl",
    "carnitine",
    "ic acid",
    "ate",
    "PC",
    "2",
    "1,",
    "d",
    "O-",
]


@settings(many, max_examples=400)
@given(
    st.lists(
        st.sampled_from([*PARTS, *string.ascii_lowercase, "glyco", "chol", "alpha", "sulfate", "gamma-"]), max_size=40
    )
)
def test_pieces_of_names_in_any_order_never_raise(parts: list[str]) -> None:
    found = identify("".join(parts))
    assert (found.found is None) == (found.reason is not None)


@pytest.mark.parametrize(
    "piece", ["1", "2-", "(", "1,", "di", "hydroxy", "c16:0", "methyl", "alpha", "o-", "n-", "1-", "glyco", "-"]
)
def test_long_repetitions_take_no_long_time(piece: str) -> None:
    """Patterns that try all ways to divide a text would take for ever here; the test would not end."""
    for end in ("", "x", "chol", "ic acid", "carnitine", " PC", " sulfate"):
        identify(piece * (280 // len(piece)) + end)
