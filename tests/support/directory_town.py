"""A system with a supplier in each state of its contract, and what each offers; another system, and an outsider."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.services import (
    add_picture,
    add_place,
    add_site,
    publish_place,
    set_seats,
    update_place,
)
from enterprises.suppliers.models import EnterpriseProfile
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.rules import Regime
from marketplace.procurement.services import create_system
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import (
    GARDEN,
    HANINGE,
    HUDDINGE,
    TEXTILE,
    WORKSHOP,
    amend_contract,
    make_actor,
    make_authority,
    make_contract,
    make_enterprise,
    make_profile,
    make_reference,
)
from tests.support.pictures import photograph
from tests.support.supply import open_system

TODAY = date(2026, 3, 2)
SECRETS = (
    "bankgiro",
    "ÅSEN-4471",
    "Vera Verksamhetsledare",
    "Ulla Upphandlare",
    "2026-118",
    "mervärdesskatt",
)
"""Of profiles, contracts and applications, and nobody else's."""


@dataclass(frozen=True)
class Town:
    """Enterprises by how their contract in the system stands. `greenhouse`: active, two sites; `joinery`: suspended."""

    authority_id: int
    system_id: int
    other_system_id: int
    unopened_system_id: int
    greenhouse: int
    joinery: int
    unsigned: int
    ended: int
    expired: int
    uncontracted: int
    officer: Actor
    manager: Actor


def build_town() -> Town:
    with travelling(TODAY):
        return _build()


def add_supplier(town: Town, name: str, *, places: int = 1) -> int:
    """One more under contract, with one site."""
    with travelling(TODAY):
        with acting_as(system_actor()), transaction():
            enterprise = make_enterprise(name)
            enterprise_id, manager = (
                enterprise.id,
                make_actor(f"Chef {name}", enterprise, Role.SUPPLIER_MANAGER),
            )
        _contract(town.authority_id, town.system_id, enterprise_id, ContractState.ACTIVE)
        site_id = _site(manager, name, HANINGE)
        for number in range(places):
            _place(manager, site_id, f"Plats {number}", GARDEN)
        return enterprise_id


def _build() -> Town:
    names = ("Växthuset", "Snickeriet", "Osignerat", "Avslutat", "Utgånget", "Utan avtal")
    with acting_as(system_actor()), transaction():
        make_reference()
        authority = make_authority("Samordningsförbundet Åsen", [HANINGE, HUDDINGE])
        officer = make_actor("Ulla Upphandlare", authority, Role.PROCUREMENT_OFFICER)
        enterprises = [make_enterprise(name) for name in names]
        managers = [make_actor("Vera Verksamhetsledare", one, Role.SUPPLIER_MANAGER) for one in enterprises]
        ids = [one.id for one in enterprises]
    system_id, other_id = open_system(officer), open_system(officer, "Språkträning")
    with acting_as(officer), transaction():
        unopened_id = create_system(
            name="Under arbete", service_sv="Praktik", regime=Regime.LOV, kommun_codes=[HANINGE]
        ).id
    states = [
        ContractState.ACTIVE,
        ContractState.SUSPENDED,
        ContractState.AWAITING_SIGNATURE,
        ContractState.ENDED,
        ContractState.ACTIVE,
    ]
    for enterprise_id, state in zip(ids, states, strict=False):
        _contract(authority.id, system_id, enterprise_id, state)
    _contract(authority.id, other_id, ids[1], ContractState.SUSPENDED)
    with acting_as(system_actor(authority.id)), transaction():
        expiring = db.session.scalars(select(Contract).where(Contract.enterprise_id == ids[4])).one()
        amend_contract(expiring, ends_on=date(2026, 3, 1))
    for manager, name in zip(managers, names, strict=True):
        site_id = _site(manager, name, HANINGE)
        _place(manager, site_id, f"{name} plats", GARDEN)
        _place(manager, site_id, f"{name} utkast", GARDEN, publish=False)
    second = _site(managers[0], "Ateljén", HUDDINGE)
    sewing = _place(managers[0], second, "Syateljén", TEXTILE, hours=(5, 20))
    with acting_as(managers[0]), transaction():
        update_place(
            sewing,
            tasks=["Klippa", "Sy"],
            rotates=True,
            weekdays=[1, 2, 3],
            day_starts=time(8, 30),
            day_ends=time(15, 30),
            demands=["standing", "noise"],
        )
        add_picture(sewing, photograph(), "En symaskin vid ett fönster")
        set_seats(sewing, 2, TODAY)
    _place(managers[1], _site(managers[1], "Verkstaden", HUDDINGE), "Bänken", WORKSHOP)
    return Town(
        authority_id=authority.id,
        system_id=system_id,
        other_system_id=other_id,
        unopened_system_id=unopened_id,
        greenhouse=ids[0],
        joinery=ids[1],
        unsigned=ids[2],
        ended=ids[3],
        expired=ids[4],
        uncontracted=ids[5],
        officer=officer,
        manager=managers[0],
    )


def _contract(authority_id: int, system_id: int, enterprise_id: int, state: ContractState) -> None:
    with acting_as(system_actor(authority_id, enterprise_id)), transaction():
        if db.session.get(EnterpriseProfile, enterprise_id) is None:
            make_profile(enterprise_id)
        system = db.session.get_one(SystemOfChoice, system_id)
        ended_on = TODAY if state is ContractState.ENDED else None
        make_contract(system.versions[0], enterprise_id, state=state, ended_on=ended_on)


def _site(manager: Actor, name: str, kommun_code: str) -> int:
    with acting_as(manager), transaction():
        return add_site(
            name=f"{name} i huset",
            street="Provgatan 1",
            postcode="13640",
            city="Handen",
            kommun_code=kommun_code,
            accessibility_sv="Inga trappor.",
            accessibility=["hearing_loop", "step_free_entrance"],
        ).id


def _place(
    manager: Actor,
    site_id: int,
    name: str,
    ssyk: str,
    *,
    hours: tuple[int, int] = (10, 40),
    publish: bool = True,
) -> int:
    with acting_as(manager), transaction():
        place_id = add_place(
            site_id=site_id,
            ssyk=ssyk,
            name=name,
            tasks_sv="Prövar på.",
            hours_per_week_min=hours[0],
            hours_per_week_max=hours[1],
            lead_time_days=7,
            adaptations=["quiet", "seated"],
            languages=["so", "sv"],
            demands=["standing"],
            seats=3,
        ).id
        if publish:
            publish_place(place_id)
        return place_id
