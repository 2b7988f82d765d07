"""The menu of each role, in the order of their working day, and of visitors. An endpoint that the application lacks is
left out."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from marketplace.accounts.rules import Role
from marketplace.tenancy import Actor

NAV: dict[Role, list[tuple[str, str]]] = {
    Role.PROCUREMENT_OFFICER: [
        ("start.show", "Mitt arbete"),
        ("procurement.index", "Valfrihetssystem"),
        ("applications.index", "Ansökningar"),
        ("contracts.index", "Avtal"),
        ("attest.limits", "Beloppsgränser"),
        ("colleagues.index", "Medarbetare"),
    ],
    Role.COORDINATOR: [
        ("start.show", "Mitt arbete"),
        ("participants.index", "Deltagare"),
        ("visits.index", "Studiebesök"),
        ("waiting_list.index", "Väntelista"),
        ("booking.index", "Placeringar"),
        ("followup.index", "Uppföljningar"),
        ("report.index", "Slutdokumentationer"),
        ("outcomes.index", "Resultat och kvalitet"),
        ("checkpoint_indicators.index", "Avstämningar"),
        ("checkpoints.surveys", "Enkäter"),
        ("cost_indicators.index", "Kostnader"),
        ("budget.index", "Budget"),
        ("reports.index", "Rapporter"),
        ("disposal.index", "Gallring"),
        ("colleagues.index", "Medarbetare"),
    ],
    Role.STRATEGIST: [
        ("start.show", "Mitt arbete"),
        ("capacity.index", "Kapacitet"),
        ("choices.index", "Val och kön"),
        ("outcomes.index", "Resultat och kvalitet"),
        ("checkpoint_indicators.index", "Avstämningar"),
        ("checkpoints.surveys", "Enkäter"),
        ("cost_indicators.index", "Kostnader"),
        ("budget.index", "Budget"),
        ("reports.index", "Rapporter"),
        ("region.index", "Regionen"),
    ],
    Role.CONTROLLER: [
        ("start.show", "Mitt arbete"),
        ("attest.inbox", "Inkorg"),
        ("invoices.index", "Fakturor"),
        ("costs.index", "Kostnader"),
        ("budget.index", "Budget"),
        ("contracts.index", "Avtal"),
        ("access_log.index", "Loggkontroll"),
        ("audit_chain.index", "Händelselogg"),
        ("disposal.index", "Gallring"),
    ],
    Role.CASE_OFFICER: [
        ("start.show", "Mitt arbete"),
        ("participants.index", "Deltagare"),
        ("search.index", "Sök plats"),
        ("visits.index", "Studiebesök"),
        ("waiting_list.index", "Väntelista"),
        ("booking.index", "Placeringar"),
        ("followup.index", "Uppföljningar"),
        ("report.index", "Slutdokumentationer"),
        ("measures.index", "Nyckeltal"),
    ],
    Role.SUPPLIER_MANAGER: [
        ("start.show", "Mitt arbete"),
        ("procurement.index", "Valfrihetssystem"),
        ("suppliers.enterprise", "Företaget"),
        ("colleagues.index", "Medarbetare"),
        ("places.index", "Platser"),
        ("visits.times", "Studiebesök"),
        ("booking.index", "Placeringar"),
        ("invoices.index", "Fakturor"),
        ("supplier_indicators.index", "Nyckeltal"),
    ],
    Role.SUPERVISOR: [
        ("start.show", "Mitt arbete"),
        ("booking.index", "Placeringar"),
        ("attendance.index", "Närvaro"),
        ("attendance.absence", "Anmäl frånvaro"),
        ("followup.index", "Uppföljningar"),
        ("report.index", "Slutdokumentationer"),
        ("visits.index", "Studiebesök"),
        ("places.index", "Platser"),
    ],
}

NAV_OF_VISITORS: list[tuple[str, str]] = [
    ("procurement.index", "Valfrihetssystem"),
    ("suppliers.register", "Registrera företag"),
    ("access.enter", "Min sida med kod"),
    ("accounts.sign_in", "Logga in"),
]
"""What whoever is not signed in may open: systems of choice are advertised to everyone (LOV 3:1), and a participant has
a code."""

_REACHED_FROM = {
    "applications": "suppliers",
    "attendance": "booking",
    "choice": "participants",
    "contracts": "suppliers",
    "measures": "outcomes",
    "plan": "booking",
    "targets": "outcomes",
}
"""Rooms that not every menu has a row for, and those whose pages lead to theirs."""


@dataclass(frozen=True)
class MenuItem:
    url: str
    label_sv: str
    is_current: bool


def menu_for(actor: Actor) -> list[MenuItem]:
    """The menu rows of the actor's role, or of visitors, whose pages exist; none while a role is to be chosen."""
    if actor.role is None and actor.user_id:
        return []
    wanted = NAV_OF_VISITORS if actor.role is None else NAV.get(actor.role, [])
    known = current_app.view_functions
    rows = [(endpoint, label) for endpoint, label in wanted if endpoint in known]
    current = _current([endpoint for endpoint, _ in rows])
    return [MenuItem(url_for(endpoint), label, endpoint == current) for endpoint, label in rows]


def _current(endpoints: list[str]) -> str | None:
    """The row that this page belongs to: its own, or the one whose address it is below, or the one of its room."""
    if request.endpoint in endpoints:
        return request.endpoint
    above = [
        one
        for one in endpoints
        if request.path.startswith(f"{url_for(one).rstrip('/')}/") and url_for(one) != "/"
    ]
    if above:
        return max(above, key=lambda one: len(url_for(one)))
    room = (request.endpoint or "").partition(".")[0]
    room = _REACHED_FROM.get(room, room)
    return next((one for one in endpoints if one.partition(".")[0] == room), None)
