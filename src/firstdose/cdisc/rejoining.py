"""Takes values that stand in SUPP-- back to the rows that they belong to, if their name and label are known here.

They are the further parts of long texts, and what records say that SDTM has no variable for. All other supplements stay
records of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from firstdose.cdisc.long_texts import LONGEST_NAME, stem
from firstdose.cdisc.nonstandard import Qualifier, all_qualifiers
from firstdose.cdisc.writing.metadata import all_domains
from firstdose.records.delimited import ROW
from firstdose.records.problems import Collector

NEEDED = ("RDOMAIN", "USUBJID", "QNAM", "QLABEL", "QVAL")
FURTHER_PART = re.compile(r"(.*?)([1-9][0-9]{0,2})")
KNOWN_SCHEMA = {
    "USUBJID": pl.String,
    "IDVAR": pl.String,
    "IDVARVAL": pl.String,
    "target": pl.String,
    "place": pl.Int64,
    "value": pl.String,
    "file": pl.String,
    ROW: pl.Int64,
}
IDENTITY = ["USUBJID", "IDVAR", "IDVARVAL", "target"]


@dataclass
class TakenBack:
    """The known values in the SUPP-- of each domain, kept until the rows of the domain are read."""

    parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def take(self, part: pl.DataFrame, file: str) -> pl.DataFrame:
        """Take the known values out of a part of a SUPP-- dataset; what stays are supplements."""
        if not set(NEEDED) <= set(part.columns):
            return part
        pairs = part.select("RDOMAIN", "QNAM", "QLABEL").unique().rows()
        targets = [(*pair, *target) for pair in pairs if (target := _target(*pair))]
        if not targets:
            return part
        schema = dict.fromkeys(("RDOMAIN", "QNAM", "QLABEL", "target"), pl.String) | {"place": pl.Int64}
        known = part.join(pl.DataFrame(targets, schema=schema, orient="row"), on=["RDOMAIN", "QNAM", "QLABEL"])
        references = [
            (pl.col(name) if name in part.columns else pl.lit(None, pl.String)).fill_null("").alias(name)
            for name in ("IDVAR", "IDVARVAL")
        ]
        known = known.with_columns(*references, pl.col("QVAL").alias("value"), pl.lit(file).alias("file"))
        for (domain,), rows in known.partition_by("RDOMAIN", as_dict=True).items():
            self.parts.setdefault(str(domain), []).append(rows.select(list(KNOWN_SCHEMA)))
        return part.filter(~pl.col(ROW).is_in(known[ROW].implode()))

    def of(self, domain: str, collector: Collector) -> pl.DataFrame:
        """The values of a domain, one a row and target, long texts put together; what is said twice is set aside."""
        rows = pl.concat([pl.DataFrame(schema=KNOWN_SCHEMA), *self.parts.pop(domain, [])])
        once = rows.unique([*IDENTITY, "place"], keep="first", maintain_order=True)
        again = rows.join(once.select("file", ROW), on=["file", ROW], how="anti")
        set_aside(again, "must be the only value of its name for its record", collector)
        return (
            once.sort("place", maintain_order=True)
            .group_by(IDENTITY, maintain_order=True)
            .agg(pl.col("value").str.join(""), pl.col("file").first(), pl.col(ROW).first())
        )


def set_aside(rows: pl.DataFrame, rule: str, collector: Collector) -> None:
    """Reject values of SUPP-- that cannot be taken back."""
    for row in rows.iter_rows(named=True):
        text = ", ".join(f"{row[name]}" for name in (*IDENTITY, "value"))
        collector.reject(row["file"], row[ROW], text, rule, "correct the reference, or remove the row")


def rejoined(part: pl.DataFrame, values: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A part of a domain with the values that belong to its rows, in columns of their own, and those values.

    A further part is added to the text of its variable.
    """
    found = []
    for (variable,), several in values.partition_by("IDVAR", as_dict=True).items():
        if "USUBJID" not in part.columns or (variable and variable not in part.columns):
            continue
        reference = pl.col(str(variable)).str.replace(r"\.0+$", "") if variable else pl.lit("")
        keyed = part.with_columns(reference.fill_null("").alias("IDVARVAL"))
        belonging = several.join(keyed, on=["USUBJID", "IDVARVAL"], how="semi")
        found.append(belonging)
        wide = belonging.pivot("target", index=["USUBJID", "IDVARVAL"], values="value")
        joined = keyed.join(wide, on=["USUBJID", "IDVARVAL"], how="left", suffix=" further", maintain_order="left")
        part = _with_further_parts(joined.drop("IDVARVAL"))
    return part, pl.concat([values.clear(), *found])


def _with_further_parts(joined: pl.DataFrame) -> pl.DataFrame:
    """The text of variables with what was joined to them; a field that was joined twice keeps either."""
    ending = " further"
    for name in [name for name in joined.columns if name.endswith(ending)]:
        base = name.removesuffix(ending)
        both = pl.concat_str(pl.col(base), pl.col(name), ignore_nulls=True)
        either = pl.coalesce(base, name)
        is_text_of_variable = base.upper() == base
        joined = joined.with_columns(
            pl.when(pl.col(name).is_null()).then(base).otherwise(both if is_text_of_variable else either).alias(base)
        ).drop(name)
    return joined


@cache
def _target(domain: str, name: str | None, label: str | None) -> tuple[str, int] | None:
    """The field or variable that a value belongs to, and its place among the parts of the text."""
    if not name or not label:
        return None
    known = all_qualifiers(domain)
    field_name = known.get(Qualifier(name, label))
    if field_name is not None:
        return field_name, 0
    match = FURTHER_PART.fullmatch(name)
    if match is None:
        return None
    return next(
        (
            (target, int(digits))
            for digits in _numbers_at_the_end(name)
            for beginning, own_label, target in _texts_of(domain, LONGEST_NAME - len(digits))
            if beginning == name[: -len(digits)] and own_label == label
        ),
        None,
    )


def _numbers_at_the_end(name: str) -> list[str]:
    """The numbers that the end of a name may be, the shortest first: TERM12 ends with 2 and with 12."""
    candidates = [name[-length:] for length in (1, 2, 3) if len(name) > length]
    return [digits for digits in candidates if digits.isdecimal() and not digits.startswith("0")]


def _texts_of(domain: str, length: int) -> list[tuple[str, str, str]]:
    """What texts can be long in a domain: the beginning of the name of their parts, their label and their target."""
    described = all_domains().get(domain)
    variables = described.variables.values() if described else ()
    return [
        *((stem(q.name, length), q.label, target) for q, target in all_qualifiers(domain).items()),
        *((stem(v.name, length), v.label, v.name) for v in variables if v.kind == "Char"),
    ]
