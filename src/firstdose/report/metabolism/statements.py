"""What the chapter on metabolism says in words, made of its figures: the primary class first, and what weakens it."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.analysis.metabolism.feature_figures import NO_CLASS
from firstdose.analysis.metabolism.layout import WITH_BATCH
from firstdose.report.attribution.rows import Statement, statement
from firstdose.report.documents.wording import counted, listed
from firstdose.report.metabolism.rows import CALLED, CLASS_SLOPE, QUALITY, SAMPLES, SLOPES, FluidRows
from firstdose.report.results.names import words
from firstdose.report.results.wording import figure, plain, probability, value_of

PERMUTED, LEAST = "p by permutation of doses", "smallest attainable one-sided p"
CLASS_SENSITIVITY, ALL_CLASSES = "class_sensitivity", "classes"
MOST_NAMED, LONGEST_NAME = 5, 60


def statements(rows: FluidRows) -> Iterator[Statement]:
    """The statements of one fluid, in their order."""
    yield from _untestable(rows)
    yield from _primary(rows)
    yield from _attainable(rows)
    yield from _other_classes(rows)
    yield from _normalisation(rows)
    yield from _metabolites(rows)
    yield from _visits(rows)
    yield from _left_out(rows)
    yield from _batches(rows)
    if rows.by_p:
        yield statement(
            "association",
            "A slope on the dose is an association. Whether it is the product, the drug around it or the time is the "
            "question of the chapter on attribution.",
        )


def _untestable(rows: FluidRows) -> Iterator[Statement]:
    """Where no slope could be tested at all, why."""
    if rows.by_p:
        return
    why = [each for each in rows.where(SLOPES) if each.warning] or [
        each for each in rows.where(SAMPLES) if each.warning
    ]
    if why:
        told = listed(dict.fromkeys(each.warning for each in why))
        yield statement("no_slopes", f"No slope on the dose could be tested: {told}.", why[0])


def _primary(rows: FluidRows) -> Iterator[Statement]:
    """The primary class with its interval and both tests."""
    if rows.primary is None:
        if rows.by_p:
            yield statement(
                "no_primary", "No class was named as primary, or none of its metabolites was measured: every figure "
                "here is exploratory."
            )  # fmt: skip
        return
    name, visit = rows.primary
    found = rows.classes[rows.primary]
    slope, test = found.get(CLASS_SLOPE), found.get(PERMUTED)
    count = found["metabolites"]
    about = f"The primary test, {words(name)} at {rows.named(visit)}"
    if slope is None or slope.value is None:
        why = slope.warning if slope is not None and slope.warning else "there is no slope"
        yield statement("primary_untestable", f"{about}, could not be made: {why}.", slope, count)
        return
    held = (slope.lower or 0.0) <= 0.0 <= (slope.upper or 0.0)
    shown = "the interval of the model holds 0" if held else "the interval of the model leaves 0 out"
    if test is not None and test.value is not None and (test.value < CALLED) == held:
        shown += f", but the primary test is the permutation, and its p is {'' if held else 'not '}below {CALLED:g}"
    rotation = found.get("p by rotation")
    second = (
        f", p by rotation {value_of(rotation)}"
        if rotation is not None and rotation.value is not None
        else f", not by rotation ({rotation.warning})" if rotation is not None else ""
    )  # fmt: skip
    tested = (
        f"two-sided p by permutation of the doses {value_of(test)}"
        if test is not None and test.value is not None
        else f"it could not be tested by permutation ({test.warning})"
        if test is not None
        else "it was not tested by permutation"
    )
    size = counted(int(count.value or 0), "metabolite")
    yield statement(
        "primary",
        f"{about} ({size}): slope {figure(slope, with_unit=True)}; {tested}{second}; {shown}.",
        slope, test, rotation, count,
    )  # fmt: skip


def _attainable(rows: FluidRows) -> Iterator[Statement]:
    """How small p can get at all with the doses as they were given."""
    key = rows.primary or next(((name, visit) for name, visit in rows.classes if visit == rows.visit), None)
    found = rows.classes[key] if key else {}
    least, drawn = found.get(LEAST), found.get("arrangements of doses")
    if least is None or least.value is None:
        return
    how = ""
    if drawn is not None and drawn.value is not None and drawn.of is not None:
        all_of_them = drawn.text == "all"
        how = (
            f": there are {plain(drawn.of)} arrangements of the doses and all were tried"
            if all_of_them
            else f": {plain(drawn.value)} of {plain(drawn.of)} arrangements of the doses were drawn at random"
        )
    yield statement(
        "attainable",
        f"No p of a class by permutation can be below {plain(least.value, 2)} one-sided, or "
        f"{plain(2 * least.value, 2)} two-sided{how}. With so few people a large p does not show that nothing changed.",
        least, drawn,
    )  # fmt: skip


def _other_classes(rows: FluidRows) -> Iterator[Statement]:
    """The other classes at the visit, those whose adjusted p is small by name."""
    others = {
        name: found
        for (name, visit), found in rows.classes.items()
        if visit == rows.visit and (name, visit) != rows.primary and "adjusted p" in found
    }
    if not others:
        return
    called = {name: found for name, found in others.items() if (found["adjusted p"].value or 0.0) < CALLED}
    shown = [
        f"{words(name)} ({figure(found[CLASS_SLOPE])}, adjusted p {value_of(found['adjusted p'])})"
        for name, found in called.items()
        if CLASS_SLOPE in found
    ]
    kinds = ("other class", "other classes") if rows.primary else ("class", "classes")
    text = (
        f"Of {counted(len(others), *kinds)} at {rows.named(rows.visit)}, all exploratory, "
        f"{len(called)} {'has' if len(called) == 1 else 'have'} an adjusted p below {CALLED:g}"
    )
    behind = [each for found in called.values() for each in (found.get(CLASS_SLOPE), found["adjusted p"])]
    yield statement("other_classes", f"{text}{': ' + listed(shown) if shown else ''}.", *behind)


def _normalisation(rows: FluidRows) -> Iterator[Statement]:
    """What classes and single metabolites are relative to, and which classes' answers rest on that choice."""
    for each in rows.where(SAMPLES, statistic="normalisation"):
        yield statement("samples_normalisation", f"{each.warning[:1].upper()}{each.warning[1:]}.", each)
    told = rows.where(CLASS_SENSITIVITY, statistic="normalisation")
    basis = next((each for each in told if each.what == ALL_CLASSES), None)
    if basis is None:
        return
    unsure = [each for each in told if each.what != ALL_CLASSES and each.when == rows.visit and each.warning]
    text = f"{basis.text[:1].upper()}{basis.text[1:]}; single metabolites are taken relative to all metabolites."
    if unsure:
        names = listed([words(each.what) for each in unsure])
        rests = "answer rests" if len(unsure) == 1 else "answers rest"
        text += (
            f" At {rows.named(rows.visit)} the {rests} on that choice for {names}: where many metabolites rise, "
            "the others seem to fall. The table of class sensitivity has each class without normalisation too."
        )
    yield statement("normalisation", text, basis, *unsure)


def _visits(rows: FluidRows) -> Iterator[Statement]:
    """That the order of the visits is a guess, that planned ones have no sample, that people may be misspelt."""
    for each in (*rows.where(SAMPLES, what="visits"), *rows.where(SAMPLES, what="people", statistic="names")):
        if each.warning:
            yield statement("visits", f"{each.warning[:1].upper()}{each.warning[1:]}.", each)


def _metabolites(rows: FluidRows) -> Iterator[Statement]:
    """How many single metabolites are called, and the first of them."""
    if not rows.by_p:
        return
    adjusted = {name: rows.slopes[name, rows.visit]["adjusted p"] for name in rows.by_p}
    called = [name for name, each in adjusted.items() if each.value is not None and each.value < CALLED]
    named = [f"{_short(name)} ({probability(adjusted[name].value or 0.0)})" for name in called[:MOST_NAMED]]
    more = f", of which the smallest are {listed(named)}" if len(called) > MOST_NAMED else f": {listed(named)}"
    yield statement(
        "metabolites",
        f"{len(called)} of {counted(len(rows.by_p), 'single metabolite')} at {rows.named(rows.visit)} "
        f"{'has' if len(called) == 1 else 'have'} an adjusted p below {CALLED:g}{more if called else ''}.",
        *(adjusted[name] for name in called[:MOST_NAMED]),
    )


def _left_out(rows: FluidRows) -> Iterator[Statement]:
    """Samples and metabolites that were measured and not used."""
    samples = [each for each in rows.where(SAMPLES) if each.what.startswith("left out: ")]
    if samples:
        told = [f"{value_of(each)} because {each.what.removeprefix('left out: ')}" for each in samples]
        yield statement("samples_left_out", f"Samples left out: {listed(told)}.", *samples)
    analysed = next(iter(rows.where(QUALITY, what="all metabolites", statistic="analysed")), None)
    out = rows.where(QUALITY, within="left out")
    if analysed is not None:
        shown = f"{plain(analysed.value or 0)} of {plain(analysed.of or 0)} metabolites were analysed"
        is_one = len(dict.fromkeys(each.what for each in out)) == 1
        others = "the other was left out for its" if is_one else "the others were left out for their"
        text = f"{shown}; {others} quality, as the table says." if out else f"{shown}."
        yield statement("metabolites_left_out", text, analysed, *out[:MOST_NAMED])
    without = next(iter(rows.where(QUALITY, within="classes", what=NO_CLASS)), None)
    if without is not None and without.value:
        yield statement(
            "without_class", f"{plain(without.value)} of them have no class, and take part in no test of one.", without
        )


def _batches(rows: FluidRows) -> Iterator[Statement]:
    """Whether batches of the measurement and doses can be told apart."""
    notes = rows.where(QUALITY, what="batches", statistic="note")
    coincide = [each for each in rows.found if WITH_BATCH in each.warning]
    if coincide:
        told = "the slope on the dose at a single visit cannot be told from the batches"
        rest = ", but its change from the first visit can, if a batch shifts all visits alike" if rows.by_p else ""
        yield statement("batch_is_dose", f"Batches of the measurement and doses coincide: {told}{rest}.", coincide[0])
    for note in notes:
        yield statement("batch_note", f"{note.text[:1].upper()}{note.text[1:]}.", note)
    if not coincide and not notes and rows.by_p:
        yield statement(
            "batches_apart",
            "Batches of the measurement and doses do not coincide, and the model has a term for each batch.",
        )


def _short(name: str) -> str:
    """A name as a sentence can bear it."""
    clean = " ".join(name.split())
    return clean if len(clean) <= LONGEST_NAME else f"{clean[: LONGEST_NAME - 1]}…"
