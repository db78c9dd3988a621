"""Texts go out to translators as PO files and come back: what fits is taken, what doesn't is refused with a reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from knowledge.language import TRANSLATED, Language
from knowledge.loader import CONTENT, load_content
from knowledge.reading import read_yaml
from knowledge.translators import NotATranslation, changes, export, write
from knowledge.writing import dump

FILE = "zones/la-savan-park.yaml"
ENGLISH = "Concession of 50 years from 2008; licences promised in five working days."


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("vectors"))
    return folder


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that translators get, in which nobody writes."""
    folder = tmp_path_factory.mktemp("exported")
    counts = export(load_content(), folder)
    assert set(counts) == set(TRANSLATED)
    assert min(counts.values()) > 3_000
    return folder


def edited(exported: Path, tmp_path: Path, edit: Callable[[Message], None]) -> Path:
    """The Lao file as a translator sends it back, with one entry edited."""
    file = tmp_path / "lo.po"
    with (exported / file.name).open("rb") as source:
        catalogue = read_po(source)
    back = Catalog(locale="lo")
    for message in catalogue:
        if message.id == ENGLISH and message.context == FILE:
            edit(message)
        if message.id:
            back[message.id] = message
    with file.open("wb") as out:
        write_po(out, back)
    return file


@pytest.mark.parametrize("language", TRANSLATED, ids=str)
def test_untouched_it_changes_nothing(exported: Path, language: Language) -> None:
    assert list(changes(exported / f"{language.value}.po", CONTENT)) == []


def test_a_read_and_mended_text_comes_back_as_reviewed(content: Path, exported: Path, tmp_path: Path) -> None:
    def mend(message: Message) -> None:
        message.string = "ສຳປະທານ 50 ປີ ແຕ່ປີ 2008; ສັນຍາອອກໃບອະນຸຍາດໃນຫ້າວັນ."
        message.flags.discard("fuzzy")

    file = edited(exported, tmp_path, mend)
    found = list(changes(file, content))
    assert [(change.verdict, change.file) for change in found] == [("changed", FILE)]
    assert write(file, found, content) == 1
    text = load_content(content).records["la-savan-park"].facets["incentives_extra"].text  # type: ignore[index]
    assert text is not None
    assert text.status(Language.LO) == "reviewed"
    assert text.best(Language.LO) == ("ສຳປະທານ 50 ປີ ແຕ່ປີ 2008; ສັນຍາອອກໃບອະນຸຍາດໃນຫ້າວັນ.", Language.LO)
    assert text.status(Language.VI) == "draft"
    assert list(changes(file, content)) == []


def test_a_text_that_lost_a_figure_is_refused_and_the_rest_is_not(exported: Path, tmp_path: Path) -> None:
    def break_it(message: Message) -> None:
        message.string = "ສຳປະທານ ແຕ່ປີ 2008; ສັນຍາອອກໃບອະນຸຍາດໃນຫ້າວັນ."

    (change,) = changes(edited(exported, tmp_path, break_it), CONTENT)
    assert (change.verdict, change.reason) == ("refused", "figures: missing 50")


def test_a_text_whose_english_has_changed_meanwhile_is_refused(content: Path, exported: Path, tmp_path: Path) -> None:
    file = edited(exported, tmp_path, lambda message: None)
    path = content / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("promised in five", "promised in six"), encoding="utf-8")
    refused = [change for change in changes(file, content) if change.verdict == "refused"]
    assert [(change.english, change.reason) for change in refused] == [
        (ENGLISH, "this English text is no longer there")
    ]


@pytest.mark.parametrize("context", ["../../pyproject.toml", "/etc/passwd", "zones/none.yaml"])
def test_nothing_outside_the_content_is_touched(content: Path, tmp_path: Path, context: str) -> None:
    catalogue = Catalog(locale="lo")
    catalogue.add("x", "ສ", context=context)
    file = tmp_path / "lo.po"
    with file.open("wb") as out:
        write_po(out, catalogue)
    assert [change.verdict for change in changes(file, content)] == ["refused"]


def test_what_is_no_po_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "letter.po"
    file.write_bytes(b"\xff\xfe hello")
    with pytest.raises(NotATranslation):
        list(changes(file))


def test_every_content_file_survives_being_written() -> None:
    for file in sorted(CONTENT.rglob("*.yaml")):
        body = read_yaml(file.read_bytes())
        assert read_yaml(dump(body).encode()) == body, file
