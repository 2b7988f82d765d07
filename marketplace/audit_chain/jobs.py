"""What the clock starts."""

from marketplace.audit_chain import services
from marketplace.db import transaction
from marketplace.tenancy import acting_as, system_actor


def seal() -> None:
    with acting_as(system_actor()), transaction():
        services.seal_events()


def check() -> None:
    with acting_as(system_actor()), transaction():
        services.check_chains()


def send_heads() -> None:
    with acting_as(system_actor()), transaction():
        services.send_heads()
