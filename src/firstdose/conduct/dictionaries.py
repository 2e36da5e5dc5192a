"""Dictionaries of terms: read from a CSV file that people bring, or the laboratory terms of CTCAE; and what is near.

A dictionary has a column ``term`` and, as far as it goes, ``preferred_term``, ``organ_class`` and ``code``. Without a
preferred term a term is its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from firstdose.conduct.ledger import Refused
from firstdose.safety.laboratory import Version, laboratory_criteria

COLUMNS = ("term", "preferred_term", "organ_class", "code")
LARGEST_BYTES = 50_000_000
MOST_TERMS = 500_000
LONGEST_TERM = 500
MOST_PROPOSED = 10
LEAST_LIKENESS = 0.4
SPELLINGS = (("aemi", "emi"), ("haem", "hem"), ("oed", "ed"), ("oes", "es"), ("rrhoe", "rrhe"), ("our", "or"))
"""British spellings, each with the American one that stands for both."""


@dataclass(frozen=True)
class Term:
    """One term of a dictionary, its preferred term and the class above that, if the dictionary goes so far."""

    term: str
    preferred_term: str
    organ_class: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A term that may be meant, and how like the words it is: 1 where they are the same but for writing."""

    term: Term
    likeness: float

    @property
    def is_exact(self) -> bool:
        return self.likeness == 1


@dataclass(frozen=True, eq=False)
class Dictionary:
    """A dictionary, known by its name, version and hash."""

    name: str
    version: str
    terms: tuple[Term, ...]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of all terms in their order."""
        rows = [[each.term, each.preferred_term, each.organ_class, each.code] for each in self.terms]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()

    def holds(self, term: Term) -> bool:
        """Whether a term is one of these."""
        return term in self._all

    def propose(self, words: str, most: int = MOST_PROPOSED) -> tuple[Proposal, ...]:
        """The terms nearest to some words, the nearest first; none where nothing is near. A person chooses.

        Likeness is Dice's coefficient of the sets of three letters in a row, 2 |A and B| / (|A| + |B|).
        """
        wanted = folded(words)
        exact = [Proposal(self.terms[number], 1.0) for number in self._by_words.get(wanted, ())]
        if not wanted or len(exact) >= most:
            return tuple(exact[:most])
        threes = _threes(wanted)
        shared = Counter(number for three in threes for number in self._by_three.get(three, ()))
        likeness = {number: 2 * count / (len(threes) + self._sizes[number]) for number, count in shared.items()}
        known = set(self._by_words.get(wanted, ()))
        near = [number for number, like in likeness.items() if like >= LEAST_LIKENESS and number not in known]
        near.sort(key=lambda number: (-likeness[number], self.terms[number].term))
        return (*exact, *(Proposal(self.terms[each], min(likeness[each], 0.999)) for each in near[: most - len(exact)]))

    @cached_property
    def _all(self) -> frozenset[Term]:
        return frozenset(self.terms)

    @cached_property
    def _by_words(self) -> dict[str, list[int]]:
        return _grouped((folded(each.term), number) for number, each in enumerate(self.terms))

    @cached_property
    def _by_three(self) -> dict[str, list[int]]:
        return _grouped(
            (three, number) for number, each in enumerate(self.terms) for three in _threes(folded(each.term))
        )

    @cached_property
    def _sizes(self) -> list[int]:
        return [len(_threes(folded(each.term))) for each in self.terms]


def folded(words: str) -> str:
    """Words without case, accents, marks and doubled spaces, in American spelling; other scripts are kept."""
    plain = unicodedata.normalize("NFKD", words).casefold()
    letters = "".join(each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    for british, american in SPELLINGS:
        letters = letters.replace(british, american)
    return " ".join(letters.split())


@cache
def ctcae(version: Version = "5.0") -> Dictionary:
    """The laboratory terms of CTCAE that come with the package, with their classes. It is not the whole of CTCAE."""
    terms = {
        each.term: Term(each.term, each.term, each.system_organ_class) for each in laboratory_criteria(version).terms
    }
    return Dictionary("CTCAE, laboratory terms", version, tuple(terms.values()))


def read_dictionary(content: bytes, name: str, version: str) -> Dictionary:
    """A dictionary from the content of a CSV file in UTF-8, whatever it may hold.

    Raises Refused, with what is wrong and where.
    """
    if not (name.strip() and version.strip()):
        raise Refused("a dictionary has a name and a version")
    if len(content) > LARGEST_BYTES:
        raise Refused(f"a dictionary has at most {LARGEST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
        terms = tuple(dict.fromkeys(_terms(text)))
    except UnicodeDecodeError:
        raise Refused("the file is not text in UTF-8; save it as CSV in UTF-8") from None
    except csv.Error as problem:
        raise Refused(f"the file is no CSV that can be read: {problem}") from None
    if not terms:
        raise Refused("the file holds no terms")
    return Dictionary(name.strip(), version.strip(), terms)


def _terms(text: str) -> Iterator[Term]:
    """The terms of a file, row by row."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = [cell.strip().lower() for cell in next(rows, [])]
    if "term" not in header or len(set(header)) < len(header):
        raise Refused(
            f"the first line must name the columns once each, `term` among them; known are: {', '.join(COLUMNS)}"
        )
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if number > MOST_TERMS:
            raise Refused(f"a dictionary has at most {MOST_TERMS:,} lines")
        if len(row) != len(header):
            raise Refused(f"line {number}: {len(row)} columns, where the first line names {len(header)}")
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        if not cells["term"] or any(len(cells.get(name, "")) > LONGEST_TERM for name in COLUMNS):
            raise Refused(f"line {number}: the term is empty, or longer than {LONGEST_TERM} characters")
        preferred, above, code = (cells.get(name) or None for name in COLUMNS[1:])
        yield Term(cells["term"], preferred or cells["term"], above, code)


def _delimiter(text: str) -> str:
    """What parts the columns: whatever the first line has most of."""
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t", "|", "$"), key=first.count)


def _threes(letters: str) -> frozenset[str]:
    """All sets of three letters in a row, each word with its edges."""
    padded = f"  {letters} "
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for key, number in pairs:
        groups.setdefault(key, []).append(number)
    return groups
