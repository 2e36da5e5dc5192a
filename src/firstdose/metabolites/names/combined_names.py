"""Names that say a thing twice, with a composition behind them, and names of several metabolites."""

from __future__ import annotations

import re
from dataclasses import replace

from firstdose.metabolites.names import fatty_acids
from firstdose.metabolites.names.acids import abbreviations
from firstdose.metabolites.names.ambiguous import readings_of
from firstdose.metabolites.names.chain import chains_in, total
from firstdose.metabolites.names.lipid_shorthand import ETHER
from firstdose.metabolites.names.metabolite_class import Identification, MetaboliteClass
from firstdose.metabolites.names.spelling import inner_and_outer, split_outside, variants
from firstdose.metabolites.names.spellings import in_any_spelling

_INNER_CHAIN = re.compile(r"(?:^|[ ;])(c\d{1,2}[^;\]]*|(?:[aidtmpo]{1,2}-?)?\d{1,2}:\d{1,2}[^;\]]*)$")
_BEHIND = re.compile(
    r"(?P<outer>.+[a-z]),? (?P<inner>c?\d{1,2}:\d{1,2}[^ ]*(?: \(?n-?\d{1,2}\)?)?|c\d{1,2})|"
    r"(?P<chain>c?\d{1,2}:\d{1,2}|c\d{1,2}) \(?(?P<name>[a-z].+?)\)?"
)


VENDORS_SLIPS = {("CAR 5:1", "DC5:1"): ("tiglylcarnitine", "tigloylcarnitine")}
"""Names that a vendor sells with a shorthand of something else; the word is believed, the shorthand an alternative."""


def with_composition(text: str) -> Identification | None:
    """A name with its composition or its abbreviation behind it or before it."""
    parts = inner_and_outer(text)
    explained = _explained(*parts) if parts else None
    behind = _BEHIND.fullmatch(text)
    if explained is None and behind:
        explained = _explained(behind["outer"] or behind["name"], behind["inner"] or behind["chain"])
    return explained


def _explained(outer: str, inner: str) -> Identification | None:
    """A name followed by its composition or abbreviation: `palmitoylcarnitine (C16)`, `oleate (18:1n9)`.

    Name and composition must agree: where they contradict each other, neither is believed.
    """
    found = next((each for part in variants(outer) if (each := _name_or_names(part)) is not None), None)
    composition = _INNER_CHAIN.search(inner)
    if found is None:
        return _one_of_its_readings(outer, inner)
    chains = chains_in(re.split(r" or |,", composition[1])[0].strip(), needs_bonds=False) if composition else None
    if chains is None:
        synonym = in_any_spelling(inner) or _known_abbreviation(inner)
        if synonym is not None and synonym.main_class != found.main_class:
            return Identification(outer, None, (found, synonym), "the name and what stands in parentheses disagree")
        return Identification(outer, found)
    whole = total(chains)
    if (found.name, whole.shorthand) in VENDORS_SLIPS and outer in VENDORS_SLIPS[found.name, whole.shorthand]:
        return Identification(outer, replace(found, alternatives=(f"CAR {whole.shorthand}",), spelling="metabolon"))
    if whole.is_dicarboxylic and "dicarboxylic" not in found.subclass:
        return Identification(outer, reason=f"{found.name} has one acid group, and the parentheses say two")
    if whole.linkage in ETHER and ETHER[whole.linkage] not in found.name:
        return Identification(outer, reason=f"the parentheses say an ether, and the name {found.name}")
    if found.carbons is not None and (whole.carbons, whole.double_bonds) != (found.carbons, found.double_bonds):
        return Identification(outer, reason=f"the name says {found.name}, and the parentheses {whole.shorthand}")
    return Identification(outer, replace(found, spelling="metabolon"))


def _one_of_its_readings(outer: str, inner: str) -> Identification | None:
    """An abbreviation with several meanings, and the one that is meant: `AA (arachidonic acid)`."""
    found = in_any_spelling(inner)
    return Identification(outer, found) if found is not None and found in readings_of(outer) else None


def _known_abbreviation(inner: str) -> MetaboliteClass | None:
    """The fatty acid that an abbreviation in parentheses stands for."""
    return fatty_acids.in_words(inner) if inner in abbreviations() else None


def _name_or_names(text: str) -> MetaboliteClass | None:
    """One name, or several of one class and composition."""
    found = in_any_spelling(text)
    if found is not None:
        return found
    names = several(text)
    return names.found if names else None


def _part(part: str, last: str) -> MetaboliteClass | None:
    """One of several names; what all share may stand behind the last one only: `butyryl-/isobutyrylcarnitine`."""
    found = next((each for one in variants(part) if (each := in_any_spelling(one))), None)
    shared = next((end for end in ("carnitine", " acid", "glycine") if last.endswith(end)), None)
    return found or (in_any_spelling(f"{part.rstrip('- ')}{shared}") if shared else None)


_SEPARATORS = ("|", " / ", "/", " or ", " and ", " + ", ";", "+")


def several(text: str) -> Identification | None:
    """Names of metabolites that were not told apart (`leucine/isoleucine`), or synonyms (`PC 34:1|PC 16:0_18:1`)."""
    # MS-DIAL writes sum and chains of a lipid between bars, and chains may hold the other separators
    parts = [part for part in split_outside(text, ("|",) if "|" in text else _SEPARATORS) if part]
    if not 1 < len(parts) <= 6:
        return None
    found = [_part(part, parts[-1]) for part in parts]
    whole = [each for each in found if each is not None]
    if len(whole) < len(parts):
        return None
    if len({each.main_class for each in whole}) > 1:
        return Identification(text, None, tuple(whole), "it names metabolites of different classes")
    if "|" in text and len({(each.carbons, each.double_bonds) for each in whole} - {(None, None)}) == 1:
        return Identification(text, max(whole, key=lambda each: each.carbons or 0))  # one lipid by sum and by chains
    if len(set(whole)) == 1:
        return Identification(text, whole[0])
    return Identification(text, _joined(whole))


def _joined(whole: list[MetaboliteClass]) -> MetaboliteClass:
    """What metabolites of one class share."""
    same = len({(each.carbons, each.double_bonds) for each in whole}) == 1
    return MetaboliteClass(
        whole[0].main_class,
        whole[0].subclass if len({each.subclass for each in whole}) == 1 else "several kinds",
        "/".join(dict.fromkeys(each.name for each in whole)),
        whole[0].carbons if same else None,
        whole[0].double_bonds if same else None,
        alternatives=tuple(each.name for each in whole),
    )
