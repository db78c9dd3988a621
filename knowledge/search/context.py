"""The thread of a conversation: what "the second one" means, and what is remembered for the next question."""

from knowledge.search.corpus import Corpus
from knowledge.search.finding import Context
from knowledge.search.hearing import Heard

FORGET_AFTER = 15 * 60
_LONGEST = 68
"""Letters of the longest question that points at one of what was shown."""


def ordinal(heard: Heard, context: Context) -> tuple[str, str] | None:
    """The pair that "the second one" means."""
    if len(heard.squeezed.text) > _LONGEST:
        return None
    for place, name in enumerate(("first", "second", "third")):
        if name in heard.follow and place < len(context.candidates):
            return context.candidates[place]
    return None


def remembered(record: str, facet: str, heard: Heard, shown: tuple[tuple[str, str], ...], corpus: Corpus) -> Context:
    """The context to hand in with the next question."""
    of = corpus.content.records[record]
    country = of.country if of.country != "regional" else next(iter(heard.countries), None)
    goods = next(iter(heard.goods), None)
    return Context(record, facet, country, goods, shown, None, heard.question.language)
