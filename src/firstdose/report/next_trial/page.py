"""The page of the next trial: a chapter in plain words, then figures, then everything that they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from firstdose.records.date_words import day_words
from firstdose.report.documents.blocks import Block, Bullets, Chapter, Document, Paragraph
from firstdose.report.documents.html_page import render_html
from firstdose.report.documents.wording import listed, percent, rate, sentence
from firstdose.report.next_trial.reading import (
    assurances_of,
    cautions_of,
    first_of,
    name_of,
    powers_of,
    size_of,
    told_of,
)
from firstdose.report.next_trial.results_chapters import assurance_chapter, power_chapter, size_chapter
from firstdose.report.next_trial.told_chapters import assumptions_chapter, identified_chapter, phase_one_chapter
from firstdose.simulation.next_trial import NO_EFFICACY, PHASE_ONE, Assessment
from firstdose.simulation.next_trial.arms import ArmDesign


@dataclass(frozen=True)
class Origin:
    """What the page was made from, and when."""

    settings_file: str
    version: str
    day: date


def render_next_trial(found: Assessment, origin: Origin) -> str:
    """One self-contained HTML page."""
    return render_html(next_trial_document(found, origin))


def next_trial_document(found: Assessment, origin: Origin) -> Document:
    """The assessment as chapters, with its pictures drawn."""
    return Document(
        title=f"The next trial: {found.settings.name}",
        heading="The next trial",
        subtitle=found.settings.name,
        facts=(
            ("Settings", origin.settings_file),
            ("Simulated trials", f"{found.trials:,} for each figure, seed {found.seed}"),
            ("Computed by", f"Firstdose {origin.version}"),
            ("Date of this page", day_words(origin.day)),
        ),
        chapters=(
            plain_chapter(found),
            identified_chapter(found),
            power_chapter(found),
            size_chapter(found),
            assurance_chapter(found),
            phase_one_chapter(found),
            assumptions_chapter(found),
            _methods_chapter(found),
        ),
        footer=f"The next trial, {day_words(origin.day)}, Firstdose {origin.version}",
    ).numbered()


def plain_chapter(found: Assessment) -> Chapter:
    """What matters, for those who will not read the rest."""
    settings = found.settings
    blocks: list[Block] = []
    if settings.description:
        blocks.append(Paragraph(settings.description))
    blocks += cautions_of(found)
    blocks += [Paragraph(f"Of the data of the trial before: {notice}") for notice in found.notices]
    blocks.append(Paragraph(NO_EFFICACY))
    blocks.append(Paragraph(_cells_or_drug(found)))
    blocks.append(Bullets(tuple(_in_words(found, design) for design in settings.designs)))
    blocks.append(
        Paragraph(
            "Power is how often a trial shows an effect of the size that is stated. Assurance is how often it will "
            "show one, given what is believed, which includes that there may be none."
        )
    )
    used = [each.what for each in found.taken if each.is_used]
    if used:
        blocks.append(
            Paragraph(f"From the data of the trial before come: {listed(used)}. All else is from the settings.")
        )
    warnings = tuple(sentence(each.warning) for each in found.taken if each.warning)
    if warnings:
        blocks += [Paragraph("Of these, some rest on few people:"), Bullets(warnings)]
    assumed = _assumed(found)
    if assumed:
        blocks.append(
            Paragraph(
                f"Effects are assumed for: {'; '.join(assumed)}. Such figures are no forecast: they say what would "
                "follow if the assumption were true."
            )
        )
    return Chapter("plain", "In plain words", tuple(blocks))


def _cells_or_drug(found: Assessment) -> str:
    """Which designs can answer whether it is the cells or the drug."""
    drug = found.settings.drug
    able = [
        name_of(design)
        for design in found.settings.designs
        if any(
            each.contrast in ("drug_with_cells", "drug_without_cells") and each.text not in ("no", "not applicable")
            for each in found.identified[design.id]
        )
    ]
    if not able:
        return f"The cells, or {drug}? Every design here gives {drug} alike: none can tell what {drug} itself does."
    rest = "; the rest cannot" if len(able) < len(found.settings.designs) else ""
    return f"The cells, or {drug}? What {drug} itself does can be told by: {listed(able)}{rest}."


def _in_words(found: Assessment, design: ArmDesign) -> str:
    """One design: what it tells, and what it takes for the first endpoint."""
    endpoint = found.settings.endpoints[0]
    told = [each for each in found.identified[design.id] if each.text not in ("no", "not applicable")]
    before = {each.contrast: each.text for each in found.identified.get(PHASE_ONE, ())}
    new = [
        told_of(each, found.settings.drug)
        for each in told
        if not each.contrast.endswith("additive") and before.get(each.contrast) in ("no", "not applicable", None)
    ]
    size = size_of(found, design, endpoint)
    power = powers_of(found, design, endpoint)[-1]
    words = sentence(design.name)
    words += f" It tells, as the trial before could not: {'; '.join(new) or 'nothing'}. "
    words += f"A power of {rate(size.wanted)} for {endpoint.name}: {size.words}"
    words += f". With {power.participants} the power is {percent(first_of(power).value)}"
    assurances = assurances_of(found, design, endpoint)
    if assurances:
        words += f", and the assurance {percent(assurances[-1].first.value)}"
    return f"{words}."


def _assumed(found: Assessment) -> list[str]:
    return [each.name for each in found.settings.endpoints if "assumed" in each.effects.source.lower()]


def _methods_chapter(found: Assessment) -> Chapter:
    settings = found.settings
    return Chapter(
        "methods",
        "How it was computed",
        (
            Bullets(
                (
                    "People come as a Poisson process, leave at a constant rate and miss visits by chance. Arms are "
                    "filled by blocks.",
                    "Worsening begins at a rate that changes when the drug begins and ends. It is seen at the first "
                    "visit attended after it, and counts if a visit late enough confirms it. People without it "
                    "count up to the last visit at which an onset could have been confirmed.",
                    "Onsets are compared by the log-rank test for interval-censored times (Finkelstein's scores, "
                    "permutation variance), or who worsened by Firth's logistic regression or Fisher's exact test; "
                    "changes by analysis of covariance on the baseline.",
                    "A look analyses the first people to be recruited whose follow-up is complete. Boundaries spend "
                    "the error by Lan and DeMets. Limits of futility are not binding: the error is kept without them.",
                    "Several comparisons are a closed test, every intersection with boundaries of its own: Holm's, a "
                    "fixed sequence, or Dunnett's from the joint normal law.",
                    f"The one-sided error of each design's family is {rate(settings.aim.one_sided_error)}; endpoints "
                    "are alternatives to choose among, and are not adjusted for one another.",
                )
            ),
            Paragraph("Formulas, sources and the tests that prove them: docs/methods/next-trial.md."),
        ),
    )
