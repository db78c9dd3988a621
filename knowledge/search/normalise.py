"""From what a person typed to the forms that the index is asked with."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from knowledge.language import Language
from knowledge.search.scripts import ZERO_WIDTH, canonical, joined, stripped

LONGEST = 600
"""Characters of a question that are read; people who paste a whole page ask in its first lines."""
_SCRIPTS = {
    Language.TH: re.compile("[\u0e01-\u0e5b]"),
    Language.LO: re.compile("[\u0e81-\u0edf]"),
    Language.KM: re.compile("[\u1780-\u17dd]"),
    Language.MY: re.compile("[\u1000-\u103f\u1050-\u109f]"),
    Language.ZH: re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
}
_LATIN = re.compile(r"[^\W\d_]", re.ASCII)
_VIETNAMESE_LETTER = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹàáãèéìíĩòóõùúũý]")
_VIETNAMESE = """
ko k khong dc duoc bn bao nhieu la gi o dau nao cua cho co thi va voi nhu the khi may ngay nam thang thue
khau hang giay to phi xin minh em anh chi ad ae qua sang ben bi roi chua con den tu vay ha hoi can lam phai
muon nhung cac khu dat nuoc viet trung lao gio mo lieu tuc cong ty cty nhap xuat giup voi dang ky tren duoi
nguoi ai sao ntn thoi trong ve vao ra neu thu tuc xe tai duong bien hay biet hien nay gia thuê mat loai
"""
_VIETNAMESE_WORDS = frozenset(_VIETNAMESE.split())
_ENGLISH = """
the is are what how where when who which do does did can could i my me we our you your a an of for to in on
at from and or if with without any need needed want get much many long about there this that it be pls please
still near by not no have has will would should must between into out up under than more cost open close tell
give show list best between good use work works make apply papers paper docs tax border zone hello hi thanks
"""
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ABBREVIATIONS = {
    **dict.fromkeys(("ko", "k", "hok", "khg", "kg", "hong", "hông", "khum"), "không"),
    **dict.fromkeys(("dc", "đc", "dk", "đk", "đx"), "được"),
    **dict.fromkeys(("bn", "bnhieu", "bnh"), "bao nhiêu"),
    **dict.fromkeys(("cty", "cti", "ct"), "công ty"),
    **dict.fromkeys(("kkt",), "khu kinh tế"),
    **dict.fromkeys(("kcn",), "khu công nghiệp"),
    **dict.fromkeys(("ck",), "cửa khẩu"),
    **dict.fromkeys(("kktck",), "khu kinh tế cửa khẩu"),
    **dict.fromkeys(("xk",), "xuất khẩu"),
    **dict.fromkeys(("nk", "nkhau"), "nhập khẩu"),
    **dict.fromkeys(("xnk",), "xuất nhập khẩu"),
    **dict.fromkeys(("tq", "tquoc"), "trung quốc"),
    **dict.fromkeys(("vn", "vnam"), "việt nam"),
    **dict.fromkeys(("cpc", "campu", "cam"), "campuchia"),
    **dict.fromkeys(("tndn",), "thu nhập doanh nghiệp"),
    **dict.fromkeys(("gtgt",), "giá trị gia tăng"),
    **dict.fromkeys(("dnnvv", "dnvvn"), "doanh nghiệp nhỏ và vừa"),
    **dict.fromkeys(("dn",), "doanh nghiệp"),
    **dict.fromkeys(("cnxx",), "chứng nhận xuất xứ"),
    **dict.fromkeys(("kdtv",), "kiểm dịch thực vật"),
    **dict.fromkeys(("hq",), "hải quan"),
    **dict.fromkeys(("gp",), "giấy phép"),
    **dict.fromkeys(("tmdt", "tmđt"), "thương mại điện tử"),
    **dict.fromkeys(("ntn", "nthe"), "như thế nào"),
    **dict.fromkeys(("nhg", "nhug"), "những"),
    **dict.fromkeys(("nnn",), "nước ngoài"),
    **dict.fromkeys(("ng", "ngta"), "người"),
    **dict.fromkeys(("j", "ji"), "gì"),
    **dict.fromkeys(("r", "ròi", "roài"), "rồi"),
    **dict.fromkeys(("vs", "zới", "w"), "với"),
    **dict.fromkeys(("fai", "fải"), "phải"),
    **dict.fromkeys(("z", "zậy", "v"), "vậy"),
    **dict.fromkeys(("dkkd", "đkkd"), "đăng ký kinh doanh"),
}
_CHAT_ENGLISH = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "wat": "what", "wht": "what",
    "thru": "through",
    "docs": "documents", "doc": "documents", "info": "information", "cert": "certificate", "certs": "certificates",
    "reg": "registration", "govt": "government", "gov": "government", "hrs": "hours", "hr": "hours", "yrs": "years",
    "yr": "year", "min": "minimum", "max": "maximum", "w/": "with", "w": "with", "b4": "before", "n": "and",
    "4": "for",
    "custom": "customs", "custums": "customs", "coo": "certificate of origin", "phyto": "phytosanitary",
    "bw": "between",
    "vietnam": "viet nam", "lao": "laos", "burma": "myanmar", "dox": "documents", "whats": "what is",
    "wheres": "where is",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One reading of a question in the forms that matching needs."""

    text: str
    """NFC, as the embedder reads it."""
    plain: str
    """Canonical: one case, marks in order, chat abbreviations written out."""
    joined: str
    """Plain, without blanks inside unsegmented scripts."""
    stripped: str
    """Joined, without Latin marks."""
    language: Language
    markless: bool
    """Vietnamese typed without a single diacritic."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not any(character.isalnum() for character in self.plain)


def detect(text: str, chosen: Language | None = None) -> tuple[Language, bool]:
    """The language of a text and whether that is beyond doubt; `chosen` decides where the text leaves it open."""
    plain = unicodedata.normalize("NFC", text).casefold()
    counts = {language: len(pattern.findall(plain)) for language, pattern in _SCRIPTS.items()}
    counts[Language.ZH] *= 3  # one character is a syllable or a word
    best = max(counts, key=counts.__getitem__)
    latin = len(_LATIN.findall(plain)) + len(_VIETNAMESE_LETTER.findall(plain))
    if counts[best] and counts[best] * 2 >= latin:
        return best, counts[best] >= 6
    words = _WORD.findall(plain)
    marked = sum(1 for word in words if _VIETNAMESE_LETTER.search(word))
    vietnamese = 2 * marked + sum(1 for word in words if word in _VIETNAMESE_WORDS)
    english = sum(1 for word in words if word in _ENGLISH_WORDS)
    if not vietnamese and not english:
        if counts[best] >= 4:
            return best, False
        return chosen or Language.EN, False
    if vietnamese == english and chosen in (Language.VI, Language.EN):
        return chosen, False
    found = Language.VI if vietnamese > english else Language.EN
    clear = abs(vietnamese - english) >= 2 and max(vietnamese, english) >= 2
    if not clear and chosen in (Language.VI, Language.EN):
        return chosen, False
    return found, clear


def readings(text: str, chosen: Language | None = None) -> Iterator[Question]:
    """The readings of a question, the likelier one first; more than one only where Zawgyi is undecided."""
    text = _clean(text)
    for reading in _burmese_readings(text):
        yield _read(reading, chosen)


def _clean(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    text = unicodedata.normalize("NFC", text)[:LONGEST]
    return " ".join(text.translate(ZERO_WIDTH).split())


def _read(text: str, chosen: Language | None) -> Question:
    language, _ = detect(text, chosen)
    plain = canonical(text)
    markless = language is Language.VI and not _VIETNAMESE_LETTER.search(plain)
    plain = written_out(plain, language)
    one = joined(plain)
    return Question(text, plain, one, stripped(one), language, markless)


def written_out(plain: str, language: Language) -> str:
    """Chat abbreviations as words."""
    table = _ABBREVIATIONS if language is Language.VI else _CHAT_ENGLISH if language is Language.EN else None
    if table is None:
        return plain
    return " ".join(
        table.get(word.strip("?!.,;:()"), word)
        for word in plain.replace("c/o", "certificate of origin" if language is Language.EN else "co").split()
    )


def _burmese_readings(text: str) -> list[str]:
    burmese = len(_SCRIPTS[Language.MY].findall(text))
    if not burmese:
        return [text]
    probability = _zawgyi_probability(text)
    if probability > (0.5 if burmese >= 15 else 0.95):
        return [_from_zawgyi(text)]
    if burmese < 15 and probability > 0.05:
        return [text, _from_zawgyi(text)] if probability <= 0.5 else [_from_zawgyi(text), text]
    return [text]


@cache
def _detector() -> Any:
    try:
        from myanmartools import ZawgyiDetector
    except ImportError:
        return None
    return ZawgyiDetector()


@cache
def _converter() -> Any:
    try:
        import icu
    except ImportError:
        return None
    return icu.Transliterator.createInstance("Zawgyi-my")


def _zawgyi_probability(text: str) -> float:
    detector = _detector()
    return float(detector.get_zawgyi_probability(text)) if detector is not None and _converter() is not None else 0.0


def _from_zawgyi(text: str) -> str:
    return unicodedata.normalize("NFC", str(_converter().transliterate(text)))
