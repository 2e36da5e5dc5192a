"""Keys of results in words: what tables, columns and rows are called."""

from __future__ import annotations

from functools import lru_cache

from firstdose.report.documents.wording import NO_BREAK

WORDS = {
    "sd": "SD",
    "n": "n",
    "p": "p",
    "dlt": "DLT",
    "dlts": "DLTs",
    "mri": "MRI",
    "edss": "EDSS",
    "pira": "PIRA",
    "raw": "RAW",
    "p_doubled": "two-sided p (doubled)",
    "p_distance": "two-sided p (by distance)",
    "p_increasing": "one-sided p (increasing)",
    "p_decreasing": "one-sided p (decreasing)",
    "bh": "BH",
    "auc": "AUC",
    "alt": "ALT",
    "ast": "AST",
    "percent": f"{NO_BREAK}%",
    "person_years": "person-years",
    "events_per_person_year": "events per person-year",
    "people_per_person_year": "people per person-year",
    "median_days": "median time",
    "unable": "unable to perform",
    "used": "draws used",
    "jonckheere_terpstra": "Jonckheere-Terpstra",
    "spearman": "Spearman",
    "toeplitz": "Toeplitz",
    "toeplitz, heterogeneous": "Toeplitz, heterogeneous",
    "expand": "EXPAND",
    "oratorio": "ORATORIO",
    "london_ontario": "London, Ontario",
    "dlt_evaluable": "DLT-evaluable",
    "e_value": "E-value",
    "e_value_of_limit": "E-value of the limit",
    "monte_carlo_error": "Monte Carlo error",
    "timed_walk": "timed 25-foot walk",
    "nine_hole_peg": "nine-hole peg test",
    "symbol_digit": "symbol digit test",
    "barthel": "Barthel index",
}
"""Keys, or words in them, that are not written as they stand."""

TITLES = {
    "flow": "Flow of participants",
    "not_enrolled": "Why people were not enrolled",
    "enrolled_not_dosed": "Why people who were enrolled were not dosed",
    "left_before_the_end": "Why people left before the end, deaths apart",
    "replaced": "People who were replaced",
    "at_no_dose_level": "People who count at no dose level",
    "people": "Age and duration of the disease",
    "scores": "Scores before treatment",
    "parts_of_scores": "Parts of the scores before treatment",
    "dose": "Dose assigned and dose given",
    "batches": "Batches of the product",
    "given_as_assigned": "People who were given the dose assigned, within the tolerance, by level assigned",
    "counted_at_another_level": "People who count at another level than assigned",
    "among_evaluable": "DLTs among the evaluable",
    "among_treated": "DLTs among all who were treated",
    "evaluability": "Evaluability for DLTs",
    "people_not_known_yet": "People of whom it is not known yet whether they are evaluable",
    "overview": "Overview of adverse events",
    "by_class_and_term": "Adverse events by class and term",
    "serious_by_class_and_term": "Serious adverse events by class and term",
    "grade_3_or_more_by_class_and_term": "Adverse events of grade 3 or more by class and term",
    "related_to_product_by_class_and_term": "Adverse events related to the product by class and term",
    "related_to_procedure_by_class_and_term": "Adverse events related to the procedure by class and term",
    "related_to_background_treatment_by_class_and_term": (
        "Adverse events related to the background treatment by class and term"
    ),
    "related_to_disease_by_class_and_term": "Adverse events related to the disease by class and term",
    "by_maximum_grade": "People by the maximum grade of their adverse events",
    "by_maximum_severity": "People by the maximum severity of their adverse events without a grade",
    "of_special_interest": "Adverse events of special interest",
    "by_period": "Adverse events by period",
    "not_counted": "Adverse events that are not counted, by reason",
    "left_out": "Events left out of the rates",
    "all_events": "Rates of all events",
    "first_events": "Rates of first events",
    "time_to_resolution": "Time to the resolution of adverse events",
    "cumulative_incidence": "Adverse events resolved, and death before resolution",
    "stop_when_too_toxic": "Stopping for too many DLTs",
    "liver_peaks": "Highest liver values of each person",
    "liver_quadrants": "Highest liver values against twice and three times the limits",
    "liver_review": "People to be reviewed for Hy's law: both raised, alkaline phosphatase below twice its limit",
    "definitions": "Definitions of confirmed change",
    "people_at_risk": "People in whom a change could be confirmed",
    "natural_history": "Comparison with natural history",
    "model": "Mixed model",
    "model_steps": "Covariance structures of the mixed model, in the order tried",
    "model_means": "Means of the mixed model",
    "dose_slopes": "Change per doubling of the dose",
    "dose_trends": "Trends over dose",
    "lesions_people": "Lesions of each person",
    "lesions_by_dose": "Lesions against dose",
    "brain_volume": "Change of brain volume",
    "brain_volume_people": "Change of brain volume of each person",
    "brain_volume_by_dose": "Change of brain volume against dose",
    "trough_against_dose": "Mean trough against dose",
    "donor_specific_antibodies": "Donor-specific antibodies",
    "reading": "Reading of the scans",
    "zero_counts": "What befell nobody, and the rates that remain possible",
    "chance_to_see": "Events of a given true rate",
    "class_slopes": "Slopes of classes",
    "class_tests": "Permutation tests of classes",
    "class_sensitivity": "Slopes of classes by other analyses",
    "metabolite_slopes": "Slopes of metabolites",
    "metabolite_sensitivity": "Slopes of metabolites by other analyses",
    "metabolite_samples": "Samples of metabolites",
    "metabolite_quality": "Quality of the measurement of metabolites",
    "beside_the_dose": "What went along with the dose",
    "needs": "What each comparison separates, and what it needs",
    "design": "People, values and rank of the design",
    "drug": "People who took the drug",
    "comparisons": "Comparisons of doses and visits, on the drug and after it",
    "tipping_drug": "How strong the drug would have to be to explain a slope",
    "tipping_drift": "How strong a drift would have to be to explain a slope",
    "tipping_drift_after_drug": "How strong a drift would have to be to explain a slope after the drug",
    "e_values": "E-values",
}
"""Titles of tables that are not their keys in words."""

KEYS_KEPT = 4_096
"""Keys whose words are kept: a report asks for those of a few hundred tens of thousands of times."""


@lru_cache(maxsize=KEYS_KEPT)
def words(key: str) -> str:
    """A key in words: "by_maximum_grade" as "by maximum grade". Text that is no key is left alone."""
    if key in WORDS:
        return WORDS[key]
    if "_" in key and " or " in key:
        return " or ".join(map(words, key.split(" or ")))
    if not key.replace("_", "a").isalnum() or not key.islower() or "_" not in key:
        return key
    return " ".join(WORDS.get(part, part) for part in key.split("_")).replace(f" {NO_BREAK}", NO_BREAK)


def in_small_letters(text: str) -> str:
    """A reason from a list of terms in small letters where it was entered in capitals: "withdrawal by subject".

    What people said of it, after a colon, is left as it is: "withdrawal by subject: moved to Bern".
    """
    term, colon, said = text.partition(": ")
    return (term.lower() if term.isupper() else term) + colon + said


def in_sentence(name: str) -> str:
    """A name as it stands inside a sentence: "magnesium", but "ALT" and "White Blood Cells" as they are."""
    return name[:1].lower() + name[1:] if name[1:].islower() else name


def title(key: str) -> str:
    """A key as a heading: "Adverse events", "DLTs"."""
    text = TITLES.get(key) or words(key)
    return text[:1].upper() + text[1:]
