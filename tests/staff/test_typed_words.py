"""Words that staff type as labels are taken in their own language, with the signs of its keyboard."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.store import Store
from bot.store.staff_tables import ProposalRow
from handlers.typed import is_word, labelled, word
from knowledge.curate import sources
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running
from tests.staff.conftest import Hire
from tests.staff.knowing import migrated_sqlite, seeded

__all__ = ["migrated_sqlite", "seeded"]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.mark.parametrize("language", Language)
def test_each_language_has_its_words_and_english_works_everywhere(language: Language, backend: str) -> None:
    t = Phrases(language)
    assert labelled(f" {word(t, 'source')} ： Notice 12 | Customs", "source") == "Notice 12 | Customs"
    assert labelled(f"{word(t, 'date').upper()}:2026-11-20", "date") == "2026-11-20"
    assert labelled("Source: x", "source") == "x"
    assert labelled(f"{word(t, 'source')}: x", "date") is None
    assert is_word(word(t, "ask"), "ask")
    assert not is_word(word(t, "event"), "ask")


@pytest.mark.parametrize(("language", "own", "note"), [
    ("zh_Hans", "关闭。", "［en］\nClosed.\n【简体中文】\n关闭。\n来源：第12号通知｜海关\n日期：2026年11月20日"),
    ("my", "ပိတ်ထားသည်။", "[en]\nClosed.\n[မြန်မာ]\nပိတ်ထားသည်။\nကိုးကားရာ: 第12号通知 | 海关\nရက်စွဲ: ၂၀/၁၁/၂၀၂၆"),
], ids=["Chinese", "Burmese"])  # fmt: skip
async def test_a_notice_names_source_and_date(
    language: str, own: str, note: str, seeded: Running, hire: Hire, store: Store
) -> None:
    editor, t = await hire("Editor", "editor", language=language), Phrases(Language(language))
    await editor.says("/curate")
    await editor.sees(str(t("Which record? Write a part of its name, or its id.")))
    await editor.says("la-savan-park")
    await editor.presses("(la-savan-park)")
    await editor.presses(str(t.p("button", "🚧 Status notice")))
    await editor.sees(f"{word(t, 'source')}:", f"{word(t, 'date')}:")
    await editor.says(f"{note}\n{word(t, 'date')}: soon")
    await editor.sees(str(t("Please write the date as day, month and year, for example 9/3/2027.")))
    await editor.says(note)
    await editor.sees("Closed.")
    async with store.read() as session:
        [body] = await session.scalars(select(ProposalRow.body))
        known = await sources(session)
    caution = json.loads(body)["cautions"][0]
    assert caution["as_of"] == "2026-11-20"
    assert [(known[one].title, known[one].publisher) for one in caution["sources"]] == [("第12号通知", "海关")]
    assert caution["text"][language] == own
