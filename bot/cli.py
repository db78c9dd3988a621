"""`mekongdesk`: serve, talk in the terminal, ask, evaluate, look after content and database."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from bot.settings import Settings, SettingsError, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status. Errors that people can mend are printed without a trace."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and the model are imported
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"The settings can't be used.\n{error}", file=sys.stderr)
        return 2
    try:
        return int(options.command(settings, options) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mekongdesk", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[Settings, argparse.Namespace], object], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("run", _run, "Serve the web chat, and Telegram when TELEGRAM_BOT_TOKEN is set.")
    chat = add("chat", _chat, "Talk to the desk in the terminal.")
    chat.add_argument("--name", default="me", help="whose conversation (kept in the database)")
    ask = add("ask", _ask, "Answer one question, or a JSONL file of questions.")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--lang", help="language of the reply: en zh th lo km my vi (default: the question's)")
    ask.add_argument("--json", action="store_true", help="the answer as one JSON line")
    ask.add_argument("--batch", type=Path, metavar="FILE", help='lines {"id", "lang"?, "question", "context"?}; or -')
    ask.add_argument("--no-dense", action="store_true", help="search by words and spelling only")
    evaluate = add("evaluate", _evaluate, "Measure search and answers on JSONL sets.")
    evaluate.add_argument("files", nargs="*", type=Path, help='lines {"question", "lang", "expect": [{"record", …}]}')
    evaluate.add_argument("--passages", type=Path, help='lines {"id", "lang", "text"}')
    evaluate.add_argument("--questions", type=Path, help='lines {"id", "lang", "question", "passage"}')
    evaluate.add_argument("--json", action="store_true", help="machine-readable")
    evaluate.add_argument("--no-dense", action="store_true", help="search by words and spelling only")
    content = add("content", _content, "Check the content files, or exchange their texts with translators.")
    content.add_argument("action", choices=["check", "status", "export", "import"])
    content.add_argument("file", nargs="?", type=Path, help="of import: a PO file from a translator")
    content.add_argument("--for-translators", type=Path, metavar="FOLDER", help="of export: where the PO files go")
    content.add_argument("--write", action="store_true", help="of import: change the content files, not only show")
    content.add_argument("--json", action="store_true", help="of status: machine-readable")
    content.add_argument("--full", action="store_true", help="of check: list everything")
    events = add("events", _events, "Take events in from a workbook or YAML file, or write an empty workbook.")
    events.add_argument("action", choices=["import", "template"])
    events.add_argument("file", type=Path, help="of import: .xlsx or .yaml; of template: where the workbook goes")
    events.add_argument("--write", action="store_true", help="of import: take it in, not only show what it would do")
    learn = add("learn", _learn, "Write what people's choices and opinions teach into a file to review, or take it in.")
    learn.add_argument("file", type=Path, help="JSONL, a lesson a line; people accept or reject each")
    learn.add_argument("--take-in", action="store_true", help="add the accepted lessons to the content's questions")
    add("migrate", _migrate, "Bring the database to this version's tables, without serving.")
    add("settings", _settings, "Print the table of settings that the README holds.")
    ledger = add("ledger", _ledger, "Count the messages of the ledger by state; list those whose fate is unknown.")
    ledger.add_argument("--json", action="store_true")
    return parser


def _run(settings: Settings, _options: argparse.Namespace) -> int:
    gc.disable()  # until the desk serves: looking again and again through what stays costs a third of a second
    from bot import app
    from bot.observe import set_up_logging

    set_up_logging(settings.log_level)

    async def serve() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await app.run(settings, stopped=stopped)

    try:
        asyncio.run(serve())
    except app.AlreadyRunning as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Can't serve on {settings.host}:{settings.port}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


def _chat(settings: Settings, options: argparse.Namespace) -> None:
    from bot import app
    from bot.clock import SystemClock
    from bot.observe import set_up_logging
    from bot.terminal import talk

    set_up_logging("ERROR")

    async def converse() -> None:
        async with app.open_services(settings, SystemClock()) as (store, services):
            await talk(store, services, app.make_router(), options.name)

    asyncio.run(converse())


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    from bot.questions import Asking, answer_line, batch

    if options.batch is None and not options.question:
        print("Give a question, or --batch FILE.", file=sys.stderr)
        return 2

    async def run(asking: Asking) -> int:
        if options.batch is not None:
            with (
                contextlib.nullcontext(sys.stdin)
                if str(options.batch) == "-"
                else options.batch.open(encoding="utf-8") as lines
            ):
                return await batch(asking, lines, sys.stdout, sys.stderr)
        await answer_line(asking, options.question, options.lang, sys.stdout, as_json=options.json)
        return 0

    return _with_asking(settings, options, run)


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    from bot.measure import measure_passages, measure_questions
    from bot.questions import Asking

    if (options.passages is None) != (options.questions is None) or bool(options.files) == bool(options.passages):
        print("Give question files, or --passages P with --questions Q.", file=sys.stderr)
        return 2
    if options.passages is not None:
        from knowledge.search import load_embedder

        embedder = load_embedder() if settings.dense and not options.no_dense else None
        measure_passages(options.passages, options.questions, embedder, sys.stdout, json_lines=options.json)
        return 0

    async def run(asking: Asking) -> int:
        index = asking.knowledge.index
        await asyncio.to_thread(measure_questions, index, options.files, sys.stdout, json_lines=options.json)
        return 0

    return _with_asking(settings, options, run)


def _with_asking(settings: Settings, options: argparse.Namespace, run: Callable[[Any], Awaitable[int]]) -> int:
    from bot import app
    from bot.clock import SystemClock
    from bot.observe import set_up_logging
    from bot.questions import Asking

    set_up_logging("ERROR")
    if options.no_dense:
        settings = settings.model_copy(update={"dense": False})

    async def with_knowledge() -> int:
        async with app.open_services(settings, SystemClock()) as (_store, services):
            return await run(Asking(services.knowledge, services.clock))

    return asyncio.run(with_knowledge())


def _content(_settings: Settings, options: argparse.Namespace) -> int:
    from bot import contents

    match options.action:
        case "check":
            return contents.check(full=options.full)
        case "status":
            return contents.status(as_json=options.json)
        case "export" if options.for_translators:
            return contents.export(options.for_translators)
        case "import" if options.file:
            return contents.take_in(options.file, write=options.write)
    print("Say where: content export --for-translators FOLDER, content import FILE.po.", file=sys.stderr)
    return 2


def _events(settings: Settings, options: argparse.Namespace) -> int:
    from bot import event_files
    from bot.clock import SystemClock
    from bot.store import open_store

    if options.action == "template":
        return event_files.write_template(options.file)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        print(f"{options.file}: {error.strerror}", file=sys.stderr)
        return 2

    async def take_in() -> int:
        store = open_store(settings.database_url)
        try:
            return await event_files.take_in(
                store, options.file.name, content, SystemClock().now(), write=options.write
            )
        finally:
            await store.close()

    return asyncio.run(take_in())


def _migrate(settings: Settings, _options: argparse.Namespace) -> None:
    from bot.store import open_store
    from bot.store.migrate import migrate

    async def move() -> None:
        store = open_store(settings.database_url)
        try:
            await migrate(store)
        finally:
            await store.close()

    asyncio.run(move())


def _learn(settings: Settings, options: argparse.Namespace) -> int:
    from bot import lessons
    from bot.store import open_store

    if options.take_in:
        return lessons.take_in(options.file, sys.stdout)

    async def look() -> int:
        store = open_store(settings.database_url)
        try:
            async with store.read() as session:
                return lessons.write(options.file, await lessons.found(session), sys.stdout)
        finally:
            await store.close()

    return asyncio.run(look())


def _settings(_settings: Settings, _options: argparse.Namespace) -> None:
    print("\n".join(settings_table()))


def settings_table() -> Iterable[str]:
    """The README's table, a line a row."""
    yield "| variable | default | what it is for |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default is None else "1" if default is True else "0" if default is False else str(default)
        yield f"| `{name.upper()}` | {f'`{shown}`' if shown else ''} | {field.description} |"


def _ledger(settings: Settings, options: argparse.Namespace) -> None:
    from bot.services.ledger import summary
    from bot.store import open_store

    async def look() -> dict[str, Any]:
        store = open_store(settings.database_url)
        try:
            async with store.read() as session:
                return await summary(session)
        finally:
            await store.close()

    found = asyncio.run(look())
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for state, count in found["states"].items():
        print(f"{state:>8}  {count}")
    for row in found["unknown"]:
        print(f"unknown: message {row['id']} to {row['platform']} {row['chat']}: {row['error']}")


if __name__ == "__main__":
    sys.exit(main())
