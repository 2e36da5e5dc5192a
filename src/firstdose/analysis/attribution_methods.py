"""The methods that results on cells or drug may name."""

from __future__ import annotations

from firstdose.analysis.named_method import NamedMethod

ATTRIBUTION_METHODS: dict[str, NamedMethod] = {
    "estimable_contrast": NamedMethod(
        "What the trial can tell at all is asked of its design as it came out: a contrast is identified if it is a "
        "sum of rows of the design, in which cells and drug may act differently at every visit.",
        "Scheffé, The Analysis of Variance, 1959, section 1.4",
        (
            "tests/methods/test_estimability.py::test_rank_and_estimability_are_those_of_exact_arithmetic",
            "tests/methods/test_estimability.py::test_an_answer_that_is_given_holds_however_open_rows_are_read",
        ),
        "firstdose.methods.estimability:estimable",
    ),
    "complete_separation": NamedMethod(
        "What went along with the dose is separated from it if no two doses overlap in it, or no batch, site or run of "
        "measurement was met at two doses.",
        "Albert and Anderson, Biometrika 1984;71:1",
        (
            "tests/analysis/attribution/test_separation.py::test_an_answer_holds_for_every_reading",
            "tests/analysis/attribution/test_separation.py::test_batches_of_one_dose_each",
        ),
        "firstdose.analysis.attribution.separation:is_separated",
    ),
    "kruskal_wallis_permuted": NamedMethod(
        "Sites, batches and, at each visit, runs of measurement are held against the dose by the share of its ranks' "
        "variance between them, doses permuted between people.",
        "Kruskal and Wallis, J Am Stat Assoc 1952;47:583; Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39",
        (
            "tests/analysis/attribution/test_separation.py::test_share_of_ranks_is_kruskal_and_wallis",
            "tests/report/test_attribution_chance.py::test_runs_stand_beside_the_dose_at_each_visit",
        ),
        "firstdose.analysis.attribution.separation:share_of_ranks",
    ),
    "slope_permutation": NamedMethod(
        "Slopes on dose are also tested by permuting doses between people, which takes people for exchangeable: doses"
        " were escalated, not dealt at random. Where metabolites were measured in several runs, slopes hold the run "
        "and t is compared.",
        "Pitman, Suppl J R Stat Soc 1937;4:225; Draper and Stoneman, Technometrics 1966;8:695; Phipson and Smyth, Stat "
        "Appl Genet Mol Biol 2010;9:39",
        (
            "tests/analysis/attribution/test_dose_slopes.py::test_permutation_counts_every_order_of_people",
            "tests/analysis/attribution/test_dose_slopes.py::test_many_people_are_drawn_at_random_and_the_test_keeps_its_level",
            "tests/analysis/attribution/test_held_runs.py::test_permutation_and_drift_do_not_answer_to_what_sets_the_runs_apart",
        ),
        "firstdose.analysis.attribution.dose_slopes:permuted_slope",
    ),
    "holm": NamedMethod(
        "P values of slopes are adjusted for the chance of calling any of them falsely, however they depend on each "
        "other: those on the drug and after it together over all outcomes, those of each other comparison over its "
        "outcomes.",
        "Holm, Scand J Stat 1979;6:65",
        (
            "tests/methods/test_false_discovery.py::test_holm_example",
            "tests/methods/test_false_discovery.py::test_holm_calls_what_the_step_down_rule_calls",
            "tests/report/test_attribution_statements.py::test_several_outcomes_are_said_not_to_be_adjusted",
        ),
        "firstdose.methods.false_discovery:holm",
    ),
    "adjusted_slope": NamedMethod(
        "The slope on dose at the same trough is that of a regression on both, and on the run of measurement where "
        "there are several, with Student's t interval.",
        "Fisher, J R Stat Soc 1922;85:597",
        (
            "tests/analysis/attribution/test_dose_slopes.py::test_adjusted_slopes_are_those_of_the_normal_equations",
            "tests/analysis/attribution/test_attribution_chapter.py::test_the_adjusted_slope_is_that_of_residuals",
        ),
        "firstdose.analysis.attribution.dose_slopes:adjusted_slopes",
    ),
    "negative_control": NamedMethod(
        "Outcomes that answer to the drug and not plausibly to the product, chosen beforehand, are held against the "
        "slope on dose that would explain the finding.",
        "Lipsitch, Tchetgen Tchetgen and Cohen, Epidemiology 2010;21:383",
        (
            "tests/analysis/attribution/test_attribution_chapter.py::test_negative_controls_are_read_against_the_size_that_explains",
            "tests/analysis/attribution/test_attribution_chapter.py::test_readings_on_either_side",
        ),
        "firstdose.analysis.attribution.controls:negative_control",
    ),
    "tipping_point": NamedMethod(
        "How strong the drug, or a drift of the change from baseline by date of dosing, would have to be to undo a "
        "slope is shown in grids of corrected slopes.",
        "Cornfield et al., J Natl Cancer Inst 1959;22:173; Greenland, J R Stat Soc A 2005;168:267",
        (
            "tests/analysis/attribution/test_tipping.py::test_a_drug_of_known_effect_and_exposure_is_taken_out",
            "tests/analysis/attribution/test_tipping.py::test_every_cell_of_drift_is_a_refit",
            "tests/analysis/attribution/test_tipping.py::test_the_frontier_is_where_the_interval_first_touches_0",
        ),
        "firstdose.analysis.attribution.tipping:drift_grid",
    ),
    "e_value": NamedMethod(
        "For the highest against the lowest dose stands the E-value, the difference d of means in pooled standard "
        "deviations taken as a risk ratio of exp(0.91 d), with the limits of d by noncentral t.",
        "VanderWeele and Ding, Ann Intern Med 2017;167:268; Steiger and Fouladi, in Harlow, Mulaik and Steiger (eds), "
        "What If There Were No Significance Tests?, 1997, p 221",
        (
            "tests/analysis/attribution/test_e_value.py::test_published_examples",
            "tests/analysis/attribution/test_e_value.py::test_a_confounder_of_that_size_just_explains_the_ratio",
            "tests/analysis/attribution/test_e_value.py::test_a_difference_is_converted_as_stated",
            "tests/analysis/attribution/test_e_value.py::test_the_interval_of_the_standardised_difference_holds_the_truth_as_often_as_it_says",
        ),
        "firstdose.analysis.attribution.e_value:e_values",
    ),
}
