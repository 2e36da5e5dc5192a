"""Reads a CSV matrix: metabolites in rows and samples in columns, or the other way about."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from firstdose.metabolites.assembling import assemble
from firstdose.metabolites.cells import RECORD, RawTable
from firstdose.metabolites.sheets import FEATURES, read_feature_sheet, read_sample_sheet
from firstdose.records.abundances import Abundances, Scale
from firstdose.records.delimited import ROW, read_cells
from firstdose.records.problems import Collector, row_as_text

SAMPLE_HEADERS = ("sample", "sample_id", "sample name", "sampleid", "sample_name")


def read_matrix(
    path: Path,
    samples: Path | None = None,
    features: Path | None = None,
    *,
    scale: Scale | None = None,
    units: str | None = None,
    collector: Collector | None = None,
) -> Abundances:
    """Read a matrix with its sheets. Raises nothing for what is in the files: that is listed."""
    collector = collector or Collector()
    sheet = read_sample_sheet(samples, collector) if samples else None
    table = read_table(path, collector, set(sheet["sample"].to_list()) if sheet is not None else ())
    described = read_feature_sheet(features, collector) if features else None
    frame = _feature_frame(table, described, features, collector)
    return assemble(
        table, sheet, frame, collector, units=units, scale=scale, sheet_file=samples.name if samples else None
    )


def read_table(path: Path, collector: Collector, samples: Collection[str] = ()) -> RawTable:
    """The table of a file. Samples stand in rows if the first column, not the header, has their names in the sheet;
    without a sheet, if the header's first cell says so.
    """
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in read_cells(path, path.name, collector)]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        fix = "begin with a header: a name for the first column, then the samples"
        collector.add("the file holds no table", fix, "not read", file=path.name)
        return RawTable(path.name, (), (), (), ())
    header = rows[0][1]
    while header and not header[-1]:
        header = header[:-1]
    if len(rows) > 1 and all(len(cells) == len(header) + 1 for _, cells in rows[1:]) and rows[0][1] == header:
        header = ["", *header]
        collector.notes.append(f"{path.name}: the header has no name for the first column")
    body = _of_width(rows[1:], len(header), path.name, collector)
    across, down = header[1:], [cells[0] for _, cells in body]
    if _are_in_rows(header[0] if header else "", across, down, samples):
        cells = tuple(zip(*(each[1:] for _, each in body), strict=True)) if body else ()
        numbers = tuple(number for number, _ in body)
        cells = cells or tuple(() for _ in across)
        return RawTable(path.name, tuple(down), tuple(across), cells, (1,) * len(across), numbers)
    return RawTable(
        path.name,
        tuple(across),
        tuple(down),
        tuple(tuple(each[1:]) for _, each in body),
        tuple(number for number, _ in body),
    )


def _of_width(
    rows: list[tuple[int, list[str]]], width: int, file: str, collector: Collector
) -> list[tuple[int, list[str]]]:
    """Rows with as many cells as the header: what stands beyond it is listed, and shorter rows are filled."""
    fitted = []
    for number, cells in rows:
        beyond = [cell for cell in cells[width:] if cell]
        if beyond:
            rule = f"has {len(cells)} cells, and the header {width}; those beyond it belong to no sample"
            where = {"file": file, "row": number, "record": RECORD, "identity": cells[0]}
            collector.add(rule, "put text with commas in quotes", "left empty", **where, value=row_as_text(beyond))
        elif len(cells) < width:
            rule = f"has {len(cells)} cells, and the header {width}; the others are missing"
            collector.add(rule, "complete the row", "kept", file=file, row=number, record=RECORD, identity=cells[0])
        if not cells[0]:
            rule = f"must begin with a name; it is called row {number} here"
            collector.add(rule, "name it", "kept", file=file, row=number, record=RECORD)
            cells = [f"row {number}", *cells[1:]]
        fitted.append((number, (cells + [""] * width)[:width]))
    return fitted


def _are_in_rows(corner: str, across: list[str], down: list[str], samples: Collection[str]) -> bool:
    """Whether the samples stand in rows."""
    in_header, in_column = sum(name in samples for name in across), sum(name in samples for name in down)
    if in_header or in_column:
        return in_column > in_header
    return corner.lower() in SAMPLE_HEADERS


def _feature_frame(
    table: RawTable, described: pl.DataFrame | None, path: Path | None, collector: Collector
) -> pl.DataFrame:
    """One row for each metabolite of the table, with what the sheet of features says of it."""
    frame = pl.DataFrame({"name": table.metabolites}, schema={"name": pl.String})
    if described is None or path is None:
        return frame
    rows = dict(described.select("name", ROW).iter_rows())
    described = described.drop(ROW)
    for place, name in enumerate(table.metabolites):
        if name not in rows and name not in table.metabolites[:place]:
            rule, fix = "has no row in the sheet of features", f"add one to {path.name}, or correct the name"
            collector.add(rule, fix, "kept", **table.at(metabolite=place))
    for name in sorted(rows.keys() - set(table.metabolites)):
        rule, fix = "is in the sheet of features but was not measured", "none if that is so; else correct the name"
        where = {"file": path.name, "row": rows[name], "record": FEATURES, "identity": name, "field": "name"}
        collector.add(rule, fix, "not analysed", **where, value=name)
    clashing = [column for column in described.columns if column in ("metabolite", "label")]
    described = described.rename({column: f"{column} in the sheet" for column in clashing})
    return frame.join(described, on="name", how="left", maintain_order="left")
