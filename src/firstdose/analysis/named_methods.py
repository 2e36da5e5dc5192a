"""The methods that results may name: each with its words, its source and the tests that it passes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NamedMethod:
    """One method: a sentence for the methods text, its source, and the test files that compare it with a truth."""

    sentence: str
    source: str
    tests: tuple[str, ...]


METHODS: dict[str, NamedMethod] = {
    "clopper_pearson": NamedMethod(
        "Proportions have exact Clopper-Pearson intervals.",
        "Clopper and Pearson, Biometrika 1934;26:404",
        ("tests/reference/test_methods_binomial.py",),
    ),
    "wilson": NamedMethod(
        "Proportions have Wilson score intervals.",
        "Wilson, J Am Stat Assoc 1927;22:209",
        ("tests/reference/test_methods_binomial.py",),
    ),
    "jeffreys": NamedMethod(
        "Proportions have Jeffreys intervals.",
        "Brown, Cai and DasGupta, Stat Sci 2001;16:101",
        ("tests/reference/test_methods_binomial.py",),
    ),
    "student_t": NamedMethod(
        "Means of changes and of troughs have Student's t intervals, geometric means on logarithms.",
        "Student, Biometrika 1908;6:1",
        ("tests/analysis/test_laboratory_chapter.py",),
    ),
    "bonett_wright": NamedMethod(
        "Spearman's correlation has an approximate interval on Fisher's scale.",
        "Bonett and Wright, Psychometrika 2000;65:23",
        ("tests/methods/test_correlation_interval.py",),
    ),
    "confirmed_change": NamedMethod(
        "Confirmed worsening and improvement are sought one after the other by named definitions.",
        "Montobbio et al., Mult Scler 2024;30:1185",
        ("tests/reference/test_methods_confirmed_change.py", "tests/independent/test_methods_confirmed_change.py"),
    ),
    "kaplan_meier": NamedMethod(
        "Times to an event are estimated by Kaplan and Meier, with log-log intervals.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457",
        ("tests/independent/test_methods_time_to_event.py",),
    ),
    "cochran_armitage": NamedMethod(
        "Trends in proportions over doses are tested by the exact conditional Cochran-Armitage test.",
        "Cochran, Biometrics 1954;10:417; Armitage, Biometrics 1955;11:375",
        ("tests/independent/test_methods_trend.py",),
    ),
    "firth_logistic": NamedMethod(
        "Odds ratios are estimated by penalised likelihood, with profile intervals.",
        "Firth, Biometrika 1993;80:27; Heinze and Schemper, Stat Med 2002;21:2409",
        ("tests/independent/test_methods_firth.py",),
    ),
    "natural_course": NamedMethod(
        "What was seen is compared with rates from elsewhere by the distribution of the number of people with an "
        "event, each with a probability and a time of their own; this is not a test.",
        "Chen and Liu, Stat Sin 1997;7:875",
        ("tests/methods/test_natural_course.py",),
    ),
    "zero_events": NamedMethod(
        "Beside a zero stands the rate that would have shown itself with a given probability.",
        "Clopper and Pearson, Biometrika 1934;26:404",
        ("tests/methods/test_binomial.py", "tests/analysis/test_limits.py"),
    ),
    "mixed_model_kenward_roger": NamedMethod(
        "Changes over visits are modelled by restricted maximum likelihood, with Kenward and Roger's tests.",
        "Kenward and Roger, Biometrics 1997;53:983",
        ("tests/reference/test_methods_mixed_models.py", "tests/independent/test_methods_mixed_models.py"),
    ),
    "mixed_model_satterthwaite": NamedMethod(
        "As sensitivity, richer covariances are tried in a fixed order, with Satterthwaite's degrees of freedom.",
        "Fai and Cornelius, J Stat Comput Simul 1996;54:363",
        ("tests/reference/test_methods_mixed_models.py", "tests/independent/test_methods_mixed_models.py"),
    ),
    "jonckheere_terpstra_exact": NamedMethod(
        "Trends over ordered doses are tested by the exact Jonckheere-Terpstra test.",
        "Terpstra, Indag Math 1952;14:327; Jonckheere, Biometrika 1954;41:133",
        ("tests/independent/test_methods_trend.py",),
    ),
    "jonckheere_terpstra_simulated": NamedMethod(
        "Where that is too much work, the Jonckheere-Terpstra test is simulated, with its Monte Carlo error.",
        "Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        ("tests/methods/test_trend.py",),
    ),
    "spearman_exact": NamedMethod(
        "Spearman's correlation with dose is tested in its exact permutation distribution.",
        "Spearman, Am J Psychol 1904;15:72",
        ("tests/independent/test_methods_trend.py",),
    ),
    "spearman_simulated": NamedMethod(
        "Where that is too much work, the test of Spearman's correlation is simulated, with its Monte Carlo error.",
        "Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        ("tests/methods/test_trend.py",),
    ),
    "least_squares_slope": NamedMethod(
        "One value a person is regressed on doublings of the dose by least squares, with Student's t interval.",
        "Fisher, J R Stat Soc 1922;85:597",
        ("tests/methods/test_straight_line.py",),
    ),
    "clustered_rate": NamedMethod(
        "Rates of all adverse events over all person-time, and of people with an event over the time to their first, "
        "have intervals from resampling people (bootstrap t), since events cluster in people and people differ. With "
        "few people with events the limits are wide or cannot be set; coverage in virtual trials is published with "
        "this method.",
        "Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5",
        ("tests/independent/test_methods_rates.py", "tests/analysis/test_event_rates.py"),
    ),
    "garwood": NamedMethod(
        "Where resampling people sets no limits, rates of people with an event over the time to their first have exact "
        "Poisson intervals, which assume one rate for everyone at all times.",
        "Garwood, Biometrika 1936;28:437",
        ("tests/independent/test_methods_rates.py", "tests/reference/test_comparisons.py"),
    ),
    "kaplan_meier_clustered": NamedMethod(
        "Times to the resolution of events are estimated by Kaplan and Meier with people as clusters: robust errors, "
        "log-log limits, and Student's quantile for the number of people.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457; Williams, Biometrics 1995;51:1047; Cameron, Gelbach and "
        "Miller, Rev Econ Stat 2008;90:414",
        ("tests/independent/test_methods_time_to_event.py", "tests/analysis/test_event_resolution.py"),
    ),
    "aalen_johansen_clustered": NamedMethod(
        "The share of events resolved, and of those in which death came first, is the cumulative incidence of "
        "competing events by Aalen and Johansen, with errors and limits as for the times to resolution.",
        "Aalen and Johansen, Scand J Stat 1978;5:141; Williams, Biometrics 1995;51:1047",
        ("tests/independent/test_methods_time_to_event.py", "tests/analysis/test_event_resolution.py"),
    ),
    "beta_binomial": NamedMethod(
        "The probability that a level's DLT rate exceeds the target is that of the conjugate beta-binomial posterior.",
        "Thall and Simon, Biometrics 1994;50:337",
        ("tests/reference/test_methods_binomial.py", "tests/independent/test_safety_stopping.py"),
    ),
    "sequential_boundary": NamedMethod(
        "All DLTs together are set against an exact sequential boundary, which is for one common rate: across doses it "
        "says nothing of the rate at any one of them.",
        "Ivanova, Qaqish and Schell, Biometrics 2005;61:540",
        ("tests/reference/test_safety_stopping.py", "tests/independent/test_safety_stopping.py"),
    ),
}
