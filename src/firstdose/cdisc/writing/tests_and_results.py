"""Tests and results of LB, VS, QS, FT, NV and RS: short codes, names that fit, and results in standard form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from firstdose.cdisc.item_codes import item_codes, items_of_names, name_of_item
from firstdose.cdisc.nonstandard import qualifiers_of
from firstdose.cdisc.writing.drafts import Draft, numbers_as_text, supplement_text, supplements, where
from firstdose.cdisc.writing.metadata import domain_of
from firstdose.records import columns_of

TEST_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
LONGEST_CODE, LONGEST_NAME = 8, 40
NOT_DONE = "NOT DONE"
GROUP, READ = "group of the test", "as read:"
"""Columns that stand beside the fields for a while."""


def with_tests(draft: Draft, record_type: type, names: tuple[str, str], group: str | None = None) -> Draft:
    """Codes of at most eight characters and names of at most forty; what they replace goes to SUPP--.

    `names` are the fields that hold test and name, `group` the one that holds the measure.
    """
    test, words = names
    code_variable, name_variable = f"{draft.domain}TESTCD", f"{draft.domain}TEST"
    frame = draft.frame.with_columns((pl.col(group) if group else pl.lit("")).alias(GROUP))
    different = frame.select(GROUP, test, words).unique()
    pairs = list(different.select(GROUP, test).iter_rows())
    codes = assigned_codes(pairs)
    in_codes = [codes[pair] for pair in pairs]
    said = [_name(pair, codes[pair], name) for pair, name in zip(pairs, different[words].to_list(), strict=True)]
    made = {
        code_variable: in_codes,
        name_variable: said,
        f"{READ} {test}": _items_read(pairs, in_codes),
        f"{READ} {words}": _names_read(pairs, said),
    }
    described = different.with_columns(pl.Series(name, values, pl.String) for name, values in made.items())
    joined = frame.drop(made.keys() & set(frame.columns)).join(
        described, on=[GROUP, test, words], how="left", nulls_equal=True, maintain_order="left"
    )
    qualifiers, columns = qualifiers_of(record_type, draft.domain), columns_of(record_type)
    further = [
        supplements(
            draft.domain,
            joined,
            qualifiers[name],
            where(supplement_text(columns[name], joined[name]), joined[name] != joined[f"{READ} {name}"]),
        )
        for name in names
    ]
    return draft.with_frame(joined.drop(GROUP, f"{READ} {test}", f"{READ} {words}")).and_supplements(*further)


def assigned_codes(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A code for each test: its own if it can be one, that of a known item, or one made of its first letters."""
    known = item_codes()
    codes: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    different = sorted(set(pairs))
    for pair in sorted(different, key=lambda pair: (pair not in known, not TEST_CODE.fullmatch(pair[1]))):
        own = known.get(pair) or (pair[1] if TEST_CODE.fullmatch(pair[1]) else None)
        codes[pair] = own if own and own not in taken else _made_code(pair[1], taken)
        taken.add(codes[pair])
    return codes


def with_results(draft: Draft, record_type: type, number: str, words: str) -> Draft:
    """Results as characters, and in standard form; what was done without a result, or could not be, in SUPP--."""
    domain, qualifiers, columns = draft.domain, qualifiers_of(record_type, draft.domain), columns_of(record_type)
    original, status = f"{domain}ORRES", f"{domain}STAT"
    frame = draft.frame
    unable = pl.when(pl.col("performed") == "unable_to_perform").then(pl.lit(NOT_DONE))
    frame = frame.with_columns(pl.coalesce(status, unable).alias(status))
    has_both = frame.select(pl.col(number).is_not_null() & pl.col(words).is_not_null()).to_series()
    is_unsaid = frame.select(
        (pl.col("performed") == "unable_to_perform") | ((pl.col("performed") == "done") & pl.col(original).is_null())
    ).to_series()
    further = [
        supplements(domain, frame, qualifiers[words], where(supplement_text(columns[words], frame[words]), has_both)),
        supplements(
            domain,
            frame,
            qualifiers["performed"],
            where(supplement_text(columns["performed"], frame["performed"]), is_unsaid),
        ),
    ]
    standard = _in_standard_form(frame, domain, number)
    return draft.with_frame(_without_idle_units(standard, domain)).and_supplements(*further)


def _in_standard_form(frame: pl.DataFrame, domain: str, number: str) -> pl.DataFrame:
    """The standard result as recorded; a test without any repeats its results, if all of them have one unit."""
    characters, numeric, unit = (f"{domain}{ending}" for ending in ("STRESC", "STRESN", "STRESU"))
    described = domain_of(domain).variables
    lacking = [name for name in (characters, unit) if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking)
    frame = frame.with_columns(
        pl.col(numeric).cast(pl.Float64), pl.coalesce(characters, numbers_as_text(frame[numeric])).alias(characters)
    )
    original = {characters: f"{domain}ORRES", numeric: number, unit: f"{domain}ORRESU"}
    ranges = {f"{domain}STNRLO": "range_low", f"{domain}STNRHI": "range_high"}
    original |= {name: source for name, source in ranges.items() if name in described and source in frame.columns}
    test = f"{domain}TESTCD"
    has_standard = pl.any_horizontal(pl.col(name).is_not_null() for name in original if name in frame.columns)
    has_result = pl.col(f"{domain}ORRES").is_not_null()
    units = pl.col(f"{domain}ORRESU").filter(has_result).fill_null("").n_unique().over(test)
    repeats = frame.select((~has_standard.any().over(test)) & (units <= 1) & has_result).to_series()
    return frame.with_columns(
        pl.when(repeats).then(pl.col(source)).otherwise(pl.col(name)).alias(name) for name, source in original.items()
    )


def _without_idle_units(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Units only where there is a result that they are of."""
    results = {"ORRESU": ("ORRES",), "STRESU": ("STRESC", "STRESN")}
    return frame.with_columns(
        pl.when(pl.any_horizontal(pl.col(f"{domain}{end}").is_not_null() for end in ends))
        .then(f"{domain}{unit}")
        .alias(f"{domain}{unit}")
        for unit, ends in results.items()
        if f"{domain}{unit}" in frame.columns
    )


def _name(pair: tuple[str, str], code: str, words: str | None) -> str:
    """The name of a test: that of the known item, the words if they fit, else the test or its code."""
    if pair in item_codes():
        return name_of_item(*pair)
    candidates = (words, pair[1], code)
    return next(text.rstrip(" ") for text in candidates if text and len(text) <= LONGEST_NAME and text.strip(" "))


def _made_code(test: str, taken: set[str]) -> str:
    """A code of the letters of a test, numbered where it is taken."""
    letters = re.sub(r"[^A-Z0-9_]", "", test.upper())
    letters = letters if letters and not letters[0].isdigit() else f"T{letters}"
    code, number = letters[:LONGEST_CODE], 1
    while code in taken:
        number += 1
        code = letters[: LONGEST_CODE - len(str(number))] + str(number)
    return code


def _items_read(pairs: Sequence[tuple[str, str]], codes: Sequence[str]) -> list[str]:
    """What a reader takes for the item: that of a known code, else the code itself."""
    known = item_codes()
    return [pair[1] if known.get(pair) == code else code for pair, code in zip(pairs, codes, strict=True)]


def _names_read(pairs: Sequence[tuple[str, str]], names: Sequence[str]) -> list[str]:
    """What a reader takes for the question: that of a known item, else the name itself."""
    known = items_of_names()
    return [known.get((pair[0], name), name) for pair, name in zip(pairs, names, strict=True)]
