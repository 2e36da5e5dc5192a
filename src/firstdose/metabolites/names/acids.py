"""Names of aliphatic acids and acyl groups, taken apart: prefixes, a trivial or a systematic stem, an ending."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from firstdose.metabolites.names.chain import Chain

_UNITS = {1: "hen", 2: "do", 3: "tri", 4: "tetra", 5: "penta", 6: "hexa", 7: "hepta", 8: "octa", 9: "nona"}
_SMALL = {1: "meth", 2: "eth", 3: "prop", 4: "but", 5: "pent", 6: "hex", 7: "hept", 8: "oct", 9: "non", 10: "dec"}
_TENS = {10: ("dec",), 20: ("cos", "icos", "eicos"), 30: ("triacont",), 40: ("tetracont",)}
_COUNT = {"": 1, "mono": 1, "di": 2, "tri": 3, "tetra": 4, "penta": 5, "hexa": 6, "bis": 2, "tris": 3}
_UNSATURATION = {
    "an": 0, "en": 1, "dien": 2, "trien": 3, "tetraen": 4, "pentaen": 5, "hexaen": 6, "heptaen": 7, "octaen": 8,
    "yn": 2, "diyn": 4,
}  # fmt: skip


def numeric_stems() -> dict[str, int]:
    """The stems of chain lengths from 1 to 49: hex, dodec, icos or eicos, docos, triacont, hexatriacont."""
    stems = {stem: carbons for carbons, stem in _SMALL.items()}
    stems |= {"undec": 11, "hendec": 11}
    for ten, endings in _TENS.items():
        stems |= {ending: ten for ending in endings if ten > 20 or ending != "cos"}
        for unit, word in _UNITS.items():
            stems |= {f"{word}{ending}": ten + unit for ending in endings if f"{word}{ending}" != "hendec"}
    return stems | {"henicos": 21, "heneicos": 21, "uneicos": 21}


@cache
def trivial_acids() -> dict[str, Chain]:
    """The chain of each acid with a name of its own, by its adjective: palmitic, glutaric."""
    return {word: _chain_of(text) for group in _data()["acids"].values() for word, text in group["names"].items()}


@cache
def abbreviations() -> dict[str, Chain]:
    """Fatty acids by abbreviations that mean nothing else among metabolites."""
    return {word: _chain_of(text) for word, text in _data()["abbreviations"]["names"].items()}


@cache
def _data() -> dict[str, Any]:
    text = (files("firstdose.metabolites.names") / "data" / "acids.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _chain_of(text: str) -> Chain:
    """A chain as the data file writes it: `DC5:1 branched`, `3:0;OH2`."""
    found = re.fullmatch(r"(DC)?(\d+):(\d)(?:;OH(\d?))?(;oxo)?( branched)?", text)
    if found is None:
        raise ValueError(f"{text!r} is no chain")
    hydroxyls = 0 if found[4] is None else int(found[4] or 1)
    return Chain(int(found[2]), int(found[3]), hydroxyls, int(bool(found[5])), 0, bool(found[1]), bool(found[6]))


_NUMBERS = r"\d{1,2}[ezrsct]?'?(?:,\d{1,2}[ezrsct]?'?)*"
_WHERE = rf"(?:{_NUMBERS}|\({_NUMBERS}\))"
_SYSTEMATIC = re.compile(
    rf"(?P<stem>{'|'.join(sorted(numeric_stems(), key=len, reverse=True))})(?:an?)??"
    rf"(?:[- ]?{_WHERE}[- ])?(?P<unsaturation>{'|'.join(sorted(_UNSATURATION, key=len, reverse=True))})"
    rf"(?:[- ]?{_WHERE}[- ])?e?-?(?P<ending>dioic|oic)"
)
_STEREO = r"(?:all-?)?(?:cis|trans|[ezrs])(?:,(?:cis|trans|[ezrs]))*"
# Places and stereochemistry before a stem, which leave the class and the composition as they are
_PLACE = re.compile(
    rf"(?:\(?{_NUMBERS}(?:(?: or |/|\+| and )\d{{1,2}}[ezrsct]?)*\)?[- ]?(?![:\d])"
    rf"|\([+/,±ezrsdl\d'-]+\)[- ]?"
    rf"|(?:all-?)?(?:cis|trans)(?:,(?:cis|trans))*[- ]?"
    rf"|{_STEREO}[- ]|(?:d|l|dl|n|o|s|r|rac|meso|threo|erythro|sn|anti|syn)-"
    r"|(?:alpha|beta|gamma|delta|epsilon|omega|w(?=-))[- ]?\d{0,2}(?:,\d{1,2})*[- ]?"
    r"|n-?\d{1,2}[- ]|free |conjugated |straight-chain |linear )"
)
_GROUP = re.compile(
    r"(?P<count>mono|di|tri|tetra|penta|hexa|bis|tris)?[- ]?"
    r"(?P<group>hydroxy|oh(?=-)|oxo|keto|methylene|methyl|ethyl|propyl|butyl|epoxy|hydroperoxy)[- ]?"
)
_SHAPE = re.compile(
    r"(?P<shape>anteiso|ante-iso|iso|neo|branched-chain|dihomo|bishomo|homo|bisnor|dinor|nor|"
    r"dehydro|didehydro|dihydro)[- ]?"
)
_ADDED_CARBONS = {"methyl": 1, "methylene": 1, "ethyl": 2, "propyl": 3, "butyl": 4}
_SHAPE_CHANGES = {
    "dihomo": (2, 0), "bishomo": (2, 0), "homo": (1, 0), "bisnor": (-2, 0), "dinor": (-2, 0), "nor": (-1, 0),
    "dehydro": (0, 1), "didehydro": (0, 1), "dihydro": (0, -1),
}  # fmt: skip


@lru_cache(maxsize=20_000)
def acid(adjective: str) -> Chain | None:
    """The chain of an acid by its adjective in plain letters: `palmitic`, `9-octadecenoic`, `3-hydroxyglutaric`."""
    if not 3 < len(adjective) < 120:
        return None
    stem = trivial_acids().get(adjective) or _systematic(adjective)
    if stem is not None:
        return stem
    place = _PLACE.match(adjective)
    if place and place.end() < len(adjective):
        found = acid(adjective[place.end() :])
        if found is not None:
            return found
    return _with_group(adjective) or _with_shape(adjective)


def _systematic(adjective: str) -> Chain | None:
    """`hexadecanoic`, `octadeca-9,12-dienoic`, `hexadecanedioic`."""
    found = _SYSTEMATIC.fullmatch(adjective)
    if found is None:
        return None
    chain = Chain(
        numeric_stems()[found["stem"]],
        _UNSATURATION[found["unsaturation"]],
        is_dicarboxylic=found["ending"] == "dioic",
    )
    return chain if chain.is_possible else None


def _with_group(adjective: str) -> Chain | None:
    """An acid with groups before its stem: hydroxy, oxo, methyl."""
    found = _GROUP.match(adjective)
    rest = acid(adjective[found.end() :]) if found else None
    if found is None or rest is None:
        return None
    count, group = _COUNT[found["count"] or ""], found["group"]
    if group in _ADDED_CARBONS:
        return replace(rest, carbons=rest.carbons + count * _ADDED_CARBONS[group], is_branched=True)
    if group in ("hydroxy", "oh"):
        return replace(rest, hydroxyls=rest.hydroxyls + count)
    if group in ("oxo", "keto"):
        return replace(rest, oxo=rest.oxo + count)
    return replace(rest, oxygens=rest.oxygens + count * (2 if group == "hydroperoxy" else 1))


def _with_shape(adjective: str) -> Chain | None:
    """An acid whose stem is branched, longer, shorter, or has a double bond more or less."""
    found = _SHAPE.match(adjective)
    rest = acid(adjective[found.end() :]) if found else None
    if found is None or rest is None:
        return None
    if found["shape"] not in _SHAPE_CHANGES:
        return replace(rest, is_branched=True)
    carbons, bonds = _SHAPE_CHANGES[found["shape"]]
    changed = replace(rest, carbons=rest.carbons + carbons, double_bonds=rest.double_bonds + bonds)
    return changed if changed.is_possible and changed.double_bonds >= 0 else None


NOT_ONE_ACYL = ("capryl", "pantoyl", "caprylyl-")  # capryl is written for 8:0 and for 10:0


@lru_cache(maxsize=20_000)
def acyl(group: str) -> Chain | None:
    """The chain of an acyl group: `palmitoyl`, `3-hydroxybutyryl`, `glutaroyl`, `tetradecadienyl`."""
    if not group.endswith("yl") or group.endswith(NOT_ONE_ACYL):
        return None
    adjectives = [f"{group[:-2]}ic"]
    if group.endswith("oyl"):
        adjectives.append(f"{group[:-3]}ic")
    if group.endswith("enyl"):
        adjectives.append(f"{group[:-2]}oic")
    if group.endswith("ayl"):
        adjectives.append(f"{group[:-3]}anoic")
    return next((chain for each in adjectives if (chain := acid(each)) is not None), None)


# `methyl palmitate` is an ester; `methylpalmitate` and `methyl palmitic acid` have a branch
_ESTER = re.compile(r"(?:mono|di)?(?:iso)?(?:methyl|ethyl|propyl|butyl) ")


def acid_or_anion(text: str) -> Chain | None:
    """The chain of `palmitic acid`, `palmitate` or `mead acid`."""
    if text.endswith(" acid"):
        return acid(text.removesuffix(" acid"))
    if text.endswith("acid"):
        return acid(text.removesuffix("acid"))
    if _ESTER.match(text):
        return None
    return acid(f"{text.removesuffix('ate')}ic") if text.endswith("ate") else None
