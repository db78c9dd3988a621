"""A publication is found by its new words without a new index: patched ones answer as built ones do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from knowledge.base import KnowledgeBase
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.search import SearchIndex
from knowledge.search.blocks import LexicalField
from knowledge.search.patching import GONE, moved
from knowledge.search.scripts import canonical, joined, stripped
from knowledge.texts import Text
from tests.conftest import index_cache

TEXTS = ["rice mill in Boten", "gem market of Mae Sot", "ຕະຫຼາດ ບໍ່ເຕັນ", "rice bran from Kampot", "customs at Boten"]


def ask(field: LexicalField, words: str) -> list[np.ndarray]:
    plain = canonical(words)
    return list(field.ask(plain, stripped(joined(plain)), Language.EN, False))


def test_texts_that_moved_are_told_from_new_ones() -> None:
    places, fresh = moved([1, 2, 2, 3], [3, 2, 4, 2])
    assert places.tolist() == [GONE, 1, 3, 0]
    assert fresh == [2]


@pytest.mark.parametrize("words", ["rice", "boten market", "ບໍ່ເຕັນ", "nothing of it", "zebra hatchery"])
def test_a_patched_field_ranks_as_a_built_one(words: str) -> None:
    now = [TEXTS[4], "zebra hatchery in Boten", *TEXTS[:2], TEXTS[3]]
    places, fresh = moved([hash(text) for text in TEXTS], [hash(text) for text in now])
    patched = LexicalField.build(TEXTS, Language.EN).patched(
        places, len(now), {row: now[row] for row in fresh}, Language.EN
    )
    whole = LexicalField.build(now, Language.EN)
    for part, full in zip(ask(patched, words), ask(whole, words), strict=True):
        assert (part > 0).tolist() == (full > 0).tolist()
    assert patched.words.size == patched.grams.size == len(now)


def test_a_new_record_and_a_new_name_are_found_without_a_whole_index(
    knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = knowledge.content
    SearchIndex.build(content, None, index_cache())
    zone = content.records["la-savan-park"]
    named = zone.model_copy(
        update={"names": Text.model_validate({**zone.names.model_dump(), "en": "Zebrafish Meadow"})}
    )
    added = zone.model_copy(update={"id": "la-new", "names": Text(en="Flamingo Hatchery Estate")})
    changed: Content = replace(content, records={**content.records, zone.id: named, added.id: added})

    def whole(texts: Sequence[str], language: Language) -> LexicalField:
        raise AssertionError(f"{len(texts)} texts are read anew")

    monkeypatch.setattr(LexicalField, "build", whole)
    index = SearchIndex.build(changed)
    for question, record in (("zebrafish meadow", zone.id), ("rent in the flamingo hatchery estate", added.id)):
        found = index.find(question, Language.EN)
        assert found.candidates[0].record == record
