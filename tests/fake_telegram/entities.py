"""Text with entities: Telegram's HTML parser, UTF-16 lengths, trimming, and the entities found without markup.

The parser follows TDLib's `parse_html` byte by byte, because its error texts name byte offsets and those are what a
developer gets to see. Bot API: "HTML style" (supported tags and entities).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .errors import bad_request
from .markup import check_link

Entity = dict[str, Any]

SIMPLE_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
TAGS = SIMPLE_TAGS.keys() | {"a", "code", "pre", "blockquote", "tg-emoji"}
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
SPACES = b" \t\r\n\x00\x0b"  # TDLib counts the terminating NUL as a space, which ends its inner loops.
INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\u2061\u2062\u2063\u2064\ufeff"

_CHARACTER_REFERENCE = re.compile(rb"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z]+));?")
_AUTOMATIC = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z0-9_]{3,32}\b)"
    r"|(?P<hashtag>(?<![\w#])#\w+)"
)


def utf16_length(text: str) -> int:
    """Telegram's unit of length: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity covers."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


def _refuse(text: str) -> Exception:
    return bad_request(f"can't parse entities: {text}")


def _decode_reference(data: bytes, at: int) -> tuple[str, int]:
    """The character that the reference at `at` stands for and where it ends, or ("", at): then `&` stays as it is."""
    match = _CHARACTER_REFERENCE.match(data, at)
    if match is None:
        return "", at
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return (NAMED[name], match.end()) if name in NAMED else ("", at)
    digits = hexadecimal or decimal
    code = int(digits, 16 if hexadecimal else 10)
    if code == 0 or code >= 0x10FFFF or len(digits) > 8:
        return "", at
    if 0xD800 <= code <= 0xDFFF:
        raise _refuse(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code), match.end()


class _HtmlParser:
    """One run over one text; `data` ends in NUL bytes so that looking ahead needs no bounds checks."""

    def __init__(self, text: str) -> None:
        self.data = text.encode() + b"\0\0\0"
        self.end = len(self.data) - 3
        self.at = 0
        self.out = bytearray()
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        data, out = self.data, self.out
        while self.at < self.end:
            byte = data[self.at]
            if byte == 0x3C:  # <
                self._end_tag() if data[self.at + 1] == 0x2F else self._start_tag()
                continue
            if byte == 0x26:  # &
                character, after = _decode_reference(data, self.at)
                if character:
                    self.at = after
                    self.offset += utf16_length(character)
                    out += character.encode()
                    continue
            if byte & 0xC0 != 0x80:
                self.offset += 2 if byte >= 0xF0 else 1
            out.append(byte)
            self.at += 1
        if self.open:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return bytes(out).decode(), self.entities

    def _skip(self, stop: bytes) -> None:
        while self.data[self.at] not in stop:
            self.at += 1

    def _skip_spaces(self) -> None:
        while self.at < self.end and self.data[self.at] in SPACES:
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        self._skip(SPACES + b">")
        if self.at >= self.end:
            raise _refuse(f"Unclosed start tag at byte offset {begin}")
        tag = self.data[begin + 1 : self.at].decode().lower()
        if tag not in TAGS:
            raise _refuse(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self.data[self.at] != 0x3E:
            self._skip_spaces()
            if self.data[self.at] == 0x3E:
                break
            name, value = self._attribute(tag, begin)
            argument = _argument(tag, name, value, argument)
        if tag == "span" and argument != "spoiler":
            raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.at += 1
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        start = self.at
        self._skip(SPACES + (b"=>" if tag == "blockquote" else b"="))
        name = self.data[start : self.at].decode(errors="replace")
        if not name:
            raise _refuse(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_spaces()
        if self.data[self.at] != 0x3D:
            if tag == "blockquote" and name == "expandable":
                return name, "1"
            where = f'in declaration of an attribute of the tag "{tag}" at byte offset {begin}'
            raise _refuse(f"Expected equal sign {where}")
        self.at += 1
        self._skip_spaces()
        if self.at >= self.end:
            raise _refuse(f'Unclosed start tag "{tag}" at byte offset {begin}')
        value = self._literal() if self.data[self.at] in b"\"'" else self._token()
        if self.at >= self.end:
            raise _refuse(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def _token(self) -> str:
        """A name token: letters, digits, periods, hyphens; case does not matter."""
        start = self.at
        while (byte := self.data[self.at : self.at + 1]).isalnum() or byte in (b".", b"-"):
            self.at += 1
        if self.data[self.at] not in SPACES + b">":
            raise _refuse(f"Unexpected end of name token at byte offset {start}")
        return self.data[start : self.at].decode().lower()

    def _literal(self) -> str:
        quote = self.data[self.at]
        self.at += 1
        value = bytearray()
        while self.at < self.end and self.data[self.at] != quote:
            if self.data[self.at] == 0x26:
                character, after = _decode_reference(self.data, self.at)
                if character:
                    value += character.encode()
                    self.at = after
                    continue
            value.append(self.data[self.at])
            self.at += 1
        if self.data[self.at] == quote:
            self.at += 1
        return value.decode(errors="replace")

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _refuse(f"Unexpected end tag at byte offset {begin}")
        self._skip(SPACES + b">")
        name = self.data[begin + 2 : self.at].decode(errors="replace").lower()
        self._skip_spaces()
        if self.data[self.at] != 0x3E:
            raise _refuse(f"Unclosed end tag at byte offset {begin}")
        opened = self.open[-1]
        if name and name != opened.tag:
            raise _refuse(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"')
        if self.offset > opened.offset:
            self._add_entity(opened)
        self.open.pop()
        self.at += 1

    def _add_entity(self, opened: _Open) -> None:
        entity: Entity = {"type": "", "offset": opened.offset, "length": self.offset - opened.offset}
        if opened.tag in SIMPLE_TAGS:
            entity["type"] = SIMPLE_TAGS[opened.tag]
        elif opened.tag == "a":
            url = opened.argument or bytes(self.out[opened.begin :]).decode(errors="replace")
            checked = _checked_link(url)
            if checked is None:
                return  # Telegram drops a link that it can't use and keeps its text.
            entity.update(type="text_link", url=checked)
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdigit() or int(opened.argument) == 0:
                raise _refuse("Invalid custom emoji identifier specified")
            entity.update(type="custom_emoji", custom_emoji_id=opened.argument)
        elif opened.tag == "blockquote":
            entity["type"] = "expandable_blockquote" if opened.argument else "blockquote"
        else:
            self._add_code(opened, entity)
            return
        self.entities.append(entity)

    def _add_code(self, opened: _Open, entity: Entity) -> None:
        """`<pre><code class="language-x">` is one entity with a language; a bare class on code means nothing."""
        last = self.entities[-1] if self.entities else None
        same = last is not None and (last["offset"], last["length"]) == (entity["offset"], entity["length"])
        if opened.tag == "pre" and last is not None and same and last["type"] == "code" and "_language" in last:
            last.update(type="pre", language=last.pop("_language"))
            return
        entity["type"] = opened.tag
        if opened.tag == "code" and opened.argument:
            entity["_language"] = opened.argument
        self.entities.append(entity)


def _argument(tag: str, name: str, value: str, before: str) -> str:
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id"), ("blockquote", "expandable")):
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value[9:]
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value[3:]
    return before


def _checked_link(url: str) -> str | None:
    try:
        return check_link(url)
    except ValueError:
        return None


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Text without tags, and its entities; raises ApiError 400 with TDLib's text and byte offset."""
    plain, entities = _HtmlParser(text).run()
    for entity in entities:
        entity.pop("_language", None)
    return plain, entities


def automatic_entities(text: str) -> list[Entity]:
    """Commands, mentions, links, e-mail addresses and hashtags as Telegram marks them by itself."""
    found: list[Entity] = []
    for match in _AUTOMATIC.finditer(text):
        offset = utf16_length(text[: match.start()])
        found.append({"type": str(match.lastgroup), "offset": offset, "length": utf16_length(match.group())})
    return found


def clean(text: str) -> str:
    """Control characters become spaces, carriage returns vanish (TDLib `clean_input_string`)."""
    if text.isprintable():
        return text
    return "".join(" " if ch < " " and ch != "\n" else ch for ch in text if ch != "\r")


def format_text(text: str, parse_mode: str, given: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """What people will see of `text`: parsed, cleaned, trimmed, with all its entities.

    The project writes HTML only; Markdown gets Telegram's refusal of an unknown mode, so that a slip shows.
    """
    if len(text.encode()) > 1 << 15:
        raise bad_request("Text is too long")
    mode = parse_mode.lower()
    if mode not in ("", "none", "html"):
        raise bad_request("Unsupported parse_mode")
    plain, entities = parse_html(text) if mode == "html" and text else (text, list(given or ()))
    plain = clean(plain)
    stripped = plain.rstrip().lstrip()
    if len(stripped) != len(plain):
        entities = _shift(entities, utf16_length(plain[: len(plain) - len(plain.lstrip())]), utf16_length(stripped))
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in ("text_link", "code", "pre")]
    for entity in automatic_entities(stripped):
        if not any(start < entity["offset"] + entity["length"] and entity["offset"] < end for start, end in taken):
            entities.append(entity)
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return stripped, entities


def _shift(entities: list[Entity], cut: int, limit: int) -> list[Entity]:
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] - cut + entity["length"], limit)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return kept


def is_empty(text: str) -> bool:
    """Nothing that can be seen: spaces and invisible characters only (TDLib `is_empty_string`)."""
    return not text.strip().strip(INVISIBLE).strip()
