"""What the desk says when it has no fact to give: asking back, declining, and small talk."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from knowledge.answers.answer import Choice
from knowledge.answers.view import View
from knowledge.records import Record
from knowledge.search import Finding

COVERED = ("KH", "CN", "LA", "MM", "TH", "VN")


def asking_back(view: View, finding: Finding) -> Markup:
    """The question that goes with the choices."""
    t = view.t
    match finding.missing:
        case "country":
            return t("Which country do you mean?")
        case "goods":
            return t("Which goods do you mean?")
        case "place":
            return t("Which place do you mean?")
    if finding.across_languages:
        return t("I found this only through another language. Is one of these what you mean?")
    return t("I am not sure what you mean. Is it one of these?")


def declining(view: View, finding: Finding, near: Sequence[Choice]) -> Markup:
    """An honest no: what is known close by, and who would know."""
    t = view.t
    parts = [t("I am sorry, I have no sure answer to this.")]
    if near:
        rows = [Markup("• {}").format(choice.label) for choice in near]
        parts.append(Markup("\n").join([t("What I do know close by:"), *rows]))
    else:
        countries = t.list([view.country(code) for code in COVERED])
        parts.append(
            t(
                "I know economic zones, border crossings, border papers, trade fairs and help for small firms in"
                " {countries}.",
                countries=countries,
            )
        )
    office = _who_would_know(view, finding, near)
    if office is not None:
        parts.append(t("Who may know: {office}", office=office))
    parts.append(t("A person at our desk can look at your question too."))
    return Markup("\n\n").join(parts)


def _who_would_know(view: View, finding: Finding, near: Sequence[Choice]) -> Markup | None:
    """The office behind what is closest, else that of the country that the question is about."""
    closest: Record | None = view.content.records.get(near[0].record) if near else None
    offices = view.offices(closest) if closest is not None else []
    if not offices and finding.country in COVERED:
        offices = [office for office in (view.general_office(finding.country),) if office is not None]
    reachable = [office.markup for office in offices if office.url or office.phone]
    return view.t.list(reachable) if reachable else None


def small_talk(view: View, kind: str | None) -> Markup:
    """A short human word."""
    t = view.t
    match kind:
        case "greeting":
            return t(
                "Hello! Ask me about economic zones, border papers, crossings or trade fairs in the Mekong region."
            )
        case "thanks":
            return t("You are welcome. Ask again whenever you like.")
        case "goodbye":
            return t("Goodbye, and good business!")
        case "who_are_you":
            return t(
                "I am Mekong Desk, a program, not a person. I answer small traders from pages and laws that our editors"
                " have read, and I name the source each time."
            )
        case "what_can_you_do":
            return t(
                "I can tell you about tax and land in economic zones, papers and steps at the border, the last known"
                " state of crossings, trade fairs, and help for small firms. Write your question in your own words,"
                " or use the menu."
            )
    return t(
        "I am only good at trade questions: economic zones, border papers, crossings, fairs and help for small firms."
    )
