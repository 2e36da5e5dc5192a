"""What to beware of in each scan: another scanner, recent steroids, a reader who knew the dose, poor quality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import Measured
from firstdose.records import Image

STEROID_DAYS = 30
"""Within so many days after steroids a brain may look smaller (pseudo-atrophy); brain_volume asks for as many."""


@dataclass(frozen=True)
class Scan:
    """What the records of images say of one person's scans at one visit; ``blinded`` is None where it is not known."""

    flags: tuple[str, ...]
    blinded: bool | None
    records: tuple[str, ...]


NO_SCAN = Scan((), None, ())


def scans(frame: Frame) -> Mapping[tuple[str, str], Scan]:
    """The magnetic resonance images at each person's visits, by subject and visit."""
    by_subject: dict[str, list[Image]] = {}
    for image in frame.data.trial_data.records(Image):
        if "MR" in image.modality.upper() or "MAGNETIC" in image.modality.upper():
            by_subject.setdefault(image.subject, []).append(image)
    found: dict[tuple[str, str], Scan] = {}
    for subject, images in by_subject.items():
        images.sort(key=lambda image: (image.taken is None, str(image.taken or ""), image.number))
        first = next((image.scanner for image in images if image.scanner is not None), None)
        for image in images:
            if image.visit is not None:
                place = subject, image.visit
                found[place] = _joined(found.get(place), _scan(image, first))
    return found


def flags_of(each: Measured, row: int, known: Mapping[tuple[str, str], Scan]) -> tuple[str, ...]:
    """The flags of one score: those of its images, and for brain volume what the score itself was remarked with."""
    remarks = tuple(filter(None, each.remark[row].split("; "))) if each.name == "brain_volume" else ()
    return tuple(dict.fromkeys((*remarks, *scan_of(each, row, known).flags)))


def scan_of(each: Measured, row: int, known: Mapping[tuple[str, str], Scan]) -> Scan:
    """The images at the visit of a score."""
    return known.get((each.people.subjects[each.person[row]], each.visit[row] or ""), NO_SCAN)


def _scan(image: Image, first_scanner: str | None) -> Scan:
    return Scan(tuple(_flags(image, first_scanner)), image.reader_blinded, (f"images:{image.subject}/{image.number}",))


def _flags(image: Image, first_scanner: str | None) -> Iterator[str]:
    if image.scanner is not None and image.scanner != first_scanner:
        yield "another scanner than the person's first"
    if image.days_since_steroids is not None and image.days_since_steroids <= STEROID_DAYS:
        yield f"steroids within {STEROID_DAYS} days before"
    if image.reader_blinded is False:
        yield "the reader knew the dose"
    if image.quality in ("limited", "unusable"):
        yield f"quality: {image.quality}"


def _joined(one: Scan | None, other: Scan) -> Scan:
    """Two images at one visit: all flags, and blinded only if both readers were."""
    if one is None:
        return other
    known = (one.blinded, other.blinded)
    blinded = False if False in known else None if None in known else True
    return Scan(tuple(dict.fromkeys((*one.flags, *other.flags))), blinded, (*one.records, *other.records))
