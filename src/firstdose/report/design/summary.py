"""The summary of the design report: its key figures in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.protocol.escalation import dose_in_words
from firstdose.report.design.characteristics_chapters import largest_error
from firstdose.report.design.comparison_chapter import differs
from firstdose.report.design.content import DesignReport
from firstdose.report.design.detection import limit_words
from firstdose.report.documents.wording import between, counted, listed, percent, rate


def summary_sentences(content: DesignReport) -> Iterator[str]:
    """One statement each; every figure stands in a table further on."""
    yield _plan(content)
    yield from _selection(content)
    yield from _burden(content)
    yield from _against_others(content)
    largest = content.detection.numbers.index(content.max_participants)
    yield (
        f"If none of {counted(content.max_participants, 'participant')} has a given event, its true rate may still "
        f"be as high as {percent(content.detection.upper_limits[largest])} ({limit_words(content.detection)})."
    )
    exact = content.figures.method == "exact"
    yield (
        "All operating characteristics are exact probabilities of this rule; they carry no simulation error."
        if exact
        else f"Operating characteristics come from {content.figures.trials:,} simulated trials a scenario; standard "
        f"errors of selection probabilities are at most {percent(largest_error(content.figures))}."
    )
    if content.assumed:
        yield (
            f"{counted(len(content.assumed), 'statement')} of the protocol file "
            f"{'is' if len(content.assumed) == 1 else 'are'} marked as assumed, and listed at the end."
        )


def _plan(content: DesignReport) -> str:
    doses = listed(dose_in_words(dose) for dose in content.doses)
    use = "towards" if content.rule.uses_target else "scored against"
    target = "" if content.target is None else f", {use} a target DLT rate of {rate(content.target)}"
    return (
        f"Up to {counted(content.max_participants, 'participant')} are treated in cohorts of {content.cohort_size} "
        f"at {counted(len(content.doses), 'dose level')} ({doses} {content.unit}), from level "
        f"{content.start_level}; the rule is: {content.rule.title}{target}."
    )


def _selection(content: DesignReport) -> Iterator[str]:
    if content.target is None:
        yield (
            "The protocol states no target DLT rate, so no level can be called the correct one; the scenarios are "
            "yardsticks."
        )
        return
    scenarios = content.figures.scenarios
    with_mtd = [each for each in scenarios if each.true_mtd]
    correct = [each.correct_selection or 0.0 for each in with_mtd]
    if correct:
        yield (
            f"Where one of the levels is the MTD, the rule selects that level with probability {between(correct)} "
            f"(mean over {counted(len(correct), 'scenario')} {percent(sum(correct) / len(correct))})."
        )
    for each in scenarios:
        if each.true_mtd is None:
            yield (
                f"Where every level is too toxic (DLT rate {rate(each.truth[0])} at level 1), it selects no level "
                f"with probability {percent(each.none_selected)}."
            )
            break
    if content.random is None:
        if content.figures.method != "exact" and content.engine.curves:
            yield "Random rising curves were left out, as they need exact figures."
    else:
        yield (
            f"Over {content.random.curves} random rising curves it selects the correct level in "
            f"{percent(content.random.correct)} on average (middle half of the curves: "
            f"{percent(content.random.quartiles[0])} to {percent(content.random.quartiles[1])})."
        )


def _burden(content: DesignReport) -> Iterator[str]:
    scenarios = content.figures.scenarios
    sizes = between([each.mean_total_participants for each in scenarios], "number")
    dlts = between([each.mean_total_dlts for each in scenarios], "number")
    text = f"Depending on the scenario, a trial treats {sizes} participants on average and sees {dlts} DLTs"
    text += ", the expansion included" if content.expansion_participants else ""
    shares = [each.share_above_mtd for each in scenarios if each.true_mtd and each.share_above_mtd is not None]
    if shares:
        text += f"; where there is an MTD, {between(shares)} of participants are treated above it"
    yield f"{text}."


def _against_others(content: DesignReport) -> Iterator[str]:
    scored = [
        (each, sum(values) / len(values))
        for each in content.compared
        if each.figures is not None
        and (values := [one.correct_selection for one in each.figures.scenarios if one.correct_selection is not None])
    ]
    own = next((mean for each, mean in scored if each.is_own), None)
    others = [(each, mean) for each, mean in scored if not each.is_own]
    if own is None or not others:
        return
    ordered = sorted(others, key=lambda item: -item[1])
    phrases = [f"{each.short_name} {percent(mean)}" for each, mean in ordered]
    yield (
        f"Mean correct selection over all scenarios shown is {percent(own)}; under the same scenarios "
        f"{'(further rules differ, see the comparison)' if differs(content) else 'and further rules'} it is, for "
        f"other designs: {', '.join(phrases)}."
    )
