"""What the forms of a participant are called, on the screen, on paper and beside an export."""

from __future__ import annotations

FORM_TITLES: dict[str, str] = {
    "subjects": "Consent and person",
    "criterion_answers": "Eligibility criteria",
    "disease_histories": "History of the disease",
    "medical_histories": "Medical history",
    "dosings": "Doses given",
    "visits": "Visits",
    "adverse_events": "Adverse events",
    "grade_changes": "Grades over time",
    "medications": "Medications",
    "lab_results": "Laboratory results",
    "vital_signs": "Vital signs",
    "assessments": "Assessments",
    "images": "Images",
    "samples": "Samples",
    "relapses": "Relapses",
    "deviations": "Protocol deviations",
    "dispositions": "Milestones and end of participation",
    "deaths": "Death",
}
"""The forms of a participant, in the order of a trial; each is a kind of record that belongs to a person."""
