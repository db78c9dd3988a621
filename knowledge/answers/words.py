"""What the desk's own vocabulary is called: facets, kinds and states, in the reader's language."""

from functools import cache

from knowledge.language import Language
from knowledge.phrases import N_, Phrases
from knowledge.search.phrasebook import load_phrasebook

FACETS = {
    "overview": N_("Overview"),
    "profit_tax": N_("Profit tax"),
    "minimum_tax": N_("Minimum tax"),
    "import_duty": N_("Import duty"),
    "export_duty": N_("Export duty"),
    "vat": N_("VAT"),
    "land_lease": N_("Land and lease"),
    "foreign_ownership": N_("Foreign ownership"),
    "labour_visas": N_("Workers and visas"),
    "minimum_investment": N_("Minimum investment"),
    "one_stop_service": N_("One-stop service"),
    "how_to_apply": N_("How to apply"),
    "processing_time": N_("How long approval takes"),
    "repatriation": N_("Sending profits home"),
    "sectors_promoted": N_("Promoted sectors"),
    "exclusions": N_("What is not covered"),
    "after_incentives": N_("After the tax holiday"),
    "sme_measures": N_("Help for small firms"),
    "incentives_extra": N_("Extra incentives"),
    "contact": N_("Contact"),
    "location": N_("Location"),
    "operator": N_("Operator"),
    "tenants": N_("Firms in the zone"),
    "rents": N_("Rents and prices"),
    "status": N_("Status"),
    "list": N_("List"),
    "compare": N_("Comparison"),
    "documents": N_("Documents"),
    "steps": N_("Steps"),
    "fee": N_("Fees"),
    "time": N_("How long it takes"),
    "validity": N_("How long it is valid"),
    "who": N_("Who it is for"),
    "agency": N_("Office in charge"),
    "legal_basis": N_("Legal basis"),
    "online": N_("Doing it online"),
    "cautions": N_("Cautions"),
    "hours": N_("Hours"),
    "goods": N_("Goods"),
    "crossings": N_("Border crossings"),
    "who_can_use": N_("Who can use it"),
    "dates": N_("Dates"),
    "how_to_join": N_("How to join"),
    "definition": N_("Meaning"),
}
ZONE_KINDS = {
    "border_ez": N_("Border economic zone"),
    "sez": N_("Special economic zone"),
    "cross_border_ez": N_("Cross-border economic zone"),
    "industrial_estate": N_("Industrial estate"),
    "industrial_park": N_("Industrial park"),
    "coastal_ez": N_("Coastal economic zone"),
    "pftz": N_("Pilot free trade zone"),
    "ftz": N_("Free trade zone"),
    "corridor": N_("Development corridor or pilot zone"),
    "bonded_zone": N_("Bonded zone"),
    "epz": N_("Export processing zone"),
}
ZONE_STATES = {
    "operating": N_("Operating"),
    "developing": N_("Being developed"),
    "announced": N_("Announced, not built yet"),
    "unclear": N_("Not clear from our sources"),
}
CROSSING_KINDS = {
    "road": N_("Road crossing"),
    "bridge": N_("Bridge"),
    "rail": N_("Railway crossing"),
    "river": N_("River port"),
}
RANKS = {
    "international": N_("International crossing"),
    "bilateral": N_("Bilateral crossing"),
    "local": N_("Local crossing"),
}
CORRIDORS = {
    "NSEC": N_("North-South Economic Corridor"),
    "EWEC": N_("East-West Economic Corridor"),
    "SEC": N_("Southern Economic Corridor"),
}
DIRECTIONS = {
    "import": N_("Import"),
    "export": N_("Export"),
    "transit": N_("Transit"),
    "both": N_("Import and export"),
    "people": N_("People and vehicles"),
}
PROGRAMME_KINDS = {
    "programme": N_("Programme"),
    "organisation": N_("Organisation"),
    "fund": N_("Fund or loan"),
    "service": N_("Service"),
    "training": N_("Training"),
}
NOTE_KINDS = {
    "ecommerce": N_("E-commerce"),
    "qr_payment": N_("QR payment"),
    "payments": N_("Payments"),
    "logistics": N_("Logistics"),
    "desk": N_("Answer of our staff"),
}


@cache
def _written_names() -> dict[str, dict[Language, str]]:
    """Names of facets that the content itself brings; shipped data, read once."""
    return {name: dict(names) for name, names in load_phrasebook().facet_names.items()}


def facet_name(facet: str, t: Phrases) -> str:
    """What a facet is called; the word itself where nobody has named it."""
    named = _written_names().get(facet, {}).get(t.language) or str(t(FACETS.get(facet, facet)))
    return named[:1].upper() + named[1:]
