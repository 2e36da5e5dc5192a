"""The methods that results of people, disability, scores, imaging and laboratory values may name."""

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
}
