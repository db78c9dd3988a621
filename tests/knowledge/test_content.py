"""The content: the shipped one passes its check, and each kind of mistake is reported where an editor can find it."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.check import check, main
from knowledge.language import Language, parse_language
from knowledge.loader import CONTENT, Content, ContentError, load_content
from knowledge.reading import read_yaml
from knowledge.records import Crossing, FacetName, Kind, Procedure, Record, Zone
from knowledge.texts import Text, text_basis

KEPT = (
    "regimes/la-sez-zone-terms.yaml",
    "zones/la-savan-seno-sez.yaml",
    "crossings/th-la-mukdahan-savannakhet.yaml",
    "crossings/vn-la-lao-bao-dansavan.yaml",
    "crossings/th-la-nong-khai-thanaleng.yaml",
    "zones/la-savan-park.yaml",
    "zones/la-saysettha.yaml",
    "procedures/th-vat.yaml",
    "procedures/regional-atiga-form-d.yaml",
    "events/caexpo.yaml",
)
ZONE = "zones/la-savan-seno-sez.yaml"
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def shipped() -> Content:
    return load_content()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a few real records and every design, quick to read and free to break."""
    for path in CONTENT.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    shutil.copytree(CONTENT / "lessons", tmp_path / "lessons")
    for name in KEPT:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(CONTENT / name, tmp_path / name)
    (tmp_path / "complements.yaml").write_text("complements: []\n")
    (tmp_path / "open_questions.yaml").write_text("open_questions: []\n")
    return tmp_path


class Plain(yaml.SafeDumper):
    """Writes equal values out in full, as the content has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def change(folder: Path, name: str, edit: Edit) -> None:
    path = folder / name
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(raw)
    path.write_text(yaml.dump(raw, Dumper=Plain, allow_unicode=True, sort_keys=False), encoding="utf-8")


def refusals(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load_content(folder)
    return [str(problem) for problem in caught.value.problems]


def errors(folder: Path) -> list[str]:
    return [str(problem) for problem in check(load_content(folder)).errors]


def test_shipped_content_passes(shipped: Content) -> None:
    report = check(shipped)
    assert [str(problem) for problem in report.errors] == []
    assert report.ok


def test_shipped_content_is_all_of_the_research(shipped: Content) -> None:
    counts = check(shipped).counts
    research = {
        "regime": 29,
        "zone": 111,
        "crossing": 74,
        "procedure": 126,
        "route": 13,
        "programme": 41,
        "event": 39,
        "term": 149,
        "lesson": 28,
        "complements": 24,
        "topics": 32,
    }
    for kind, number in research.items():
        assert counts[kind] >= number, kind


def test_small_folder_is_sound_before_it_is_broken(small: Path) -> None:
    assert errors(small) == []


def test_bad_yaml_names_the_file_and_the_place(small: Path) -> None:
    (small / ZONE).write_text("id: la-savan-seno-sez\n  kind: [zone\n")
    (problem,) = refusals(small)
    assert problem.startswith(f"{ZONE}: no valid YAML")
    assert "line 2" in problem


def test_key_given_twice_is_refused_instead_of_losing_text(small: Path) -> None:
    with (small / ZONE).open("a", encoding="utf-8") as file:
        file.write("website: http://other.example\n")
    (problem,) = refusals(small)
    assert "the key website is given twice" in problem


def test_fast_reader_means_what_the_safe_loader_means() -> None:
    sample = (
        b"a: 1\nb: yes\nc: 2026-11-24\nd: '2025'\ne: 2019-10\nf: ~\ng:\nh: [x, 1.5, {i: no}]\nk: >-\n  two\n  lines\n"
    )
    assert read_yaml(sample) == yaml.safe_load(sample)
    for name in KEPT:
        raw = (CONTENT / name).read_bytes()
        assert read_yaml(raw) == yaml.safe_load(raw)


def test_misspelt_field_names_file_record_and_field(small: Path) -> None:
    change(small, ZONE, lambda zone: zone.update(oprator="someone"))
    (problem,) = refusals(small)
    assert problem == f"{ZONE}: la-savan-seno-sez: oprator: Extra inputs are not permitted"


def test_text_without_english_is_refused(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["names"].pop("en"))
    (problem,) = refusals(small)
    assert problem == f"{ZONE}: la-savan-seno-sez: names.en: Field required"


def test_facet_outside_the_vocabulary_is_refused(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["facets"].update(weather={"text": {"en": "Mild."}}))
    assert any("la-savan-seno-sez: facets.weather" in problem for problem in refusals(small))


def test_every_problem_is_reported_at_once(small: Path) -> None:
    change(small, ZONE, lambda zone: zone.update(status="fine", established="long ago"))
    assert len(refusals(small)) == 2


def test_doubled_record_id_names_both_files(small: Path) -> None:
    shutil.copy(small / ZONE, small / "zones/twin.yaml")
    (problem,) = refusals(small)
    assert problem == f"zones/twin.yaml: la-savan-seno-sez: id: is used already in {ZONE}"


def test_doubled_source_id_is_refused(small: Path) -> None:
    change(small, "sources.yaml", lambda raw: raw["sources"].append(dict(raw["sources"][0])))
    assert any("is used twice" in problem for problem in refusals(small))


def test_missing_design_file_is_named(small: Path) -> None:
    (small / "matching.yaml").unlink()
    assert refusals(small) == ["matching.yaml: the file is missing"]


def test_unknown_source_is_an_error(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["facets"]["tenants"].update(sources=["nobody-wrote-this"]))
    assert f"{ZONE}: la-savan-seno-sez: facets.tenants.sources: unknown source nobody-wrote-this" in errors(small)


def test_dangling_regime_is_an_error(small: Path) -> None:
    change(small, ZONE, lambda zone: zone.update(regime="la-no-such-law"))
    assert errors(small) == [f"{ZONE}: la-savan-seno-sez: regime: there is no la-no-such-law"]


def test_unknown_tag_is_an_error(small: Path) -> None:
    change(small, ZONE, lambda zone: zone.update(offers=["moonlight"]))
    assert errors(small) == [f"{ZONE}: la-savan-seno-sez: offers: there is no moonlight"]


def test_facet_of_another_kind_is_an_error(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["facets"].update(hours={"text": {"en": "From eight."}}))
    assert errors(small) == [f"{ZONE}: la-savan-seno-sez: facets.hours: a zone has no facet hours"]


def test_facet_that_says_nothing_is_an_error(small: Path) -> None:
    change(small, ZONE, lambda zone: (zone["facets"].update(rents={}), zone.pop("operator")))
    assert [problem.split(": ")[2] for problem in errors(small)] == ["facets.operator", "facets.rents"]


def test_id_that_no_reader_knows_is_an_error_in_a_text(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["facets"]["tenants"]["text"].update(en="As in th-vat, 7% on T-shirts."))
    (problem,) = errors(small)
    assert problem.startswith(f"{ZONE}: la-savan-seno-sez: facets.tenants.text.en: names th-vat by its id")


def test_fast_moving_topic_needs_the_flag(small: Path) -> None:
    change(small, "procedures/th-vat.yaml", lambda procedure: procedure.pop("fast_moving"))
    (problem,) = errors(small)
    assert "th-vat: fast_moving" in problem


def test_document_must_be_a_glossary_term(small: Path) -> None:
    def edit(procedure: dict[str, Any]) -> None:
        procedure["facets"]["documents"]["items"][0]["document"] = "love_letter"

    change(small, "procedures/regional-atiga-form-d.yaml", edit)
    assert any("facets.documents.items.0.document: there is no love_letter" in problem for problem in errors(small))


def test_alias_on_two_records_is_listed_but_no_error(small: Path) -> None:
    change(small, ZONE, lambda zone: zone["aliases"].update(any=["Mukdahan  gate"]))
    change(
        small,
        "crossings/th-la-mukdahan-savannakhet.yaml",
        lambda crossing: crossing["aliases"].setdefault("en", []).append("MUKDAHAN gate"),
    )
    report = check(load_content(small))
    assert report.ok
    assert any(set(ids) == {"la-savan-seno-sez", "th-la-mukdahan-savannakhet"} for _, ids in report.clashes)


def test_changed_english_makes_translations_stale(small: Path) -> None:
    before = check(load_content(small)).translations[Language.LO]["stale"]
    change(small, ZONE, lambda zone: zone["facets"]["tenants"]["text"].update(en="Two hundred companies."))
    assert check(load_content(small)).translations[Language.LO]["stale"] == before + 1


def test_command_prints_and_fails_on_errors(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small)]) == 0
    assert "Texts per language" in capsys.readouterr().out
    change(small, ZONE, lambda zone: zone.update(regime="la-no-such-law"))
    assert main([str(small)]) == 1
    assert "there is no la-no-such-law" in capsys.readouterr().out
    (small / ZONE).write_text("[")
    assert main([str(small)]) == 1
    assert "no valid YAML" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("en.yaml", "rent: {zone: [how much]}", "rent: there is no such facet"),
        ("en.yaml", "rents: {shop: [how much]}", "rents.shop: there is no such kind of record"),
        ("en.yaml", "rents: {term: [how much]}", "rents.term: a term has no facet rents"),
        ("en.yaml", "rents: {zone: how much}", "rents.zone: a list of wordings is expected"),
        ("en.yaml", "rents: [", "no valid YAML"),
        ("fr.yaml", "rents: {zone: [combien]}", "there is no language fr"),
    ],
)
def test_wordings_name_facets_and_kinds_that_exist(
    small: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, reason: str
) -> None:
    (small / "wordings").mkdir()
    (small / "wordings" / name).write_text(content)
    assert main([str(small)]) == 1
    assert reason in capsys.readouterr().out


def test_text_falls_back_visibly() -> None:
    text = Text(en="Open daily", lo="ເປີດທຸກມື້", basis=text_basis("Open daily"), reviewed=(Language.LO,))
    assert text.best(Language.LO) == ("ເປີດທຸກມື້", Language.LO)
    assert text.best(Language.KM) == ("Open daily", Language.EN)
    states = [text.status(language) for language in (Language.EN, Language.LO, Language.KM)]
    assert states == ["reviewed", "reviewed", "missing"]


def test_one_language_may_be_newer_than_the_others() -> None:
    text = Text(en="New", th="ใหม่", vi="Cũ", basis=text_basis("Old"), basis_of={Language.TH: text_basis("New")})
    assert text.status(Language.TH) == "draft"
    assert text.status(Language.VI) == "stale"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", Language.ZH),
        ("zh-CN", Language.ZH),
        ("zh_Hans", Language.ZH),
        ("en-US", Language.EN),
        ("vi_VN", Language.VI),
        ("KM", Language.KM),
        ("lao", Language.LO),
        ("my-Qaag", Language.MY),
        ("fr", None),
        ("", None),
        (None, None),
    ],
)
def test_language_codes(code: str | None, language: Language | None) -> None:
    assert parse_language(code) is language


def test_facets_take_over_sources_and_confidence_of_their_record(shipped: Content) -> None:
    procedure = shipped.records["regional-atiga-form-d"]
    documents = procedure.facets[FacetName.DOCUMENTS]
    assert documents.sources == procedure.sources
    assert documents.items[0].confidence == procedure.confidence


def test_crossing_and_fast_topics_are_reviewed_within_weeks(shipped: Content) -> None:
    for record in shipped.records.values():
        if isinstance(record, Crossing):
            assert record.fast_moving
        if record.fast_moving:
            assert record.review_period().days <= 31
    vat = shipped.records["th-vat"]
    assert isinstance(vat, Procedure)
    assert not vat.outdated(date(2026, 12, 1))
    assert vat.outdated(date(2027, 2, 1))


def test_every_zone_has_a_place_and_a_law(shipped: Content) -> None:
    for zone in shipped.of_type(Zone):
        assert zone.regime in shipped.ids[Kind.REGIME]
        assert FacetName.LOCATION in zone.facets


def named_in(record: Record) -> set[Language]:
    return {language for language, _ in record.names.items()}


def test_zones_crossings_events_and_terms_are_named_in_all_languages(shipped: Content) -> None:
    for kind in (Kind.ZONE, Kind.CROSSING, Kind.EVENT, Kind.COUNTRY):
        for record in shipped.of_kind(kind):
            assert named_in(record) == set(Language), record.id
