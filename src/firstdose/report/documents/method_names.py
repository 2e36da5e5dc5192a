"""What the methods that results may name are called where their sentence is too long."""

from __future__ import annotations

from firstdose.report.results.names import words

METHOD_NAMES = {
    "aalen_johansen_clustered": "Aalen-Johansen, people resampled",
    "adjusted_slope": "slope adjusted for the trough",
    "benjamini_hochberg": "Benjamini-Hochberg",
    "beta_binomial": "beta-binomial posterior",
    "bonett_wright": "Bonett-Wright",
    "censored_model": "censored model",
    "change_from_baseline": "change from baseline",
    "class_rotation": "rotation test of classes",
    "class_slope": "slope of a class",
    "clopper_pearson": "Clopper-Pearson",
    "clustered_rate": "rate, people resampled",
    "cochran_armitage": "Cochran-Armitage",
    "complete_separation": "complete separation",
    "confirmed_change": "confirmed change",
    "dose_permutation": "permutation of doses",
    "e_value": "E-value",
    "estimable_contrast": "estimable contrast",
    "few_people_rate": "rate of few people",
    "firth_logistic": "Firth's logistic regression",
    "garwood": "Garwood",
    "holm": "Holm",
    "incidence_partly_known": "cumulative incidence with days known in part",
    "jeffreys": "Jeffreys",
    "jonckheere_terpstra_exact": "Jonckheere-Terpstra, exact",
    "jonckheere_terpstra_simulated": "Jonckheere-Terpstra, simulated",
    "kaplan_meier": "Kaplan-Meier",
    "kaplan_meier_clustered": "Kaplan-Meier, people resampled",
    "kruskal_wallis_permuted": "Kruskal-Wallis, permuted",
    "least_squares_slope": "least-squares slope",
    "leave_one_cohort_out": "one cohort left out at a time",
    "mixed_model_kenward_roger": "mixed model, Kenward-Roger",
    "mixed_model_satterthwaite": "mixed model, Satterthwaite",
    "moderated_model": "moderated model",
    "moderated_within_people": "moderated model within people",
    "natural_course": "natural course",
    "negative_control": "negative control",
    "principal_components": "principal components",
    "sequential_boundary": "sequential boundary",
    "slope_permutation": "permutation test of the slope",
    "spearman_exact": "Spearman, exact",
    "spearman_simulated": "Spearman, simulated",
    "stable_quotients": "quotients of stable metabolites",
    "student_t": "Student's t",
    "survival_partly_known": "survival with days known in part",
    "tipping_point": "tipping point",
    "treat": "test beyond a minimal change",
    "wilson": "Wilson",
    "zero_events": "upper limit at no event",
}
"""Names in the field's words, by the key in the column of methods."""


def method_name(method: str) -> str:
    """The name of a method; its key in words where it has none."""
    return METHOD_NAMES.get(method) or words(method)
