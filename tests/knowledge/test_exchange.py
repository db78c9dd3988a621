"""Texts go out to the workbook and come back as they were, also those that begin with an apostrophe."""

from __future__ import annotations

import json

import pytest

from knowledge import exchange
from knowledge.bodies import body_of
from knowledge.curate import with_value
from tests.knowledge.answering import CONTENT

RECORD = "cn-guangxi-silkroad-ecommerce"


@pytest.mark.parametrize("name", ["'ອີຄອມເມີສ' ຂອງກວາງຊີ", "=1+1", "'=1+1", "-", "'"])
def test_an_apostrophe_of_the_text_itself_stays(name: str) -> None:
    body = with_value(json.loads(json.dumps(body_of(CONTENT.records[RECORD]))), "names.lo", name)
    held = {RECORD: (body, 1)}
    plan = exchange.from_workbook(exchange.to_workbook(held), held)
    assert (plan.changes, plan.conflicts, plan.errors) == ([], [], [])
