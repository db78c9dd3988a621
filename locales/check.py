"""`python -m locales.check`: every message is there in every language, none is left over, none has lost a field."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator

from babel.messages import Catalog, Message

from knowledge.language import TRANSLATED, Language
from locales.messages import load, messages, template

FIELD = re.compile(r"\{[a-z_]*\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")
COMMAND = re.compile(r"(?<![\w/])/[a-z]+")


def problems(language: Language, wanted: Catalog, found: Catalog) -> Iterator[str]:
    """What is wrong with one language's catalogue, a line each."""
    for message in messages(wanted):
        translation = found.get(message.id, context=message.context)
        if translation is None:
            yield f"{language.value}: not in the catalogue (run make messages): {_shown(message)}"
        elif translation.fuzzy or not all(_strings(translation)):
            yield f"{language.value}: not translated: {_shown(message)}"
        else:
            yield from _faults(language, translation)
    for message in messages(found):
        if wanted.get(message.id, context=message.context) is None:
            yield f"{language.value}: no longer in the code (run make messages): {_shown(message)}"


def _faults(language: Language, message: Message) -> Iterator[str]:
    singular, plural = (message.id, message.id) if isinstance(message.id, str) else message.id
    for string in _strings(message):
        for name, pattern in (("fields", FIELD), ("tags", TAG), ("commands", COMMAND)):
            here = sorted(pattern.findall(string))
            if here not in (sorted(pattern.findall(singular)), sorted(pattern.findall(plural))):
                yield f"{language.value}: {name} differ: {_shown(message)} → {string!r}"
        if unicodedata.normalize("NFC", string) != string:
            yield f"{language.value}: not NFC: {_shown(message)}"
        if string[:1].isspace() != singular[:1].isspace() or string[-1:].isspace() != singular[-1:].isspace():
            yield f"{language.value}: blanks at the ends differ: {_shown(message)}"


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _shown(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"[{message.context}] {text!r}" if message.context else repr(text)


def main() -> int:
    wanted = template()
    found = [problem for language in TRANSLATED for problem in problems(language, wanted, load(language))]
    for problem in found:
        sys.stdout.write(f"{problem}\n")
    total = sum(1 for _ in messages(wanted))
    sys.stdout.write(f"{total} messages in {len(TRANSLATED)} languages, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
