"""The search index: built once from the content, asked from any thread."""

from pathlib import Path

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.search.dense import Embedder
from knowledge.search.finding import Context, Finding


class SearchIndex:
    """Finds (record, facet) pairs for a question; immutable after `build`, safe from several threads."""

    @classmethod
    def build(cls, content: Content, embedder: Embedder | None = None, cache: Path | None = None) -> "SearchIndex":
        """The index over the whole content; `cache` is a folder that keeps what is slow to build."""
        return cls()

    def find(self, question: str, language: Language | None = None, context: Context | None = None) -> Finding:
        """Finds what a question asks for (`language` is the person's chosen one). CPU work: call it in a thread."""
        spoken = language or Language.EN
        return Finding("declined", (), spoken, spoken, 0.0)
