"""What of accounts happens by the clock."""

from marketplace.accounts import session_services
from marketplace.db import transaction
from marketplace.tenancy import acting_as, system_actor


def dispatch_night() -> None:
    """Forgets sessions that are long over. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        session_services.forget_old_sessions()
