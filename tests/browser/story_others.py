"""What happens beside the story, by services: a third place, and so many others who choose that they are counted."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from enterprises.places import services as places
from enterprises.places.models import Place, Site
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.choice import services as choice
from placements.participants import services as participants
from placements.participants.rules import ConsentScope
from tests.browser.story_town import SUPERVISOR, Town, make_account
from tests.factories import personal_number

SEWING_TRADE, REPAIR_TRADE, KITCHEN_TRADE = "7531", "7231", "5120"
"""In the whole country mostly women, mostly men, and even."""
COOKING = "Laga lunch"
_CHOICES = {
    Sex.WOMAN: {SEWING_TRADE: 6, REPAIR_TRADE: 5, KITCHEN_TRADE: 5},
    Sex.MAN: {SEWING_TRADE: 5, REPAIR_TRADE: 6, KITCHEN_TRADE: 5},
}


def hire_supervisor(town: Town, enterprise: str) -> None:
    """An operator gives the enterprise's supervisor an account."""
    with travelling(town.today), acting_as(system_actor()), transaction():
        named = select(Organisation).where(Organisation.name == enterprise)
        town.actors[Role.SUPERVISOR] = make_account(
            Role.SUPERVISOR, *SUPERVISOR, db.session.scalars(named).one()
        )


def publish_a_place_in_an_even_trade(town: Town, site: str) -> None:
    with acting_as(system_actor()):
        manager = db.session.scalars(select(Membership).where(Membership.role == Role.SUPPLIER_MANAGER)).one()
        actor = actor_in(manager, manager.user)
    with travelling(town.today), acting_as(actor), transaction():
        place = places.add_place(
            site_id=db.session.scalars(select(Site.id).where(Site.name == site)).one(),
            ssyk=KITCHEN_TRADE,
            name=COOKING,
            tasks_sv="Du skär grönsaker och dukar fram.",
            hours_per_week_min=10,
            hours_per_week_max=30,
            lead_time_days=3,
            seats=1,
        )
        places.publish_place(place.id)


def let_others_choose(town: Town) -> None:
    """Sixteen women and sixteen men are shown one place, two or three, and choose."""
    with travelling(town.today):
        with acting_as(town.actors[Role.CASE_OFFICER]):
            place_of = {row.ssyk: row.id for row in db.session.execute(select(Place.ssyk, Place.id))}
        number = 0
        for sex, choices in _CHOICES.items():
            for trade in (trade for trade, people in choices.items() for _ in range(people)):
                number += 1
                grant_id = _grant(town, number, sex)
                others = sorted(place_of.keys() - {trade}, reverse=number % 2 == 1)
                shown = [trade, *others][: 1 + (number + 2) % 3]
                _let_choose(town, grant_id, [place_of[one] for one in shown], place_of[trade])


def _grant(town: Town, number: int, sex: Sex) -> int:
    officer = town.actors[Role.CASE_OFFICER]
    assert officer.organisation_id is not None
    assert officer.user_id is not None
    with acting_as(town.actors[Role.COORDINATOR]), transaction():
        participant_id = participants.register_participant(
            name=f"Deltagare {number:02}",
            personal_number=personal_number(number, sex),
            sex=sex,
            kommun_code="0136",
            unit_id=officer.organisation_id,
            case_officer_id=officer.user_id,
        ).id
        participants.give_consent(participant_id, ConsentScope.SUPPLIER, town.today)
        return participants.grant_training(
            participant_id,
            hours_per_week=Decimal(20),
            days_per_week=4,
            support_level="1",
            first_day=town.today,
            last_day=town.today + timedelta(days=90),
        ).id


def _let_choose(town: Town, grant_id: int, shown: list[int], chosen: int) -> None:
    with acting_as(town.actors[Role.CASE_OFFICER]), transaction():
        choice_round_id = choice.open_round(grant_id).id
        choice.show_places(choice_round_id, shown)
        choice.record_choice(choice_round_id, chosen)
