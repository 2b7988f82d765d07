"""A system with rules of its own, and what the parties do with a contract in it."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from enterprises.contracts import services
from enterprises.contracts.edition_rules import Amendment, EditionState
from enterprises.contracts.queries import edition_of, editions
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.letters.models import Letter
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Regime, TermsRules
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support import supply
from tests.support.supply import Supply

TODAY, NEXT = date(2026, 6, 15), date(2026, 7, 1)


def open_system(world: Supply, **rules: object) -> int:
    with acting_as(world.officer), transaction():
        system_id = procurement.create_system(
            name="Arbetsträning Åsen",
            service_sv="Arbetsträning",
            regime=Regime.LOV,
            kommun_codes=["0136"],
        ).id
        publish(system_id, **rules)  # type: ignore[arg-type]
        return system_id


def publish(system_id: int, text_sv: str = "Parterna följer lagen.", **rules: object) -> int:
    terms = procurement.draft_terms(
        system_id,
        contract_text_sv=text_sv,
        rules=TermsRules(**rules),  # type: ignore[arg-type]
        requirements=supply.REQUIREMENTS,
        prices=supply.PRICES,
    )
    procurement.publish_terms(terms.id)
    return terms.id


def amendment(
    contract_id: int, from_day: date = NEXT, reason: str = "Ny referens", **facts: object
) -> Amendment:
    agreed = next(one for one in editions(contract_id) if one.state is EditionState.SIGNED)
    changed = facts or {"buyer_reference": "NY-REFERENS"}
    return Amendment(from_day, reason, replace(agreed.facts, **changed))  # type: ignore[arg-type]


def propose(world: Supply, contract_id: int, **said: object) -> int:
    with acting_as(world.officer), transaction():
        return services.propose_amendment(contract_id, amendment(contract_id, **said)).number  # type: ignore[arg-type]


def sign(actor: Actor, contract_id: int, number: int) -> None:
    with acting_as(actor), transaction():
        read = edition_of(contract_id, number).text_sha256
        services.sign_amendment(contract_id, number, text_sha256=read)


def agree(world: Supply, contract_id: int, **said: object) -> int:
    number = propose(world, contract_id, **said)
    for actor in (world.manager, world.officer):
        sign(actor, contract_id, number)
    return number


def keep(world: Supply, contract_id: int) -> None:
    with acting_as(system_actor(world.authority_id, world.enterprise_id)), transaction():
        services.keep_contract(contract_id)


def letters(role: Role) -> list[str]:
    with acting_as(system_actor()):
        return list(
            db.session.scalars(select(Letter.subject_sv).where(Letter.role == role).order_by(Letter.id))
        )
