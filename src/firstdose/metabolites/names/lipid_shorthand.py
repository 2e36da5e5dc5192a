"""Lipids in shorthand: PC 34:1, PC(16:0/18:1), PC aa C34:1, LysoPC a C18:0, SM (OH) C22:1, TG 16:0_34:2."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from firstdose.metabolites.names.chain import Chain, chains_in, total
from firstdose.metabolites.names.chain_classes import carnitine_ester, free_acid
from firstdose.metabolites.names.metabolite_class import MAIN_CLASSES, MetaboliteClass, Spelling
from firstdose.protocol.metabolism import MainClass

LONGEST_ACYL = 27  # carbons of the acyl group of a sphingolipid; a sum of base and acyl group has more
BASE = Chain(18, 1, oxygens=2, linkage="sphingoid base")
DIHYDRO_BASE = Chain(18, 0, oxygens=2, linkage="sphingoid base")
DIHYDRO = {"DhCer": "Cer", "DhSM": "SM"}
SINGLE_BASE = ("SPB", "SPBP", "LSM", "HexSPB")
LYSO = {"PC": "LPC", "PE": "LPE", "PI": "LPI", "PS": "LPS", "PG": "LPG", "PA": "LPA"}
ETHER = {"ether": "O-", "vinyl ether": "P-"}


@dataclass(frozen=True)
class Head:
    """A class of lipids: its shorthand, class, kind in words, and the number of its chains."""

    shorthand: str
    main_class: MainClass
    subclass: str
    chains: int


@cache
def heads() -> dict[str, Head]:
    """Each class of lipids by every spelling of its head in plain letters, the longest first."""
    text = (files("firstdose.metabolites.names") / "data" / "lipid_heads.json").read_text("utf-8")
    content = json.loads(text)
    found: dict[str, Head] = {}
    for main_class in MAIN_CLASSES:
        for shorthand, subclass, chains, spellings in content.get(main_class, ()):
            head = Head(shorthand, main_class, subclass, chains)
            found |= dict.fromkeys(spellings.split("; "), head)
    return dict(sorted(found.items(), key=lambda spelling_and_head: -len(spelling_and_head[0])))


@cache
def head_of(shorthand: str) -> Head:
    """The class of lipids with a shorthand."""
    return next(head for head in heads().values() if head.shorthand == shorthand)


_ETHER_FRONT = re.compile(
    r"(?P<link>plasmenyl|plasmanyl|alkenyl|alkyl|plasmalogen|plas|pls|pl|ether|[op])[- ]?(?=[a-z])"
)
_ETHER_BEHIND = re.compile(r"[- ]?(?P<link>plasmalogens?|[opes](?=$|[-(\s\d])|pl(?=$|[-(\s\d]))[- ]?")
_BIOCRATES = re.compile(r"(?P<link>aa|ae|a|e|ee)(?:[ .]?c ?|[ .])(?=\d)")
_HYDROXY = re.compile(r"[ .]*\(?oh\)?[ .]+(?=c? ?\d)")
_FRAGMENT = re.compile(r"(?:(?<=[:\d])[-_ ]|\s)*\[?(?:fa|nl|sn\d?)[- ]*c?\d{1,2}:\d\d?\]?$")
_CHAINS_FIRST = re.compile(r"(?P<chains>\(?(?:[dtmop]-?)?c?\d[\dcdtmopezh:.,/_();+ -]*?)[- ]+(?P<head>[a-z].*)")
LINKS = {
    "plasmenyl": "vinyl ether", "alkenyl": "vinyl ether", "plasmalogen": "vinyl ether", "plasmalogens": "vinyl ether",
    "pls": "vinyl ether", "plas": "vinyl ether", "pl": "vinyl ether", "p": "vinyl ether",
    "plasmanyl": "ether", "alkyl": "ether",
    "ether": "ether", "o": "ether", "e": "ether", "ae": "ether", "ee": "ether",
}  # fmt: skip


def in_shorthand(text: str) -> MetaboliteClass | None:
    """A lipid whose head and chains stand in shorthand, in either order."""
    if text.startswith("hydroxysphingomyelin"):
        text = text.replace("hydroxysphingomyelin", "sm (oh)", 1)
    found = _head_first(text, None)
    front = _ETHER_FRONT.match(text)
    if found is None and front and front["link"] in LINKS:
        found = _head_first(text[front.end() :], LINKS[front["link"]])
    return found or _chains_first(text)


def _head_first(text: str, link: str | None) -> MetaboliteClass | None:
    """`PC 34:1`, `PC(16:0/18:1)`, `LysoPC a C18:0`; tries every head that the text begins with."""
    for spelling, head in heads().items():
        if text.startswith(spelling):
            found = _with_chains(head, text[len(spelling) :], link)
            if found is not None:
                return found
    return None


def _chains_first(text: str) -> MetaboliteClass | None:
    """`16:0 SM`, `C24:1 ceramide`, `18:0-20:4 PC`, `C18:1 fatty acid`."""
    found = _CHAINS_FIRST.fullmatch(text)
    if found is None:
        return None
    head = heads().get(found["head"].strip())
    if head is None:
        return None
    bare = found["chains"].startswith("c") and not re.search(r"\d[:.]\d", found["chains"])
    return _from_text(head, found["chains"].strip("- "), None, "everyday", needs_bonds=not bare)


def _with_chains(head: Head, rest: str, link: str | None) -> MetaboliteClass | None:
    """A head and what stands behind it."""
    biocrates = _BIOCRATES.match(rest.lstrip(" .-"))
    if biocrates:
        text = rest.lstrip(" .-")[biocrates.end() :]
        return _from_text(head, text, link or LINKS.get(biocrates["link"]), "biocrates")
    hydroxy = _HYDROXY.match(rest)
    if hydroxy and head.main_class == "sphingolipids":
        found = _from_text(head, rest[hydroxy.end() :].removeprefix("c").strip(), link, "biocrates", hydroxyls=1)
        if found is not None:
            return found
    behind = _ETHER_BEHIND.match(rest)
    if behind and behind["link"] in LINKS and head.main_class in ("phospholipids", "glycerolipids"):
        found = _from_text(head, rest[behind.end() :].strip("-_ "), link or LINKS[behind["link"]], "refmet")
        if found is not None:
            return found
    inside = rest.strip("-_ .")
    if head.main_class == "glycerolipids":
        inside = _FRAGMENT.sub("", inside)
    spelling: Spelling = "lipid_maps" if inside.startswith("(") else "biocrates" if rest.startswith(" c") else "refmet"
    return _from_text(head, inside, link, spelling)


def _from_text(
    head: Head, text: str, link: str | None, spelling: Spelling, hydroxyls: int = 0, needs_bonds: bool = True
) -> MetaboliteClass | None:
    """A lipid from its head and the text of its chains, which may stand in parentheses."""
    chains = _chains_of(text, needs_bonds)
    if chains is None:
        return None
    if link:
        is_marked = any(chain.linkage in ETHER for chain in chains)
        vinyl = link == "vinyl ether"
        chains[0] = chains[0] if is_marked else replace(
            chains[0], linkage="vinyl ether" if vinyl else "ether", double_bonds=chains[0].double_bonds + vinyl
        )  # fmt: skip
    if hydroxyls:
        chains[-1] = replace(chains[-1], hydroxyls=chains[-1].hydroxyls + hydroxyls)
    return lipid(head, chains, spelling)


def _chains_of(text: str, needs_bonds: bool) -> list[Chain] | None:
    """The chains of a text; what parentheses or brackets enclose, and of alternatives of equal sum the first."""
    tries = [text]
    if text[:1] + text[-1:] in ("()", "[]"):
        tries.insert(0, text[1:-1].strip())
    for each in tries:
        parts = each.split(", ") if "/" in each.split(",")[0] else [each]
        alternatives = [found for part in parts if (found := chains_in(part.strip(), needs_bonds))]
        if len(alternatives) == len(parts):
            sums = {(total(chains).carbons, total(chains).double_bonds) for chains in alternatives}
            return alternatives[0] if len(sums) == 1 else None
    return None


def lipid(head: Head, chains: list[Chain], spelling: Spelling) -> MetaboliteClass | None:
    """A lipid from its head and chains; none where the number of chains or the carbons are impossible."""
    present = [chain for chain in chains if chain.carbons]
    if not present or len(chains) > max(head.chains, 4):
        return None
    if any(chain.is_labelled for chain in present):
        return MetaboliteClass("others", "labelled standards", f"{head.shorthand} {total(present).shorthand} labelled")
    if len(present) < len(chains) and len(present) == 1 and head.shorthand in LYSO:
        head = head_of(LYSO[head.shorthand])
    if len(present) > max(head.chains, 2 if head.shorthand == "ST" else 1):
        return None
    if head.main_class == "acyl_carnitines":
        return carnitine_ester(present[0], spelling)
    if head.main_class == "free_fatty_acids":
        return free_acid(present[0], spelling) if present[0].linkage == "acyl" else None
    if head.main_class == "sphingolipids":
        return _sphingolipid(head, present, spelling)
    return _glycerol_or_other(head, present, spelling)


def _glycerol_or_other(head: Head, chains: list[Chain], spelling: Spelling) -> MetaboliteClass | None:
    """A lipid whose chains are summed as they are; those of vinyl ethers are named without the ether's double bond."""
    whole = total(chains)
    if head.shorthand == "ST" and any(chain.linkage == "sphingoid base" for chain in chains):
        return _sphingolipid(head_of("SHexCer"), chains, spelling)  # ST stands for sulfatides in some programs
    if any(chain.linkage == "sphingoid base" for chain in chains) or not whole.is_possible:
        return None
    named = replace(whole, double_bonds=whole.double_bonds - sum(c.linkage == "vinyl ether" for c in chains))
    ether = ETHER.get(whole.linkage, "")
    kind = f"ether {head.subclass}" if ether else head.subclass
    name = f"{head.shorthand} {ether}{named.shorthand}"
    return MetaboliteClass(head.main_class, kind, name, whole.carbons, whole.double_bonds, spelling=spelling)


def _sphingolipid(head: Head, chains: list[Chain], spelling: Spelling) -> MetaboliteClass | None:
    """A sphingolipid: base and acyl group, their sum, or the acyl group alone upon the usual base."""
    dihydro, assumed = head.shorthand in DIHYDRO, None
    if dihydro:
        head = head_of(DIHYDRO[head.shorthand])
    is_sum = len(chains) > 1 or chains[0].linkage == "sphingoid base" or chains[0].oxygens > 1
    if head.shorthand not in SINGLE_BASE and not is_sum and chains[0].carbons <= LONGEST_ACYL:
        chains = [DIHYDRO_BASE if dihydro else BASE, chains[0]]
        assumed = f"sphingoid base {'18:0' if dihydro else '18:1'};O2"
    whole = total(chains)
    oxygens = whole.all_oxygens
    if not any(chain.linkage == "sphingoid base" or chain.oxygens for chain in chains):
        oxygens += 2  # older lists leave out the two hydroxyl groups of the base
    whole = Chain(whole.carbons, whole.double_bonds, oxygens=oxygens)
    if not whole.is_possible:
        return None
    name = f"{head.shorthand} {whole.shorthand}"
    return MetaboliteClass(
        "sphingolipids", head.subclass, name, whole.carbons, whole.double_bonds, assumed=assumed, spelling=spelling
    )
