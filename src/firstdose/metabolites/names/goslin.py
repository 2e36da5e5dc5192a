"""Lipid names that only pygoslin's grammars read, brought to the shorthand of their species."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

LONGEST_NAME = 150
_COMPOSITION = re.compile(r"\d{1,2}:\d")


def species_of(name: str) -> str | None:
    """The shorthand of a lipid's species (`PC 34:1`), if pygoslin can read the name as written, else None.

    Kopczynski et al. 2020, 2022 (Goslin). Only names with a composition are tried; reading takes about a millisecond.
    """
    if len(name) > LONGEST_NAME or not name.isascii() or not _COMPOSITION.search(name):
        return None
    parser, level, errors = _parser()
    try:
        return str(parser.parse(name).get_lipid_string(level))
    except errors:
        return None


@cache
def _parser() -> tuple[Any, Any, tuple[type[Exception], ...]]:
    """The parser, made once; importing it takes about a second, since it brings scipy.stats."""
    from pygoslin.domain.LipidLevel import LipidLevel
    from pygoslin.parser.Parser import LipidParser

    # the grammars' own error, and what names that fit a grammar but no chemistry lead to in its later steps
    return LipidParser(), LipidLevel.SPECIES, (Exception,)
