"""Everything in the content that is no record: tags, topics, places, pairs of zones, and the desk's own designs.

Designs are questions, lessons, formulas and lists of our own making, not claims about the world.
"""

from typing import Literal

from pydantic import Field

from knowledge.language import Language
from knowledge.records import Confidence, Country, Frozen, Item
from knowledge.texts import Text, Words


class Tag(Frozen):
    """A sector, an offer or a wish of zones."""

    id: str
    uses: tuple[Literal["sectors", "offers", "seeks"], ...]
    names: Text
    aliases: Words = Field(default_factory=dict)


class Topic(Frozen):
    """What a procedure is about."""

    id: str
    names: Text
    aliases: Words = Field(default_factory=dict)
    fast_moving: bool = False


class PlaceName(Frozen):
    """A city, province or region that people name instead of a record."""

    id: str
    kind: Literal["city", "province", "region"]
    country: Country
    province: str | None = None
    """The place that a city lies in."""
    names: Text
    aliases: dict[Language | Literal["any"], tuple[str, ...]] = Field(default_factory=dict)


class Complement(Frozen):
    """Two zones that go well together; a side is a zone record or, where we have none, words."""

    id: str
    a: str | None = None
    a_name: Text | None = None
    a_country: Country
    b: str | None = None
    b_name: Text | None = None
    b_country: Country
    why: Text
    corridor: Text
    stage: Text | None = None
    caution: Text | None = None
    basis: str | None = None
    sources: tuple[str, ...] = ()
    confidence: Confidence


class OpenQuestion(Frozen):
    """What the editors still have to find out."""

    about: tuple[str, ...] = ()
    question: str


class LeftOut(Frozen):
    """Something of the research that has no place here, and why."""

    what: str
    reason: str


class ExtraCaution(Frozen):
    """A rule for the editors on how to read or show things, by part of the research."""

    part: str
    limits: tuple[str, ...]


class Meta(Frozen):
    """How the content came about and what it cannot say."""

    compiled: str
    about: tuple[str, ...]
    status_rule: str
    conventions: dict[str, str]
    limits: tuple[ExtraCaution, ...]
    left_out: tuple[LeftOut, ...]


class Option(Frozen):
    """One choice of a question."""

    id: str
    label: Text


class Question(Frozen):
    """One question of a form or survey."""

    id: str
    label: Text
    type: str
    required: bool = False
    optional: bool = False
    stage: str | None = None
    visible_to: str | None = None
    validate_as: str | None = None
    area: str | None = None
    rounds: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    """Where the options come from when they are not a list of their own."""
    rows: tuple[Option, ...] = ()
    parts: tuple[Option, ...] = ()
    targets: tuple[Option, ...] = ()
    scale: Text | None = None
    unit: str | None = None
    units: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None
    note: str | None = None


class AgendaSlot(Frozen):
    """One line of a typical day."""

    slot: str
    item: Text
    kind: str


class Agenda(Frozen):
    """What a forum day looks like."""

    typical_day: tuple[AgendaSlot, ...]
    second_day: tuple[Text, ...]
    session_fields: tuple[str, ...]
    matching_session: str
    patterns_seen: str


class Tickets(Frozen):
    """Practice of tickets and badges."""

    practice: tuple[str, ...]
    ticket_fields: tuple[str, ...]
    rules: tuple[str, ...]


class CheckIn(Frozen):
    """How the entrance works."""

    flow: tuple[str, ...]
    targets: tuple[str, ...]
    statistics: tuple[str, ...]


class Feedback(Frozen):
    """The feedback form of an event."""

    when: str
    questions: tuple[Question, ...]
    note: str


class Registration(Frozen):
    """Design of event registration: form, states, agenda, tickets, check-in, feedback."""

    about: str
    confidence: Confidence
    principles: tuple[str, ...]
    fields: tuple[Question, ...]
    states: tuple[str, ...]
    agenda: Agenda
    tickets: Tickets
    check_in: CheckIn
    feedback: Feedback
    sources: tuple[str, ...]


class Guide(Frozen):
    """A public survey that guided the instrument."""

    name: str
    use: str
    sources: tuple[str, ...]


class Constraint(Frozen):
    """One thing that holds a business back."""

    id: str
    label: Text
    wbes: bool = False
    wbes_label: str | None = None


class ConstraintGroup(Frozen):
    """A family of constraints."""

    id: str
    label: Text
    items: tuple[Constraint, ...]


class Indicator(Frozen):
    """A figure of the report and how it is worked out."""

    id: str
    name: Text
    how: str
    unit: str | None = None
    compare: str | None = None


class Monitoring(Frozen):
    """Design of the forum's monitoring and evaluation."""

    about: str
    confidence: Confidence
    guides: tuple[Guide, ...]
    benchmarks: tuple[Item, ...]
    constraints_note: str
    constraints: tuple[ConstraintGroup, ...]
    rounds: tuple[Text, ...]
    length: str
    questions: tuple[Question, ...]
    indicators: tuple[Indicator, ...]
    data_rules: tuple[str, ...]
    report_outline: tuple[Text, ...]
    sources: tuple[str, ...]


class Score(Frozen):
    """A score of the baseline survey."""

    id: str
    name: Text
    how: str


class Baseline(Frozen):
    """Design of the rural e-commerce baseline survey."""

    about: str
    confidence: Confidence
    target: Text
    consent: Text
    questions: tuple[Question, ...]
    scores: tuple[Score, ...]
    repeat: str
    sources: tuple[str, ...]


class CourseModule(Frozen):
    """A module of the course, with its lessons in order."""

    id: str
    title: Text
    lessons: tuple[str, ...]


class PlanField(Frozen):
    """A field of the action plan."""

    id: str
    label: Text
    type: str
    of: tuple[str, ...] = ()
    example: Text | None = None


class PlanStep(Frozen):
    """An example step of an action plan."""

    step: Text
    owner: Text
    deadline: Text
    measure: Text


class ActionPlan(Frozen):
    """The action plan that ends the course."""

    fields: tuple[PlanField, ...]
    states: tuple[str, ...]
    example_steps: tuple[PlanStep, ...]
    synthesis: Text


class Course(Frozen):
    """Design of the e-commerce micro-course; the lessons are records."""

    title: Text
    confidence: Confidence
    method: Text
    pass_rule: Text
    modules: tuple[CourseModule, ...]
    action_plan: ActionPlan
    sources: tuple[str, ...]


class Category(Frozen):
    """What a firm offers or seeks, with the trade codes behind it."""

    id: str
    names: Text
    hs: tuple[str, ...]
    isic: str | None = None


class CooperationType(Frozen):
    """A kind of cooperation and the kind that answers it."""

    id: str
    names: Text
    mirror: str


class Criterion(Frozen):
    """One part of the matching score."""

    id: str
    name: Text
    how: str
    weight: int | None = None


class Matching(Frozen):
    """Design of business matching."""

    about: str
    name_confidence: dict[Language, Literal["sure", "check"]]
    categories: tuple[Category, ...]
    cooperation_types: tuple[CooperationType, ...]
    criteria_about: str
    criteria: tuple[Criterion, ...]
    flow: tuple[str, ...]
    limits: tuple[str, ...]
    fairness: tuple[str, ...]
    sources: tuple[str, ...]
