"""Applications and contracts are walked at random, by everyone at any time: no step leads to an unlawful state.

Whatever is tried either is a move that the table of transitions has for that actor, or is refused in words and changes
nothing. After each step the rows are looked at as a whole.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers
from enterprises.applications.rules import APPLICATION_TRANSITIONS, ApplicationState, Judgement
from enterprises.contracts import services as contracts
from enterprises.contracts.check_rules import CheckOutcome
from enterprises.contracts.edition_rules import Amendment, EditionState, next_month
from enterprises.contracts.models import Contract, ContractEdition, SupplierCheck
from enterprises.contracts.queries import editions
from enterprises.contracts.rules import CONTRACT_TRANSITIONS, IN_FORCE, ContractState
from marketplace import clock
from marketplace.audit import Event
from marketplace.db import db, transaction
from marketplace.documents import text_hash
from marketplace.errors import DomainError
from marketplace.rules import TransitionTable
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support import supply
from tests.support.application import Database, rolled_back

LIVE = {ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.COMPLETION_REQUESTED}
WALKED = 8
"""So many kinds of states at least; or the walks have not been worth much."""
OVER = {ContractState.ENDED, ContractState.WITHDRAWN}
ANYONE = ["manager", "other_manager", "officer", "other_officer", "system"]
WHO = st.sampled_from(["right"] * 8 + ANYONE)
"""Mostly who may: otherwise a walk is refused at every step and comes nowhere."""
RIGHT = {"approve": "officer", "reject": "officer", "request": "officer"}
MANAGERS = st.sampled_from(["manager", "other_manager"])


class Walk(RuleBasedStateMachine):
    database: ClassVar[Database]
    reached: ClassVar[set[str]]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.database.app.app_context())
        self.stack.enter_context(rolled_back())
        self.day = supply.SUMMER
        self.tried: Counter[str] = Counter()

    @initialize(begins=st.sampled_from(["handed in", "drawn up", "in force", "in force"]))
    def open(self, begins: str) -> None:
        with clock.travelling(self.day):
            self.world = supply.build_supply()
            self.system_id = supply.open_system(self.world.officer)
            if begins == "handed in":
                supply.submitted(self.world.manager, self.system_id)
            elif begins == "drawn up":
                supply.approved(self.world.officer, self.world.manager, self.system_id)
            elif begins == "in force":
                supply.signed(self.world.officer, self.world.manager, self.system_id)

    def teardown(self) -> None:
        self.stack.close()

    # What anyone may try, whoever they are.

    def attempt(self, who: str, act: Callable[[], object], right: str = "officer") -> bool:
        """Whether it was done. What is refused has changed no state, and was refused in words. `right`: who may."""
        before = self.states()
        who = right if who == "right" else who
        with clock.travelling(self.day), acting_as(self.actor(who)):
            try:
                with transaction():
                    act()
            except DomainError as error:
                refusal = error.message_sv
            else:
                return True
        assert refusal
        assert self.states() == before
        return False

    def actor(self, who: str) -> Actor:
        if who == "system":
            return system_actor(self.world.authority_id, self.world.enterprise_id)
        found: Actor = getattr(self.world, who)
        return found

    def rows(self, model: Any) -> list[Any]:
        """Every row of the authority's and the enterprises'."""
        found: dict[int, Any] = {}
        for enterprise in (self.world.manager.enterprise_id, self.world.other_manager.enterprise_id):
            with acting_as(system_actor(self.world.authority_id, enterprise)):
                statement = select(model).order_by(model.id).execution_options(populate_existing=True)
                found |= {row.id: row for row in db.session.scalars(statement)}
        return [found[key] for key in sorted(found)]

    def states(self) -> dict[tuple[str, int], str]:
        return {
            (model.__tablename__, row.id): str(row.state)
            for model in (Application, Contract, ContractEdition)
            for row in self.rows(model)
        }

    def pick(self, model: Any, number: int) -> int:
        """One of the rows, the latest ones first; a number that nobody has where there is none."""
        ids = [row.id for row in self.rows(model)]
        return int(ids[-1 - number % len(ids)]) if ids else 10**6

    def is_applying(self) -> bool:
        return any(row.state in LIVE for row in self.rows(Application))

    @rule(who=WHO)
    def start(self, who: str) -> None:
        self.attempt(who, lambda: applications.start_application(self.system_id), "manager")

    @precondition(lambda self: self.is_applying())
    @rule(
        who=WHO,
        number=st.integers(0, 3),
        verb=st.sampled_from(["answer", "submit", "withdraw", "complete", "request", "approve", "reject"]),
    )
    def apply(self, who: str, number: int, verb: str) -> None:
        application_id = self.pick(Application, number)
        said = {"reasons_sv": "Se kraven.", "diary_number": "2026-118"}
        acts: dict[str, Callable[[], object]] = {
            "answer": lambda: applications.save_answers(
                application_id, supply.answers_to(application_with_answers(application_id))
            ),
            "submit": lambda: applications.submit_application(application_id),
            "withdraw": lambda: applications.withdraw_application(application_id),
            "complete": lambda: applications.complete_application(application_id),
            "request": lambda: applications.request_completion(application_id, "Vem handleder?"),
            "approve": lambda: applications.approve_application(application_id, **said),
            "reject": lambda: applications.reject_application(application_id, **said),
        }
        self.attempt(who, acts[verb], RIGHT.get(verb, "manager"))

    @precondition(lambda self: self.is_applying())
    @rule(number=st.integers(0, 3), judgement=st.sampled_from(list(Judgement)))
    def judge(self, number: int, judgement: Judgement) -> None:
        application_id = self.pick(Application, number)
        try:
            with clock.travelling(self.day):
                supply.judge(self.world.officer, application_id, judgement, "Se handlingarna.")
        except DomainError:
            pass

    @rule(who=MANAGERS)
    def apply_well(self, who: str) -> None:
        """All of a good application at once: otherwise few walks come to a contract."""
        officer, manager = self.world.officer, self.actor(who)
        try:
            with clock.travelling(self.day):
                application_id = supply.submitted(manager, self.system_id)
                supply.judge(officer, application_id)
        except DomainError:
            return
        self.attempt(
            "officer",
            lambda: applications.approve_application(application_id, reasons_sv="Bra", diary_number="1"),
        )

    @precondition(lambda self: not self.is_applying())
    @rule(who=WHO, number=st.integers(0, 3), lasts=st.sampled_from([None, 20, 100]))
    def draw_up(self, who: str, number: int, lasts: int | None) -> None:
        application_id = self.pick(Application, number)
        with clock.travelling(self.day):
            ends_on = None if lasts is None else self.day + timedelta(days=lasts)
            draft = supply.contract_draft(ends_on=ends_on)
        self.attempt(who, lambda: contracts.draw_up_contract(application_id, draft))

    @precondition(lambda self: self.rows(Contract))
    @rule(who=WHO, number=st.integers(0, 3), is_read=st.booleans())
    def sign(self, who: str, number: int, is_read: bool) -> None:
        contract_id = self.pick(Contract, number)
        read = next(
            (one.text_sha256 for one in self.rows(ContractEdition) if one.contract_id == contract_id), ""
        )
        self.attempt(
            who,
            lambda: contracts.sign_contract(contract_id, text_sha256=read if is_read else "annan text"),
            "manager",
        )

    @precondition(lambda self: any(row.state in IN_FORCE for row in self.rows(Contract)))
    @rule(who=WHO, is_resting=st.booleans())
    def rest(self, who: str, is_resting: bool) -> None:
        contract_id = self.pick(Contract, 0)
        act = contracts.suspend_contract if is_resting else contracts.resume_contract
        self.attempt(who, lambda: act(contract_id))

    @precondition(lambda self: self.rows(Contract))
    @rule(number=st.integers(0, 3))
    def sign_both(self, number: int) -> None:
        contract_id = self.pick(Contract, number)
        for who in ("officer", "manager", "other_manager"):
            self.attempt(who, lambda: self._sign_latest(contract_id))

    @staticmethod
    def _sign_latest(contract_id: int) -> None:
        latest = next(iter(editions(contract_id)), None)
        if latest is None or latest.number == 1:
            read = latest.text_sha256 if latest else ""
            contracts.sign_contract(contract_id, text_sha256=read)
        else:
            contracts.sign_amendment(contract_id, latest.number, text_sha256=latest.text_sha256)

    @precondition(lambda self: self.rows(Contract))
    @rule(
        who=WHO,
        number=st.integers(0, 1),
        verb=st.sampled_from(
            ["end", "suspend", "resume", "end", "call_off", "call_off", "renew", "keep", "withdraw", "check"]
        ),
        edition=st.sampled_from([2, 2, 3, 1]),
    )
    def act(self, who: str, number: int, verb: str, edition: int) -> None:
        contract_id = self.pick(Contract, number)
        check_id = self.pick(SupplierCheck, number)
        acts: dict[str, Callable[[], object]] = {
            "suspend": lambda: contracts.suspend_contract(contract_id),
            "resume": lambda: contracts.resume_contract(contract_id),
            "end": lambda: contracts.end_contract(contract_id),
            "call_off": lambda: contracts.call_off_contract(contract_id),
            "renew": lambda: contracts.renew_signatures(contract_id, edition),
            "keep": lambda: contracts.keep_contract(contract_id),
            "withdraw": lambda: contracts.withdraw_amendment(contract_id, edition),
            "check": lambda: contracts.record_check(check_id, outcome=CheckOutcome.OK, evidence_sv="Sett."),
        }
        # The day's job is nobody's to start but the system's.
        self.attempt("system" if verb == "keep" else who, acts[verb])

    @precondition(lambda self: self.rows(Contract))
    @rule(
        who=WHO,
        number=st.integers(0, 3),
        months=st.sampled_from([1, 1, 2, 0]),
        lasts=st.sampled_from([None, 40, 400]),
        cap=st.sampled_from([None, None, 5, 0]),
    )
    def amend(self, who: str, number: int, months: int, lasts: int | None, cap: int | None) -> None:
        contract_id = self.pick(Contract, number)
        agreed = next(row.facts for row in self.rows(Contract) if row.id == contract_id)
        from_day = self.day
        for _ in range(months):
            from_day = next_month(from_day)
        facts = replace(
            agreed,
            ends_on=None if lasts is None else self.day + timedelta(days=lasts),
            capacity_cap=cap,
            buyer_reference=f"REF-{self.day}",
        )
        self.attempt(
            who, lambda: contracts.propose_amendment(contract_id, Amendment(from_day, "Behov", facts))
        )

    @rule(days=st.sampled_from([1, 10, 35, 90]))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)
        for key in [row.id for row in self.rows(Contract)]:
            self.attempt("system", lambda contract_id=key: contracts.keep_contract(contract_id))  # type: ignore[misc]

    # What must hold after every step.

    @invariant()
    def lawful(self) -> None:
        if not hasattr(self, "system_id"):
            return
        applied, agreed = self.rows(Application), self.rows(Contract)
        told = self.rows(ContractEdition)
        type(self).reached |= {f"application {row.state}" for row in applied}
        type(self).reached |= {f"contract {row.state}" for row in agreed}
        type(self).reached |= {f"amendment {row.state}" for row in told if row.number > 1}
        live = Counter(row.enterprise_id for row in applied if row.state in LIVE)
        held = Counter(row.enterprise_id for row in agreed if row.state not in OVER)
        assert max(live.values(), default=0) <= 1
        assert max(held.values(), default=0) <= 1
        by_id = {row.id: row for row in applied}
        open_checks = {row.contract_id for row in self.rows(SupplierCheck) if row.done_on is None}
        for row in agreed:
            assert by_id[row.application_id].state is ApplicationState.APPROVED
            self._holds(row, [one for one in told if one.contract_id == row.id])
            assert (row.id in open_checks) == (row.state in IN_FORCE)
        self._moves()

    def _holds(self, row: Contract, known: list[ContractEdition]) -> None:
        """A contract says what both have signed, and nothing is open about one that is over."""
        current = next(one for one in known if one.id == row.edition_id)
        assert [one.number for one in known] == list(range(1, len(known) + 1))
        signed = [one for one in known if one.state is EditionState.SIGNED]
        proposed = [one for one in known if one.state is EditionState.PROPOSED]
        assert all(one.authority_signed_by == "Ulla Upphandlare" for one in signed)
        assert all(one.enterprise_signed_at and one.text_sv for one in signed)
        assert all(text_hash(one.text_sv or "") == one.text_sha256 for one in known)
        assert [one.from_day for one in signed] == sorted({one.from_day for one in signed})
        assert all(one.from_day.day == 1 for one in signed[1:])
        assert replace(row.facts, ends_on=None) == replace(current.facts, ends_on=None)
        assert len(proposed) <= 1
        if row.state is ContractState.AWAITING_SIGNATURE:
            assert proposed == [current]
        elif row.state is ContractState.WITHDRAWN:
            assert not signed
            assert not proposed
        else:
            assert row.ends_on == signed[-1].ends_on
            assert current in signed
        if row.state is ContractState.ENDED:
            assert row.ended_on is not None
            assert row.ended_on <= self.day
            assert not proposed

    def _moves(self) -> None:
        """Every move that was recorded is one of the table's."""
        tables: dict[str, tuple[TransitionTable, type[StrEnum]]] = {
            "application": (APPLICATION_TRANSITIONS, ApplicationState),
            "contract": (CONTRACT_TRANSITIONS, ContractState),
        }
        for one in self.rows(Event):
            if one.object_type in tables and one.from_state and one.to_state:
                table, _ = tables[one.object_type]
                moves = {(str(state), str(action), str(t.target)) for (state, action), t in table.items()}
                assert (one.from_state, one.action, one.to_state) in moves


@pytest.fixture
def walk(request: pytest.FixtureRequest) -> type[Walk]:
    Walk.database, Walk.reached = request.getfixturevalue("_shared_database"), set()
    return Walk


def test_no_walk_comes_to_an_unlawful_state(walk: type[Walk]) -> None:
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes: it is for whoever mends what was found
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(walk.reached) >= WALKED, walk.reached
