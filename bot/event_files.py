"""`mekongdesk events`: events in from a file, by somebody at the machine itself."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bot.import_words import overview
from bot.services import signing
from bot.services.events import importing, sheets
from bot.services.events.model import Refused
from bot.store import Store
from bot.store.migrate import migrate
from knowledge.language import Language
from knowledge.phrases import Phrases


def write_template(file: Path) -> int:
    """Writes the empty workbook; an existing file stays as it is."""
    try:
        with file.open("xb") as target:
            target.write(sheets.template())
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)
        return 1
    print(file)
    return 0


async def take_in(store: Store, name: str, content: bytes, now: datetime, *, write: bool) -> int:
    """Shows what the file would do and, with `write`, does it; nothing of it while anything is wrong."""
    await migrate(store)
    read = sheets.read(name, content)
    async with store.write() as session:
        plan = await importing.plan(session, read)
        print(overview(Phrases(Language.EN), plan).unescape())
        if not plan:
            return 1 if plan.problems else 0
        if not write:
            print("Nothing was written; add --write.")
            return 0
        await signing.ensure_secret(session)
        try:
            events = await importing.do_take_in(session, None, plan, now)
        except Refused as refused:
            print(f"Refused: {refused.code}", file=sys.stderr)
            return 1
    for event in events:
        print(f"{event.link}  {event.state}  {event.details.title.en}")
    return 0
