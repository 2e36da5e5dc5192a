"""A batch that is released and cannot be given says so wherever batches are listed, with what speaks against it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.web.browsing import Client


@pytest.fixture
def batch(signed_in: Client) -> str:
    """A batch that was released, has expired and was not tested."""
    name = f"N-{uuid.uuid4().hex[:8]}"
    sent = {"batch": name, "state": "released", "released": "2020-01-04", "expires": "2020-02-01"}
    assert signed_in("pharmacist").post("/trial/batches/new/", sent).status_code == 302
    return name


@pytest.mark.parametrize("account", ["pharmacist", "coordinator"])
@pytest.mark.parametrize("address", ["/doses/", "/trial/batches/"])
def test_what_speaks_against_it_stands_beside_it(
    site: Any, signed_in: Client, batch: str, account: str, address: str
) -> None:
    page = signed_in(account).get(address).content.decode()
    beside = re.split(rf'batches/{batch}/">{batch}</a>', page)[1].split("batches/")[0]
    assert f"batch {batch} expired on 1 February 2020" in beside
    for criterion in site.protocol.product.release_criteria:
        assert f"batch {batch}: {criterion.test} was not tested" in beside


def test_one_that_can_be_given_has_nothing_against_it(site: Any, signed_in: Client, batch: str) -> None:
    """Tests that pass and an expiry that is far take every reason away."""
    browser = signed_in("pharmacist")
    address = f"/trial/batches/{batch}/"
    late = {"expires": "2099-02-01", "seen:expires": "2020-02-01", "reason": "misread"}
    assert browser.post(address, late).status_code == 302
    for criterion in site.protocol.product.release_criteria:
        best = criterion.at_least if criterion.at_least is not None else criterion.at_most
        result = {"result": f"{best:g}"} if best is not None else {"result_text": criterion.result or ""}
        sent = {"batch": batch, "test": criterion.id, "passed": "yes", "tested": "2020-01-03", **result}
        assert browser.post("/trial/batch_tests/new/", sent).status_code == 302
    page = browser.get("/trial/batches/").content.decode()
    assert "Not to be given now" not in re.split(rf'batches/{batch}/">', page)[1].split("</li>")[0]
    row = re.split(rf'batches/{batch}/">', browser.get("/doses/").content.decode())[1].split("</tr>")[0]
    assert row.endswith("<td>nothing</td>")
