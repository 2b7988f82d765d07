"""What of accounts happens by the clock."""

from marketplace.accounts import password_services, session_services
from marketplace.colleagues.services import forget_old_invitations
from marketplace.db import transaction
from marketplace.outbox import claimed
from marketplace.tenancy import acting_as, system_actor


def send_password_link(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            password_services.send_link(message.payload["link_id"])


def dispatch_night() -> None:
    """Forgets sessions, links and invitations that are long over. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        session_services.forget_old_sessions()
        password_services.forget_old_links()
        forget_old_invitations()
