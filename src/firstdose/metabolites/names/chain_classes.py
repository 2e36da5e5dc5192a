"""The class of a single chain: as a carnitine ester, or as an acid of its own."""

from __future__ import annotations

from typing import Final

from firstdose.metabolites.names.chain import Chain
from firstdose.metabolites.names.metabolite_class import MetaboliteClass, Spelling
from firstdose.protocol.metabolism import MainClass

SHORTEST_FATTY_ACID = 4  # carbons
SHORTEST_HYDROXY_FATTY_ACID = 6  # carbons in one chain
SHORTEST_BRANCHED_HYDROXY_FATTY_ACID = 10
OXYLIPIN_CARBONS = range(18, 23)
LENGTHS = ((5, "short-chain"), (12, "medium-chain"), (20, "long-chain"), (200, "very-long-chain"))
FATTY_ACIDS: Final = "free_fatty_acids"
ORGANIC: Final = "organic_acids"
OTHERS: Final = "others"


def carnitine_ester(
    chain: Chain, spelling: Spelling, alternatives: tuple[str, ...] = (), assumed: str | None = None
) -> MetaboliteClass:
    """An acyl-carnitine; its kind is its length, and whether it has other groups."""
    chain = chain.with_oxygens_as_hydroxyls()
    length = next(word for longest, word in LENGTHS if chain.carbons <= longest)
    group = "dicarboxylic " if chain.is_dicarboxylic else "hydroxy " if chain.hydroxyls else "oxo " if chain.oxo else ""
    return MetaboliteClass(
        "acyl_carnitines",
        f"{group}{length} acyl-carnitines",
        f"CAR {chain.shorthand}",
        chain.carbons,
        chain.double_bonds,
        alternatives,
        assumed,
        spelling,
    )


def free_acid(chain: Chain, spelling: Spelling) -> MetaboliteClass:
    """An aliphatic acid: a fatty acid, an organic acid, or an oxylipin."""
    main_class, subclass = _class_of_acid(chain)
    return MetaboliteClass(
        main_class,
        subclass,
        f"FA {chain.shorthand}",
        chain.carbons,
        chain.double_bonds,
        spelling=spelling,
    )


def _class_of_acid(chain: Chain) -> tuple[MainClass, str]:
    """Class and kind of an acid."""
    if chain.is_dicarboxylic:
        return ORGANIC, "dicarboxylic acids"
    if not chain.all_oxygens:
        return _class_of_plain_acid(chain)
    shortest = SHORTEST_BRANCHED_HYDROXY_FATTY_ACID if chain.is_branched else SHORTEST_HYDROXY_FATTY_ACID
    if chain.carbons < shortest:
        return ORGANIC, "oxo acids" if chain.oxo else "hydroxy acids"
    if chain.carbons in OXYLIPIN_CARBONS and chain.double_bonds and chain.double_bonds + chain.all_oxygens > 2:
        return OTHERS, "oxylipins"
    return FATTY_ACIDS, "oxo fatty acids" if chain.oxo else "hydroxy fatty acids"


def _class_of_plain_acid(chain: Chain) -> tuple[MainClass, str]:
    """Class and kind of an acid without other groups."""
    if chain.carbons < SHORTEST_FATTY_ACID:
        return ORGANIC, "short-chain acids"
    kinds = {0: "saturated fatty acids", 1: "monounsaturated fatty acids"}
    return FATTY_ACIDS, kinds.get(chain.double_bonds, "polyunsaturated fatty acids")
