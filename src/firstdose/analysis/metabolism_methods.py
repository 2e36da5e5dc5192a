"""The methods that results of metabolites may name."""

from __future__ import annotations

from firstdose.analysis.named_method import NamedMethod

METABOLISM_METHODS: dict[str, NamedMethod] = {
    "moderated_model": NamedMethod(
        "Metabolites, normalised by probabilistic quotients unless they are concentrations, too few or of one class "
        "above all (or as the protocol has it), are modelled on the log2 scale by batch, visit and dose, with people "
        "as blocks that have one common correlation, and variances moderated over all metabolites. Missing values "
        "stay missing.",
        "Dieterle et al., Anal Chem 2006;78:4281; Smyth, Stat Appl Genet Mol Biol 2004;3:3; Smyth, Michaud and Scott,"
        " Bioinformatics 2005;21:2067",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/reference/test_metabolites_command.py::test_slopes_are_those_of_limma",
        ),
        "firstdose.methods.moderated_model:fit_moderated_model",
    ),
    "stable_quotients": NamedMethod(
        "For the tests of classes, samples are divided by the quotients of metabolites outside the primary class and "
        "outside every class with a sign of a slope, those of no class that show one left out too, since the median of "
        "all metabolites rises where many do, and the others then seem to fall. The classes without normalisation "
        "stand beside.",
        "Dieterle et al., Anal Chem 2006;78:4281; Rousseeuw and Leroy, Stat Neerl 1988;42:103",
        (
            "tests/analysis/metabolism/test_stable_quotients.py::test_null_classes_do_not_seem_to_fall_where_others_rise",
            "tests/analysis/metabolism/test_stable_quotients.py::test_the_reference_is_the_metabolites_outside_the_classes_that_change",
            "tests/reference/test_class_calibration.py::test_null_classes_hold_their_level",
        ),
        "firstdose.analysis.metabolism.stable_quotients:class_basis",
    ),
    "moderated_within_people": NamedMethod(
        "Beside it stands the same model with an effect of every person.",
        "Smyth, Stat Appl Genet Mol Biol 2004;3:3",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/analysis/metabolism/test_sensitivities.py::test_in_complete_balanced_data_within_people_and_changes_agree_with_the_model",
        ),
        "firstdose.methods.moderated_model:fit_moderated_within_people",
    ),
    "change_from_baseline": NamedMethod(
        "Beside it stands the model of changes from each person's first visit.",
        "Smyth, Stat Appl Genet Mol Biol 2004;3:3",
        (
            "tests/methods/test_person_changes.py::test_changes_are_differences_to_the_own_baseline",
            "tests/methods/test_person_changes.py::test_two_visits_give_the_fit_within_people",
        ),
        "firstdose.methods.person_changes:changes_from_baseline",
    ),
    "leave_one_cohort_out": NamedMethod(
        "Slopes are estimated again with each cohort left out.",
        "Smyth, Stat Appl Genet Mol Biol 2004;3:3",
        (
            "tests/methods/test_person_changes.py::test_leaving_out_a_group_is_the_fit_to_the_others",
            "tests/analysis/metabolism/test_sensitivities.py::test_leaving_a_cohort_out_is_fitting_the_others",
        ),
        "firstdose.methods.person_changes:leave_one_group_out",
    ),
    "censored_model": NamedMethod(
        "Where more than a tenth of a metabolite's values are below detection, a model for values censored at the "
        "limit, with the common correlation within people, stands beside the main one.",
        "Tobin, Econometrica 1958;26:24; Butler and Moffitt, Econometrica 1982;50:761",
        (
            "tests/methods/test_tobit.py::test_the_maximum_is_that_of_a_plain_optimiser_and_a_fine_grid",
            "tests/methods/test_tobit.py::test_censoring_is_undone_where_filling_is_biased",
        ),
        "firstdose.methods.tobit:fit_censored",
    ),
    "benjamini_hochberg": NamedMethod(
        "P values of one visit and question are adjusted over the metabolites of a fluid, or over the classes, for "
        "the share of false discoveries.",
        "Benjamini and Hochberg, J R Stat Soc B 1995;57:289",
        (
            "tests/methods/test_false_discovery.py::test_example",
            "tests/methods/test_false_discovery.py::test_calls_what_the_step_up_rule_calls",
        ),
        "firstdose.methods.false_discovery:benjamini_hochberg",
    ),
    "treat": NamedMethod(
        "Slopes are also tested against the minimal change that the protocol names.",
        "McCarthy and Smyth, Bioinformatics 2009;25:765",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/analysis/metabolism/test_modelling.py::test_p_beyond_the_minimal_change_is_the_larger_and_nothing_left_is_refused",
        ),
        "firstdose.methods.treat:treat",
    ),
    "dose_permutation": NamedMethod(
        "Classes are tested by permuting doses between people, who keep their visits and values; other effects are "
        "taken out first. With few people the smallest p that can be attained is printed.",
        "Freedman and Lane, J Bus Econ Stat 1983;1:292; Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        (
            "tests/methods/test_class_permutation.py::test_two_cohorts_of_three_reach_five_percent_and_not_less",
            "tests/methods/test_class_permutation.py::test_random_arrangements_agree_with_all_of_them",
            "tests/analysis/metabolism/test_class_tests.py::test_null_classes_are_called_as_often_as_they_should_be",
        ),
        "firstdose.methods.class_permutation:permute_doses",
    ),
    "class_rotation": NamedMethod(
        "A second test of classes rotates the residuals of the model; metabolites with missing values take no part.",
        "Wu et al., Bioinformatics 2010;26:2176",
        (
            "tests/reference/test_comparisons.py::test_agrees",
            "tests/methods/test_rotation.py::test_one_unmoderated_metabolite_is_its_t_test",
            "tests/methods/test_rotation.py::test_level_when_errors_are_correlated_and_the_correlation_is_known",
        ),
        "firstdose.methods.rotation:rotate_classes",
    ),
    "class_slope": NamedMethod(
        "The slope of a class is that of the mean of its metabolites in each sample, each less its own mean.",
        "Smyth, Michaud and Scott, Bioinformatics 2005;21:2067",
        (
            "tests/analysis/metabolism/test_class_tests.py::test_a_planted_class_is_found_and_the_mean_of_slopes_is_the_slope_of_the_mean",
        ),
        "firstdose.analysis.metabolism.class_tests:class_fits",
    ),
    "principal_components": NamedMethod(
        "Samples are shown by the principal components of the metabolites without missing values.",
        "Pearson, Philos Mag 1901;2:559",
        (
            "tests/analysis/metabolism/test_sample_quality.py::test_components_are_eigenvectors_of_the_covariance_of_complete_metabolites",
        ),
        "firstdose.analysis.metabolism.sample_quality:principal_components",
    ),
}
