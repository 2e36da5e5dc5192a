"""The methods that results of safety, disability, imaging and laboratory values may name."""

from __future__ import annotations

from firstdose.analysis.named_method import NamedMethod

TRIAL_METHODS: dict[str, NamedMethod] = {
    "clopper_pearson": NamedMethod(
        "Proportions have exact Clopper-Pearson intervals.",
        "Clopper and Pearson, Biometrika 1934;26:404",
        (
            "tests/reference/test_methods_binomial.py::test_intervals",
            "tests/reference/test_comparisons.py::test_agrees",
        ),
        "firstdose.methods.binomial:clopper_pearson",
    ),
    "wilson": NamedMethod(
        "Proportions have Wilson score intervals.",
        "Wilson, J Am Stat Assoc 1927;22:209",
        (
            "tests/reference/test_methods_binomial.py::test_intervals",
            "tests/reference/test_comparisons.py::test_agrees",
        ),
        "firstdose.methods.binomial:wilson",
    ),
    "jeffreys": NamedMethod(
        "Proportions have Jeffreys intervals.",
        "Brown, Cai and DasGupta, Stat Sci 2001;16:101",
        (
            "tests/reference/test_methods_binomial.py::test_intervals",
            "tests/reference/test_comparisons.py::test_agrees",
        ),
        "firstdose.methods.binomial:jeffreys",
    ),
    "student_t": NamedMethod(
        "Means of changes and of troughs have Student's t intervals, geometric means on logarithms.",
        "Student, Biometrika 1908;6:1",
        ("tests/analysis/test_laboratory_chapter.py::test_interval_of_a_mean_is_that_of_students_sleep_data",),
        "firstdose.analysis.visit_summaries:mean_interval",
    ),
    "bonett_wright": NamedMethod(
        "Spearman's correlation has an approximate interval on Fisher's scale.",
        "Bonett and Wright, Psychometrika 2000;65:23",
        (
            "tests/methods/test_correlation_interval.py::test_it_holds_the_truth_as_often_as_it_says",
            "tests/methods/test_correlation_interval.py::test_by_hand",
        ),
        "firstdose.methods.correlation_interval:spearman_interval",
    ),
    "confirmed_change": NamedMethod(
        "Confirmed worsening and improvement are sought one after the other by named definitions.",
        "Montobbio et al., Mult Scler 2024;30:1185",
        (
            "tests/reference/test_methods_confirmed_change.py::test_every_change_its_dates_and_values",
            "tests/independent/test_methods_confirmed_change.py::test_every_change_of_every_person",
        ),
        "firstdose.methods.confirmed_change:confirmed_changes",
    ),
    "kaplan_meier": NamedMethod(
        "Times to an event are estimated by Kaplan and Meier, with log-log intervals; those to confirmed worsening go "
        "from one scheduled visit to the next, by planned days.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_time_to_event.py::test_estimates_and_errors",
            "tests/independent/test_methods_time_to_event.py::test_without_repeats_the_error_is_greenwoods",
        ),
        "firstdose.methods.time_to_event:kaplan_meier",
    ),
    "cochran_armitage": NamedMethod(
        "Trends in proportions over doses are tested by the exact conditional Cochran-Armitage test.",
        "Cochran, Biometrics 1954;10:417; Armitage, Biometrics 1955;11:375",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_trend.py::test_cochran_armitage",
        ),
        "firstdose.methods.trend:cochran_armitage",
    ),
    "firth_logistic": NamedMethod(
        "Odds ratios are estimated by penalised likelihood, with profile intervals.",
        "Firth, Biometrika 1993;80:27; Heinze and Schemper, Stat Med 2002;21:2409",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_firth.py::test_maximum_and_profile_limits",
        ),
        "firstdose.methods.firth:firth_logistic",
    ),
    "natural_course": NamedMethod(
        "What was seen is compared with rates from elsewhere by the distribution of the number of people with an "
        "event, each with a probability and a time of their own; this is not a test.",
        "Chen and Liu, Stat Sin 1997;7:875",
        (
            "tests/methods/test_natural_course.py::test_against_random_draws",
            "tests/methods/test_natural_course.py::test_one_year_each_at_an_uncertain_rate_is_the_beta_binomial",
            "tests/methods/test_natural_course.py::test_no_event_at_known_rates_is_the_product",
        ),
        "firstdose.methods.natural_course:events_under",
    ),
    "zero_events": NamedMethod(
        "Beside a zero stands the rate that would have shown itself with a given probability.",
        "Clopper and Pearson, Biometrika 1934;26:404",
        (
            "tests/methods/test_binomial.py::test_the_largest_undetected_rate_is_detected_with_the_certainty",
            "tests/analysis/test_limits.py::test_no_event_in_fifteen",
        ),
        "firstdose.methods.binomial:largest_undetected_rate",
    ),
    "mixed_model_kenward_roger": NamedMethod(
        "Changes over visits are modelled by restricted maximum likelihood, with Kenward and Roger's tests.",
        "Kenward and Roger, Biometrics 1997;53:983",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/reference/test_methods_mixed_models.py::test_own_optimum",
            "tests/independent/test_methods_mixed_models.py::test_kenward_roger",
        ),
        "firstdose.methods.mixed_model_inference:kenward_roger",
    ),
    "mixed_model_satterthwaite": NamedMethod(
        "As sensitivity, richer covariances are tried in a fixed order, with Satterthwaite's degrees of freedom.",
        "Fai and Cornelius, J Stat Comput Simul 1996;54:363",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/reference/test_methods_mixed_models.py::test_own_optimum",
            "tests/independent/test_methods_mixed_models.py::test_satterthwaite_by_differences",
        ),
        "firstdose.methods.mixed_model_inference:satterthwaite",
    ),
    "jonckheere_terpstra_exact": NamedMethod(
        "Trends over ordered doses are tested by the exact Jonckheere-Terpstra test.",
        "Terpstra, Indag Math 1952;14:327; Jonckheere, Biometrika 1954;41:133",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_trend.py::test_jonckheere_terpstra",
        ),
        "firstdose.methods.jonckheere:jonckheere_terpstra",
    ),
    "jonckheere_terpstra_simulated": NamedMethod(
        "Where that is too much work, the Jonckheere-Terpstra test is simulated, with its Monte Carlo error.",
        "Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        ("tests/methods/test_trend.py::test_simulation_agrees_within_its_error_and_is_never_zero",),
        "firstdose.methods.trend:simulated_jonckheere_terpstra",
    ),
    "spearman_exact": NamedMethod(
        "Spearman's correlation with dose is tested in its exact permutation distribution.",
        "Spearman, Am J Psychol 1904;15:72",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/independent/test_methods_trend.py::test_spearman",
        ),
        "firstdose.methods.trend:spearman",
    ),
    "spearman_simulated": NamedMethod(
        "Where that is too much work, the test of Spearman's correlation is simulated, with its Monte Carlo error.",
        "Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        ("tests/methods/test_trend.py::test_simulation_agrees_within_its_error_and_is_never_zero",),
        "firstdose.methods.trend:simulated_spearman",
    ),
    "least_squares_slope": NamedMethod(
        "One value a person is regressed on doublings of the dose by least squares, with Student's t interval; slopes "
        "of metabolites on attribution have a level for each run of measurement.",
        "Fisher, J R Stat Soc 1922;85:597",
        (
            "tests/methods/test_straight_line.py::test_as_scipy",
            "tests/methods/test_straight_line.py::test_the_interval_holds_the_truth_as_often_as_it_says",
            "tests/analysis/attribution/test_held_runs.py::test_the_slope_is_that_of_the_model_with_a_level_for_each_run",
        ),
        "firstdose.methods.straight_line:fit_slope",
    ),
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
