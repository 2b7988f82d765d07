"""Letters written in a transaction, sent after it."""

from marketplace.letters import services
from marketplace.outbox import claimed


def send_letter(outbox_id: int) -> None:
    """Finds whom the letter is for."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.address_letter(message.payload["letter_id"])


def deliver_letter(outbox_id: int) -> None:
    """Hands it to the mail server for one of them."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.deliver_letter(message.payload["letter_id"], message.payload["user_id"])
