"""Letters to those who are invited."""

from marketplace.colleagues import services
from marketplace.outbox import claimed


def send_invitation(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            services.send_invitation(message.payload["invitation_id"])
