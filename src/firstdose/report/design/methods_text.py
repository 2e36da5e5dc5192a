"""The methods chapter: how every figure was computed, and what is cited for it."""

from __future__ import annotations

from firstdose.report.design.characteristics_chapters import engine_words, family_words
from firstdose.report.design.content import DesignReport
from firstdose.report.documents.blocks import Block, Bullets, Chapter, Formula, Heading, Paragraph
from firstdose.report.documents.wording import percent, sentence
from firstdose.simulation.scenarios import TRUE_MTD_WORDS

RANDOM_SOURCE = (
    "Clertant M, O'Quigley J. Semiparametric dose finding methods. J R Stat Soc B 2017;79:1557-1579 (random "
    "rising curves)."
)
LIMITS_SOURCE = (
    "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial. "
    "Biometrika 1934;26:404-413 (upper limits)."
)
FORMULA_WORDS = (
    "P(ending) = w times the product over levels l of p(l)^t(l) (1 - p(l))^(n(l) - t(l)), where n(l) participants "
    "were treated and t(l) had a DLT at level l, p(l) is the true rate, and w is the number of ordered outcomes "
    "that lead to the ending"
)


def methods_chapter(content: DesignReport) -> Chapter:
    """Methods, conventions and references."""
    blocks: list[Block] = [Heading("The design")]
    blocks += [Paragraph(text) for text in content.rule.explanation]
    blocks.append(Heading("Operating characteristics"))
    blocks += _computation(content)
    blocks += [Heading("Conventions"), Bullets(_conventions(content)), Heading("References")]
    blocks.append(Bullets(references(content), ordered=True))
    return Chapter("methods", "Methods", tuple(blocks))


def _computation(content: DesignReport) -> list[Block]:
    if content.figures.method != "exact":
        return [
            Paragraph(engine_words(content)),
            Paragraph(
                "After each simulated cohort the whole history is handed to the rule object that would advise the "
                "real trial. The same simulated participants are used for every design and scenario."
            ),
        ]
    return [
        Paragraph(
            "The figures are exact. From the first cohort on, every number of DLTs that a cohort can show is "
            "followed, and the rule object that would advise the real trial takes each decision. Histories that "
            "the rule cannot tell apart (same next level, same participants and DLTs at every level, same "
            "eliminated levels, same memory of further rules) are merged, and the number of ordered outcomes that "
            f"lead to each is kept. This gave {content.figures.states or 0:,} states and "
            f"{content.figures.endings or 0:,} distinguishable endings. In a scenario, the probability of an "
            "ending is"
        ),
        Formula("ending_probability", FORMULA_WORDS),
        Paragraph(
            "Here n is the number of participants treated and t the number with a DLT at level ℓ, p the true DLT "
            "rate of that level, and w the number of ordered outcomes that lead to the ending. Every figure is a "
            "sum of such probabilities or an expectation under them. No trial is simulated, so there is no Monte "
            "Carlo error; what remains is the rounding of floating-point arithmetic."
        ),
    ]


def _conventions(content: DesignReport) -> tuple[str, ...]:
    notes = [
        "A true rate is the probability of a DLT given that the participant is evaluable; participants are "
        "independent, and each DLT is known before the next cohort is decided."
    ]
    if content.target is not None:
        notes.append(
            f"{sentence(TRUE_MTD_WORDS)} Where no level is the MTD, selecting none is correct, and every participant "
            "counts as treated above the MTD."
        )
    notes.append(
        "MTD not reached: the highest level that may be given is selected, and the data would have allowed to go "
        "higher, so the MTD may lie above it."
    )
    notes.append(f"Scenarios: {family_words(content)}")
    if any(each.random for each in content.compared):
        curves = next(each.random.curves for each in content.compared if each.random)
        notes.append(
            f"Random curves: {curves} by the pseudo-uniform algorithm of Clertant and O'Quigley, each possible MTD "
            f"equally often; seed {content.engine.seed}. The figures for each curve are exact; the mean is over "
            "this sample of curves."
        )
    if content.figures.not_evaluable > 0:
        notes.append(
            f"{percent(content.figures.not_evaluable)} of dosed participants are taken to be not evaluable and to "
            "be replaced; “dosed” counts them too."
        )
    else:
        notes.append(f"Every dosed participant is taken to be evaluable. {_if_not_evaluable(content)}")
    if content.expansion_participants:
        notes.append(
            f"The {content.expansion_participants} participants of the expansion are added, evaluable and at the "
            "selected level, only where a level is selected. Means of participants and DLTs, and the share above the "
            "MTD, include them; distributions, and the observed rate above the target, are those of the escalation."
        )
    notes.append(
        "Percentages are rounded to one decimal; “<0.1” is positive, "
        + (
            "“0” is impossible, and 100 is certain."
            if content.figures.method == "exact"
            else "“0” was seen in none and 100 in all of the simulated trials."
        )
    )
    return tuple(notes)


def _if_not_evaluable(content: DesignReport) -> str:
    """What changes in a trial some of whose participants are not evaluable."""
    if content.counts_dosed:
        text = (
            "Where some are not, fewer are evaluable when the maximum, which counts all who were dosed, is reached, "
            "and selection and all other figures change"
        )
        return f"{text}." if content.replaces else f"{text}; as they are not replaced, cohorts are decided with fewer."
    if content.replaces:
        return (
            "Where some are not and are replaced, more are dosed than the tables say; the figures of those evaluable, "
            "and of selection, hold."
        )
    return (
        "Where some are not, they are not replaced: cohorts are decided with fewer, more cohorts may follow before the "
        "maximum of evaluable participants is reached, and all figures change."
    )


def references(content: DesignReport) -> tuple[str, ...]:
    """What is cited: the designs' sources, the methods', and the trial's own."""
    found = [content.design_source, *(each.source for each in content.compared if each.source)]
    if any(each.random for each in content.compared):
        found.append(RANDOM_SOURCE)
    found.append(LIMITS_SOURCE)
    found += content.references
    return tuple(dict.fromkeys(sentence(source) for source in found))
