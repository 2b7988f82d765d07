"""Letters written in a transaction, sent after it; and the day's digest."""

from datetime import date

from marketplace.db import transaction
from marketplace.letters import digest_services, services
from marketplace.outbox import claimed
from marketplace.tenancy import acting_as, system_actor


def send_letter(outbox_id: int) -> None:
    """Finds whom the letter is for."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.address_letter(message.payload["letter_id"], message.payload.get("user_id"))


def deliver_letter(outbox_id: int) -> None:
    """Hands it to the mail server for one of them."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.deliver_letter(message.payload["letter_id"], message.payload["user_id"])


def dispatch_digests() -> None:
    """One message for each who acts for anybody. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        digest_services.ask_for_digests()


def send_digest(outbox_id: int) -> None:
    """Sends one person hers, if anything waits."""
    with claimed(outbox_id) as message:
        if message is not None:
            digest_services.send_digest(
                message.payload["user_id"], date.fromisoformat(message.payload["day"])
            )
