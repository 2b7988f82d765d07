"""Follow-ups: made out of a plan, held, and what was agreed at them."""

from datetime import date, timedelta
from typing import Any

from marketplace.accounts.rules import Role
from marketplace.clock import today, travelling
from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.followup import queries, services
from placements.followup.rules import PARTY_SV, Agreed, FollowUpState, Minutes, Party
from tests.support.placement_market import Market
from tests.support.training import agreed
from tests.world_people import STARTED, TODAY, Half

ALL_THREE = (Party.PARTICIPANT, Party.SUPERVISOR, Party.CASE_OFFICER)


def system_of(market: Market) -> Actor:
    """Whom a job about a placement between North and the farm acts as."""
    return system_actor(market.north_id, market.farm_id)


def days(actor: Actor, placement_id: int, state: FollowUpState = FollowUpState.PLANNED) -> dict[int, date]:
    """The follow-ups in the state, with their days."""
    with acting_as(actor):
        return {one.id: one.due_on for one in queries.follow_ups_of(placement_id) if one.state is state}


def followed(market: Market, placement_id: int, **plan: Any) -> dict[int, date]:
    """A plan agreed, and its follow-ups made; gives those that come."""
    agreed(market, placement_id, **plan)
    with acting_as(system_of(market)), transaction():
        services.follow_plan(placement_id)
    return days(market.officer, placement_id)


def minutes(*to_do: Agreed, **changes: Any) -> Minutes:
    said: dict[str, Any] = {
        "held_on": today(),
        "took_part": ALL_THREE,
        "notes_sv": "Det går bra.",
        "agreed": to_do,
    }
    return Minutes(**(said | changes))


def held(actor: Actor, follow_up_id: int, *to_do: Agreed, **changes: Any) -> list[int]:
    """Written up today; gives the ids of what was agreed."""
    with acting_as(actor), transaction():
        follow_up = services.hold(follow_up_id, minutes(*to_do, **changes))
        return [one.id for one in queries.follow_up(follow_up.id).actions]


def held_and_late(market: Market, placement_id: int) -> tuple[int, int]:
    """One written up today, with something for each to do, and one that nobody will write up."""
    with acting_as(market.supervisor), transaction():
        first, last = (services.plan_extra(placement_id, today() - timedelta(days=ago)).id for ago in (1, 2))
    to_do = [Agreed(f"Detta gör {PARTY_SV[who].lower()}", who, today()) for who in Party]
    held(market.supervisor, first, *to_do, notes_sv="Det går bra.\nأتعلم الخياطة")
    return first, last


def follow_up_in_world(half: Half) -> dict[str, int]:
    """In the isolation tests' world, of `placement_id`: one held, at which something was agreed, and one to come."""
    placement_id = int(half.ids["placement_id"])
    supervisor = half.by(Role.SUPERVISOR)
    with travelling(STARTED):
        with acting_as(supervisor), transaction():
            held_id = services.plan_extra(placement_id, STARTED).id
        (action_id,) = held(supervisor, held_id, Agreed("Skaffa busskort", Party.PARTICIPANT, TODAY))
    with travelling(TODAY), acting_as(supervisor), transaction():
        coming_id = services.plan_extra(placement_id, TODAY).id
    return {"follow_up_id": held_id, "coming_follow_up_id": coming_id, "follow_up_action_id": action_id}
