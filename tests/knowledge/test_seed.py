"""From content files to the database and back, on both databases: what people wrote at the desk is never lost."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, insert, select, update

from bot.store import Store
from knowledge.base import EmptyQuestion, KnowledgeBase
from knowledge.bodies import body_of, build_content, parts_of, record_of
from knowledge.language import Language
from knowledge.loader import CONTENT, Content, ContentError, load_content
from knowledge.records import Facet, FacetName
from knowledge.seed import Published, Seeded, content_version, load_published, seed
from knowledge.store import ContentPartRow, ContentVersionRow, RecordRow, RevisionRow

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
KEPT = (
    "regimes/la-sez-188.yaml",
    "zones/la-savan-seno-sez.yaml",
    "crossings/th-la-mukdahan-savannakhet.yaml",
    "procedures/th-vat.yaml",
    "events/caexpo.yaml",
)
VAT, EVENT = "procedures/th-vat.yaml", "events/caexpo.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A few real records with every design, quick to read and free to change."""
    folder = tmp_path / "content"
    folder.mkdir()
    for path in CONTENT.glob("*.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(CONTENT / "lessons", folder / "lessons")
    for name in KEPT:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(CONTENT / name, folder / name)
    return folder


class Plain(yaml.SafeDumper):
    """Writes equal values out in full, as the content has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def edit(folder: Path, name: str, **fields: Any) -> None:
    raw = yaml.safe_load((folder / name).read_text(encoding="utf-8")) | fields
    (folder / name).write_text(yaml.dump(raw, Dumper=Plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


async def seeded(store: Store, content: Content | Path | None) -> Seeded:
    async with store.write() as session:
        return await seed(session, content, NOW)


async def published(store: Store) -> Published:
    async with store.read() as session:
        return await load_published(session)


async def person_writes(store: Store, id_: str, **fields: Any) -> int:
    """A person's revision, published, as the desk's editors will make them."""
    async with store.write() as session:
        rows = select(RevisionRow.number, RevisionRow.body).where(RevisionRow.record_id == id_)
        newest, body = (await session.execute(rows.order_by(RevisionRow.number.desc()))).first() or (0, "{}")
        written = json.dumps(json.loads(body) | fields, ensure_ascii=False)
        row = {"record_id": id_, "number": newest + 1, "body": written, "digest": "p", "author": "Noy"}
        await session.execute(insert(RevisionRow), [{**row, "created_at": NOW.isoformat(), "seeded": False}])
        await session.execute(update(RecordRow).where(RecordRow.id == id_).values(published=newest + 1))
        await session.execute(update(ContentVersionRow).values(version=ContentVersionRow.version + 1))
        return int(newest) + 1


def test_a_body_reads_back_as_the_same_record() -> None:
    content = load_content()
    for record in content.records.values():
        assert record_of(json.dumps(body_of(record))) == record
    again = build_content([], parts_of(content), content.hash)
    assert again.sources == content.sources
    assert again.complements == content.complements
    assert again.course == content.course


def test_a_body_says_once_what_parts_take_over() -> None:
    savan = next(record for record in load_content().records.values() if record.id == "la-sez-188")
    body = body_of(savan)
    assert "checked_on" in body
    assert "sources" not in body["facets"]["legal_basis"]
    assert body["facets"]["profit_tax"]["sources"] == ["la-rt-188"]


async def test_files_come_back_as_they_were(store: Store, folder: Path) -> None:
    content = load_content(folder)
    first = await seeded(store, folder)
    assert first
    assert set(first.added) == set(content.records)
    state = await published(store)
    assert state.content == content
    assert list(state.content.records) == list(content.records)
    assert set(state.revisions.values()) == {1}
    assert state.version == 1


async def test_unchanged_files_change_nothing(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    assert not await seeded(store, folder)
    assert not await seeded(store, load_content(folder))
    async with store.read() as session:
        assert await content_version(session) == 1
        assert await session.scalar(select(func.count()).select_from(RevisionRow)) == len(load_content(folder).records)


async def test_a_changed_file_becomes_a_new_revision(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    edit(folder, EVENT, checked_on="2026-12-24")
    second = await seeded(store, folder)
    assert second.updated == ("caexpo",)
    state = await published(store)
    assert state.revisions["caexpo"] == 2
    assert state.version == 2
    assert state.content.records["caexpo"].checked_on.isoformat() == "2026-12-24"


async def test_what_a_person_wrote_is_kept_and_reported(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    number = await person_writes(store, "th-vat", checked_on="2026-12-01")
    assert not await seeded(store, folder)
    edit(folder, VAT, checked_on="2027-01-01")
    edit(folder, EVENT, checked_on="2027-01-01")
    again = await seeded(store, folder)
    assert again.kept == ("th-vat",)
    assert again.updated == ("caexpo",)
    state = await published(store)
    assert state.revisions["th-vat"] == number
    assert state.content.records["th-vat"].checked_on.isoformat() == "2026-12-01"
    async with store.read() as session:
        rows = select(RevisionRow.body).where(RevisionRow.record_id == "th-vat", RevisionRow.number == number + 1)
        assert "2027-01-01" in str(await session.scalar(rows)), "the file's version waits beside it"


async def test_removed_files_are_withdrawn_and_may_come_back(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    kept = (folder / EVENT).read_text(encoding="utf-8")
    (folder / EVENT).unlink()
    assert (await seeded(store, folder)).withdrawn == ("caexpo",)
    assert "caexpo" not in (await published(store)).content.records
    (folder / EVENT).write_text(kept, encoding="utf-8")
    assert (await seeded(store, folder)).updated == ("caexpo",)
    assert (await published(store)).revisions["caexpo"] == 1


async def test_a_persons_record_outlives_its_file_and_a_persons_withdrawal_stands(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    await person_writes(store, "th-vat", checked_on="2026-12-01")
    async with store.write() as session:
        withdrawn = update(RecordRow).where(RecordRow.id == "caexpo").values(published=None, withdrawn_by="Noy")
        await session.execute(withdrawn)
    (folder / VAT).unlink()
    edit(folder, EVENT, checked_on="2027-01-01")
    again = await seeded(store, folder)
    assert set(again.kept) == {"th-vat", "caexpo"}
    records = (await published(store)).content.records
    assert "th-vat" in records
    assert "caexpo" not in records


async def test_a_persons_source_is_kept_beside_the_files(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    source = {"id": "mine", "title": "Seen at the gate", "publisher": "Noy", "seen": "2026-11-27"}
    async with store.write() as session:
        row = {"part": "sources", "id": "mine", "position": 9999, "body": json.dumps(source), "seeded": False}
        await session.execute(insert(ContentPartRow), [row])
    raw = yaml.safe_load((folder / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    (folder / "sources.yaml").write_text(yaml.safe_dump({"sources": raw[1:]}, allow_unicode=True), encoding="utf-8")
    assert await seeded(store, folder)
    sources = (await published(store)).content.sources
    assert sources["mine"].publisher == "Noy"
    assert raw[0]["id"] not in sources
    assert raw[1]["id"] in sources


async def test_broken_files_leave_the_database_as_it_was(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    (folder / EVENT).write_text("id: [", encoding="utf-8")
    with pytest.raises(ContentError):
        await seeded(store, folder)
    assert "caexpo" in (await published(store)).content.records


async def test_nothing_is_published_before_the_first_seed(store: Store) -> None:
    async with store.read() as session:
        assert await content_version(session) == 0
        with pytest.raises(LookupError):
            await load_published(session)


async def test_the_base_takes_over_what_is_published(store: Store, folder: Path) -> None:
    await seeded(store, folder)
    async with store.read() as session:
        base = await KnowledgeBase.load(session)
        assert not await base.reload(session)
    try:
        facet = Facet.model_validate({"text": {"en": "Seven baht."}, "confidence": "sourced"})
        await person_writes(store, "th-vat", facets={"fee": facet.model_dump(mode="json", exclude_unset=True)})
        async with store.read() as session:
            assert await base.reload(session)
        assert base.revisions["th-vat"] == 2
        assert "fee" in base.facets_of("th-vat")
        answer = base.answer("th-vat", "fee", Language.EN, NOW.date())
        assert "Seven baht." in answer.short
        assert answer.revisions == {"th-vat": 2}
        with pytest.raises(EmptyQuestion):
            await base.ask(" \n ", Language.EN)
        asked = await base.ask("?" * 5000, Language.EN, now=NOW)
        assert asked.outcome in ("declined", "choices", "smalltalk", "answer")
    finally:
        base.close()


async def test_an_index_that_could_not_be_built_is_built_at_the_next_look(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seeded(store, folder)
    async with store.read() as session:
        base = await KnowledgeBase.load(session)
    try:
        before, built = await base.coverage(NOW.date()), base.index
        await person_writes(store, "caexpo", names={"en": "Zebrafish Fair"}, cautions=[])
        with monkeypatch.context() as patch:
            patch.setattr("knowledge.base.SearchIndex.build", unbuildable)
            async with store.read() as session:
                with pytest.raises(OSError, match="disk"):
                    await base.reload(session)
        assert base.content.records["caexpo"].names.en == "Zebrafish Fair"
        assert await base.coverage(NOW.date()) != before
        async with store.read() as session:
            assert await base.reload(session)
        assert base.index is not built
    finally:
        base.close()


def unbuildable(*_: object) -> None:
    raise OSError("the disk is full")


def test_the_base_browses(knowledge: KnowledgeBase) -> None:
    base = knowledge
    assert {zone.country for zone in base.zones("LA")} == {"LA"}
    assert [regime.id for regime in base.regimes("TH") if regime.country != "TH"] == []
    assert ("TH", "LA") in base.country_pairs() or ("LA", "TH") in base.country_pairs()
    for a, b in base.country_pairs():
        assert base.crossings(a, b) == base.crossings(b, a) != []
    for topic in base.topics("VN"):
        assert base.procedures("VN", topic.id)
        assert base.topic_name(topic.id, Language.VI)
    record, km = base.nearest(17.97, 102.61, limit=1)[0]
    assert km < 40
    assert "LA" in (record.country, *record.countries)
    facets = base.facets_of("la-savan-seno-sez")
    assert facets[0] == "overview"
    assert {"profit_tax", "location"} <= set(facets)
    assert len(facets) == len(set(facets))
    assert base.facet_name("profit_tax", Language.EN) == "Profit tax"
    assert all(base.facet_name(facet.value, language) for facet in FacetName for language in Language)
    assert base.events()[0].usual_months
    assert base.programmes("LA")[-1].country == "regional"
    assert base.name("caexpo", Language.EN).startswith("China-ASEAN Expo")
    assert base.routes()
    assert base.terms()
    assert base.record("nobody") is None
