"""The certificate as one self-contained HTML page."""

from __future__ import annotations

from html import escape

from firstdose.validation.certificate import FIGURES, INSTALLATION, SCOPE, TITLE, Certificate, agreement
from firstdose.validation.comparison import Comparison, Outcome
from firstdose.validation.installation import Finding, Installation

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
h1 { font-size: 1.6rem; line-height: 1.25; margin-bottom: .3rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid #d0d7de;
  overflow-wrap: anywhere; }
th { border-bottom: 2px solid #57606a; }
col.result { width: 6.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: .6rem 0; }
dt { color: #57606a; }
dd { margin: 0; overflow-wrap: anywhere; }
.verdict { font-weight: 600; }
.passed { color: #116329; }
.failed { color: #a40e26; }
.unknown { color: #57606a; }
p.failed a { color: inherit; }
.small { color: #57606a; font-size: .87em; }
@media (max-width: 45rem) {
  thead, colgroup { display: none; }
  table, tbody, tr, td { display: block; }
  td { border: 0; padding: .1rem 0; }
  td[data-head]::before { content: attr(data-head) ": "; color: #57606a; }
  tr { border-bottom: 1px solid #d0d7de; padding: .6rem 0; }
  dl { display: block; }
}
@media print { body { margin: 0; max-width: none; font-size: 10px; } tr, dl { break-inside: avoid; }
  h2, h3 { break-after: avoid; } }
"""
CLASSES = {"passed": "passed", "failed": "failed", "not checked": "unknown"}


def certificate_page(certificate: Certificate) -> str:
    """The page's text, to be written to a file in UTF-8."""
    installation = certificate.installation
    parts = [_summary(certificate.figures_passed, FIGURES, "figures", certificate.summary)]
    if installation is not None:
        parts.append(_summary(installation.passed, INSTALLATION, "installation", installation.summary))
    if certificate.failed:
        links = ", ".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in certificate.failed)
        parts.append(f'<p class="verdict failed">Failed: {links}</p>\n')
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(TITLE)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(TITLE)}</h1>
<p>{escape(certificate.date)}; {escape(certificate.environment)}</p>
<p class="small">{escape(SCOPE)}</p>
{"".join(parts)}
{_figures(certificate)}
{_installation(installation) if installation is not None else ""}
</body>
</html>
"""


def _summary(passed: bool, part: str, anchor: str, words: str) -> str:
    """A line on one part, which leads to it."""
    verdict = "passed" if passed else "failed"
    return (
        f'<p><a href="#{anchor}">{escape(part)}</a>: '
        f'<span class="verdict {verdict}">{verdict}</span>, {escape(words)}.</p>\n'
    )


def _figures(certificate: Certificate) -> str:
    """The part on figures."""
    rows = "\n".join(_row(comparison, outcome) for comparison, outcome in certificate.results)
    return f'<h2 id="figures">{escape(FIGURES)}</h2>\n{_table(("What", "Agreement", "Reference"), rows)}'


def _installation(installation: Installation) -> str:
    """The part on this installation: the machine, then each part with its checks."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>" for name, fact in installation.facts.items())
    parts = [f'<h2 id="installation">{escape(INSTALLATION)}</h2>\n<dl>{facts}</dl>']
    for part, findings in installation.by_part:
        rows = "\n".join(map(_finding, findings))
        table = _table(("Asked for", "Done", "Expected", "Seen"), rows)
        parts.append(f"<h3>{escape(part)}</h3>\n{table}")
    return "\n".join(parts)


def _table(headings: tuple[str, ...], rows: str) -> str:
    """A table whose first column is the result."""
    heads = "".join(f'<th scope="col">{heading}</th>' for heading in ("Result", *headings))
    columns = '<col class="result">' + "<col>" * len(headings)
    return f"""<table>
<colgroup>{columns}</colgroup>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def _row(comparison: Comparison, outcome: Outcome) -> str:
    verdict = "passed" if outcome.passed else "failed"
    note = f'<br><span class="small">{escape(outcome.note)}</span>' if outcome.note else ""
    return (
        f'<tr id="{escape(comparison.name)}"><td class="verdict {verdict}">{verdict}</td>'
        f'<td>{escape(comparison.what)}<br><span class="small">{escape(comparison.name)}</span>{note}</td>'
        f'<td data-head="Agreement">{escape(agreement(comparison, outcome))}</td>'
        f'<td data-head="Reference">{escape(comparison.software)}<br>'
        f'<span class="small">{escape(comparison.call)}</span></td></tr>'
    )


def _finding(finding: Finding) -> str:
    return (
        f'<tr id="{escape(finding.name)}"><td class="verdict {CLASSES[finding.status]}">{finding.status}</td>'
        f'<td>{escape(finding.requirement)}<br><span class="small">{escape(finding.name)}</span></td>'
        f'<td data-head="Done">{escape(finding.done)}</td><td data-head="Expected">{escape(finding.expected)}</td>'
        f'<td data-head="Seen">{escape(finding.seen)}</td></tr>'
    )
