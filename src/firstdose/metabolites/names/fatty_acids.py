"""Fatty acids and other aliphatic acids: oleic acid, linoleate, 9-octadecenoic acid, DHA, C18:1n9, 18:2 n-6."""

from __future__ import annotations

import re
from dataclasses import replace

from firstdose.metabolites.names.acids import abbreviations, acid_or_anion
from firstdose.metabolites.names.chain import Chain, chains_in
from firstdose.metabolites.names.chain_classes import SHORTEST_HYDROXY_FATTY_ACID, carnitine_ester, free_acid
from firstdose.metabolites.names.metabolite_class import MetaboliteClass
from firstdose.metabolites.names.spelling import compact

_PLACE = re.compile(r"\d[ ,]?\(?(?:n|w|omega)-?\d{1,2}| (?:cis|trans)-?\d|^(?:i|ai|a)-?c?\d")
_BRANCHED = re.compile(r"^(?:iso|anteiso)[- ]?(?=c?\d+:\d)|(?P<behind>.*\d)[- ](?:iso|anteiso)$")
_BARE = re.compile(r"(?:(?:i|ai|a)-?)?c? ?\d{1,2}[:.]\d{1,2}.*")
_ABBREVIATED = re.compile(r"(?P<front>n-?[36] ?)?(?P<word>[a-z]+)(?P<behind>[- ]?n-?[36])?")
_TWO_GROUPS = re.compile(r"dica ?\(?(?P<chain>\d{1,2}:\d{1,2})\)?")
SHORTEST_ALONE = 2  # carbons


def in_words(text: str) -> MetaboliteClass | None:
    """`oleic acid`, `linoleate`, `cis-9-octadecenoic acid`, `2-hydroxypalmitate`, `hexadecanedioic acid`, `DHA`."""
    chain = acid_or_anion(text)
    if chain is not None:
        is_systematic = re.search(r"(?:an|en|yn)[- ]?(?:e-?di)?o(?:ic acid|ate)$", text) is not None
        found = free_acid(chain, "systematic" if is_systematic else "everyday")
        is_long = chain.is_dicarboxylic and chain.carbons >= SHORTEST_HYDROXY_FATTY_ACID
        is_plain = is_long and not chain.is_branched and not chain.all_oxygens
        is_small = found.main_class == "organic_acids" and not is_plain
        return replace(found, name=_own_name(text)) if is_small else found
    short = _ABBREVIATED.fullmatch(text)
    known = abbreviations().get(short["word"]) if short else None
    known = known or abbreviations().get(compact(text))
    return free_acid(known, "everyday") if known else None


# Short acids are metabolites of their own, which a composition would not tell apart
_USUAL_NAMES = {
    "methanoic": "formic", "ethanoic": "acetic", "propanoic": "propionic", "butanoic": "butyric",
    "pentanoic": "valeric",
    "hexanoic": "caproic", "ethanedioic": "oxalic", "propanedioic": "malonic", "butanedioic": "succinic",
    "pentanedioic": "glutaric", "hexanedioic": "adipic", "keto": "oxo", "alpha-": "2-", "beta-": "3-", "gamma-": "4-",
}  # fmt: skip
_STEREOCHEMISTRY = re.compile(r"^(?:\((?:r|s|\+|-|\+/-)\)|dl|d|l|r|s)-")


def _own_name(text: str) -> str:
    """The usual name of an acid or its anion: `3-hydroxybutyric acid` for `beta-hydroxybutanoate`."""
    adjective = text.removesuffix("acid").strip() if text.endswith("acid") else f"{text.removesuffix('ate')}ic"
    adjective = _STEREOCHEMISTRY.sub("", adjective)
    for word, usual in _USUAL_NAMES.items():
        adjective = adjective.replace(word, usual)
    return f"{adjective} acid"


def with_place(text: str) -> MetaboliteClass | None:
    """`C18:1n9`, `18:2 n-6`, `i-17:0`: a chain with the place of its double bond or its branch is a fatty acid.

    `DiCA(12:0)` is a dicarboxylic one, as Biocrates writes it.
    """
    two_groups = _TWO_GROUPS.fullmatch(text)
    if two_groups:
        chain = _bare_chain(two_groups["chain"])
        return free_acid(replace(chain, is_dicarboxylic=True), "biocrates") if chain else None
    branched = _BRANCHED.match(text)
    if branched:
        text = f"i-{branched['behind'] or text[branched.end() :]}"
    chain = _bare_chain(text) if _PLACE.search(text) else None
    return free_acid(chain, "everyday") if chain else None


def bare_chain(text: str) -> tuple[MetaboliteClass, ...]:
    """`16:0`, `C18:1`: what a chain alone may mean, an acyl-carnitine or a fatty acid."""
    chain = _bare_chain(text)
    if chain is None:
        return ()
    return (carnitine_ester(chain, "biocrates"), free_acid(chain, "everyday"))


def _bare_chain(text: str) -> Chain | None:
    """The chain, if the text is one and nothing else."""
    if not _BARE.fullmatch(text):
        return None
    chains = chains_in(text.replace("c ", "c", 1))
    if not chains or len(chains) != 1 or chains[0].linkage != "acyl" or chains[0].carbons < SHORTEST_ALONE:
        return None
    return chains[0]
