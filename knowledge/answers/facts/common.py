"""What the renderers of all kinds share."""

from collections.abc import Iterable

from markupsafe import Markup

from knowledge.answers.body import Body, Line
from knowledge.answers.markup import first_sentence, link
from knowledge.answers.view import View
from knowledge.records import Agency, Contact, FacetName, Law, Record
from knowledge.texts import Text

F = FacetName
SENTENCE = 160
"""Characters of a facet in an overview."""
MAP = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=13/{lat}/{lon}"


def written(view: View, body: Body, record: Record, facet: FacetName, numbered: bool = False) -> bool:
    """Adds a facet's text and items; False when it has none."""
    found = record.facets.get(facet)
    if found is None or not (found.text or found.items):
        return False
    body.add(view.paragraph(found.text, found), *view.bullets(found.items, numbered))
    dates = [found.as_of, *(item.as_of for item in found.items)]
    body.as_of.extend(one for one in dates if one and view.day(one))
    body.partly_memory |= found.memory_part is not None
    body.doubtful |= found.doubt is not None
    return True


def labelled(view: View, record: Record, facet: FacetName) -> Line | None:
    """A facet in one line of an overview: its name and its first words."""
    found, said = record.facets.get(facet), view.first_line(record, facet)
    if found is None or said is None:
        return None
    words = first_sentence(said.markup, SENTENCE)
    return view.line(Markup("• {}: {}").format(view.facet(facet), words), (said,), found)


def nothing(view: View, body: Body) -> None:
    """Says that the desk has nothing on it, and who would know."""
    t, office = view.t, view.office(body.record)
    body.known = False
    if office is None:
        body.add(Line(t("I have nothing on this yet.")))
    else:
        body.add(Line(t("I have nothing on this yet. {office} should know.", office=office.markup)))


def agency_lines(view: View, agency: Agency, record: Record) -> list[Line]:
    """An office with its local name, site and telephone number."""
    t, name = view.t, view.agency(agency, record.country)
    lines = [view.line(link(agency.url, name), (), record)]
    if agency.local_name and agency.local_name != str(name):
        lines.append(view.line(t("Local name: {name}", name=agency.local_name), (), record))
    if agency.phone:
        lines.append(view.line(t("Telephone: {number}", number=agency.phone), (), record))
    if agency.url:
        lines.append(view.line(t("Website: {address}", address=link(agency.url, agency.url)), (), record))
    return lines


def contact_lines(view: View, contact: Contact | None, url: str | None, record: Record) -> list[Line]:
    """Ways to reach someone, as a source printed them."""
    t = view.t
    lines = [view.line(t("Website: {address}", address=link(url, url)), (), record)] if url else []
    if contact is None:
        return lines
    sources = contact.sources or record.sources
    fields: list[tuple[Markup, Text | None]] = []
    if contact.text:
        fields.append((view.say(contact.text).markup, contact.text))
    if contact.phone:
        fields.append((t("Telephone: {number}", number=contact.phone), None))
    if contact.email:
        fields.append((t("E-mail: {address}", address=contact.email), None))
    if contact.address:
        fields.append((t("Address: {address}", address=view.proper(contact.address)), None))
    return lines + [
        view.line(markup, [view.say(text)] if text else [], record, sources=sources) for markup, text in fields
    ]


def law_line(view: View, law: Law) -> Markup:
    """A law by its title, number and year, with a link where there is one."""
    t, title = view.t, link(law.url, view.proper(law.title).markup)
    if law.number and law.year:
        return t("{title}, {number} ({year})", title=title, number=law.number, year=law.year)
    if law.number:
        return t("{title}, {number}", title=title, number=law.number)
    if law.year:
        return t("{title} ({year})", title=title, year=law.year)
    return title


def map_line(view: View, lat: float | None, lon: float | None, record: Record, memory: bool = False) -> Line | None:
    """A link to a rough point on a map."""
    if lat is None or lon is None:
        return None
    address = MAP.format(lat=lat, lon=lon)
    return Line(view.t("On the map, roughly: {link}", link=link(address, f"{lat}, {lon}")), record.sources, memory)


def tags(view: View, ids: Iterable[str]) -> tuple[Markup, bool]:
    """Names of tags as a list, and whether some were only there in English."""
    said = [view.content.tags[id_].names.best(view.language) for id_ in ids if id_ in view.content.tags]
    english = any(language is not view.language for _, language in said)
    return view.t.list([words for words, _ in said]), english
