"""The rooms: which part may import which. See CONTRIBUTING.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = 400  # of a module


def modules(folder: str) -> Iterator[Path]:
    yield from sorted((ROOT / folder).rglob("*.py"))


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def offenders(folder: str, forbidden: tuple[str, ...], exempt: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(folder)
        if file.relative_to(ROOT).as_posix() not in exempt
        for name in sorted(imports(file))
        if any(name == room or name.startswith(f"{room}.") for room in forbidden)
    ]


def test_the_knowledge_base_stands_alone() -> None:
    assert offenders("knowledge", ("bot", "handlers", "locales")) == []


def test_only_the_composition_root_knows_the_handlers() -> None:
    assert offenders("bot", ("handlers",), exempt=("bot/app.py",)) == []


def test_handlers_know_no_platform_and_no_database() -> None:
    allowed = ("handlers/__init__.py",)  # registers how the desk introduces itself
    rooms = ("bot.channels", "bot.store", "bot.outbox", "bot.inbox", "telegram", "aiohttp", "sqlalchemy")
    assert offenders("handlers", rooms, exempt=(*allowed, "handlers/help.py")) == []


def test_services_know_no_platform() -> None:
    assert offenders("bot/services", ("bot.channels", "telegram", "aiohttp", "handlers")) == []


@pytest.mark.parametrize("name", ["telegram"])
def test_a_platforms_library_stays_in_its_channel(name: str) -> None:
    outside = [line for line in offenders("bot", (name,)) if "bot/channels/telegram/" not in line]
    assert outside == []


def test_nothing_needs_the_shared_folder_and_no_file_grows_without_end() -> None:
    for folder in ("bot", "handlers", "knowledge", "locales", "benchmarks"):
        for file in modules(folder):
            source = file.read_text(encoding="utf-8")
            assert "/shared" not in source, file
            assert source.count("\n") <= LINES, file
