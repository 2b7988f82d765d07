"""The world's participants: one in each state that matters, from registered to reported, on both sides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Literal

from marketplace.accounts.rules import Role
from marketplace.clock import today, travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import record_attendance
from placements.booking import services as booking
from placements.booking.models import Placement
from placements.choice import queries as choosing
from placements.choice import services as choice
from placements.participants import services as participants
from placements.participants.models import Grant
from placements.participants.rules import ConsentScope
from placements.plan import services as plans
from placements.report import services as reports
from placements.report.models import FinalReport
from placements.report.rules import ReportState
from placements.visits import services as visits
from placements.visits.rules import OfferDraft
from placements.waiting_list import services as waiting_list
from tests.factories import personal_number
from tests.support.plan_contents import plan_content
from tests.support.training import REPORT

Side = Literal["own", "foreign", "outside"]

TODAY = date(2026, 3, 11)
"""A Wednesday. February's invoices can be made."""
BEGAN = date(2026, 1, 7)
STARTED = date(2026, 2, 2)
_GRANTED_UNTIL = date(2026, 6, 26)
HIDDEN_NAME = "Zvonimira Hemlig"
"""Everyone's: their identities are protected, so that no answer may have it in it."""
TRADE = "7531"
OTHER_TRADE = "7231"


@dataclass
class Half:
    """An authority and an enterprise with each other, while they are made."""

    side: Side
    kommun: str
    people: Mapping[Role, Actor]
    ids: dict[str, int | str]
    next_person: int

    def by(self, role: Role) -> Actor:
        return self.people[role]


def place_people(half: Half) -> None:
    place_id = int(half.ids["published_place_id"])
    half.ids |= {"kommun_code": half.kommun, "ssyk": TRADE}
    with travelling(STARTED):
        training = running(half, place_id)
        half.ids["placement_id"] = training
        half.ids["agreed_plan_id"] = _plan(half, training, is_agreed=True)
        _attend(half, training)
        proposed = running(half, place_id)
        half.ids["plan_id"] = _plan(half, proposed, is_agreed=False)
        ended, drafted = running(half, place_id), running(half, place_id)
    with travelling(TODAY):
        half.ids["report_id"] = _report(half, ended, is_filed=True)
        half.ids["draft_report_id"] = _report(half, drafted, is_filed=False)
        half.ids["own_report_id"] = _own_report(half, training)
        participant_id, grant_id, consent_id = _granted(half)
        half.ids |= {"participant_id": participant_id, "grant_id": grant_id, "consent_id": consent_id}
        half.ids["choice_round_id"] = _shown(half, place_id)
        half.ids |= _visiting(half, place_id)
        half.ids |= _waiting(half)
        half.ids["requested_placement_id"] = _requested(half, place_id)
        accepted = _requested(half, place_id)
        with acting_as(half.by(Role.SUPERVISOR)), transaction():
            booking.accept_placement(accepted)
        half.ids["accepted_placement_id"] = accepted
        with acting_as(half.by(Role.CASE_OFFICER)), transaction():
            change = booking.ask_extent(accepted, from_day=TODAY, hours_per_week=Decimal(15), days_per_week=3)
            half.ids["change_id"] = change.id


def _granted(half: Half) -> tuple[int, int, int]:
    officer = half.by(Role.CASE_OFFICER)
    half.next_person += 1
    with acting_as(officer), transaction():
        participant_id = participants.register_participant(
            name=f"{HIDDEN_NAME} {half.next_person}",
            personal_number=personal_number(half.next_person),
            sex=Sex.WOMAN if half.next_person % 2 else Sex.MAN,
            kommun_code=half.kommun,
            unit_id=known(officer.organisation_id),
            case_officer_id=known(officer.user_id),
            needs_sv="Behöver sitta",
            is_protected=True,
        ).id
    with acting_as(half.by(Role.COORDINATOR)), transaction():
        consent_id = participants.give_consent(participant_id, ConsentScope.SUPPLIER, BEGAN).id
        grant_id = participants.grant_training(
            participant_id,
            hours_per_week=Decimal(20),
            days_per_week=5,
            support_level="1",
            first_day=today(),
            last_day=_GRANTED_UNTIL,
            system_id=int(half.ids["open_system_id"]),
        ).id
    return participant_id, grant_id, consent_id


def _shown(half: Half, place_id: int) -> int:
    _, grant_id, _ = _granted(half)
    with acting_as(half.by(Role.CASE_OFFICER)), transaction():
        choice_round_id = choice.open_round(grant_id).id
        choice.show_places(choice_round_id, [place_id])
    return choice_round_id


def _visiting(half: Half, place_id: int) -> dict[str, int]:
    """A time tomorrow, which whoever is choosing has booked."""
    draft = OfferDraft(today() + timedelta(days=1), time(10), 60, 2, "Vid porten.")
    with acting_as(half.by(Role.SUPERVISOR)), transaction():
        visit_time_id = visits.offer_times(place_id, draft)[0].id
    with acting_as(half.by(Role.CASE_OFFICER)), transaction():
        visit = visits.book_visit(visit_time_id, int(half.ids["choice_round_id"]))
        return {"visit_time_id": visit_time_id, "study_visit_id": visit.id}


def _waiting(half: Half) -> dict[str, int]:
    """Somebody in the waiting list, for whom a seat is held."""
    _, grant_id, _ = _granted(half)
    place_id = int(half.ids["other_place_id"])
    with acting_as(half.by(Role.CASE_OFFICER)), transaction():
        grant = db.session.get_one(Grant, grant_id)
        criteria = replace(choosing.criteria_for(grant, [half.kommun]), ssyks=(OTHER_TRADE,))
        entry_id = waiting_list.join(grant_id, criteria).id
    with acting_as(system_actor()), transaction():
        return {"entry_id": entry_id, "offer_id": known(waiting_list.offer_seat(place_id))}


def _requested(half: Half, place_id: int) -> int:
    choice_round_id = _shown(half, place_id)
    with acting_as(half.by(Role.CASE_OFFICER)), transaction():
        choice.record_choice(choice_round_id, place_id)
        return booking.request_placement(choice_round_id, first_day=today()).id


def running(half: Half, place_id: int) -> int:
    placement_id = _requested(half, place_id)
    with acting_as(half.by(Role.SUPERVISOR)), transaction():
        booking.accept_placement(placement_id)
        booking.start_placement(placement_id)
    return placement_id


def _plan(half: Half, placement_id: int, *, is_agreed: bool) -> int:
    with acting_as(half.by(Role.SUPERVISOR)), transaction():
        first_day = get_or_404(Placement, placement_id).first_day
        plan = plans.draft_plan(placement_id, plan_content(first_day, 20, 5))
        plans.propose_plan(plan.id)
        plan_id = plan.id
    if is_agreed:
        with acting_as(half.by(Role.CASE_OFFICER)), transaction():
            plans.agree_as_case_officer(plan_id)
            plans.record_participant_agreement(plan_id)
    return plan_id


def _attend(half: Half, placement_id: int) -> None:
    days = [STARTED + timedelta(days=offset) for offset in range(5)]
    day_off = days[-1] + timedelta(days=1)
    with travelling(day_off), acting_as(half.by(Role.SUPERVISOR)), transaction():
        record_attendance(
            [
                AttendanceEntry(placement_id, day, AttendanceKind.PRESENT, Decimal(4), Decimal(4))
                for day in days
            ],
            no_training={(placement_id, day_off): Decimal(0)},
        )


def _report(half: Half, placement_id: int, *, is_filed: bool) -> int:
    with acting_as(half.by(Role.SUPERVISOR)), transaction():
        booking.end_placement_early(placement_id, TODAY)
        report = reports.draft_report(placement_id, REPORT)
        if is_filed:
            reports.show_report(report.id)
            reports.record_reading(report.id, "Bra skrivet.")
            reports.file_report(report.id)
        return report.id


def _own_report(half: Half, placement_id: int) -> int:
    """Before whoever is in training: what she may read of her own is of a placement that has ended, as this one has
    not, so that it is written past the services."""
    supervisor = half.by(Role.SUPERVISOR)
    whose = system_actor(half.by(Role.COORDINATOR).authority_id, supervisor.enterprise_id)
    with acting_as(whose), transaction():
        report = FinalReport(placement_id=placement_id, due_on=TODAY, shown_on=TODAY)
        report.write(REPORT)
        db.session.add(report)
        db.session.flush()
        report.state = ReportState.SHOWN
        db.session.flush()
        return report.id


def known(value: int | None) -> int:
    assert value is not None
    return value
