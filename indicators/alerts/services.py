"""Setting alerts, and telling of them once until they have been well again."""

from indicators.alerts import queries
from indicators.alerts.models import CapacityAlert
from indicators.alerts.rules import Watch
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Invalid
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.reference.queries import lists
from marketplace.swedish import counted
from marketplace.tenancy import current_actor


def add_alert(watch: Watch) -> CapacityAlert:
    """Raises Invalid for a kommun or trade that there is not, Conflict when it is watched already."""
    actor, known = current_actor(), lists()
    assert actor.authority_id is not None, "a strategist acts for an authority"
    if watch.kommun_code and watch.kommun_code not in known.kommuner:
        raise Invalid("Välj en kommun ur listan.", field="kommun")
    if watch.ssyk and watch.ssyk not in known.trades:
        raise Invalid("Välj ett yrke ur listan.", field="trade")
    alert = CapacityAlert(
        authority_id=actor.authority_id,
        kind=watch.kind,
        kommun_code=watch.kommun_code,
        ssyk=watch.ssyk,
        threshold=watch.threshold,
        created_at=clock.now(),
        created_by=actor.user_name,
    )
    db.session.add(alert)
    db.session.flush()
    _record(alert, "add")
    return alert


def remove_alert(alert_id: int) -> None:
    """Raises NotFound for another authority's."""
    alert = get_or_404(CapacityAlert, alert_id, lock=True)
    _record(alert, "remove")
    db.session.delete(alert)


def _record(alert: CapacityAlert, action: str) -> None:
    note_sv = f"{alert.watch.limit_sv()}: {queries.where_sv([alert])[alert.id]}"
    audit.record("capacity_alert", alert.id, action, authority_id=alert.authority_id, note_sv=note_sv)


def check_alerts(authority_id: int) -> None:
    """One letter of those that have gone over their limit since they were last well. Act as the system for the
    authority, when its capacity has been counted."""
    found = queries.alerts(authority_id, lock=True)
    if not found:
        return
    today, supply, where = clock.today(), queries.supply(authority_id), queries.where_sv(found)
    lines = []
    for alert in found:
        watch = alert.watch
        value = watch.value(supply, today)
        if not watch.is_raised(value):
            alert.raised_on = None
        elif alert.raised_on is None:
            alert.raised_on = today
            lines.append(f"{where[alert.id]}: {watch.value_sv(value)}. Gräns: {watch.limit_sv()}.")
    if lines:
        write_letter(
            authority_id,
            Role.STRATEGIST,
            kind=LetterKind.CAPACITY,
            subject_sv=counted(
                len(lines), "bevakning har passerat sin gräns", "bevakningar har passerat sin gräns"
            ),
            text_sv="\n\n".join(lines),
            endpoint="capacity_alerts.index",
        )
