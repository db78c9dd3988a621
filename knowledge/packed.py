"""Files that hold more than they are long: a small one can be made to fill the memory.

A workbook is a zip archive. Its directory says how long each part becomes, and no part is read beyond that.
YAML can name a part and repeat it by that name, and so on, which no file of the desk does.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import yaml

MOST_UNPACKED = 100_000_000
"""All records of the desk are about 22 MB."""
MOST_RATIO, FREE = 100, 10_000_000
"""Times that a file may grow when it becomes longer than FREE bytes; what people write grows about seven times."""


class TooMuch(ValueError):
    """The file unpacks to more than anybody would have written."""


def is_packed(content: bytes) -> bool:
    """Whether it is an archive, as each workbook is one."""
    return zipfile.is_zipfile(io.BytesIO(content))


def check(content: bytes) -> None:
    """Before a workbook is read. Raises TooMuch; what is no archive at all is for its reader to tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return
    if size > MOST_UNPACKED or (size > FREE and size > MOST_RATIO * len(content)):
        raise TooMuch(f"{size} bytes from {len(content)}")


class PlainLoader(yaml.SafeLoader):
    """Takes no repetition by name (`*name`); it is a fault of the file, told with its line."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: yaml.AliasEvent = self.peek_event()  # type: ignore[no-untyped-call]
            problem = f"write *{event.anchor} out; parts are not repeated by name here"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)  # type: ignore[arg-type]
        return super().compose_node(parent, index)
