"""Which figures of the analysis the recovery study looks at, with the truth of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from firstdose.records.results import EVERYONE
from firstdose.validation.recovery_truths import BY_DAY, KEY_VISITS, RESOLVED_BY

LEVEL = "level"
"""In the place of a truth: there is no effect of the dose, and the figure is the p value of a test of one."""

LEVELS = ("1", "2", "3", "4")


NOMINAL = 0.95


@dataclass(frozen=True)
class Shortfall:
    """Why limits cannot hold a truth as often as they say, or a test has more than its level; and what is asked then.

    ``asked`` is the coverage, or the level, that is asked in the place of the nominal one; None where there is none.
    """

    reason: str
    asked: float | None


@dataclass(frozen=True)
class Target:
    """One figure of the analysis, where it stands, and the name of its truth.

    ``by_day``: of a curve, the last of its steps up to that day. ``least_made`` is the least share of trials in which
    there must be such a figure. ``shortfall``: where the nominal coverage or level cannot be asked.
    """

    table: str
    what: str
    statistic: str
    truth: str
    within: str = ""
    when: str = ""
    group: str = EVERYONE
    by_day: int | None = None
    least_made: float = 0.99
    shortfall: Shortfall | None = None

    @property
    def name(self) -> str:
        """The figure and its truth, in words that no other target has."""
        group = "" if self.group == EVERYONE else f"level {self.group}"
        day = "" if self.by_day is None else f"by day {self.by_day}"
        parts = (self.table, self.what, self.within, self.when, day, group, self.statistic)
        place = ": ".join(part for part in parts if part)
        return place if self.is_level else f"{place} ({self.truth})"

    @property
    def is_level(self) -> bool:
        """Whether it is a test, of whose level something is asked, rather than limits that are to hold a truth."""
        return self.truth == LEVEL

    @property
    def asked(self) -> float | None:
        """The least coverage or the highest level that is asked, but for chance; None where nothing is."""
        if self.shortfall:
            return self.shortfall.asked
        return 1 - NOMINAL if self.is_level else NOMINAL


JUDGED = (
    "relations are judged: some true ones are missed and others are suspected, so what is counted is not what the "
    "product caused"
)
RATED = (
    "ratings err, and a baseline that is rated too low makes all later ratings a rise, so that more people seem to "
    "have worsened than truly did"
)
HALF_STEPS = (
    "three or six people at a level, most of whom do not change and the others by half steps: means of so few are not "
    "normal; and baselines above 8.0 are not let in, so that later ratings are a little higher"
)
HALF_STEPS_OF_ALL = (
    "of some fifteen people most do not change and the others by half steps: their mean is not quite normal; and "
    "baselines above 8.0 are not let in, so that later ratings are a little higher"
)
RICH_STRUCTURE = "the sensitivity chain begins with as many variances and correlations as there are, for fifteen people"
NO_LIMITS = "no limits are given where more than half had one"
TWO_PEOPLE = "limits need two people with an event, and are given only in trials that have more of them than usual"
EVERY_LOOK = "a posterior certainty is no level, the less so as it is looked at after every participant"
ADAPTIVE = (
    "the test takes the people at each level as given, and how many there are depends on the DLTs seen at it: a level "
    "with few of them is left sooner"
)


def _dlts(least_made: tuple[float, ...]) -> Iterator[Target]:
    """DLTs among the evaluable: everyone's, and those at each level."""
    table, what = "among_evaluable", "dose-limiting toxicity"
    yield Target(table, what, "people", "DLT rate")
    for group, least in zip(LEVELS, least_made, strict=True):
        yield Target(table, what, "people", "DLT rate", group=group, least_made=least)


def _shares() -> Iterator[Target]:
    overview = {
        "any adverse event": "people, any event",
        "grade 3 or more": "people, grade 3 or more",
        "serious": "people, serious",
        "related to the product": "judged, product",
        "related to the procedure": "judged, procedure",
    }
    for what, truth in overview.items():
        yield Target("overview", what, "people", truth)
    judged = Target("overview", "related to the procedure", "people", "people, caused by the procedure")
    yield judged
    truth, shortfall = "people, caused by the product", Shortfall(JUDGED, 0.85)
    yield replace(judged, what="related to the product", truth=truth, shortfall=shortfall)
    least = {"any adverse event": 0.6, "grade 3 or more": 0.85, "serious": 0.5, "related to the product": 0.95}
    for what, made in least.items():
        for p in ("p_doubled", "p_distance", "p_increasing"):
            yield Target("trend_over_dose", what, p, LEVEL, least_made=made)


def _rates() -> Iterator[Target]:
    table, statistic = "all_events", "events_per_person_year"
    yield Target(table, "any adverse event", statistic, "rate, any event")
    yield Target(table, "grade 3 or more", statistic, "rate, grade 3 or more", least_made=0.6)
    yield Target(table, "serious", statistic, "rate, serious", least_made=0.12, shortfall=Shortfall(TWO_PEOPLE, 0.9))
    table, statistic = "first_events", "people_per_person_year"
    yield Target(
        table, "any adverse event", statistic, "first, any event", least_made=0, shortfall=Shortfall(NO_LIMITS, None)
    )
    yield Target(table, "grade 3 or more", statistic, "first, grade 3 or more", least_made=0.98)
    yield Target(table, "serious", statistic, "first, serious")


def _resolution() -> Iterator[Target]:
    """Events resolved by days, censored by death and with death competing."""
    what, statistic = "any adverse event", "share_resolved"
    for table in ("time_to_resolution", "cumulative_incidence"):
        for day in RESOLVED_BY:
            yield Target(table, what, statistic, f"resolved by {day}", when=f"day {day}", least_made=0.97)


def _troughs() -> Iterator[Target]:
    yield Target("troughs", "tacrolimus", "mean_of_person_means", "trough mean")
    yield Target("troughs", "tacrolimus", "geometric_mean_of_person_means", "trough middle")
    yield from _trends("trough_against_dose", "tacrolimus", "")


def _trends(table: str, what: str, when: str, least_made: float = 0.98) -> Iterator[Target]:
    """Both exact tests of a trend over dose, by both conventions, and the correlation."""
    for test in ("jonckheere_terpstra", "spearman"):
        for p in ("p_doubled", "p_distance"):
            yield Target(table, what, p, LEVEL, test, when, least_made=least_made)
    yield Target(table, what, "correlation", "no difference", "spearman", when, least_made=least_made)


def _worsening() -> Iterator[Target]:
    for time in ("24 weeks", "12 weeks"):
        definition = f"worsening_{time.replace(' ', '_')}"
        share = Target("confirmed_change", "worsening", "people", f"rated worse, {time}", "edss", definition)
        yield share
        yield replace(share, truth=f"worsened, {time}", shortfall=Shortfall(RATED, 0.9))
        curves = [_curve(definition, f"free of worsening by day {day}, {time}", day) for day in BY_DAY[time]]
        yield from (replace(curve, truth=f"rated {curve.truth}") for curve in curves)
        yield from (replace(curve, shortfall=Shortfall(RATED, 0.87)) for curve in curves)
        test = Target("worsening_by_dose", definition, "p", LEVEL, "edss", least_made=0.98)
        for statistic in ("p_doubled", "p_distance", "p_increasing"):
            yield replace(test, statistic=statistic)
        yield replace(test, least_made=0.8)
        yield replace(test, statistic="odds_ratio_per_doubling", truth="equal odds", least_made=0.8)


def _curve(definition: str, truth: str, day: int) -> Target:
    """The share free of worsening by a day; without an onset by then there are no limits."""
    return Target("time_to_worsening", definition, "free_of_worsening", truth, "edss", by_day=day, least_made=0.75)


def _scores() -> Iterator[Target]:
    for visit in KEY_VISITS:
        truth = f"EDSS change, {visit}"
        short = Shortfall(HALF_STEPS_OF_ALL, 0.94)
        yield Target("change_by_visit", "edss", "mean", truth, when=visit, least_made=0.98, shortfall=short)
        for chain in ("primary", "sensitivity"):
            mean = Target("model_means", "edss", "mean_change", truth, chain, visit, shortfall=MEANS[chain])
            for group in LEVELS:
                yield replace(mean, group=group, least_made=0.96)
    for visit in (*KEY_VISITS, "average of the visits"):
        for chain in ("primary", "sensitivity"):
            is_rich, error = chain == "sensitivity", 0.06 if visit in KEY_VISITS else 0.07
            slope = Target("dose_slopes", "edss", "slope_per_doubling", "no difference", chain, visit, least_made=0.98)
            yield replace(slope, shortfall=Shortfall(RICH_STRUCTURE, 1 - error) if is_rich else None)
            test = replace(slope, statistic="p", truth=LEVEL)
            yield replace(test, shortfall=Shortfall(RICH_STRUCTURE, error) if is_rich else None)
    for visit in (*KEY_VISITS, "last score"):
        yield from _trends("dose_trends", "edss", visit, 0.95)


MEANS = {"primary": Shortfall(HALF_STEPS, 0.93), "sensitivity": Shortfall(f"{HALF_STEPS}; {RICH_STRUCTURE}", 0.92)}


def _images() -> Iterator[Target]:
    for scans in ("all scans", "without flagged scans"):
        yield Target("brain_volume", "last scan", "mean", "brain volume", scans)
        table, what = "brain_volume_by_dose", f"last scan, {scans}"
        yield Target(table, what, "slope_per_doubling", "planted slope", "least_squares")
        yield Target(table, what, "correlation", "brain volume correlation", "spearman")
    yield Target("lesions", "new T2 lesions", "people", "new lesions", when="all scans")
    for kind in ("new T2 lesions", "enhancing lesions"):
        yield from _trends("lesions_by_dose", kind, "all scans", 0.9)


def _boundaries() -> Iterator[Target]:
    what = "dose-limiting toxicity"
    yield Target("sequential_boundary", what, "reached", LEVEL)
    yield Target("elimination", what, "reached", LEVEL, group="1", shortfall=Shortfall(EVERY_LOOK, 0.22))
    test = Target("trend_over_dose", what, "p_doubled", LEVEL, least_made=0.5)
    yield test
    yield replace(test, statistic="p_distance")
    yield replace(test, statistic="p_increasing", shortfall=Shortfall(ADAPTIVE, 0.08))


SAFE = (
    *_dlts((0.99, 0.97, 0.95, 0.95)),
    *_shares(),
    *_rates(),
    *_resolution(),
    *_troughs(),
    *_worsening(),
    *_scores(),
    *_images(),
)
"""Figures of trials as safe as the reference scenario says."""

TOXIC = (*_dlts((0.99, 0.5, 0.2, 0.1)), *_boundaries())
"""Figures of trials in which every dose has the target rate of DLTs."""

DATED = tuple(_resolution())
"""Figures of trials in which every date is known."""
