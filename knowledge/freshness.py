"""Vectors for texts that the shipped ones don't cover: computed in the background, kept in the cache folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from knowledge.loader import CONTENT, Content
from knowledge.search.corpus import corpus_texts
from knowledge.search.dense import Embedder
from knowledge.search.vectors import VectorStore

BATCH = 16
SHIPPED = CONTENT / "vectors"


@dataclass(frozen=True)
class FreshVectors:
    """A folder with the shipped vectors and those computed here; the index reads both alike."""

    embedder: Embedder
    cache: Path
    shipped: Path = SHIPPED
    stopped: Event = field(default_factory=Event)

    @property
    def folder(self) -> Path:
        """What an index is built from: the shipped vectors until something was computed here."""
        return self._own if self._own.is_dir() else self.shipped

    @property
    def _own(self) -> Path:
        return self.cache / "vectors"

    def covers(self, content: Content) -> bool:
        """Whether `fill` has seen this content already."""
        mark = self.cache / f"vectors-{self.embedder.name}.mark"
        return mark.is_file() and mark.read_text(encoding="utf-8") == self._mark(content)

    def fill(self, content: Content) -> int:
        """Embeds what has no vector yet and returns how much that was. Minutes of work at worst: call it in a thread.

        `stop` ends it at the next batch; what was computed until then is kept.
        """
        name, size = self.embedder.name, self.embedder.size
        store = VectorStore(self.folder, name, size)
        shipped: VectorStore | None = None  # another thirty megabytes, that hardly a start needs
        added = 0
        for language, texts in corpus_texts(content).items():
            lacking = store.missing(texts)
            for start in range(0, len(lacking), BATCH):
                if self.stopped.is_set():
                    break
                added += store.embed(lacking[start : start + BATCH], self.embedder)
            if lacking:
                self._take_shipped()
                store.folder = self._own
                shipped = shipped or VectorStore(self.shipped, name, size)
                store.save(language, shipped.missing(texts))
        if not self.stopped.is_set():
            self.cache.mkdir(parents=True, exist_ok=True)
            (self.cache / f"vectors-{name}.mark").write_text(self._mark(content), encoding="utf-8")
        return added

    def stop(self) -> None:
        """Ends a running `fill` soon."""
        self.stopped.set()

    def _take_shipped(self) -> None:
        """Puts the shipped vectors beside our own, under names that `VectorStore.save` doesn't use."""
        self._own.mkdir(parents=True, exist_ok=True)
        for path in self.shipped.glob(f"{self.embedder.name}.*.npz"):
            copy = self._own / path.name.replace(f"{self.embedder.name}.", f"{self.embedder.name}.shipped-", 1)
            if not copy.exists() or copy.stat().st_mtime < path.stat().st_mtime:
                shutil.copy2(path, copy)

    def _mark(self, content: Content) -> str:
        files = sorted(self.shipped.glob(f"{self.embedder.name}.*.npz"))
        return "\n".join([content.hash, *(f"{path.name} {path.stat().st_size}" for path in files)])
