"""An event's registration form, made from the list of fields that is kept with the event.

The standard fields have their words here; an organiser's own ones bring theirs. What a form was opened with travels
in the dialog (`data`), so it goes on as it was when the event is edited in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from bot.conversation import Json, Turn
from bot.forms import Answers, Field, Form, Option
from bot.services.events.model import Event, OwnField
from handlers.menu import COUNTRIES, country_label
from handlers.start import SECTORS
from knowledge.language import Language
from knowledge.phrases import N_, Phrases
from knowledge.texts import Text

NEEDS = {
    "matching": N_("Business matching"),
    "interpretation": N_("Interpretation"),
    "visa_letter": N_("Invitation letter for a visa"),
    "vegetarian": N_("Vegetarian food"),
    "halal": N_("Halal food"),
    "access": N_("Help with access (e.g. wheelchair)"),
}
ORGANISATIONS = {
    "small": N_("Small or medium business"),
    "large": N_("Large business"),
    "household": N_("Household business"),
    "cooperative": N_("Cooperative or farmer group"),
    "association": N_("Chamber or association"),
    "government": N_("Government"),
    "other": N_("Another"),
}
PARTICIPATION = {"on_site": N_("On site"), "online": N_("Online"), "undecided": N_("I don't know yet")}
YES_NO = {"yes": N_("Yes"), "no": N_("No")}


def options_of(table: Mapping[str, str]) -> Callable[[Phrases], Sequence[Option]]:
    return lambda t: [Option(value, t(label)) for value, label in table.items()]


def countries(t: Phrases) -> Sequence[Option]:
    return [*(Option(code, country_label(t, code)) for code in COUNTRIES), Option("other", t.p("country", "Another"))]


def languages(t: Phrases) -> Sequence[Option]:
    return [Option(language.value, language.endonym) for language in Language]


# each with its short name for the review
# fmt: off
STANDARD: dict[str, tuple[Field, str]] = {
    "full_name": (
        Field("full_name", N_("What is your full name, as it should stand on the badge?"), kind="name"),
        N_("Name"),
    ),
    "name_local": (Field("name_local", N_("Your name in your own script?"), kind="name"), N_("Name in own script")),
    "organisation": (
        Field("organisation", N_("What is your business or organisation called?"), kind="words"),
        N_("Business"),
    ),
    "position": (Field("position", N_("What is your position there?"), kind="words"), N_("Position")),
    "org_type": (Field("org_type", N_("What kind of organisation is it?"), options_of(ORGANISATIONS)), N_("Kind")),
    "country": (Field("country", N_("In which country is the business?"), countries), N_("Country")),
    "province": (Field("province", N_("In which province or city?"), kind="words"), N_("Province")),
    "sector": (Field("sector", N_("What is the business about?"), options_of(SECTORS)), N_("Sector")),
    "contact": (
        Field("contact", N_("A phone number or e-mail for the organiser? Only they see it."), kind="contact"),
        N_("Contact"),
    ),
    "phone": (Field("phone", N_("A phone number for the organiser?"), kind="phone"), N_("Phone")),
    "email": (Field("email", N_("An e-mail address for the organiser?"), kind="email"), N_("E-mail")),
    "language": (Field("language", N_("In which language shall the organiser write?"), languages), N_("Language")),
    "participation": (
        Field("participation", N_("How will you take part?"), options_of(PARTICIPATION)),
        N_("Taking part"),
    ),
    "needs": (
        Field("needs", N_("What would you like? Tap all that apply, then Done."), options_of(NEEDS), multi=True),
        N_("Wishes"),
    ),
    "access_needs": (
        Field("access_needs", N_("Is there anything we should prepare for you?"), kind="words"),
        N_("To prepare"),
    ),
    "arrival": (Field("arrival", N_("On which day do you arrive?"), kind="date"), N_("Arrival")),
    "delegates": (Field("delegates", N_("How many people are in your group?"), kind="number"), N_("People")),
    "consent_list": (
        Field("consent_list", N_("May your name and business stand in the list of participants?"), options_of(YES_NO)),
        N_("In the list"),
    ),
    "consent_photo": (
        Field("consent_photo", N_("May photos with you be used to report on the event?"), options_of(YES_NO)),
        N_("Photos"),
    ),
}
# fmt: on


def form_data(event: Event, t: Phrases, **more: Any) -> Json:
    """What the form is made from, kept in the dialog."""
    return {
        "event": event.id,
        "fields": [field.model_dump(mode="json") for field in event.details.fields],
        "kinds": [[name, label.model_dump(mode="json")] for name, label in event.details.ticket_kinds],
        "until": event.let_go_after.date().isoformat(),
        "organiser": event.details.contact,
        **more,
    }


def fields_of(data: Json) -> tuple[Field, ...]:
    fields = [_field(OwnField.model_validate(spec)) for spec in data["fields"]]
    if data.get("kinds"):
        kinds = [(name, Text.model_validate(label)) for name, label in data["kinds"]]
        fields.insert(0, Field("ticket_kind", N_("Which kind of ticket?"), _own_options(kinds)))
    return tuple(fields)


def _field(spec: OwnField) -> Field:
    if spec.id in STANDARD and spec.label is None:
        standard = STANDARD[spec.id][0]
        return Field(
            standard.id, standard.prompt, standard.options, optional=spec.optional, width=standard.width,
            kind=standard.kind, multi=standard.multi,
        )  # fmt: skip
    label = spec.label or Text(en=spec.id)
    options = _own_options(spec.options) if spec.options else None
    if spec.kind == "consent":
        options = options_of(YES_NO)
    kind = {"text": "words", "choice": "text", "multi": "text", "consent": "text"}.get(spec.kind, spec.kind)
    return Field(
        spec.id, "", options, optional=spec.optional, kind=kind, multi=spec.kind == "multi",
        spoken=lambda t: label.best(t.language)[0],
    )  # fmt: skip


def _own_options(options: Sequence[tuple[str, Text]]) -> Callable[[Phrases], Sequence[Option]]:
    return lambda t: [Option(value, label.best(t.language)[0]) for value, label in options]


def make_form(name: str, data: Json, done: Callable[[Turn, Json, Answers], Any], *, change: bool = False) -> Form:
    async def finish(turn: Turn, answers: Answers) -> None:
        await done(turn, data, answers)

    def notice(t: Phrases) -> Markup:
        until = t.date(date.fromisoformat(data["until"]))
        if data.get("anyway"):
            return t("Somebody with this name or address is registered already. Press the first button again to go on.")
        return t(
            "By registering you agree that the organiser keeps these answers to prepare this event and to let you in. "
            "They are deleted after {date}; /forget deletes them at any time.",
            date=until,
        )

    def accept(t: Phrases) -> Markup:
        return t.p("button", "Save ✓") if change else t.p("button", "I agree: register ✓")

    return Form(
        name=name,
        fields=fields_of(data),
        done=finish,
        review=True,
        labels={"ticket_kind": N_("Ticket"), **{key: label for key, (_, label) in STANDARD.items()}},
        notice=None if change else notice,
        accept=accept,
        cancelled=N_("All right, nothing was changed. You can start again at any time."),
    )
