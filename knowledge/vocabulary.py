"""The vocabulary that content, search, evaluation and buttons share: kinds, facets, countries, review periods."""

from enum import StrEnum
from typing import Literal

Country = Literal["KH", "CN", "LA", "MM", "TH", "VN", "regional"]


class Kind(StrEnum):
    """What a record is about."""

    REGIME = "regime"
    ZONE = "zone"
    CROSSING = "crossing"
    PROCEDURE = "procedure"
    ROUTE = "route"
    PROGRAMME = "programme"
    EVENT = "event"
    NOTE = "note"
    LESSON = "lesson"
    TERM = "term"
    COUNTRY = "country"


class FacetName(StrEnum):
    """The one vocabulary of what can be asked of a record: content, search, evaluation and buttons share it."""

    OVERVIEW = "overview"
    PROFIT_TAX = "profit_tax"
    MINIMUM_TAX = "minimum_tax"
    IMPORT_DUTY = "import_duty"
    EXPORT_DUTY = "export_duty"
    VAT = "vat"
    LAND_LEASE = "land_lease"
    FOREIGN_OWNERSHIP = "foreign_ownership"
    LABOUR_VISAS = "labour_visas"
    MINIMUM_INVESTMENT = "minimum_investment"
    ONE_STOP_SERVICE = "one_stop_service"
    HOW_TO_APPLY = "how_to_apply"
    PROCESSING_TIME = "processing_time"
    REPATRIATION = "repatriation"
    SECTORS_PROMOTED = "sectors_promoted"
    EXCLUSIONS = "exclusions"
    AFTER_INCENTIVES = "after_incentives"
    SME_MEASURES = "sme_measures"
    INCENTIVES_EXTRA = "incentives_extra"
    CONTACT = "contact"
    LOCATION = "location"
    OPERATOR = "operator"
    TENANTS = "tenants"
    RENTS = "rents"
    STATUS = "status"
    LIST = "list"
    COMPARE = "compare"
    DOCUMENTS = "documents"
    STEPS = "steps"
    FEE = "fee"
    TIME = "time"
    VALIDITY = "validity"
    WHO = "who"
    AGENCY = "agency"
    LEGAL_BASIS = "legal_basis"
    ONLINE = "online"
    CAUTIONS = "cautions"
    HOURS = "hours"
    GOODS = "goods"
    CROSSINGS = "crossings"
    WHO_CAN_USE = "who_can_use"
    DATES = "dates"
    HOW_TO_JOIN = "how_to_join"
    DEFINITION = "definition"


REVIEW_DAYS: dict[Kind, int] = {
    Kind.CROSSING: 28,
    Kind.EVENT: 90,
    Kind.NOTE: 90,
    Kind.PROGRAMME: 180,
    Kind.ROUTE: 180,
    Kind.ZONE: 365,
    Kind.REGIME: 365,
    Kind.PROCEDURE: 365,
    Kind.COUNTRY: 365,
    Kind.TERM: 730,
    Kind.LESSON: 730,
}
FAST_REVIEW_DAYS = 28
FACET_REVIEW_DAYS: dict[FacetName, int] = {
    FacetName.FEE: 56,
    FacetName.HOURS: 28,
    FacetName.RENTS: 180,
    FacetName.LEGAL_BASIS: 730,
}


_F = FacetName
INCENTIVES = frozenset(
    {
        *(_F.PROFIT_TAX, _F.MINIMUM_TAX, _F.IMPORT_DUTY, _F.EXPORT_DUTY, _F.VAT, _F.LAND_LEASE, _F.FOREIGN_OWNERSHIP),
        *(_F.LABOUR_VISAS, _F.MINIMUM_INVESTMENT, _F.ONE_STOP_SERVICE, _F.HOW_TO_APPLY, _F.PROCESSING_TIME),
        *(_F.REPATRIATION, _F.SECTORS_PROMOTED, _F.EXCLUSIONS, _F.AFTER_INCENTIVES, _F.SME_MEASURES),
    }
)
"""Matters of law: a zone's question about one of these is answered from its regime."""
