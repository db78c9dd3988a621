"""Answers: from what the search found to words in the person's language, with sources, date and cautions."""

from knowledge.answers.answer import Answer, Choice, Outcome, SourceLine

__all__ = ["Answer", "Choice", "Outcome", "SourceLine"]
