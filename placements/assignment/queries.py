"""Turns as they stand, and turns that have been."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Integer, column, select, table
from sqlalchemy.orm import joinedload

from enterprises.contracts.models import Contract
from enterprises.directory.queries import last_turn, line_of
from enterprises.directory.turn_rules import in_turn
from enterprises.places.models import Place
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.rules import DefaultRule, TermsState
from placements.assignment.models import DefaultAssignment
from placements.assignment.rules import Outcome, next_supplier, why_sv
from placements.choice.models import ChoiceRound
from placements.choice.queries import criteria_for, declined_places
from placements.search.queries import first_offered


@dataclass(frozen=True)
class DefaultTerms:
    """What a system has decided for whoever does not choose."""

    system_id: int
    system_name: str
    rule: DefaultRule
    own_provision_sv: str


@dataclass(frozen=True)
class Proposal:
    """What the rule gives now."""

    terms: DefaultTerms
    outcome: Outcome | None
    """None for the authority's own provision."""
    why_sv: str

    @property
    def is_possible(self) -> bool:
        return self.outcome is None or self.outcome.supplier is not None


def default_terms(choice_round: ChoiceRound) -> list[DefaultTerms]:
    """What has been decided in the grant's system; in each that covers the participant's kommun where the grant has
    none. Nothing where nothing is decided."""
    grant_system = choice_round.grant.system_id
    concerned = (
        SystemOfChoice.kommun_codes.contains([choice_round.participant.kommun_code])
        if grant_system is None
        else SystemOfChoice.id == grant_system
    )
    statement = (
        select(
            SystemOfChoice.id,
            SystemOfChoice.name,
            TermsVersion.default_rule,
            TermsVersion.own_provision_sv,
        )
        .join(TermsVersion, TermsVersion.system_id == SystemOfChoice.id)
        .where(
            SystemOfChoice.authority_id == choice_round.authority_id,
            concerned,
            TermsVersion.state == TermsState.PUBLISHED,
            TermsVersion.default_rule != DefaultRule.NONE,
        )
        .order_by(swedish_order(SystemOfChoice.name), SystemOfChoice.id)
    )
    return [DefaultTerms(*row) for row in db.session.execute(statement)]


def proposal(choice_round: ChoiceRound, terms: DefaultTerms) -> Proposal:
    """What the system's rule gives the participant of the round, if it were applied now."""
    if terms.rule is DefaultRule.OWN_PROVISION:
        return Proposal(terms, None, f"Systemets förfrågningsunderlag bestämmer: {terms.own_provision_sv}")
    last = last_turn(terms.system_id)
    order = in_turn(line_of(terms.system_id), last.turn if last else None)
    contract_ids = [one.turn.contract_id for one in order if not one.is_resting]
    criteria, kommun_code = criteria_for(choice_round.grant), choice_round.participant.kommun_code
    declined = declined_places(choice_round.grant_id)
    places = first_offered(contract_ids, criteria, kommun_code, except_places=declined)
    fits = first_offered(contract_ids, criteria, kommun_code) if declined else places
    outcome = next_supplier(order, places, refused=fits.keys() - places.keys())
    reason = (
        why_sv(
            outcome.supplier.name,
            last.name if last else None,
            [(supplier.name, why) for supplier, why in outcome.passed_over],
        )
        if outcome.supplier
        else ""
    )
    return Proposal(terms, outcome, reason)


def assignment_of(choice_round: ChoiceRound) -> DefaultAssignment | None:
    """How the round was decided by default, if it was."""
    return db.session.scalar(
        select(DefaultAssignment)
        .where(DefaultAssignment.id == choice_round.default_assignment_id)
        .options(
            joinedload(DefaultAssignment.system),
            joinedload(DefaultAssignment.place).joinedload(Place.enterprise),
        )
    )


@dataclass(frozen=True)
class Requestable:
    """A place that a round has led to."""

    place: Place
    contract_id: int | None = None
    """That of the turn, which is taken in one system; None where the participant chose."""
    reserve_rank: int | None = None
    """1 or 2 where it was chosen in reserve."""


def places_to_request(choice_round_id: int) -> list[Requestable]:
    """The place that the participant chose, with those in reserve after it, or was assigned by default. Empty without
    either, or for own provision."""
    rows = db.session.execute(
        select(Place, _REQUESTABLE.c.contract_id, _REQUESTABLE.c.reserve_rank)
        .join(_REQUESTABLE, _REQUESTABLE.c.place_id == Place.id)
        .where(_REQUESTABLE.c.choice_round_id == choice_round_id)
        .order_by(_REQUESTABLE.c.reserve_rank.nulls_first())
    )
    return [Requestable(*row) for row in rows]


_REQUESTABLE = table(
    "requestable",
    column("choice_round_id", Integer),
    column("place_id", Integer),
    column("reserve_rank", Integer),
    column("contract_id", Integer),
)
"""A view: what rounds have led to. Whoever requests asks it too (migration 0031)."""


def turns(system_ids: Collection[int], page: int = 1) -> Page[DefaultAssignment]:
    """The turns of the systems, newest first."""
    statement = (
        select(DefaultAssignment)
        .where(DefaultAssignment.system_id.in_(system_ids))
        .options(joinedload(DefaultAssignment.contract).joinedload(Contract.enterprise))
        .order_by(DefaultAssignment.turn.desc(), DefaultAssignment.id.desc())
    )
    return paginate(statement, page)
