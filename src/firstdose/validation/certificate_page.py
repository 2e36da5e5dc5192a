"""The certificate as one self-contained HTML page."""

from __future__ import annotations

from html import escape

from firstdose.validation.certificate import Certificate, agreement
from firstdose.validation.comparison import Comparison, Outcome

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid #d0d7de; }
th { border-bottom: 2px solid #57606a; }
.verdict { font-weight: 600; white-space: nowrap; }
.passed { color: #116329; }
.failed { color: #a40e26; }
.small { color: #57606a; font-size: .87em; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""


def certificate_page(certificate: Certificate) -> str:
    """The page's text, to be written to a file in UTF-8."""
    rows = "\n".join(_row(comparison, outcome) for comparison, outcome in certificate.results)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Firstdose: comparisons with other software</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Firstdose: comparisons with other software</h1>
<p>{escape(certificate.date)}; {escape(certificate.environment)}</p>
<p class="verdict {_verdict(certificate.passed)}">{escape(certificate.summary)}.</p>
<table>
<thead><tr><th scope="col">Result</th><th scope="col">What</th><th scope="col">Agreement</th>
<th scope="col">Reference</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _row(comparison: Comparison, outcome: Outcome) -> str:
    verdict = _verdict(outcome.passed)
    note = f'<br><span class="small">{escape(outcome.note)}</span>' if outcome.note else ""
    return (
        f'<tr><td class="verdict {verdict}">{verdict}</td>'
        f'<td>{escape(comparison.what)}<br><span class="small">{escape(comparison.name)}</span>{note}</td>'
        f"<td>{escape(agreement(comparison, outcome))}</td>"
        f'<td>{escape(comparison.software)}<br><span class="small">{escape(comparison.call)}</span></td></tr>'
    )


def _verdict(passed: bool) -> str:
    return "passed" if passed else "failed"
