"""Spellings of a name reduced to one: Unicode forms, dashes, primes, Greek letters, spaces, and marks at its end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_NAME = 300

GREEK = {
    "α": "alpha", "β": "beta", "ß": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "κ": "kappa",
    "λ": "lambda", "ω": "omega", "τ": "tau", "π": "pi", "φ": "phi", "ψ": "psi", "χ": "chi", "ϵ": "epsilon",
}  # fmt: skip
PRIMES = dict.fromkeys("′’‘ʹ´`ˈ＇", "'") | {"″": "''", "”": "''", "“": "''"}
OTHER_DASHES = "−⁃⸺➖"
REMOVED = "\u00ad\u200b\u200c\u200d\u2060\ufeff®™"
GREEK_BETWEEN_DOTS = re.compile(r"\.(alpha|beta|gamma|delta|epsilon|omega)\.")
GREEK_ENTITY = re.compile(r"&(alpha|beta|gamma|delta|epsilon|omega);")

END_MARKS = re.compile(r"(?:\s*(?:[*†‡§#]|\[\d+\]|\s_(?:pos|neg)|_(?:pos|neg)$))+$")
WORD_GAP = re.compile(r"(?<=[a-z]{3})(?:_(?!(?:pos|neg)$)|\.)(?=[a-z]{3})")
"""Between words, as tables for programs write it: oleic_acid, and oleic.acid by R."""
MADE_OF_PLACE = re.compile(r"^x(\d{1,2}(?:\.\d{1,2})*)\.(?=[a-z]{3})")
"""What R makes of a place at the beginning: X3.hydroxybutyrate."""
ISOMER_NUMBER = re.compile(
    r"[\s_]*(?:\((?:isomer|peak|minor|major|isomers?)?\s*[\d/ab]{1,3}\)|(?:isomer|peak)s?\s*[\dab]{0,2})$"
)
ISOMER_LETTER = re.compile(r"(?<=\d)[ _][a-d]$|(?<=\))[ _]?[a-d]$")
ADDUCT = re.compile(
    r"[\s_]*\[\d?m(?:[+-]\d?[a-z0-9]+)*\]\d?[+-]?$|^\[\d?m(?:[+-]\d?[a-z0-9]+)*\]\d?[+-]?\s+|"
    r"(?<=[\d)])\s\+?(?:na|nh4|h|k|hcoo|oac)[+-]?$|"
    r"(?<=\))(?:[+-]\d?(?:hcoo|ch3coo|ch3|h2o|nh4|oac|na|li|cl|h|k))+$"  # LipidSearch: TG(54:3)+NH4, PC(34:1)+HCOO
)
# What gas chromatography laboratories write behind a name: derivatives, the library, minor and major peaks
DERIVATIVE = re.compile(
    r"[\s_]+(?:\d?-?tms\d?|\d?meox|meox\d?|nist|minor\d?|major\d?|\(?dehydrated\)?|\d|\d?tbdms|results?|\(nist\))$"
)
QUALIFIER = re.compile(
    r"\s*\((?:nist|tms|minor|major|dehydrated|isomer|putative|tentative|isobars?|total|free|alpha|beta)\)$"
)
PUTATIVE = re.compile(r"^(?:w/o ms2:|low score:|no ms2:|putative |tentative |possible )\s*")
CATION = re.compile(
    r"^(?:mono|di|tri)?(?:sodium|potassium|calcium|magnesium|lithium|ammonium|zinc) (?=[\w,'() -]*(?:ate|ide)\b)"
)
SALT = re.compile(
    r"[ ,]+(?:hydrochloride|hcl|chloride|bromide|inner salt|oxidi[sz]ed|reduced|sodium salt|potassium salt|"
    r"mono-?hydrate|\(hydrochloride\)|salt|anion|ion)$"
)
INVERTED = re.compile(r"^(.+?),? ((?:[a-z0-9,'()+-]+-)|(?:alpha|beta|gamma|delta)-?)$")


def plain(name: str) -> str:
    """A name in lower case with ASCII dashes, primes and spaces, and Greek letters in words."""
    text = unicodedata.normalize("NFKC", "".join(PRIMES.get(each, each) for each in name))
    text = "".join(_plain_character(character) for character in text if character not in REMOVED)
    text = "".join(GREEK.get(character, character) for character in text.lower())
    text = GREEK_ENTITY.sub(r"\1", GREEK_BETWEEN_DOTS.sub(r"\1", text))
    if ":" not in text:  # some deposits write _ for a comma and ^ for a prime: 2^_3^-cyclic CMP
        text = re.sub(r"(?<=[\d'])_(?=\d)", ",", text.replace("^", "'"))
        text = MADE_OF_PLACE.sub(lambda found: f"{found[1].replace('.', ',')}-", WORD_GAP.sub(" ", text))
    return re.sub(r"\s*-\s*", "-", re.sub(r"\s+", " ", text)).strip(" \t,;:")


def _plain_character(character: str) -> str:
    """A dash of any kind as a hyphen, any space as a space, another control character as a space."""
    category = unicodedata.category(character)
    if category == "Pd" or character in OTHER_DASHES:
        return "-"
    if category in ("Zs", "Cc", "Cf", "Zl", "Zp"):
        return " "
    return PRIMES.get(character, character)


def compact(text: str) -> str:
    """The letters and digits of a plain name, in which it is looked up."""
    return re.sub(r"[\s\-_,'()\[\]^]", "", text)


def variants(text: str) -> Iterator[str]:
    """A plain name as it stands, then with one mark after the other removed from its end or its beginning."""
    yield text
    seen = {text}
    for patterns in (
        (END_MARKS, ADDUCT, PUTATIVE),
        (ISOMER_NUMBER, ISOMER_LETTER, QUALIFIER, DERIVATIVE, SALT, CATION),
    ):
        changed = True
        while changed:
            changed = False
            for pattern in patterns:
                shorter = pattern.sub("", text).strip(" ,;")
                if shorter and shorter != text:
                    text, changed = shorter, True
                    if text not in seen:
                        seen.add(text)
                        yield text
    inverted = INVERTED.match(text)
    if inverted:
        yield f"{inverted[2]}{'' if inverted[2].endswith('-') else '-'}{inverted[1]}"


def inner_and_outer(text: str) -> tuple[str, str] | None:
    """A name and what stands behind it in parentheses or brackets, such as `palmitoylcarnitine` and `c16`."""
    if not text.endswith((")", "]")):
        return None
    opening, closing = ("(", ")") if text.endswith(")") else ("[", "]")
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == closing) - (text[place] == opening)
        if depth == 0:
            outer = text[:place].rstrip(" *")
            return (outer, text[place + 1 : -1].strip()) if outer else None
    return None


def split_outside(text: str, separators: tuple[str, ...]) -> list[str]:
    """Parts of a text between separators that stand outside parentheses."""
    parts, depth, start, place = [], 0, 0, 0
    while place < len(text):
        depth += (text[place] in "([") - (text[place] in ")]")
        found = next((each for each in separators if depth == 0 and text.startswith(each, place)), None)
        if found:
            parts.append(text[start:place].strip())
            place += len(found)
            start = place
        else:
            place += 1
    parts.append(text[start:].strip())
    return parts
