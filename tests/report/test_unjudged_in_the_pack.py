"""What nobody has judged, in the committee's pack: a death in the window, and a verdict that a correction opened."""

from __future__ import annotations

from firstdose.records import Death, DltAdjudication, PartialDate, PartialDateTime, TrialData, cut
from firstdose.records.frames import frame_of
from firstdose.report.committee.pack import committee_document
from tests.report.committee_decisions import DATES, decision_of
from tests.report.reference_trial import DAY, raw, records

IN_WINDOW = DATES["one dosed, its window open"]
WHY = "corrected by anna (Study nurse or coordinator) on 20 February 2019, before anybody had judged it: start"


def test_a_death_in_the_window_stands_beside_the_recommendation() -> None:
    first = min(raw("dosings"), key=lambda each: each["procedure_start"])["subject"]
    dead = frame_of(Death, [Death(subject=first, died=PartialDateTime(PartialDate(2018, 5, 1)))])
    decision = decision_of(cut(records(), IN_WINDOW).replace({"deaths": dead}))
    said = f"{first} died before the DLT window was over and counts as not evaluable: no verdict says whether what"
    (death,) = decision.unjudged
    assert death.words.startswith(said)
    assert said in str(committee_document(decision, DAY).chapters[0])
    assert not decision_of(cut(records(), IN_WINDOW)).unjudged


def test_a_verdict_that_a_correction_opened_is_told_as_nobodys() -> None:
    def told(members: str | None) -> str:
        judged = next(row for row in raw("dlt_adjudications") if row["verdict"] == "dlt")
        opened = DltAdjudication(
            subject=judged["subject"],
            event=int(judged["event"]),
            adjudication=1,
            adjudicated=PartialDateTime(PartialDate(2019, 2, 20)),
            verdict="undecided",
            members=members,
            reason=WHY,
        )
        data: TrialData = records().replace({"dlt_adjudications": frame_of(DltAdjudication, [opened])})
        return str(committee_document(decision_of(data), DAY))

    assert f"Not yet judged 20 February 2019: undecided ({WHY})" in told(None)
    assert f"Adjudicated 20 February 2019: undecided ({WHY})" in told("Boris Rossi")
