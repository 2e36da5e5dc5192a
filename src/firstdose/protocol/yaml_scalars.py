"""What a word of a YAML file stands for, by the core schema of YAML 1.2: `1e6` is a number, `yes` a word."""

from __future__ import annotations

import math
import re
import unicodedata

Scalar = str | int | float | bool | None

LARGEST_INTEGER = 2**53
LONGEST_INTEGER = 60

NULL = re.compile(r"null|Null|NULL|~|")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
DECIMAL = re.compile(r"[-+]?[0-9]+")
OCTAL = re.compile(r"0o[0-7]+")
HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
INVISIBLE_BUT_NEEDED = "\u200c\u200d\u200e\u200f"  # joiners and direction marks that some scripts need

NOT_TEXT = "or put it in quotes if it is text"


class RefusedScalar(ValueError):
    """A word that stands for nothing a protocol may hold; says the rule and the fix."""

    def __init__(self, rule: str, fix: str) -> None:
        """Keep the two halves apart."""
        super().__init__(rule, fix)
        self.rule = rule
        self.fix = fix


def plain_value(word: str) -> Scalar:
    """The value of a word written without quotes."""
    if NULL.fullmatch(word):
        return None
    if TRUE.fullmatch(word):
        return True
    if FALSE.fullmatch(word):
        return False
    if NOT_FINITE.fullmatch(word):
        raise RefusedScalar("every number must be finite", f"write a number, {NOT_TEXT}")
    for pattern, base in ((DECIMAL, 10), (OCTAL, 8), (HEXADECIMAL, 16)):
        if pattern.fullmatch(word):
            return _integer(word, base)
    return _finite(word) if FLOAT.fullmatch(word) else text_value(word)


def _integer(word: str, base: int) -> int:
    """A whole number that every program reads alike."""
    digits = word if base == 10 else word[2:]
    if len(digits) > LONGEST_INTEGER or abs(int(digits, base)) > LARGEST_INTEGER:
        raise RefusedScalar("a whole number must not exceed 2^53", f"write a smaller number, {NOT_TEXT}")
    return int(digits, base)


def _finite(word: str) -> float:
    """A decimal number that the machine can hold."""
    value = float(word)
    if math.isinf(value):
        raise RefusedScalar("every number must be finite; this one is too large", "write a smaller number")
    return value


def text_value(word: str) -> str:
    """Text as written, without characters that cannot be seen or printed."""
    for character in word:
        if is_deceptive(character):
            raise RefusedScalar(
                f"text must not hold {name_character(character)}, which cannot be seen",
                "delete the character or type the text afresh",
            )
    return word


def is_deceptive(character: str) -> bool:
    """Whether a character hides: controls, line separators, half characters, zero-width and direction-changing ones."""
    if character in "\n\t" or character in INVISIBLE_BUT_NEEDED:
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def name_character(character: str) -> str:
    """The standard's name of a character, with its number."""
    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{name} ({number})" if name else number
