"""Small molecules by the grammar of their names: peptides, nucleotides, bile acids, steroids, what is modified."""

from __future__ import annotations

import re
from dataclasses import replace

from firstdose.metabolites.names.acids import acid_or_anion
from firstdose.metabolites.names.metabolite_class import MetaboliteClass
from firstdose.metabolites.names.vocabulary import look_up

_MODIFIER = re.compile(
    r"(?:\(?\d[\d,']*\)?-|n\d{0,2}(?:,n?\d{0,2})*-|[os]\d?-|(?:alpha|beta|gamma|delta|epsilon|omega|pi|tau)-|"
    r"para-|meta-|ortho-|[pm]-|[ld]-|trans-|cis-)*"
    r"(?:di|tri|tetra|mono)?(?:hydroxymethyl|hydroxy|methoxy|methylthio|carboxymethyl|methyl|ethyl|acetyl|formyl|"
    r"carbamoyl|carboxy|deoxy|nitro|chloro|bromo|iodo|fluoro|phosphoryl|phospho|amino|sulfo|oxo|keto|dehydro|dihydro|"
    r"succinyl|propionyl|lactoyl|lactyl|homo|nor|iso|ureido|seleno|thio|anhydro|isopentenyl|phenyl|o-methyl|imino|"
    r"guanidino|threonyl|glucuronosyl|adenosyl|aminopropyl|galactosyl|glucosyl|oxalyl|malonyl|butyryl)[- ]?"
)
_CONJUGATE = re.compile(
    r"[- ]?(?:\(?\d*[abo]?'?\)?-?)?(?:alpha-|beta-|o-|n-)?(?:sulfate|disulfate|monosulfate|glucuronide|glucoside|"
    r"sulfoxide|sulfone|n-oxide|betaine|lactone|lactam|methyl ester|ethyl ester|riboside|semialdehyde|amide|hydrate|"
    r"oxime)(?: \(?\d\)?)?$"
)
_PHOSPHATE = re.compile(
    r"[- ]?(?:alpha-?)?\(?(?:\d'?(?:,\d'?)*)?\)?[- ]?(?:cyclic[- ]?)?(?:mono|di|tri|bis|cyclic mono)?-?phosphate$"
)
PHOSPHATES = {"nucleotides": "nucleotides", "sugars": "sugar phosphates", "amino_acids": "amino acid derivatives"}
MODIFIED = {
    "amino acids": "amino acid derivatives",
    "nucleobases": "modified nucleobases",
    "nucleosides": "modified nucleosides",
}
NOT_MODIFIED = "carnitine and its precursors"  # what is put upon carnitine decides its class
DEEPEST = 4  # modifications

_NUCLEOTIDE = re.compile(
    r"(?:\d',?)*-?(?:d|c|cyclic[- ])?-?(?:[acgutix]|dt)(?:mp|dp|tp)(?: cyclic)?(?: ?/ ?[acgui][mdt]p)?"
)
_SUGAR_NUCLEOTIDE = re.compile(r"(?:[ugca]|dt)[dm]p-?(?:d-|l-|alpha-)*(?P<sugar>[a-z0-9' -]+)")
_ACYLS = (
    "alanyl|arginyl|asparaginyl|aspartyl|cysteinyl|glutaminyl|glutamyl|glycyl|histidyl|hydroxyprolyl|isoleucyl|leucyl|lysyl|"
    "methionyl|phenylalanyl|prolyl|pyroglutamyl|seryl|threonyl|tryptophyl|tyrosyl|valyl"
)
_LETTERS = "ala|arg|asn|asp|cys|gln|glu|gly|his|ile|leu|lys|met|phe|pro|ser|thr|trp|tyr|val|hyp|pyr|pglu"
_PEPTIDE = re.compile(
    rf"(?:cyclo ?\()?(?:(?:gamma|alpha|beta|epsilon|l|d|n-acetyl)-)*(?:(?:{_ACYLS})[- ]?(?:l-|d-)?)+"
    r"(?P<last>[a-z -]+?)\)?"
)
_LETTERED = re.compile(rf"(?:cyclo ?\(?)?(?:gamma-|g-|h-)?(?:{_LETTERS})(?:[- ](?:{_LETTERS})){{1,7}}\)?(?:-oh)?")
_BILE_ACID = re.compile(
    r"(?:\(?[\d,]++[ab]?\)?|alpha|beta|omega|lambda|tauro|glyco|glycine|nor|iso|allo|urso|cheno|deoxy|litho|hyo|muri|"
    r"keto|oxo|dehydro|tri|di|hydroxy|sulfo|epi|apo|[- ])*"
    r"chol(?:an|en|est)?(?:o)?(?:ic acid|ate|oic acid|enoic acid|oate)"
    r"(?:[- ]?\(?(?:\d+[- ]?)?(?:o-)?(?:sulfate|glucuronide|sulphate)\)?)*(?: \(?\d\)?)?"
)
_STEROID_STEM = re.compile(
    r"pregn|androst|estra|estr(?:one|iol|adiol)|oestr|cholest|cholan|ergost|stigmast|campest|lanost|"
    r"(?:hydro|deoxy|hydroxy)cort|dhea|etiochol"
)
_STEROID_END = re.compile(
    r"(?:ol|one|al|diol|triol|tetrol|dione|olone|ane|ene|dhea|ster(?:one|ol))"
    r"(?:[- (]*(?:\d++[abelpht]*[- ,)]*)*(?:mono|di|bis)?(?:sulfate|glucuronide|sulphate|acetate)\)?)*"
    r"(?: ?\(\d+\))?\*?$"
)
_OXYLIPIN = re.compile(
    r"(?:\+/-)?(?:\([\drs,ez/+-]{1,12}\)-?)?(?:oxo-?|keto-?|tetranor-?|dihydro-?|bicyclo-?|deoxy-?|delta-?|iso-?|"
    r"(?:[\d,]++[rsez]?)(?:\([rsez]\))?,?-?)*"
    r"(?:hp?ode|hotre|hpotre|kode|ohode|oxoode|hp?ete|kete|oxoete|hp?epe|hdo?he|hdpa|dihome|trihome|epome|home|"
    r"dihete|dihetre|dihet|dhet|epetre|eet|epete|epdpe|dihdpe|dihdopa|hhtre?|hetre|hotr|pg[a-j]\d(?:alpha)?|tx[ab]\d|"
    r"lt[a-f]\d|lx[ab]\d|rv[de]\d|mar\d|pd1|f2-?isoprostane)s?(?:[- ](?:ea|g|methyl ester))?"
    r"(?: ?\+ ?[\d,-]+(?:hode|hete|dihome|epome))*"
)
_OXYLIPIN_WORD = re.compile(
    r"(?:[\w',()+-]+-)?(?:prostaglandin|thromboxane|leukotriene|lipoxin|resolvin|maresin|protectin|isoprostane|"
    r"neuroprostane|hepoxilin)s?(?: [a-z]\d?[\w()-]*)?"
)


def by_grammar(text: str) -> MetaboliteClass | None:
    """The class of a small molecule whose name is put together from known parts."""
    if _OXYLIPIN.fullmatch(text) or _OXYLIPIN_WORD.fullmatch(text):
        return MetaboliteClass("others", "oxylipins", text)
    if _NUCLEOTIDE.fullmatch(text):
        return MetaboliteClass("nucleotides", "nucleotides", text)
    tries = (_sugar_nucleotide, _peptide, _bile_acid, _steroid, modified)
    return next((found for each in tries if (found := each(text)) is not None), None)


def _sugar_nucleotide(text: str) -> MetaboliteClass | None:
    """`UDP-glucose`, `GDP-fucose`, `UDP-N-acetylglucosamine`."""
    found = _SUGAR_NUCLEOTIDE.fullmatch(text)
    sugar = look_up(found["sugar"].strip("- ")) if found else None
    return MetaboliteClass("nucleotides", "nucleotide sugars", text) if sugar and sugar.main_class == "sugars" else None


def _peptide(text: str) -> MetaboliteClass | None:
    """`gamma-glutamylleucine`, `Ala-Gly`, `cyclo(Leu-Pro)`."""
    found = _PEPTIDE.fullmatch(text)
    last = look_up(found["last"]) if found else None
    if _LETTERED.fullmatch(text) or (last is not None and last.main_class == "amino_acids"):
        return MetaboliteClass("amino_acids", "peptides", text)
    return None


def _bile_acid(text: str) -> MetaboliteClass | None:
    """`taurochenodeoxycholate 3-sulfate`, `7-ketolithocholic acid`."""
    if not _BILE_ACID.fullmatch(text):
        return None
    name = re.sub(r"ate(?=$|[- ]\(?\d*[- ]?(?:sulfate|glucuronide))", "ic acid", text, count=1)
    return MetaboliteClass("bile_acids", "bile acids", name)


def _steroid(text: str) -> MetaboliteClass | None:
    """`5alpha-pregnan-3beta,20alpha-diol monosulfate`, `16-hydroxyestrone`, `24S-hydroxycholesterol`."""
    if not (_STEROID_STEM.search(text) and _STEROID_END.search(text)) or re.search("[:/]", text):
        return None
    is_sterol = "cholest" in text or text.endswith("sterol")
    return MetaboliteClass("sterols", "cholesterol and other sterols" if is_sterol else "steroid hormones", text)


def modified(text: str, depth: int = 0) -> MetaboliteClass | None:
    """A known small molecule with groups before it or a conjugate behind it, in the class of the molecule."""
    if depth:
        found = look_up(text)
        if found is not None:
            return None if found.subclass == NOT_MODIFIED else replace(found, name=text)
    if depth > DEEPEST:
        return None
    return _with_phosphate(text, depth) or _with_conjugate(text, depth) or _with_modifier(text, depth)


def _base(text: str, depth: int) -> MetaboliteClass | None:
    """What a name without one of its parts is, an aliphatic acid of few carbons among them."""
    found = modified(text, depth + 1)
    if found is None and depth < DEEPEST:
        chain = acid_or_anion(text)
        if chain is not None and (chain.is_dicarboxylic or chain.carbons < 6):
            return MetaboliteClass("organic_acids", "other organic acids", text)
    return found


def _with_phosphate(text: str, depth: int) -> MetaboliteClass | None:
    """`glucose 6-phosphate`, `adenosine 5'-monophosphate`, `phosphoserine` is a modifier's."""
    rest = _PHOSPHATE.sub("", text)
    base = modified(rest, depth + 1) if rest and rest != text else None
    if base is None:
        return None
    return replace(base, subclass=PHOSPHATES.get(base.main_class, base.subclass), name=text)


def _with_conjugate(text: str, depth: int) -> MetaboliteClass | None:
    """`dopamine sulfate`, `methionine sulfoxide`, `cortisol glucuronide`."""
    rest = _CONJUGATE.sub("", text)
    base = _base(rest, depth) if rest and rest != text else None
    return replace(base, subclass=MODIFIED.get(base.subclass, base.subclass), name=text) if base else None


def _with_modifier(text: str, depth: int) -> MetaboliteClass | None:
    """`3-methylhistidine`, `2'-deoxyguanosine`, `N-acetylglucosamine`, `4-hydroxyphenylpyruvate`."""
    found = _MODIFIER.match(text)
    if found is None or found.end() == len(text):
        return None
    base = modified(text[found.end() :].lstrip("-"), depth + 1)
    return replace(base, subclass=MODIFIED.get(base.subclass, base.subclass), name=text) if base else None
