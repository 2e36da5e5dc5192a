"""What is made of aliphatic acids and is none: esters, amides, acyl-CoA, acylated amino acids, alcohols, aldehydes."""

from __future__ import annotations

import re

from firstdose.metabolites.names.acids import acid, acid_or_anion, acyl, numeric_stems
from firstdose.metabolites.names.chain import Chain
from firstdose.metabolites.names.metabolite_class import MetaboliteClass

ALKYLS = (
    "methyl|ethyl|propyl|isopropyl|n-propyl|butyl|isobutyl|tert-butyl|pentyl|isoamyl|isopentyl|hexyl|octyl|decyl|cetyl|"
    "benzyl|glycidyl|trimethylsilyl|tms|retinyl|ascorbyl|tocopheryl|vinyl|allyl|geranyl|phytyl|lauryl|myristyl|palmityl|"
    "stearyl|oleyl|hexadecyl|octadecyl|2-ethylhexyl"
)
_ESTER_FRONT = re.compile(rf"(?P<alkyl>{ALKYLS})[- ](?P<acid>.+?(?:ate| acid))(?: ester)?")
_ESTER_BEHIND = re.compile(rf"(?P<acid>.+? acid|.+?ate)[,]?[- ](?P<alkyl>{ALKYLS})[- ]?ester")
_COENZYME = re.compile(r"(?P<acyl>.+?yl)[- ]?(?:coa|coenzyme a|co-?a|s-coa)")
_CHOLINE = re.compile(r"(?:o-)?(?P<acyl>.+?yl)[- ]?choline")
_ETHANOLAMIDE = re.compile(r"(?:n-)?(?P<acyl>.+?yl)[- ]?(?:ethanolamide|ethanolamine|ea)")
_AMIDE = re.compile(r"(?P<stem>.+?)amide")
AMINO_ACIDS = (
    "glycine|alanine|valine|leucine|isoleucine|serine|threonine|phenylalanine|tyrosine|tryptophan|glutamine|glutamate|"
    "glutamic acid|asparagine|aspartate|aspartic acid|lysine|arginine|histidine|methionine|cysteine|proline|taurine|"
    "ornithine|gaba|dopamine|serotonin"
)
_ACYLATED = re.compile(rf"(?:n\d?-|n-alpha-|n-epsilon-)?(?P<acyl>.+?yl)[- ]?(?:l-|d-)?(?P<amino>{AMINO_ACIDS})")
_STEMS = "|".join(sorted(numeric_stems(), key=len, reverse=True))
_ALCOHOL = re.compile(
    rf"(?:\(?[\dez,]+\)?-)*(?:trans-|cis-|n-)?(?P<stem>{_STEMS})(?:(?:-?\d+-?)?(?P<kind>an|en|adien))(?:-\d+-|-)?(?P<end>ol|al)"
)
_ALKYL_ALCOHOL = re.compile(r"(?P<stem>[a-z]+)yl alcohol")
_SHORTEST = 6  # carbons of an alcohol or aldehyde that is called fatty


def in_words(text: str) -> MetaboliteClass | None:
    """The class of a derivative of an aliphatic acid; None for anything else."""
    tries = (_ester, _acyl_coa, _acylcholine, _n_acyl, _alcohol_or_aldehyde)
    return next((found for each in tries if (found := each(text)) is not None), None)


def _other(subclass: str, name: str, chain: Chain) -> MetaboliteClass:
    return MetaboliteClass("others", subclass, name, chain.carbons, chain.double_bonds)


def _ester(text: str) -> MetaboliteClass | None:
    """`palmitic acid methyl ester`, `ethyl oleate`, `retinyl palmitate`."""
    found = _ESTER_FRONT.fullmatch(text) or _ESTER_BEHIND.fullmatch(text)
    chain = acid_or_anion(found["acid"]) if found else None
    if found is None or chain is None:
        return None
    subclass = "esters of dicarboxylic acids" if chain.is_dicarboxylic else "fatty acid esters"
    return _other(subclass, f"FA {chain.shorthand} {found['alkyl']} ester", chain)


def _acyl_coa(text: str) -> MetaboliteClass | None:
    """`acetyl-CoA`, `palmitoyl coenzyme A`."""
    found = _COENZYME.fullmatch(text)
    chain = acyl(found["acyl"]) if found else None
    return _other("acyl-CoA", f"CoA {chain.shorthand}", chain) if chain else None


def _acylcholine(text: str) -> MetaboliteClass | None:
    """`oleoylcholine`, which is no phospholipid."""
    found = _CHOLINE.fullmatch(text)
    chain = acyl(found["acyl"]) if found else None
    return _other("acylcholines", f"acylcholine {chain.shorthand}", chain) if chain else None


def _n_acyl(text: str) -> MetaboliteClass | None:
    """`oleoylethanolamide`, `hexanoylglycine`, `N-acetyl-L-leucine`, `palmitamide`."""
    found = _ETHANOLAMIDE.fullmatch(text)
    chain = acyl(found["acyl"]) if found else None
    if chain:
        return _other("N-acylethanolamines", f"NAE {chain.shorthand}", chain)
    found = _ACYLATED.fullmatch(text)
    chain = acyl(found["acyl"]) if found else None
    if found and chain:
        return _acylated_amino_acid(chain, found["amino"])
    found = _AMIDE.fullmatch(text)
    chain = acid(f"{found['stem']}ic") or acid(f"{found['stem']}oic") if found else None
    if chain is None or chain.carbons < _SHORTEST:
        return None
    return _other("fatty amides", f"FAM {chain.shorthand}", chain)


def _acylated_amino_acid(chain: Chain, amino: str) -> MetaboliteClass | None:
    """Acetylated and formylated amino acids are amino acid derivatives; with longer acyl groups they are not."""
    amino = re.sub(r"(?:ic acid|ate)$", "ate", amino)
    name = f"{amino} N-acyl {chain.shorthand}"
    if chain.carbons <= 2:
        return MetaboliteClass("amino_acids", "amino acid derivatives", name)
    return _other("acylglycines" if amino == "glycine" else "N-acyl amino acids", name, chain)


def _alcohol_or_aldehyde(text: str) -> MetaboliteClass | None:
    """`1-octadecanol`, `hexadecanal`, `palmityl alcohol`."""
    found = _ALCOHOL.fullmatch(text)
    if found:
        bonds = {"an": 0, "en": 1, "adien": 2}[found["kind"]]
        chain = Chain(numeric_stems()[found["stem"]], bonds)
        is_alcohol = found["end"] == "ol"
    else:
        found = _ALKYL_ALCOHOL.fullmatch(text)
        known = acid(f"{found['stem']}ic") or acid(f"{found['stem']}anoic") if found else None
        if known is None:
            return None
        chain, is_alcohol = known, True
    if chain.carbons < _SHORTEST:
        return None
    head = "FOH" if is_alcohol else "FAL"
    return _other("fatty alcohols" if is_alcohol else "fatty aldehydes", f"{head} {chain.shorthand}", chain)
