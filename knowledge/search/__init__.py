"""Search over the knowledge base: a question in any of seven languages → (record, facet), or an honest no.

index = SearchIndex.build(load_content(), load_embedder(), cache=Path("var/cache"))
finding = await asyncio.to_thread(index.find, "tax holiday in Boten?", None, context)
"""

from knowledge.search.dense import Embedder, load_embedder
from knowledge.search.finding import Candidate, Context, Finding, PassageHit
from knowledge.search.index import SearchIndex

__all__ = ["Candidate", "Context", "Embedder", "Finding", "PassageHit", "SearchIndex", "load_embedder"]
