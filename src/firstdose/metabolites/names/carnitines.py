"""Acyl-carnitines in words (palmitoylcarnitine), in shorthand (CAR 16:0, C16-carnitine) and as Biocrates has them."""

from __future__ import annotations

import re
from dataclasses import replace

from firstdose.metabolites.names.acids import acid_or_anion, acyl
from firstdose.metabolites.names.chain import Chain, chain_at, chains_in
from firstdose.metabolites.names.chain_classes import carnitine_ester
from firstdose.metabolites.names.metabolite_class import MetaboliteClass, Spelling

AROMATIC = (
    "benzoyl", "phenylacetyl", "phenylpropionyl", "phenylpropanoyl", "cinnamoyl", "hydroxybenzoyl", "salicyloyl",
    "indoleacetyl", "hydroxyphenylacetyl", "hippuroyl", "trimethoxybenzoyl", "toluoyl", "methylbenzoyl", "nicotinoyl",
    "furoyl",
)  # fmt: skip
_STEREO = r"(?:(?:\((?:dl|d|l|r|s|\+/-|\+|-)\)|dl|d|l|r|s)[- ])?"
_WORDS = re.compile(rf"(?P<acyl>.+?(?:yl|en))[- ]?(?:o-)?{_STEREO}carnitine(?: ester)?")
_INVERTED = re.compile(rf"{_STEREO}carnitine[, -]+(?:o-)?(?P<acyl>.+?yl)(?: ester|-)?")
_ESTER = re.compile(rf"(?P<acid>.+? acid|.+?ate)[- ]{_STEREO}carnitine(?: ester)?")
_OF_ACID = re.compile(rf"{_STEREO}carnitine[ -]+(?P<acid>.+?ate)")
_CHAIN_FIRST = re.compile(
    rf"(?:\d?-?(?P<oh>oh)-)?(?P<chain>c?\d.*?)[-_ ]*{_STEREO}(?:(?:acyl[- ]?)?carnitines?|acar|acylcar|car)(?: ester)?"
)
_HEAD_FIRST = re.compile(
    rf"(?:{_STEREO}(?:acyl[- ]?)?carnitines?|acylcar|acyl-car|accar|acar|acca|lcar|carn|car|ac)[-_ ]*(?P<chain>.+)"
)
_SHORTHAND = re.compile(
    r"c ?(?P<carbons>\d{1,2})(?:(?P<colon>[:.])(?P<bonds>\d))?"
    r"(?P<groups>(?:[-.]?(?:oh|dc|m)(?![a-z]))*)"
    r"(?:[ .]*[(.](?:c?(?P<other>\d{1,2}(?:[:.]\d)?(?:[-.]?(?:oh|dc|m))*)[).]?)\.?)?"
)
LONGEST = 40  # carbons of an acyl-carnitine


def in_words(text: str) -> MetaboliteClass | None:
    """`palmitoylcarnitine`, `O-acetyl-L-carnitine`, `carnitine, octanoyl`, `palmitic acid carnitine ester`."""
    if "carnitin" not in text:
        return None
    for pattern in (_WORDS, _INVERTED):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        group = found["acyl"].strip("- ")
        chain = _acyl_of(group)
        if chain is not None:
            return carnitine_ester(chain, "everyday")
        if _without_places(group).endswith(AROMATIC) and not _has_chain(group):
            return MetaboliteClass("acyl_carnitines", "aromatic acyl-carnitines", f"{_without_places(group)}carnitine")
    for pattern in (_ESTER, _OF_ACID):
        found = pattern.fullmatch(text)
        chain = acid_or_anion(found["acid"]) if found else None
        if chain is not None and chain.is_dicarboxylic and pattern is _OF_ACID:
            return None  # carnitine fumarate is a salt of carnitine, as it is sold; its ester would be called so too
        if chain is not None:
            return carnitine_ester(chain, "everyday")
    return None


def _acyl_of(group: str) -> Chain | None:
    """An acyl group, written together or apart, or one of the trivial names without an ending of its own."""
    if group.endswith("en"):  # some data bases leave out the ending: 3,5-tetradecadiencarnitine
        group = f"{group}oyl"
    return acyl(group) or acyl(group.replace(" ", "")) or acyl(group.replace("-", ""))


def _without_places(group: str) -> str:
    """An acyl group without numbers and stereochemistry."""
    return re.sub(r"^(?:\(?[\d',]+\)?-?|[dl]-|[osmp]-|trans-|cis-)+", "", group).replace(" ", "")


def _has_chain(text: str) -> bool:
    return re.search(r"\d:\d", text) is not None


def in_shorthand(text: str) -> MetaboliteClass | None:
    """`CAR 16:0`, `AC(18:1)`, `CAR DC4:0`, `CAR 4:0;OH`, `C16:1-OH carnitine`, `carnitine C2`, `18:2 acylcarnitine`."""
    found = _CHAIN_FIRST.fullmatch(text)
    if found:
        chain = _one_chain(found["chain"].strip("-_ "), needs_bonds=False)
        chain = replace(chain, hydroxyls=chain.hydroxyls + 1) if chain and found["oh"] else chain
        return carnitine_ester(chain, "everyday") if chain else None
    found = _HEAD_FIRST.fullmatch(text)
    if found is None:
        return None
    rest = found["chain"].strip()
    inside = rest[1:-1] if rest[:1] + rest[-1:] in ("()", "[]") and rest.count(rest[0]) == 1 else rest
    # `AC 16` or `CAR4` would be anybody's abbreviation: only with the word carnitine does a number suffice
    chain = _one_chain(inside, needs_bonds="carnitin" not in text and not inside.startswith(("c", "dc")))
    chain = chain or _one_chain(rest, needs_bonds=True)
    if chain is None:
        return None
    is_refmet = text.startswith("car ") and "(" not in text
    spelling: Spelling = "refmet" if is_refmet else "lipid_maps" if text.startswith("car") else "everyday"
    return carnitine_ester(chain, spelling)


def _one_chain(text: str, needs_bonds: bool) -> Chain | None:
    """A chain alone, with nothing behind it, that a carnitine can carry."""
    text = re.sub(r"^c (?=\d)", "c", text)
    chains = chains_in(text, needs_bonds)
    if not chains or len(chains) != 1 or not 2 <= chains[0].carbons <= LONGEST:
        return None
    return chains[0] if chains[0].linkage == "acyl" else None


def as_biocrates(text: str) -> tuple[MetaboliteClass, bool] | None:
    """`C16.1`, `C5-OH (C3-DC-M)`, `C18:1`, `C2`; and whether it can hardly be anything but an acyl-carnitine.

    A bare chain length may be a fatty acid too, and is sure only as these lists of targets write it.
    """
    found = _SHORTHAND.fullmatch(text)
    if found is None or (found["bonds"] is None and found["colon"]):
        return None
    chain = _of_target(f"{found['carbons']}:{found['bonds'] or 0}", found["groups"])
    if chain is None or chain.carbons < 2:
        return None
    others: tuple[str, ...] = ()
    if found["other"]:
        parts = re.fullmatch(r"(\d+)(?:[:.](\d))?(.*)", found["other"])
        other = _of_target(f"{parts[1]}:{parts[2] or 0}", parts[3]) if parts else None
        if other is None:
            return None
        others = (carnitine_ester(other, "biocrates").name,)
    is_sure = bool(found["groups"] or found["other"] or (found["colon"] == "." and int(found["bonds"] or 0)))
    return carnitine_ester(chain, "biocrates", others), is_sure


def _of_target(length: str, groups: str) -> Chain | None:
    """A chain as lists of targets write it, where M stands for a methyl group."""
    read = chain_at(length, 0)
    if read is None or read[0].carbons > LONGEST:
        return None
    words = re.findall(r"oh|dc|m", groups)
    return replace(
        read[0],
        carbons=read[0].carbons + words.count("m"),
        hydroxyls=words.count("oh"),
        is_dicarboxylic="dc" in words,
        is_branched="m" in words,
    )
