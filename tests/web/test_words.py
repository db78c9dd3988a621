"""The page's own words: all that it asks for are there, and none for nothing."""

from __future__ import annotations

import re

import pytest

from bot.channels.web.page import FOLDER, WORDS, words
from knowledge.language import Language

REFUSALS = {"too_long", "too_fast", "later", "bad"}
STATES = {"connecting", "ready", "offline", "elsewhere", "no_cookie", "waiting", "sent", "failed"}


def test_every_word_is_used_and_every_use_has_a_word() -> None:
    used = REFUSALS | STATES
    for path in [*FOLDER.glob("*.js"), FOLDER / "index.html"]:
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'\bt\("(\w+)"\)', source))
        used |= set(re.findall(r'data-(?:t|label|placeholder)="(\w+)"', source))
        used |= set(re.findall(r"\$([a-z]\w+)", source)) - {"lang", "code", "limit", "words", "version", "options"}
    assert used == set(WORDS)


@pytest.mark.parametrize("language", list(Language))
def test_placeholders_survive_translation(language: Language) -> None:
    for key, text in words(language).items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS[key]))
