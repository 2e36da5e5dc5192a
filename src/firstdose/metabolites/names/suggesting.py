"""Names near one that is not known: those that share most of their groups of three letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import cache

from firstdose.metabolites.names.acids import trivial_acids
from firstdose.metabolites.names.spelling import plain
from firstdose.metabolites.names.vocabulary import names

MOST_SUGGESTIONS = 3
MOST_COMPARED = 40
SHORT_ACYLS = ("tyr", "ler", "tar", "cin", "malon", "ion", "et", "capro", "pimel", "itacon", "glutacon")
LEAST_ALIKE = 0.72  # ratio of matching letters


def nearest(name: str) -> tuple[str, ...]:
    """Up to three known names that a name may be a misspelling of, the most alike first; none is ever used instead."""
    text = plain(name)[:80]
    shared: Counter[int] = Counter()
    for part in _parts(text):
        shared.update(_index().get(part, ()))
    candidates = [_candidates()[place] for place, _ in shared.most_common(MOST_COMPARED)]
    alike = [(SequenceMatcher(None, text, each).ratio(), each) for each in candidates]
    best = sorted((pair for pair in alike if pair[0] >= LEAST_ALIKE), key=lambda pair: (-pair[0], pair[1]))
    return tuple(each for _, each in best[:MOST_SUGGESTIONS])


@cache
def _candidates() -> tuple[str, ...]:
    """Names of small molecules, acids, and the acyl-carnitines of acids with names of their own."""
    acids = [f"{adjective} acid" for adjective in trivial_acids()]
    esters = [f"{_acyl(adjective)}carnitine" for adjective in trivial_acids() if adjective.endswith("ic")]
    return tuple(dict.fromkeys([*names(), *acids, *esters]))


def _acyl(adjective: str) -> str:
    """The usual name of the acyl group of an acid: palmitoyl, glutaryl, butyryl."""
    stem = adjective.removesuffix("ic")
    return f"{stem}yl" if stem.endswith(SHORT_ACYLS) else f"{stem}oyl"


@cache
def _index() -> dict[str, list[int]]:
    """Where each group of three letters occurs."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(_candidates()):
        for part in _parts(each):
            found[part].append(place)
    return dict(found)


def _parts(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(max(len(text) - 2, 1))}
