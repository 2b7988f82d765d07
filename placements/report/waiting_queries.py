"""Final reports that wait: to be written, read, filed, corrected, received, or done without."""

from datetime import date

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import aliased

from enterprises.contracts.models import Contract
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.procurement.models import TermsVersion
from marketplace.procurement.rules import TermsRules
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, own_authority
from marketplace.web.work import WaitingItem
from placements.booking.models import Placement
from placements.booking.queries import goes_on_at_supplier
from placements.booking.rules import LIVE_STATES
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState
from placements.report.models import FinalReport, Outcome
from placements.report.rules import (
    CORRECT_WITHIN,
    ENDED_STATES,
    FILED_STATES,
    FILL_IN_WITHIN,
    OPEN_STATES,
    RECEIVE_WITHIN,
    ReportState,
    may_be_unreached_from,
    report_deadline,
)


def waiting(actor: Actor) -> list[WaitingItem]:
    """For the supervisor reports to write, to read with the participant, to file and to correct; for the coordinator
    those to receive or to do without; for the case officer what came before and after."""
    if actor.role == Role.SUPERVISOR:
        return [*_to_write(), *_to_correct()]
    if actor.role == Role.CASE_OFFICER:
        return _to_fill_in(actor)
    if actor.role == Role.COORDINATOR:
        return [*_to_receive(), *_overdue()]
    return []


def _item(deadline: date | None, text_sv: str, placement_id: int) -> WaitingItem:
    return WaitingItem(deadline, text_sv, "report.show", {"placement_id": placement_id}, "Slutdokumentation")


def _is_filed() -> Exists:
    return exists().where(FinalReport.placement_id == Placement.id, FinalReport.state.in_(FILED_STATES))


def _to_write() -> list[WaitingItem]:
    """Only for participants whom the supervisor may see: without consent she can write nothing about them."""
    shown = aliased(FinalReport)
    rows = db.session.execute(
        select(Placement, Participant, TermsVersion.report_within, shown)
        .join(Participant, Participant.id == Placement.participant_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .outerjoin(shown, (shown.placement_id == Placement.id) & (shown.state == ReportState.SHOWN))
        .where(Placement.state.in_(ENDED_STATES), ~_is_filed(), ~goes_on_at_supplier())
        .order_by(Placement.last_day, Placement.id)
    )
    return [
        _item(
            report_deadline(placement.last_day, within or TermsRules().report_within),
            _to_write_sv(person.shown_name, report),
            placement.id,
        )
        for placement, person, within, report in rows
    ]


def _to_write_sv(who: str, shown: FinalReport | None) -> str:
    if shown is None or shown.shown_on is None:
        return f"Skriv slutdokumentation för {who}"
    if shown.read_at is not None:
        return f"Lämna in slutdokumentationen för {who}, som har läst den"
    if may_be_unreached_from(shown.shown_on) <= today():
        return f"{who} har inte läst sin slutdokumentation: läs tillsammans eller lämna in"
    return f"Läs slutdokumentationen tillsammans med {who}"


def _to_correct() -> list[WaitingItem]:
    """Corrections that are asked for, and new versions of a filed report that are not filed themselves."""
    newer = aliased(FinalReport)
    rows = db.session.execute(
        select(FinalReport, Participant, newer.state)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .outerjoin(
            newer,
            (newer.placement_id == FinalReport.placement_id) & newer.state.in_(OPEN_STATES),
        )
        .where(
            FinalReport.state.in_(FILED_STATES),
            FinalReport.correction_on.is_not(None) | newer.id.is_not(None),
        )
        .order_by(FinalReport.correction_on, FinalReport.id)
    )
    return [
        _item(
            add_working_days(report.correction_on, CORRECT_WITHIN) if report.correction_on else None,
            f"{_to_correct_sv(state)} för {person.shown_name}",
            report.placement_id,
        )
        for report, person, state in rows
    ]


def _to_correct_sv(newer: ReportState | None) -> str:
    if newer is ReportState.SHOWN:
        return "Läs och lämna in den rättade slutdokumentationen"
    return "Rätta slutdokumentationen"


def _to_fill_in(actor: Actor) -> list[WaitingItem]:
    """Filed reports of the case officer's own participants without what the authority follows up."""
    rows = db.session.execute(
        select(FinalReport, Participant)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(
            FinalReport.state == ReportState.FILED,
            Participant.case_officer_id == actor.user_id,
            ~exists().where(Outcome.placement_id == Placement.id),
        )
        .order_by(FinalReport.filed_on, FinalReport.id)
    )
    return [
        _item(
            add_working_days(report.filed_on, FILL_IN_WITHIN) if report.filed_on else None,
            f"Läs slutdokumentationen för {person.shown_name} och fyll i före och efter",
            report.placement_id,
        )
        for report, person in rows
    ]


def _overdue() -> list[WaitingItem]:
    """Ended placements whose report has not come in time: the coordinator closes the grant or opens it again."""
    other = aliased(Placement)
    goes_on = exists().where(other.grant_id == Placement.grant_id, other.state.in_(LIVE_STATES))
    enterprise = aliased(Organisation)
    rows = db.session.execute(
        select(Placement, Participant, enterprise.name, TermsVersion.report_within)
        .join(Participant, Participant.id == Placement.participant_id)
        .join(Grant, Grant.id == Placement.grant_id)
        .join(enterprise, enterprise.id == Placement.enterprise_id)
        .outerjoin(Contract, Contract.id == Placement.contract_id)
        .outerjoin(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(
            Placement.state.in_(ENDED_STATES),
            Placement.last_day < today(),
            Grant.authority_id == own_authority(),
            Grant.state == GrantState.PLACED,
            ~_is_filed(),
            ~goes_on,
            ~goes_on_at_supplier(),
        )
        .order_by(Placement.last_day, Placement.id)
    )
    late = [
        (report_deadline(placement.last_day, within or TermsRules().report_within), person, enterprise_name)
        for placement, person, enterprise_name, within in rows
    ]
    return [
        WaitingItem(
            due_on,
            f"Slutdokumentation saknas för {person.shown_name} från {enterprise_name}",
            "participants.show",
            {"participant_id": person.id},
            "Saknad slutdokumentation",
        )
        for due_on, person, enterprise_name in late
        if due_on < today()
    ]


def _to_receive() -> list[WaitingItem]:
    rows = db.session.execute(
        select(FinalReport, Participant)
        .join(Placement, Placement.id == FinalReport.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(FinalReport.state == ReportState.FILED)
        .order_by(FinalReport.filed_on, FinalReport.id)
    )
    return [
        _item(
            add_working_days(report.filed_on, RECEIVE_WITHIN) if report.filed_on else None,
            f"Ta emot slutdokumentationen för {person.shown_name}",
            report.placement_id,
        )
        for report, person in rows
    ]
