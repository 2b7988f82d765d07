"""What of the placements waits for whom: answers, starts and ends; what is late; and what may have to move."""

from sqlalchemy import ColumnElement, select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.booking.change_rules import CHANGE_KIND_SV, ChangeState
from placements.booking.models import Placement, PlacementChange
from placements.booking.queries import PlacementRow, reached, rows
from placements.booking.rules import PlacementState
from placements.participants.models import Participant


def waiting(actor: Actor) -> list[WaitingItem]:
    """A supervisor's requests and changes to answer, starts and ends to register; a case officer's that are late; for a
    coordinator the answers that are, and those that may have to move to another supplier."""
    if actor.role is Role.SUPERVISOR:
        items = [item for row in _live() if (item := _for_supervisor(row)) is not None]
        return [*items, *_changes_to_answer()]
    if actor.role is Role.CASE_OFFICER:
        mine = _live(Participant.case_officer_id == actor.user_id)
        return [item for row in mine if (item := _for_case_officer(row)) is not None]
    if actor.role is Role.COORDINATOR:
        return [*_late_answers(), *(_to_move(row) for row in _under_resting_contracts())]
    return []


def _late_answers() -> list[WaitingItem]:
    """Requests whose seat is held a little longer, so that somebody can ask the supplier."""
    statement = (
        rows()
        .where(Placement.state == PlacementState.REQUESTED, Placement.answer_due_on < today())
        .order_by(Placement.held_until, Placement.id)
    )
    late = [PlacementRow(*row) for row in db.session.execute(statement)]
    return [
        WaitingItem(
            row.placement.held_until,
            f"{row.placement.enterprise.name} svarade inte i tid om {row.who_sv}: ring dem, platsen hålls till "
            f"{row.placement.held_until.isoformat()}",
            "booking.show",
            {"placement_id": row.placement.id},
            "Svar som dröjer",
        )
        for row in late
        if not row.placement.is_let_go
    ]


def _changes_to_answer() -> list[WaitingItem]:
    statement = (
        rows()
        .add_columns(PlacementChange)
        .join(PlacementChange, PlacementChange.placement_id == Placement.id)
        .where(PlacementChange.state == ChangeState.ASKED)
        .order_by(PlacementChange.answer_due_on, PlacementChange.id)
    )
    return [
        WaitingItem(
            change.answer_due_on,
            f"Svara på en ändring för {PlacementRow(placement, person).who_sv}: {CHANGE_KIND_SV[change.kind].lower()}",
            "booking.show",
            {"placement_id": placement.id},
            "Ändringar",
        )
        for placement, person, change in db.session.execute(statement)
    ]


def _under_resting_contracts() -> list[PlacementRow]:
    """Booked and running placements whose contract is suspended: it may end, and cannot while they are there."""
    statement = (
        rows()
        .join(Contract, Contract.id == Placement.contract_id)
        .where(
            Placement.state.in_((PlacementState.ACCEPTED, PlacementState.RUNNING)),
            Contract.state == ContractState.SUSPENDED,
        )
        .order_by(Placement.last_day, Placement.id)
    )
    return [PlacementRow(*row) for row in db.session.execute(statement)]


def _to_move(row: PlacementRow) -> WaitingItem:
    placement_ = row.placement
    text = f"Avtalet med {placement_.enterprise.name} är vilande: behöver {row.who_sv} en annan plats?"
    return WaitingItem(
        placement_.last_day, text, "booking.show", {"placement_id": placement_.id}, "Platser att flytta"
    )


def _live(*conditions: ColumnElement[bool]) -> list[PlacementRow]:
    """Placements that ask for something: requests, and what has passed its start or its end. By their keys first: they
    are few, and most days there are none."""
    due = (
        (Placement.state == PlacementState.REQUESTED)
        | ((Placement.state == PlacementState.ACCEPTED) & (Placement.first_day <= today()))
        # A placement that is moved from ends of itself.
        | (
            (Placement.state == PlacementState.RUNNING)
            & (Placement.last_day <= today())
            & ~Placement.is_moved
        )
    )
    ids = db.session.scalars(select(Placement.id).where(*reached(), due)).all()
    if not ids:
        return []
    found = db.session.execute(rows().where(Placement.id.in_(ids), *conditions).order_by(Placement.id))
    return [PlacementRow(*row) for row in found]


def _for_supervisor(row: PlacementRow) -> WaitingItem | None:
    placement_ = row.placement
    texts = {
        PlacementState.REQUESTED: (placement_.answer_due_on, "Svara på förfrågan om", "Förfrågningar"),
        PlacementState.ACCEPTED: (placement_.first_day, "Registrera start för", "Starter"),
        PlacementState.RUNNING: (placement_.last_day, "Avsluta placeringen för", "Avslut"),
    }
    deadline, text, kind = texts[placement_.state]
    if placement_.is_unanswered:
        text = "Svarstiden har gått ut för förfrågan om"
    about = f"{row.who_sv}, {placement_.place.name}"
    return WaitingItem(deadline, f"{text} {about}", "booking.show", {"placement_id": placement_.id}, kind)


def _for_case_officer(row: PlacementRow) -> WaitingItem | None:
    placement_ = row.placement
    args = {"placement_id": placement_.id}
    if placement_.state is PlacementState.REQUESTED:
        said = "svarade inte i tid om" if placement_.is_unanswered else "ska svara om"
        text = f"{placement_.enterprise.name} {said} {row.who_sv}"
        return WaitingItem(placement_.answer_due_on, text, "booking.show", args, "Väntar på svar")
    if placement_.state is PlacementState.ACCEPTED and placement_.first_day < today():
        text = f"Start inte registrerad för {row.who_sv} hos {placement_.enterprise.name}"
        return WaitingItem(placement_.first_day, text, "booking.show", args, "Starter som dröjer")
    if placement_.state is PlacementState.RUNNING and placement_.last_day < today():
        text = f"Avslut inte registrerat för {row.who_sv} hos {placement_.enterprise.name}"
        return WaitingItem(placement_.last_day, text, "booking.show", args, "Avslut som dröjer")
    return None
