"""The page on what the analyses recover."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.pages.places import DOCS
from docs.pages.words import row

from firstdose.validation import recovery
from firstdose.validation.recovery_studies import STUDIES
from firstdose.validation.recovery_truths import TRUTHS

CHAIN_LEVEL = DOCS.parent / "tests" / "recovery" / "chain_level.json"


RECOVERED = Path(recovery.__file__).parent / "calibration" / recovery.ARTEFACT


def recovery_page() -> Iterator[str]:
    """What the analyses recover from virtual trials, and the level of the chain of mixed models."""
    yield "# What the analyses recover\n"
    yield "The page on [recovery](../methods/recovery.md) says how these figures are made and what is asked of them.\n"
    yield from recovered_figures(json.loads(RECOVERED.read_text("utf-8")))
    yield from chain_figures(json.loads(CHAIN_LEVEL.read_text("utf-8")))


def recovered_figures(read: Mapping[str, Any]) -> Iterator[str]:
    """The committed outcomes of each recovery study."""
    yield (
        f"{read['trials']:,} virtual trials of each study, from {read['scenario']} with seed {read['seed']}; truths "
        f"from {recovery.TRIALS:,} others with seed {read['truth_seed']}; Firstdose {read['version']}. *Share*: of "
        "intervals those that hold the truth, of tests those that reject. *Made*: trials with such a figure.\n"
    )
    for study in STUDIES.values():
        yield f"## Study `{study.name}`\n\nTrials: {study.words}.\n"
        lines = list(recovery.lines_of(read, study))
        reasons = list(dict.fromkeys(line.target.shortfall.reason for line in lines if line.target.shortfall))
        yield "| figure | true | value | made % | at least % | share % | limit % | holds | reason |"
        yield "|---|---|---|---|---|---|---|---|---|"
        yield from (recovered_row(line, reasons) for line in lines)
        yield ""
        if reasons:
            yield "Where less than the nominal coverage, or more than the nominal level, is asked:\n"
        yield from (f"{number}. {reason[0].upper()}{reason[1:]}." for number, reason in enumerate(reasons, start=1))
        yield ""


def recovered_row(line: recovery.Recovered, reasons: Sequence[str]) -> str:
    """What became of one target."""
    target, made = line.target, f"{100 * line.made / line.trials:.1f}"
    truth, value = ("no effect", "") if line.truth is None else (TRUTHS[target.truth].words, f"{line.truth:.4g}")
    share = f"{100 * line.share:.1f}" if line.made else ""
    limit = "" if line.bound is None else f"{'<=' if target.is_level else '>='} {100 * line.bound:.1f}"
    holds = {True: "yes", False: "**no**", None: "not asked"}[line.holds]
    why = f"{reasons.index(target.shortfall.reason) + 1}" if target.shortfall else ""
    return row(target.name, truth, value, made, f"{100 * target.least_made:g}", share, limit, holds, why)


def chain_figures(read: Mapping[str, Any]) -> Iterator[str]:
    """The level of the chain of mixed models, by outcome and order."""
    people, doses = ", ".join(map(str, read["people_at_each"])), ", ".join(f"{dose:g}" for dose in read["doses"])
    missed = f"{100 * read['share_of_visits_missed']:g} %"
    yield "## The chain of mixed models\n"
    yield (
        f"Sets of {sum(read['people_at_each'])} people ({people} at doses {doses}) with {read['visits']} visits, of "
        f"which {missed} are missed, and no effect of dose; seed {read['seed']}. Level: how often the Kenward-Roger "
        f"test of log2 dose by time is below {read['nominal_level']:g}.\n"
    )
    yield "| outcome | order | sets | estimable | level % | +- | ends in |\n|---|---|---|---|---|---|---|"
    for each in read["simulated"]:
        ends = "; ".join(f"{name}: {count:,}" for name, count in each["structures"].items())
        level, error = f"{100 * each['level']:.1f}", f"{100 * each['standard_error']:.1f}"
        yield row(each["outcome"], each["order"], f"{each['sets']:,}", f"{each['estimable']:,}", level, error, ends)
