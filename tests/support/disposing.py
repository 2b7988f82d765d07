"""A case that is over, and its disposal by those who may."""

from datetime import date
from typing import Protocol

from sqlalchemy import select

from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.disposal import jobs, services
from placements.disposal.rules import USUAL_YEARS, DisposalKind
from tests.support.placement_market import Market
from tests.support.training import attended, ended, herself, received, reported, running

ENDED = date(2026, 3, 31)
LATER = date(2029, 1, 2)
"""Two whole years after the one in which the case ended."""
MUCH_LATER = date(2034, 1, 2)
"""Seven."""


def case_over(market: Market, number: int = 1) -> tuple[int, int]:
    """A participant whose final report has been received, and her placement."""
    with travelling(ENDED):
        placement_id = running(market, number)
        attended(market, placement_id, date(2026, 3, 17))
        ended(market, placement_id)
        received(market, reported(market, placement_id))
        participant_id = herself(market, placement_id).participant_id
    assert participant_id
    return participant_id, placement_id


class Deciders(Protocol):
    """Whoever proposes, and whoever decides."""

    @property
    def coordinator(self) -> Actor: ...
    @property
    def controller(self) -> Actor: ...


def rule_set(market: Deciders, kind: DisposalKind = DisposalKind.PERSON) -> None:
    with acting_as(market.controller), transaction():
        services.set_rule(kind, USUAL_YEARS[kind], "Dokumenthanteringsplanen 2026, § 14")


def proposed(market: Deciders, kind: DisposalKind = DisposalKind.PERSON) -> int:
    with acting_as(market.coordinator), transaction():
        return services.propose(kind).id


def decided(market: Deciders, kind: DisposalKind = DisposalKind.PERSON) -> int:
    """A message waits for the worker."""
    disposal_id = proposed(market, kind)
    with acting_as(market.controller), transaction():
        services.decide(disposal_id, "2029-17")
    return disposal_id


def message_of(disposal_id: int) -> int:
    with acting_as(system_actor()):
        messages = db.session.scalars(select(Outbox).where(Outbox.topic == services.DECIDED_TOPIC))
        return next(one.id for one in messages if one.payload["disposal_id"] == disposal_id)


def disposed(market: Deciders, kind: DisposalKind = DisposalKind.PERSON) -> int:
    """By the rule, everyone who is due today."""
    rule_set(market, kind)
    disposal_id = decided(market, kind)
    jobs.carry_out(message_of(disposal_id))
    return disposal_id
