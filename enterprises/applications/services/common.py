"""What every service of applications begins and ends with: the locked row, the move, the event."""

from collections.abc import Sequence

from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers
from enterprises.applications.rules import (
    APPLICATION_TRANSITIONS,
    ApplicationAction,
    ApplicationState,
)
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.rules import advance
from marketplace.tenancy import current_actor

THE_AUTHORITYS_OWN = frozenset(
    {
        "judge",
        "find_exclusion",
        "lift_exclusion",
        ApplicationAction.PROPOSE_APPROVAL,
        ApplicationAction.PROPOSE_REJECTION,
        ApplicationAction.RETURN,
    }
)
"""Events that tell how far a judgement has come: not for the enterprise."""


def locked(application_id: int, role: Role) -> Application:
    """The application, held until the transaction ends, if the actor's side has that role in it."""
    actor = current_actor()
    if actor.role is not role:
        raise NotAllowed("Din roll får inte göra detta med ansökan.")
    get_or_404(Application, application_id, lock=True)
    application = application_with_answers(application_id)
    own = application.enterprise_id if role is Role.SUPPLIER_MANAGER else application.authority_id
    if own not in (actor.enterprise_id, actor.authority_id):
        raise NotFound()
    return application


def may(application: Application, action: ApplicationAction) -> ApplicationState:
    """The state that the action leads to. Raises what advance() raises."""
    target = advance(APPLICATION_TRANSITIONS, application.state, action, current_actor().role).target
    return ApplicationState(target)


def move(application: Application, action: ApplicationAction, note_sv: str = "") -> None:
    before = application.state
    application.state = may(application, action)
    db.session.flush()
    record(application, action, from_state=before, to_state=application.state, note_sv=note_sv)


def record(
    application: Application,
    action: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    note_sv: str = "",
) -> None:
    audit.record(
        "application",
        application.id,
        action,
        # What happens before it is handed in is the enterprise's own.
        authority_id=application.authority_id if application.submitted_on else None,
        enterprise_id=None if action in THE_AUTHORITYS_OWN else application.enterprise_id,
        from_state=from_state,
        to_state=to_state,
        note_sv=note_sv,
    )


def refuse(problems: Sequence[str]) -> None:
    """Raises Invalid with all of them, if there are any."""
    if problems:
        raise Invalid(" ".join(problems))
