"""Follow-ups come of the plan and of repeated absence, go when the placement is over, and are reminded of."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.followup import queries, services
from placements.participants.queries import authority_ids

REMIND_TOPIC = "followup.remind"


def dispatch_day() -> None:
    """One message for each follow-up that both sides are to be reminded of. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                for follow_up in queries.to_remind():
                    enterprise_id = follow_up.placement.enterprise_id
                    emit(
                        REMIND_TOPIC,
                        authority_id=authority_id,
                        enterprise_id=enterprise_id,
                        follow_up_id=follow_up.id,
                    )


def remind(outbox_id: int) -> None:
    """Reminds of the follow-up that the message names, unless it has been done since."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.remind(message.payload["follow_up_id"])


def follow_plan(outbox_id: int) -> None:
    """Three have agreed to a plan, or its placement goes on after all: its days are followed up."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.follow_plan(message.payload["placement_id"])


def call_meeting(outbox_id: int) -> None:
    """The absence of the placement that the message names has been repeated."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.call_meeting(message.payload["placement_id"])


def cancel_coming(outbox_id: int) -> None:
    """The placement that the message names is over."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.cancel_coming(message.payload["placement_id"])
