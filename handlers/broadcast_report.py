"""What became of an announcement: as text, as a picture and as CSV. Numbers only, no people."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Attachment
from handlers.charts import bars
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

Rows = Sequence[tuple[str, str, str, int]]  # language, country, what, how many
WHAT = {
    "sent": N_("delivered"),
    "unreachable": N_("unreachable"),
    "failed": N_("failed"),
    "unknown": N_("unknown"),
    "stopped": N_("stopped before"),
    "cancelled": N_("not sent"),
    "waiting": N_("remaining"),
    "visit": N_("at their next visit"),
    "clicked": N_("clicked"),
    "opened": N_("links opened"),
    "registered": N_("registered because of it"),
    "stopped_after": N_("stopped because of it"),
}


def _language(code: str) -> str:
    return Language(code).endonym if code in set(Language) else code


def table(t: Phrases, number: int, found: Rows) -> Markup:
    lines = [t("<b>Announcement {number}</b>: report", number=number)]
    totals: Counter[str] = Counter()
    for _, _, what, n in found:
        totals[what] += n
    lines += [t("{what}: {count}", what=t(WHAT[what]), count=t.number(totals[what])) for what in WHAT if totals[what]]
    for title, column in ((t("By language:"), 0), (t("By country:"), 1)):
        groups: dict[str, Counter[str]] = {}
        for row in found:
            groups.setdefault(str(row[column]), Counter())[row[2]] += row[3]
        lines.append(Markup("\n{}").format(title))
        for name, counter in sorted(groups.items()):
            parts = [
                t("{what} {count}", what=t(WHAT[what]), count=t.number(counter[what])) for what in WHAT if counter[what]
            ]
            shown = _language(name) if column == 0 else t.country(name)
            lines.append(Markup("{}: {}").format(shown, Markup(", ").join(parts)))
    return Markup("\n").join(lines)


def picture(t: Phrases, number: int, found: Rows) -> Attachment:
    """Delivered by language; labels are codes, because no font has all seven scripts."""
    delivered: Counter[str] = Counter()
    for language, _, what, n in found:
        if what == "sent":
            delivered[language] += n
    return Attachment(f"announcement-{number}.png", "image/png", bars(f"Announcement {number}: delivered", delivered))


def csv_file(number: int, found: Rows) -> Attachment:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["language", "country", "what", "count"])
    writer.writerows(sorted(found))
    return Attachment(f"announcement-{number}.csv", "text/csv", text.getvalue().encode("utf-8-sig"))
