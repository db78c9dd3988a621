"""`python -m locales.update`: takes the code's messages into every catalogue; translations that still fit stay."""

from __future__ import annotations

from babel.messages.pofile import write_po

from knowledge.language import TRANSLATED
from locales.messages import catalogue_file, load, messages, template


def main() -> None:
    wanted = template()
    for language in TRANSLATED:
        catalogue = load(language)
        catalogue.update(wanted, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        for message in messages(catalogue):
            message.locations = sorted({(file, 0) for file, _ in message.locations})
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, include_lineno=False, sort_output=True, ignore_obsolete=True)


if __name__ == "__main__":
    main()
