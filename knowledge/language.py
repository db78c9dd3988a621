"""The seven languages of the desk: codes, endonyms, scripts, and how codes from outside are read."""

import unicodedata
from enum import StrEnum


class Language(StrEnum):
    """A language of the desk; the value is the catalogue code used in content and locales."""

    EN = "en"
    ZH = "zh_Hans"
    TH = "th"
    LO = "lo"
    KM = "km"
    MY = "my"
    VI = "vi"

    @property
    def short(self) -> str:
        """The two-letter code of the JSONL interfaces ("zh" for Chinese)."""
        return self.value[:2]

    @property
    def endonym(self) -> str:
        """The language's name in itself."""
        return _ENDONYMS[self]

    @property
    def script(self) -> str:
        """ISO 15924 code of the script it is written in."""
        return _SCRIPTS[self]


TRANSLATED = tuple(language for language in Language if language is not Language.EN)
"""The languages that texts are translated into."""
_ENDONYMS = {
    Language.EN: "English",
    Language.ZH: "简体中文",
    Language.TH: "ไทย",
    Language.LO: "ລາວ",
    Language.KM: "ខ្មែរ",
    Language.MY: "မြန်မာ",
    Language.VI: "Tiếng Việt",
}
_SCRIPTS = {
    Language.EN: "Latn",
    Language.ZH: "Hans",
    Language.TH: "Thai",
    Language.LO: "Laoo",
    Language.KM: "Khmr",
    Language.MY: "Mymr",
    Language.VI: "Latn",
}
# What people type who want it spoken. A bare "ลาว" or "Thai" is not among them: it is a country asked for.
_WISHES = {
    Language.EN: ("english", "english please", "speak english", "in english", "english language"),
    Language.ZH: (
        "中文",
        "汉语",
        "华语",
        "华文",
        "普通话",
        "简体中文",
        "说中文",
        "讲中文",
        "用中文",
        "请说中文",
        "请讲中文",
    ),
    Language.TH: ("ภาษาไทย", "พูดไทย", "พูดภาษาไทย", "ขอภาษาไทย", "thai language", "speak thai"),
    Language.LO: ("ພາສາລາວ", "ເວົ້າລາວ", "ເວົ້າພາສາລາວ", "ຂໍພາສາລາວ", "lao language", "speak lao"),
    Language.KM: ("ភាសាខ្មែរ", "និយាយខ្មែរ", "និយាយភាសាខ្មែរ", "khmer language", "speak khmer"),
    Language.MY: ("မြန်မာစာ", "မြန်မာဘာသာ", "မြန်မာလို", "မြန်မာစကား", "ဗမာလို", "burmese", "myanmar language"),
    Language.VI: ("tiếng việt", "tieng viet", "nói tiếng việt", "noi tieng viet", "vietnamese language"),
}
# Three-letter codes (ISO 639-2/3) and the Myanmar code that phones report for Burmese in the old encoding.
_OTHER_CODES = {
    "eng": Language.EN,
    "zho": Language.ZH,
    "chi": Language.ZH,
    "cmn": Language.ZH,
    "tha": Language.TH,
    "lao": Language.LO,
    "khm": Language.KM,
    "mya": Language.MY,
    "bur": Language.MY,
    "vie": Language.VI,
}


def parse_language(code: str | None) -> Language | None:
    """Reads any common spelling of a language code ("zh-CN", "vi_VN", "en-US"); None when it is not one of ours."""
    if not code:
        return None
    primary = code.strip().replace("_", "-").lower().split("-")[0]
    if primary in _OTHER_CODES:
        return _OTHER_CODES[primary]
    for language in Language:
        if language.short == primary:
            return language
    return None


def wished_for(text: str) -> Language | None:
    """The language that a message of nothing else asks to be spoken ("中文", "English please")."""
    plain = unicodedata.normalize("NFC", " ".join(text.casefold().split())).strip(" .!?。！？")
    return next((language for language, wishes in _WISHES.items() if plain in wishes), None)
