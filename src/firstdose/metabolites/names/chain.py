"""A chain of carbons, or the sum of several, as shorthand gives it: 16:0, 18:1;OH, DC5:0, O-34:1."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Linkage = Literal["acyl", "ether", "vinyl ether", "sphingoid base"]
LONGEST_CHAIN = 120  # carbons, all chains of a cardiolipin together
BASE_HYDROXYLS = {"m": 1, "d": 2, "t": 3}


@dataclass(frozen=True)
class Chain:
    """Carbons and double bonds, those of a vinyl ether included, and other groups.

    `oxygens` are those whose kind is not said (`;O`); a sphingoid base counts its hydroxyl groups there. `is_branched`
    and `linkage` say how carbons are joined, where that is known.
    """

    carbons: int
    double_bonds: int = 0
    hydroxyls: int = 0
    oxo: int = 0
    oxygens: int = 0
    is_dicarboxylic: bool = False
    is_branched: bool = False
    linkage: Linkage = "acyl"
    is_labelled: bool = False

    @property
    def all_oxygens(self) -> int:
        """Oxygens besides those that join the chain to its head."""
        return self.hydroxyls + self.oxo + self.oxygens

    @property
    def is_possible(self) -> bool:
        """Whether so many double bonds fit into so many carbons."""
        return 0 < self.carbons <= LONGEST_CHAIN and 2 * self.double_bonds <= max(self.carbons, 2)

    @property
    def shorthand(self) -> str:
        """Such as 16:0;OH, DC5:0 or 18:1;OH;oxo."""
        text = f"{'DC' if self.is_dicarboxylic else ''}{self.carbons}:{self.double_bonds}"
        text += _group("OH", self.hydroxyls, "(OH){}") + _group("oxo", self.oxo, "(oxo){}")
        return text + (f";O{self.oxygens if self.oxygens > 1 else ''}" if self.oxygens else "")

    def with_oxygens_as_hydroxyls(self) -> Chain:
        """The chain with oxygens of unknown kind counted as hydroxyl groups, as lists of targets mean them."""
        return replace(self, hydroxyls=self.hydroxyls + self.oxygens, oxygens=0)


def _group(word: str, count: int, several: str) -> str:
    return "" if not count else f";{word}" if count == 1 else ";" + several.format(count)


def total(chains: list[Chain]) -> Chain:
    """The sum of chains; the linkage is the one that is not acyl, if there is one."""
    linkages = [each.linkage for each in chains if each.linkage not in ("acyl", "sphingoid base")]
    return Chain(
        carbons=sum(each.carbons for each in chains),
        double_bonds=sum(each.double_bonds for each in chains),
        hydroxyls=sum(each.hydroxyls for each in chains),
        oxo=sum(each.oxo for each in chains),
        oxygens=sum(each.oxygens for each in chains),
        is_dicarboxylic=any(each.is_dicarboxylic for each in chains),
        is_branched=any(each.is_branched for each in chains),
        linkage=linkages[0] if linkages else "acyl",
        is_labelled=any(each.is_labelled for each in chains),
    )


_LINK = r"(?:(?P<link>o|p|e|a|i|ai|d|t|m|n|dm)-?(?=c?\d))?"
_TAIL = "|".join(
    (
        r"(?P<db>\((?:\d{1,2}[ezct]{0,2}|cis|trans|[ezct])(?:,\d{1,2}[ezct]{0,2})*\))",
        r"(?P<dc>[-;]?dc|;cooh)",
        r"(?P<oh>[-;]?\((?:\d{0,2}[rs]?-?)oh\)(?P<ohn>\d?)|[-;,]?\d?[rs]?-?oh(?P<ohm>\d?)|(?<=\d)h(?![a-z]))",
        r"(?P<oxo>;\(?oxo\)?|[-;]oxo|;\d{1,2}oxo|-keto)",
        r"(?P<o>;(?P<of>\d?)o(?P<ob>\d?)|\+(?P<og>\d?)o(?![h\d])|\((?P<oi>\d?)o\))",
        r"(?P<omega>[ ,]?\(?(?:n|w|omega)-?\d{1,2}(?:[ct]|cis|trans)?"
        r"(?:(?: or |/|,)(?:\d{0,2}[nw])?-?\d{1,2}[ct]?)*\)?)",
        r"(?P<methyl>[-;]m(?=$|[-)])|;me)",
        r"(?P<label>[-;]?\(d\d{1,2}\)|[-;]d\d{1,2}|;\[?d\d{1,2}\]?)",
        r"(?P<late>(?<=\d)[ep])",
        r"(?P<place>[-_]sn-?\d|\(sn-?\d\))",
        r"(?P<where> (?:cis|trans)-?\d{1,2}(?:,\d{1,2})*)",
        r"(?P<word>(?<=\d)(?:c|t|cis|trans)(?:/(?:c|t|cis|trans))?(?![a-z]))",
    )
)
_TAILS = re.compile(_TAIL)
_CHAIN = re.compile(rf"(?:(?P<dcfront>dc-?)(?=\d)|{_LINK})c? ?(?P<carbons>\d{{1,3}})(?:[:.](?P<bonds>\d{{1,2}}))?")


def chain_at(text: str, place: int, needs_bonds: bool = True) -> tuple[Chain, int] | None:
    """The chain that begins at a place of a plain text, and the place behind it."""
    head = _CHAIN.match(text, place)
    if head is None or (needs_bonds and head["bonds"] is None):
        return None
    found = _with_link(Chain(int(head["carbons"]), int(head["bonds"] or 0)), head["link"])
    if found is None:
        return None
    found = replace(found, is_dicarboxylic=head["dcfront"] is not None)
    place = head.end()
    while tail := _TAILS.match(text, place):
        found = _with_tail(found, tail)
        place = tail.end()
    return (found, place) if found.is_possible else None


def _with_link(chain: Chain, link: str | None) -> Chain | None:
    """A chain whose link stands before it: O-16:0, P-16:0, d18:1."""
    if link in BASE_HYDROXYLS:
        return replace(chain, linkage="sphingoid base", oxygens=BASE_HYDROXYLS[link])
    if link in ("o", "e"):
        return replace(chain, linkage="ether")
    if link == "p":
        return replace(chain, linkage="vinyl ether", double_bonds=chain.double_bonds + 1)
    return replace(chain, is_branched=link in ("i", "a", "ai"))


def _with_tail(chain: Chain, tail: re.Match[str]) -> Chain:
    """A chain with what one group behind it says."""
    if tail["dc"]:
        return replace(chain, is_dicarboxylic=True)
    if tail["oh"]:
        return replace(chain, hydroxyls=chain.hydroxyls + int(tail["ohn"] or tail["ohm"] or 1))
    if tail["oxo"]:
        return replace(chain, oxo=chain.oxo + 1)
    if tail["o"]:
        count = next((each for each in (tail["of"], tail["ob"], tail["og"], tail["oi"]) if each), "1")
        return replace(chain, oxygens=chain.oxygens + int(count))
    if tail["methyl"]:
        return replace(chain, carbons=chain.carbons + 1, is_branched=True)
    if tail["label"]:
        return replace(chain, is_labelled=True)
    if tail["late"]:
        return _with_link(chain, tail["late"]) or chain
    return chain


_SEPARATOR = re.compile(r" ?[/_,|+] ?|-(?=(?:[opdtm]-?)?c?\d+:)| (?=(?:[opdtm]-?)?c?\d+:)")


def chains_in(text: str, needs_bonds: bool = True) -> list[Chain] | None:
    """All chains of a text such as `16:0/18:1(9Z)`, `16:0_18:1` or `d18:1/24:0`, if it holds nothing else."""
    found: list[Chain] = []
    place = 0
    while True:
        chain = chain_at(text, place, needs_bonds) or _no_chain_at(text, place)
        if chain is None:
            return None
        found.append(chain[0])
        place = chain[1]
        if place == len(text):
            return found
        separator = _SEPARATOR.match(text, place)
        if separator is None:
            return None
        place = separator.end()


def _no_chain_at(text: str, place: int) -> tuple[Chain, int] | None:
    """The 0:0 that stands where a lysolipid has no chain."""
    nothing = re.compile(r"0:0").match(text, place)
    return (Chain(0), nothing.end()) if nothing else None
