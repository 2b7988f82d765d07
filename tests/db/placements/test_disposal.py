"""Disposal is decided by two, done by the database alone, and leaves nothing of the person."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from unittest.mock import patch

import pytest
from sqlalchemy import LargeBinary, String, Text, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Membership
from marketplace.clock import STOCKHOLM, travelling
from marketplace.colleagues.duties import held_by
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.tenancy import acting_as, system_actor
from placements.disposal import jobs, queries, services
from placements.disposal.models import Disposal, DisposalItem
from placements.disposal.rules import DisposalKind, DisposalState, Outcome
from placements.extracts.queries import is_of, table_of
from placements.extracts.rules import PARTS
from placements.participants.models import Participant
from placements.participants.queries import participant
from placements.participants.services import grant_training
from tests.support.disposing import (
    ENDED,
    LATER,
    MUCH_LATER,
    case_over,
    decided,
    disposed,
    message_of,
    proposed,
    rule_set,
)
from tests.support.placement_market import Market
from tests.support.training import running

SHELL = {
    "participant",
    "training_grant",
    "choice_round",
    "placement",
    "invoice_line",
    "disputed_line",
    "unpriced",
}
"""What is left in the end: what invoices point at."""

KNOWN_TO_SAY_NOTHING = {
    "absence_report.reported_by": "an officer, a supervisor or the word Deltagaren",
    "activity_plan.case_officer_name": "an officer",
    "activity_plan.supervisor_name": "a supervisor",
    "attendance_correction.corrected_by": "a supervisor",
    "checkpoint.language": "a code",
    "disposal_item": "a number",
    "disputed_line.reason_sv": "of an invoice, by whoever sees no persons; kept as long as the invoice's basis",
    "final_report.correction_by": "a coordinator",
    "final_report.filed_by": "a supervisor",
    "final_report.received_by": "a coordinator",
    "follow_up.took_part": "codes",
    "follow_up_action.done_by": "an officer, a supervisor or the word Deltagaren",
    "invoice_line.basis_sv": "composed of days and hours",
    "invoice_line.component": "a code",
    "invoice_line.name_sv": "a component's name",
    "invoice_line.unit_code": "a code",
    "look.organisation_name": "of whoever looked",
    "look.page": "a view",
    "look.user_name": "of whoever looked",
    "outcome.support_after": "codes",
    "outcome.support_before": "codes",
    "participant.kommun_code": "a code",
    "placement.kommun_code": "a code",
    "placement.support_level": "a code",
    "placement_change.asked_by": "an officer",
    "plan_task.ssyk": "a code",
    "shown_place.ssyk": "a code",
    "training_grant.decided_by": "a coordinator",
    "training_grant.support_level": "a code",
    "training_grant.wished_trades": "codes",
    "unpriced.reason_sv": "composed",
    "waiting_entry.criteria": "emptied by itself",
    "waiting_entry.joined_by": "an officer",
    "waiting_entry.kommun_codes": "codes",
    "waiting_entry.ssyks": "codes",
    "waiting_offer.answered_by": "an officer",
    "activity_plan.typed": "emptied by itself",
    "participant.name": "emptied by itself",
    "participant.needs_sv": "emptied by itself",
}
"""Columns that may hold words and are not emptied as words are, and why."""


def test_every_column_of_words_is_emptied_or_known() -> None:
    """A new column that somebody writes in has to be disposed of, or be told of here."""
    migration = importlib.import_module("migrations.versions.0054_disposal")
    emptied = {f"{table}.{column}" for table, _, columns in migration.WORDS for column in columns}
    taken = {table for table, _ in migration.FILE_ROWS}
    words = {
        f"{part.table}.{column.name}"
        for part in PARTS
        for column in table_of(part).columns
        if part.table not in taken
        and isinstance(
            column.type.item_type if isinstance(column.type, ARRAY) else column.type,
            (Text, JSONB, LargeBinary),
        )
        and not (isinstance(column.type, String) and not isinstance(column.type, Text))
    }
    assert emptied <= words
    assert words - emptied == KNOWN_TO_SAY_NOTHING.keys() & words
    basis = {table for table, _ in migration.BASIS_ROWS}
    left = {part.table for part in PARTS} - basis - taken
    assert left == {*SHELL, "disposal_item"}


def test_a_person_is_gone_and_her_placement_is_not(ready_market: Market) -> None:
    market = ready_market
    participant_id, placement_id = case_over(market)
    other_id, _ = case_over(market, 2)
    with travelling(LATER):
        with acting_as(market.coordinator), transaction():
            services.hold(other_id, "Mål 123-26")
        before = rows_of(market, participant_id)
        disposal_id = disposed(market)

        with acting_as(market.controller):
            done = queries.disposal(disposal_id)
            assert done.state is DisposalState.EXECUTED
            assert done.executed_at
            in_sweden = done.executed_at.astimezone(STOCKHOLM)  # as a server there reads it
            assert done.seal == services.protocol_of(done, in_sweden).seal
            items = db.session.scalars(queries.items_of(disposal_id)).all()
            assert [(one.participant_id, one.outcome) for one in items] == [
                (participant_id, Outcome.DISPOSED)
            ]
            counts = {one.table_name: one.rows for one in queries.counts_of(disposal_id)}
            assert counts["participant"] == counts["participant_identity"] == counts["final_report"] == 1
        for actor in (market.coordinator, market.officer, market.supervisor):
            with acting_as(actor), pytest.raises(NotFound):
                participant(participant_id)
        with acting_as(market.coordinator):
            assert participant(other_id).needs_sv
            hers = db.session.get_one(Membership, market.officer.membership_id)
            assert held_by([hers]) == {hers.id: "1 deltagare"}, "nobody takes over whoever is gone"
        with acting_as(system_actor(market.north_id)):
            left = db.session.get_one(Participant, participant_id)
            assert (left.name, left.needs_sv, left.birth_year, left.disposed_on) == (
                "Gallrat",
                "",
                None,
                LATER,
            )
            report = db.session.execute(
                text(
                    "SELECT done_sv, recommended_sv, next_step_sv FROM final_report WHERE placement_id = :id"
                ),
                {"id": placement_id},
            ).one()
            assert set(report) == {"Gallrat"}
        after = rows_of(market, participant_id)
        gone = {
            "participant_identity",
            "participant_code",
            "consent",
            "plan_contact",
            "plan_wish",
            "disposal_hold",
        }
        assert {table for table in before if before[table] != after[table]} <= gone | {"disposal_item"}
        assert after["attendance_day"] == 1


def test_the_basis_goes_after_seven_years(ready_market: Market) -> None:
    market = ready_market
    participant_id, _ = case_over(market)
    with travelling(LATER):
        disposed(market)
    with travelling(MUCH_LATER):
        disposed(market, DisposalKind.BASIS)
        left = {table for table, rows in rows_of(market, participant_id).items() if rows}
        assert left <= SHELL | {"disposal_item"}
        for organisation_id in (market.north_id, market.farm_id):
            whose = system_actor(organisation_id, organisation_id)
            with acting_as(whose):
                assert queries.closed_through(organisation_id) == ENDED.year


def rows_of(market: Market, participant_id: int) -> dict[str, int]:
    with acting_as(system_actor(market.north_id)):
        return {
            part.table: db.session.scalar(
                select(func.count()).select_from(table_of(part)).where(is_of(part, [participant_id]))
            )
            or 0
            for part in PARTS
        }


def test_only_what_is_due_is_proposed(ready_market: Market) -> None:
    market = ready_market
    participant_id, _ = case_over(market)
    with travelling(ENDED):
        running(market, 2)
    with (
        travelling(LATER),
        acting_as(market.coordinator),
        pytest.raises(Conflict, match="Det gör ekonomen"),
    ):
        services.propose(DisposalKind.PERSON)
    with travelling(date(2028, 12, 31)):
        rule_set(market)
        with acting_as(market.coordinator), pytest.raises(Conflict, match="inget att gallra"):
            services.propose(DisposalKind.PERSON)
    with travelling(LATER), acting_as(market.controller):
        due = queries.due(queries.rules()[DisposalKind.PERSON])
        assert [case.participant_id for case in due.cases] == [participant_id]
        assert dict(queries.held_rows([participant_id]))["Personnummer"] == 1


def test_another_decides_than_proposes(ready_market: Market) -> None:
    market = ready_market
    case_over(market)
    with travelling(LATER):
        rule_set(market)
        disposal_id = proposed(market)
        with acting_as(market.coordinator), pytest.raises(Conflict, match="redan ett förslag"), transaction():
            services.propose(DisposalKind.PERSON)
        both = replace(market.controller, user_id=market.coordinator.user_id)
        with acting_as(both), pytest.raises(Conflict, match="Någon annan"):
            services.decide(disposal_id, "1")
        with acting_as(market.controller):
            with pytest.raises(Invalid):
                services.decide(disposal_id, "")
            services.set_rule(DisposalKind.PERSON, 5, "§ 15")
            with pytest.raises(Conflict, match="längre än när förslaget lämnades"):
                services.decide(disposal_id, "1")
            services.set_rule(DisposalKind.PERSON, 2, "§ 14")
        with acting_as(market.other_coordinator), pytest.raises(NotAllowed):
            services.decide(disposal_id, "1")
        # Past the services the database says the same.
        with acting_as(both), pytest.raises(IntegrityError, match="four_eyes"), db.session.begin_nested():
            decide_by_hand(disposal_id, both.user_id)
        with (
            acting_as(market.coordinator),
            pytest.raises(IntegrityError, match="disposal_steps"),
            db.session.begin_nested(),
        ):
            decide_by_hand(disposal_id, market.coordinator.user_id)
        with acting_as(market.coordinator), transaction():
            services.withdraw(disposal_id)
        with acting_as(market.controller), pytest.raises(Conflict):
            services.decline(disposal_id)


def decide_by_hand(disposal_id: int, user_id: int | None) -> None:
    db.session.execute(
        text(
            "UPDATE disposal SET state = 'decided', decided_at = now(), decided_by_id = :who WHERE id = :id"
        ),
        {"id": disposal_id, "who": user_id},
    )


def test_nothing_is_disposed_of_without_a_decision(ready_market: Market) -> None:
    market = ready_market
    participant_id, _ = case_over(market)
    with travelling(LATER):
        rule_set(market)
        disposal_id = proposed(market)
        for actor in (system_actor(market.north_id), market.coordinator, system_actor(market.south_id)):
            with (
                acting_as(actor),
                pytest.raises(IntegrityError, match="disposal_undecided"),
                db.session.begin_nested(),
            ):
                db.session.execute(select(func.dispose_some(disposal_id, 5)))
        # The word that triggers listen for opens nothing to the app itself.
        with (
            acting_as(system_actor(market.north_id)),
            pytest.raises(IntegrityError, match="frozen_report"),
            db.session.begin_nested(),
        ):
            db.session.execute(text("SELECT set_config('app.disposing', 'yes', true)"))
            db.session.execute(text("UPDATE final_report SET done_sv = ''"))
        with acting_as(market.coordinator):
            assert participant(participant_id).name != "Gallrat"


def test_an_exception_or_a_new_case_since_the_decision_keeps_her(ready_market: Market) -> None:
    market = ready_market
    held, _ = case_over(market)
    back, _ = case_over(market, 2)
    with travelling(LATER):
        rule_set(market)
        disposal_id = decided(market)
        with acting_as(market.coordinator), transaction():
            services.hold(held, "Mål 123-26")
            back_again(market, back)
        jobs.carry_out(message_of(disposal_id))
        with acting_as(market.controller):
            items = db.session.scalars(queries.items_of(disposal_id)).all()
            assert {one.outcome for one in items} == {Outcome.KEPT}
        with acting_as(market.coordinator), transaction():
            services.lift(held)
            with pytest.raises(Conflict):
                services.lift(held)


def back_again(market: Market, participant_id: int) -> None:
    grant_training(
        participant_id,
        hours_per_week=Decimal(20),
        days_per_week=4,
        support_level="3",
        first_day=LATER,
        last_day=date(2029, 6, 1),
        wished_trades=(),
        system_id=None,
    )


def test_a_job_that_was_killed_goes_on(ready_market: Market) -> None:
    market = ready_market
    first, _ = case_over(market)
    second, _ = case_over(market, 2)
    with travelling(LATER):
        rule_set(market)
        disposal_id = decided(market)
        message_id = message_of(disposal_id)
        with (
            patch.object(jobs, "BATCH", 1),
            patch.object(services, "dispose_some", side_effect=killed_after_one()),
            pytest.raises(KeyboardInterrupt),
        ):
            jobs.carry_out(message_id)
        assert outcomes(market, disposal_id) == {first: Outcome.DISPOSED, second: None}
        jobs.carry_out(message_id)
        jobs.carry_out(message_id)
        assert outcomes(market, disposal_id) == {first: Outcome.DISPOSED, second: Outcome.DISPOSED}
        with acting_as(market.controller):
            assert {one.table_name: one.rows for one in queries.counts_of(disposal_id)}["participant"] == 2
            assert db.session.get_one(Disposal, disposal_id).state is DisposalState.EXECUTED


def killed_after_one() -> Callable[[int, int], int]:
    some, calls = services.dispose_some, iter([False, True])

    def once(disposal_id: int, most: int) -> int:
        if next(calls):
            raise KeyboardInterrupt
        return some(disposal_id, most)

    return once


def outcomes(market: Market, disposal_id: int) -> dict[int, Outcome | None]:
    with acting_as(market.controller):
        items = db.session.scalars(
            select(DisposalItem)
            .where(DisposalItem.disposal_id == disposal_id)
            .execution_options(populate_existing=True)
        )
        return {one.participant_id: one.outcome for one in items}


@pytest.mark.parametrize(
    ("kind", "years"), [(DisposalKind.PERSON, 0), (DisposalKind.BASIS, 6), (DisposalKind.PERSON, 51)]
)
def test_a_term_is_lawful(ready_market: Market, kind: DisposalKind, years: int) -> None:
    with acting_as(ready_market.controller), pytest.raises(Invalid):
        services.set_rule(kind, years, "§ 14")
    with acting_as(ready_market.coordinator), pytest.raises(NotAllowed):
        services.set_rule(kind, 8, "§ 14")
