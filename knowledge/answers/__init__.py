"""Answers: from what the search found to words in the person's language, with sources, date and cautions.

`reply` leads from a finding or a tap to an `Answer`: `facts` renders what a record says into a `Body` of lines,
`compose` makes messages of it, `menu` knows what to ask next, `talk` has the words where there is no fact.
"""

from knowledge.answers.answer import Answer, Choice, Outcome, SourceLine
from knowledge.answers.reply import Answerer
from knowledge.answers.view import View

__all__ = ["Answer", "Answerer", "Choice", "Outcome", "SourceLine", "View"]
