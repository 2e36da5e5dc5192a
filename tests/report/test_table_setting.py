"""What the typesetter is told of a table: the reach of its columns, and units that stay on one line."""

import re
import subprocess
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from firstdose.report.documents.blocks import Chapter, Document, Heading, Paragraph, Picture, Row, Table, rows
from firstdose.report.documents.pdf_file import render_pdf
from firstdose.report.documents.table_setting import WORD_JOINER, set_tables
from tests.conftest import find_tool
from tests.patience import PATIENCE_SECONDS

TEXTS = st.text(alphabet=st.sampled_from("ab \n"), max_size=12)


def document(*blocks: Table | Paragraph) -> Document:
    return Document("Title", "Kind", "Title", (), (Chapter("one", "One", blocks),), "Footer")


def set_table(table: Table) -> dict[str, object]:
    plain: dict[str, object] = set_tables(document(table).as_data())["chapters"][0]["blocks"][0]
    return plain


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_a_reach_is_the_longest_word_and_line(lines: list[tuple[str, str]]) -> None:
    """Against every word and line of a column, looked at one by one."""
    made = set_table(Table("T", ("a", "b"), (*rows(lines), Row(group="a heading that is much longer"))))
    reaches = made["reaches"]
    assert isinstance(reaches, list)
    for index, (word, length) in enumerate(reaches):
        parts = [part for line in lines for part in line[index].split("\n")]
        assert len(word) == max(len(piece) for part in parts for piece in part.split(" "))
        assert length == max(1, *map(len, parts))


def test_units_do_not_break_and_paths_and_counts_may() -> None:
    table = Table("T", ("dose, ng/mL", "b"), rows([("1/3 in tables/table-1.csv", "2 events/year")]))
    plain = str(set_table(table))
    assert f"ng/{WORD_JOINER}mL" in plain.encode().decode("unicode_escape") or "ng/\u2060mL" in plain
    assert "tables/table-1.csv" in plain
    assert "1/3" in plain


def test_a_heading_over_the_last_row_is_set_with_it() -> None:
    """Tables of every length around a page are set without an error, a heading over one last row included."""
    for count in (1, 2, 40, 44):
        lines = (*rows([(f"row {number}", "1") for number in range(count)]), Row(group="Last"), *rows([("end", "2")]))
        made = render_pdf(document(Table("T", ("", "n"), lines, ("a note",))), date(2026, 1, 1))
        assert made.startswith(b"%PDF")


def test_pictures_that_wait_for_room_keep_their_order_and_their_chapter(tmp_path: Path) -> None:
    """Tall pictures wait at the foot of a page; a low one behind them, and the next chapter, do not overtake them."""
    lines = [Paragraph("Text that goes on. " * 40) for _ in range(8)]
    pictures = [drawing(number, height) for number, height in enumerate((90, 90, 20))]
    first: tuple[Paragraph | Picture, ...] = (lines[0], *pictures, *lines)
    second: tuple[Paragraph | Picture, ...] = (drawing(3, 20), *lines)
    made = Document("T", "K", "T", (), (Chapter("a", "First", first), Chapter("b", "Second", second)), "F")
    text = printed(made, tmp_path)
    assert re.findall(r"Figure (\d)\.", text) == ["1", "2", "3", "4"]
    assert text.index("Figure 3.") < text.index("Second") < text.index("Figure 4.")


def test_each_heading_has_its_picture_below_it(tmp_path: Path) -> None:
    """A picture that floated away would leave a heading with nothing below it, and stand below another one."""
    lines = Paragraph("Text. " * 60)
    blocks = [block for number in range(5) for block in (Heading(f"Person {number}"), drawing(number, 90))]
    made = Document("T", "K", "T", (), (Chapter("a", "First", (lines, *blocks)),), "F")
    text = printed(made, tmp_path)
    assert re.findall(r"(Person|Figure) (\d)", text) == [
        pair for number in range(5) for pair in (("Person", str(number)), ("Figure", str(number + 1)))
    ]


def test_a_table_behind_several_tall_pictures_is_not_cut_above_them(tmp_path: Path) -> None:
    pictures = [drawing(number, 60) for number in range(4)]
    table = Table("T", ("", "n"), rows([(f"row {number}", "1") for number in range(40)]))
    text = printed(Document("T", "K", "T", (), (Chapter("a", "First", (*pictures, table)),), "F"), tmp_path)
    assert text.index("Figure 4.") < text.index("Table 1.") < text.index("row 0")


def test_a_long_word_in_a_table_of_two_columns_is_not_set_over_its_neighbour(tmp_path: Path) -> None:
    key = "background_treatments[1].withdrawal_window_days"
    lines = rows(
        [("escalation.dlt", "Not in the sources at hand, as far as they could be read. " * 3), (key, "Not so.")]
    )
    words = re.findall(
        r'<word xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="[0-9.]+">([^<]+)</word>',
        printed(document(Table("T", ("statement", "why"), lines, words=(0, 1))), tmp_path, "-bbox"),
    )
    ((_, line, end, _),) = [word for word in words if word[3] == key]
    beside = [float(start) for start, top, _, text in words if top == line and text == "Not"]
    assert beside
    assert beside[0] > float(end)


def printed(made: Document, folder: Path, how: str = "-layout") -> str:
    """The text of the PDF, line by line as it stands on the pages; with ``-bbox`` the place of each word."""
    (folder / "made.pdf").write_bytes(render_pdf(made.numbered(), date(2026, 1, 1)))
    command = [find_tool("pdftotext"), how, str(folder / "made.pdf"), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS).stdout


def drawing(number: int, height: int) -> Picture:
    drawn = f'<rect width="100" height="{height}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {height}">{drawn}</svg>'
    return Picture(f"Picture {number}", "words", svg)
