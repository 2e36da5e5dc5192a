"""The methods that results of adverse events and of stopping boundaries may name."""

from __future__ import annotations

from firstdose.analysis.named_method import NamedMethod

EVENT_METHODS: dict[str, NamedMethod] = {
    "clustered_rate": NamedMethod(
        "Rates of all adverse events over all person-time, and of people with an event over the time to their first, "
        "have intervals from resampling people (bootstrap t), since events cluster in people and people differ. "
        "Where few different people would carry them no such limits are given; coverage in virtual trials is published "
        "with this method.",
        "Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5",
        (
            "tests/independent/test_methods_rates.py::test_the_clustered_interval_covers_better_than_the_poisson_interval",
            "tests/analysis/test_event_rates.py::test_the_coverage_that_the_methods_text_states",
        ),
        "firstdose.methods.rates:clustered_rate",
    ),
    "few_people_rate": NamedMethod(
        "Where people are too few, or too much alike, to be resampled, rates of all adverse events have Student's "
        "limits on the logarithm, with n − 1 degrees of freedom and the same error over people, and no narrower than "
        "exact Poisson limits.",
        "Student, Biometrika 1908;6:1; Cochran, Sampling Techniques, 1977, chapter 6",
        (
            "tests/independent/test_methods_rates.py::test_limits_of_few_people_by_leaving_each_out",
            "tests/independent/test_methods_rates.py::test_limits_of_few_people_hold_the_truth_as_often_as_they_say",
        ),
        "firstdose.methods.rates:few_people_rate",
    ),
    "garwood": NamedMethod(
        "Where resampling people sets no limits, rates of people with an event over the time to their first have "
        "exact Poisson intervals, which assume one rate for everyone at all times.",
        "Garwood, Biometrika 1936;28:437",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_rates.py::test_garwood_limits_leave_half_the_error_on_each_side",
        ),
        "firstdose.methods.rates:garwood",
    ),
    "kaplan_meier_clustered": NamedMethod(
        "Times to the resolution of events are estimated by Kaplan and Meier with people as clusters: robust errors, "
        "larger where people have unequal numbers of events, log-log limits, and Student's quantile for the number of "
        "people.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457; Williams, Biometrics 1995;51:1047; Bell and McCaffrey, Surv "
        "Methodol 2002;28:169; Cameron, Gelbach and Miller, Rev Econ Stat 2008;90:414",
        (
            "tests/independent/test_methods_time_to_event.py::test_estimates_and_errors",
            "tests/analysis/test_event_resolution.py::test_kaplan_meier_by_hand",
            "tests/analysis/test_event_resolution.py::test_the_coverage_that_the_methods_text_states",
        ),
        "firstdose.methods.time_to_event:kaplan_meier",
    ),
    "aalen_johansen_clustered": NamedMethod(
        "The share of events resolved, and of those in which death came first, is the cumulative incidence of "
        "competing events by Aalen and Johansen, with errors as for times to resolution, limits on the share itself.",
        "Aalen and Johansen, Scand J Stat 1978;5:141; Williams, Biometrics 1995;51:1047",
        (
            "tests/independent/test_methods_time_to_event.py::test_estimates_and_errors",
            "tests/analysis/test_event_resolution.py::test_death_competes_in_the_cumulative_incidence_and_censors_the_curve",
        ),
        "firstdose.methods.time_to_event:aalen_johansen",
    ),
    "survival_partly_known": NamedMethod(
        "Where days are known in part, times to the resolution of events have the most likely distribution for all "
        "days that may be meant, every possible start being as likely; people are clusters, and limits are those of "
        "the clustered Kaplan-Meier curve, which it is where every day is known.",
        "Turnbull, J R Stat Soc B 1976;38:290; De Gruttola and Lagakos, Biometrics 1989;45:1; Williams, Biometrics "
        "1995;51:1047",
        (
            "tests/independent/test_methods_partly_known_times.py::test_no_other_distribution_is_more_likely",
            "tests/methods/test_partly_known_times.py::test_with_every_day_known_it_is_kaplan_meier",
            "tests/independent/test_methods_partly_known_times.py::test_errors_are_the_effect_of_each_persons_weight",
        ),
        "firstdose.methods.partly_known_times:survival_partly_known",
    ),
    "incidence_partly_known": NamedMethod(
        "Where days are known in part, the same holds for the share of events resolved and of those in which death "
        "came first; with every day known it is the clustered estimate of Aalen and Johansen.",
        "Turnbull, J R Stat Soc B 1976;38:290; De Gruttola and Lagakos, Biometrics 1989;45:1; Aalen and Johansen, "
        "Scand J Stat 1978;5:141",
        (
            "tests/independent/test_methods_partly_known_times.py::test_no_other_distribution_is_more_likely",
            "tests/methods/test_partly_known_times.py::test_with_every_day_known_it_is_aalen_johansen",
        ),
        "firstdose.methods.partly_known_times:incidence_partly_known",
    ),
    "beta_binomial": NamedMethod(
        "The probability that a level's DLT rate exceeds the target is that of the conjugate beta-binomial posterior.",
        "Thall and Simon, Biometrics 1994;50:337",
        (
            "tests/reference/test_methods_binomial.py::test_smallest_number_of_dlts_that_stops",
            "tests/independent/test_safety_stopping.py::test_the_bayesian_boundary_by_fractions",
        ),
        "firstdose.methods.binomial:probability_above",
    ),
    "sequential_boundary": NamedMethod(
        "All DLTs together are set against an exact sequential boundary, which is for one common rate: across doses "
        "it says nothing of the rate at any one of them.",
        "Ivanova, Qaqish and Schell, Biometrics 2005;61:540",
        (
            "tests/reference/test_safety_stopping.py::test_continuous_monitoring",
            "tests/independent/test_safety_stopping.py::test_the_sequential_boundary_is_the_one_with_the_largest_level_that_keeps_the_error",
        ),
        "firstdose.safety.stopping:sequential_boundary",
    ),
}
