"""Lipids in words: 1-palmitoyl-2-oleoyl-GPC, tripalmitin, cholesteryl oleate, N-palmitoylsphingosine."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from firstdose.metabolites.names.acids import acid, acid_or_anion, acyl, numeric_stems
from firstdose.metabolites.names.chain import Chain
from firstdose.metabolites.names.lipid_shorthand import BASE, DIHYDRO_BASE, head_of, lipid
from firstdose.metabolites.names.metabolite_class import MetaboliteClass

GLYCEROPHOSPHO = {
    "c": "PC", "choline": "PC", "e": "PE", "ethanolamine": "PE", "i": "PI", "inositol": "PI", "s": "PS", "serine": "PS",
    "g": "PG", "glycerol": "PG", "a": "PA", "ate": "PA", "ic acid": "PA", "l-serine": "PS",
}  # fmt: skip
_PHOSPHO = r"(?:lyso-)?(?:sn-?)?glycer(?:o|yl)(?:-?3)?-?phospho(?:ryl)?-?"
_ALCOHOL = "choline|ethanolamine|inositol|l-serine|serine|glycerol|ate"
_GP = re.compile(
    rf"(?P<acyls>.+?)[- ](?:gp(?P<letter>[ceisga])|{_PHOSPHO}(?P<word>{_ALCOHOL}))"
    rf"|(?P<joined>.+yl){_PHOSPHO}(?P<joined_word>{_ALCOHOL})"
)
_PHOSPHATIDYL = re.compile(
    r"(?P<acyls>.+yl)[- ]?(?P<lyso>lyso-?)?"
    r"phosphatid(?:yl[- ]?(?P<word>choline|ethanolamine|inositol|serine|glycerol)|(?P<acid>ic acid|ate))"
)
_GLYCEROL = re.compile(r"(?P<acyls>.+yl\)?)[- ]?(?:(?:rac|sn|l)-)?glycerol(?: ester)?")
_GLYCERIDE = re.compile(r"(?:\d(?:,\d)*-)?(?:rac-)?(?P<count>mono|di|tri)?-?(?P<stem>[a-z]+)in")
_GLYCERYL = re.compile(r"gly(?:ceryl|cerol)[- ](?P<count>mono|di|tri)?(?P<stem>[a-z]+)ate")
_CHOLESTERYL = re.compile(
    r"cholester(?:yl|ol)[- ](?P<acid>.+?(?:ate|acid))(?: ester)?|(?P<acyl>.+yl)[- ]cholesterol(?: ester)?"
)
BASE_LENGTHS = {"tetradeca": 14, "pentadeca": 15, "hexadeca": 16, "heptadeca": 17, "nonadeca": 19, "eicosa": 20}
_LENGTH = rf"(?P<length>{'|'.join(BASE_LENGTHS)})?"
_SPHINGO = re.compile(
    r"(?P<head>glycosyl|glucosyl|galactosyl|hexosyl|lactosyl)?-?(?:n-)?\(?(?P<acyl>[a-z0-9,'-]*?yl)\)?[- ]?"
    rf"(?:d-erythro-|l-threo-)?{_LENGTH}(?P<body>(?:dihydro|phyto)?sphingosine|sphinganine|sphingadienine|"
    r"(?:dihydro)?sphingomyelin|(?:dihydro)?ceramide)"
)
_ENYL = re.compile(r"\(?(?:1z?-|o-)?(?:1z?-)?enyl-?(?P<acyl>.+?yl)\)?")
_ALKYL = re.compile(r"\(?o-(?P<stem>[a-z]+?)(?P<unsaturation>en)?yl\)?")
_ALKENYL = re.compile(r"\(?(?:o-)?\(?1z-(?P<stem>[a-z]+?)enyl\)?\)?")
_COUNTS = {"mono": 1, "di": 2, "tri": 3, None: 1}
SHORTEST_ALKYL = 12  # carbons
GLYCERIDES = {1: "MG", 2: "DG", 3: "TG"}
HEXOSES = {
    "glycosyl": "HexCer",
    "glucosyl": "HexCer",
    "galactosyl": "HexCer",
    "hexosyl": "HexCer",
    "lactosyl": "Hex2Cer",
}
BASES = {
    "sphingosine": BASE, "sphinganine": DIHYDRO_BASE, "dihydrosphingosine": DIHYDRO_BASE,
    "sphingadienine": replace(BASE, double_bonds=2), "phytosphingosine": replace(DIHYDRO_BASE, oxygens=3),
    "sphingomyelin": BASE, "dihydrosphingomyelin": DIHYDRO_BASE, "ceramide": BASE, "dihydroceramide": DIHYDRO_BASE,
}  # fmt: skip
FREE_BASES = {
    "sphingosine": BASE, "4-sphingenine": BASE, "sphing-4-enine": BASE, "sphinganine": DIHYDRO_BASE,
    "dihydrosphingosine": DIHYDRO_BASE, "sphingadienine": replace(BASE, double_bonds=2),
    "phytosphingosine": replace(DIHYDRO_BASE, oxygens=3), "4-hydroxysphinganine": replace(DIHYDRO_BASE, oxygens=3),
}  # fmt: skip
_FREE_BASE = re.compile(
    rf"(?:d-erythro-|d-)?(?:c(?P<carbons>\d\d)[- ])?{_LENGTH}"
    rf"(?P<base>{'|'.join(FREE_BASES)})(?P<phosphate>[- ]?1?-?phosphate)?(?: c(?P<behind>\d\d))?"
)


def in_words(text: str) -> MetaboliteClass | None:
    """A lipid of more than one part written in words."""
    tries = (
        _abbreviated,
        _glycerophospholipid,
        _phosphatidyl,
        _glyceride,
        _cholesteryl_ester,
        _free_base,
        _n_acyl_sphingoid,
    )
    return next((found for each in tries if (found := each(text)) is not None), None)


_ABBREVIATED = re.compile(r"(?P<first>[dpsom])(?P<second>[psom])p(?P<head>[ceg])")
_LETTERS = {"p": Chain(16), "s": Chain(18), "o": Chain(18, 1), "m": Chain(14)}
_PLATELET_ACTIVATING = re.compile(r"(?P<lyso>lyso-?)?(?:paf|platelet[- ]activating factor)(?:[- ]\(?c-?16(?::0)?\)?)?")


def _abbreviated(text: str) -> MetaboliteClass | None:
    """`DPPC`, `POPE`, `PAF C-16`."""
    found = _ABBREVIATED.fullmatch(text)
    if found:
        second = _LETTERS[found["second"]]
        chains = [_LETTERS.get(found["first"], second), second]
        return lipid(head_of(f"P{found['head'].upper()}"), chains, "everyday")
    found = _PLATELET_ACTIVATING.fullmatch(text)
    if text in ("s1p", "sph-1p", "sph1p"):
        return lipid(head_of("SPBP"), [BASE], "everyday")
    if found is None:
        return None
    alkyl = Chain(16, linkage="ether")
    return lipid(head_of("LPC" if found["lyso"] else "PC"), [alkyl] if found["lyso"] else [alkyl, Chain(2)], "everyday")


def _glycerophospholipid(text: str) -> MetaboliteClass | None:
    """`1-palmitoyl-2-oleoyl-GPC`, `1-(1-enyl-stearoyl)-2-oleoyl-GPE`, `1-palmitoylglycerophosphocholine`."""
    found = _GP.fullmatch(text)
    if found is None:
        return None
    head = GLYCEROPHOSPHO[found["letter"] or found["word"] or found["joined_word"]]
    return _with_acyls(head, acyls_in(found["acyls"] or found["joined"]))


def _phosphatidyl(text: str) -> MetaboliteClass | None:
    """`dipalmitoylphosphatidylcholine`, `1-palmitoyl-2-oleoyl phosphatidylserine`, `oleoyl-lysophosphatidic acid`."""
    found = _PHOSPHATIDYL.fullmatch(text)
    chains = acyls_in(found["acyls"]) if found else None
    if found is None or not chains or (found["lyso"] and len(chains) > 1):
        return None
    return _with_acyls(GLYCEROPHOSPHO[found["word"] or found["acid"]], chains)


def _with_acyls(head: str, chains: list[Chain] | None) -> MetaboliteClass | None:
    """A glycerophospholipid with one acyl group (lyso) or two."""
    if not chains or len(chains) > 2:
        return None
    return lipid(head_of(f"L{head}" if len(chains) == 1 else head), chains, "metabolon")


def _glyceride(text: str) -> MetaboliteClass | None:
    """`1-palmitoylglycerol`, `oleoyl-linoleoyl-glycerol`, `monoolein`, `tripalmitin`, `glyceryl tristearate`."""
    found = _GLYCEROL.fullmatch(text)
    chains = acyls_in(found["acyls"]) if found else None
    if chains and len(chains) <= 3:
        return lipid(head_of(GLYCERIDES[len(chains)]), chains, "metabolon")
    found = _GLYCERIDE.fullmatch(text) or _GLYCERYL.fullmatch(text)
    chain = acid(f"{found['stem']}ic") if found else None
    if found is None or chain is None or (found["count"] is None and not text.startswith(("1-", "2-", "gly"))):
        return None
    return lipid(head_of(GLYCERIDES[_COUNTS[found["count"]]]), [chain] * _COUNTS[found["count"]], "everyday")


def _cholesteryl_ester(text: str) -> MetaboliteClass | None:
    """`cholesteryl oleate`, `cholesterol palmitate`, `cholesteryl linoleic acid ester`."""
    found = _CHOLESTERYL.fullmatch(text)
    if found is None:
        return None
    chain = acid_or_anion(found["acid"]) if found["acid"] else acyl(found["acyl"])
    return lipid(head_of("CE"), [chain], "everyday") if chain else None


def _free_base(text: str) -> MetaboliteClass | None:
    """`sphingosine`, `sphinganine 1-phosphate`, `phytosphingosine`, `C17-sphingosine`."""
    found = _FREE_BASE.fullmatch(text)
    if found is None:
        return None
    base = FREE_BASES[found["base"]]
    carbons = found["carbons"] or found["behind"] or BASE_LENGTHS.get(found["length"] or "", base.carbons)
    base = replace(base, carbons=int(carbons))
    return lipid(head_of("SPBP" if found["phosphate"] else "SPB"), [base], "everyday")


def _n_acyl_sphingoid(text: str) -> MetaboliteClass | None:
    """`N-palmitoylsphingosine`, `palmitoyl sphingomyelin`, `glycosyl-N-behenoyl-sphingadienine`."""
    found = _SPHINGO.fullmatch(text)
    chain = acyl(found["acyl"].strip("-")) if found else None
    if found is None or chain is None:
        return None
    head = "SM" if found["body"].endswith("sphingomyelin") else HEXOSES.get(found["head"] or "", "Cer")
    base = BASES[found["body"]]
    base = replace(base, carbons=BASE_LENGTHS.get(found["length"] or "", base.carbons))
    made = lipid(head_of(head), [base, chain], "metabolon")
    is_named = "sphing" in found["body"] and not found["body"].endswith("myelin")
    return made if is_named or made is None else replace(made, assumed=f"sphingoid base 18:{base.double_bonds};O2")


@lru_cache(maxsize=5_000)
def acyls_in(text: str) -> list[Chain] | None:
    """The acyl and ether groups of `1-palmitoyl-2-oleoyl`, `1,2-dipalmitoyl`, `1-(1-enyl-stearoyl)-2-oleoyl`."""
    text = re.sub(r"^(?:(?:\(\d(?:,\d)*\)|\d(?:,\d)*|sn|rac|l|d)-)+(?=[a-z(])", "", text.strip("- "))
    one = _one_group(text)
    if one:
        return [one]
    several = re.match(r"(di|tri)(?=[a-z(])", text)
    repeated = _one_group(text[several.end() :].strip("()")) if several else None
    if several and repeated:
        return [repeated] * _COUNTS[several[1]]
    for place in (each.start() for each in re.finditer(r"[-/ ]", text)):
        first = _one_group(text[:place])
        rest = acyls_in(text[place + 1 :]) if first else None
        if first and rest and len(rest) < 3:
            return [first, *rest]
    return None


def _one_group(text: str) -> Chain | None:
    """One acyl, alkyl or alkenyl group."""
    text = text.strip()
    enyl, alkenyl, alkyl = (pattern.fullmatch(text) for pattern in (_ENYL, _ALKENYL, _ALKYL))
    vinyl = acyl(enyl["acyl"]) if enyl else _alkyl(alkenyl["stem"]) if alkenyl else None
    if vinyl:
        return replace(vinyl, linkage="vinyl ether", double_bonds=vinyl.double_bonds + 1)
    ether = _ether(_alkyl(alkyl["stem"])) if alkyl else None
    if alkyl and ether:
        return replace(ether, double_bonds=ether.double_bonds + bool(alkyl["unsaturation"]))
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    stem = text.removesuffix("yl")
    is_alkyl = text.endswith("yl") and (stem in numeric_stems() or (not text.endswith("oyl") and _is_long(acyl(text))))
    return _ether(_alkyl(stem)) if is_alkyl else acyl(text)


def _is_long(chain: Chain | None) -> bool:
    """Whether a chain is that of a fatty alcohol: its group is palmityl, where that of the acid is palmitoyl."""
    return chain is not None and chain.carbons >= SHORTEST_ALKYL and not chain.is_dicarboxylic


def _ether(chain: Chain | None) -> Chain | None:
    return replace(chain, linkage="ether") if chain else None


def _alkyl(stem: str) -> Chain | None:
    """A saturated alkyl group by its stem: hexadec, palmit."""
    carbons = numeric_stems().get(stem)
    return Chain(carbons) if carbons else acid(f"{stem}ic")
