"""Who may move what from where to where, written again by hand: every state with every action and role."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from enterprises.applications.rules import (
    APPLICATION_STATE_SV,
    APPLICATION_STATE_TONE,
    APPLICATION_TRANSITIONS,
)
from enterprises.contracts.edition_rules import EDITION_STATE_SV, EDITION_STATE_TONE, EDITION_TRANSITIONS
from enterprises.contracts.rules import CONTRACT_STATE_SV, CONTRACT_STATE_TONE, CONTRACT_TRANSITIONS
from enterprises.places.rules import PLACE_STATE_SV, PLACE_STATE_TONE, PLACE_TRANSITIONS
from indicators.region.rules import MEMBER_STATE_SV, MEMBER_TONE, MEMBER_TRANSITIONS
from invoicing.delivery.rules import DELIVERY_STATE_SV, DELIVERY_STATE_TONE, DELIVERY_TRANSITIONS
from invoicing.invoices.rules import INVOICE_STATE_SV, INVOICE_STATE_TONE, transitions_for
from marketplace.accounts.rules import Role
from marketplace.advertising.rules import QUESTION_STATE_SV, QUESTION_STATE_TONE, QUESTION_TRANSITIONS
from marketplace.errors import Conflict, NotAllowed
from marketplace.procurement.rules import (
    SYSTEM_STATE_SV,
    SYSTEM_STATE_TONE,
    SYSTEM_TRANSITIONS,
    TERMS_STATE_SV,
    TERMS_STATE_TONE,
    TERMS_TRANSITIONS,
)
from marketplace.rules import TransitionTable, advance, possible_actions
from placements.booking.change_rules import CHANGE_STATE_SV, CHANGE_TONE, CHANGE_TRANSITIONS
from placements.booking.rules import PLACEMENT_STATE_SV, PLACEMENT_TONE, PLACEMENT_TRANSITIONS
from placements.checkpoints.rules import (
    CHECKPOINT_STATE_SV,
    CHECKPOINT_TONE,
    CHECKPOINT_TRANSITIONS,
    SURVEY_STATE_SV,
    SURVEY_TONE,
    SURVEY_TRANSITIONS,
)
from placements.choice.rules import CHOICE_STATE_SV, CHOICE_TONE, CHOICE_TRANSITIONS
from placements.disposal.rules import DISPOSAL_STATE_SV, DISPOSAL_TONE, DISPOSAL_TRANSITIONS
from placements.followup.rules import FOLLOW_UP_STATE_SV, FOLLOW_UP_TONE, FOLLOW_UP_TRANSITIONS
from placements.participants.rules import GRANT_STATE_SV, GRANT_TONE, GRANT_TRANSITIONS
from placements.plan.rules import PLAN_STATE_SV, PLAN_TONE, PLAN_TRANSITIONS
from placements.report.rules import REPORT_STATE_SV, REPORT_TONE, REPORT_TRANSITIONS
from placements.visits.rules import (
    VISIT_STATE_SV,
    VISIT_TIME_STATE_SV,
    VISIT_TIME_TONE,
    VISIT_TIME_TRANSITIONS,
    VISIT_TONE,
    VISIT_TRANSITIONS,
)
from placements.waiting_list.rules import (
    ENTRY_STATE_SV,
    ENTRY_TONE,
    ENTRY_TRANSITIONS,
    OFFER_STATE_SV,
    OFFER_TONE,
    OFFER_TRANSITIONS,
)

TABLES: dict[str, tuple[TransitionTable, Mapping[Any, str], Mapping[Any, str]]] = {
    "system": (SYSTEM_TRANSITIONS, SYSTEM_STATE_SV, SYSTEM_STATE_TONE),
    "terms": (TERMS_TRANSITIONS, TERMS_STATE_SV, TERMS_STATE_TONE),
    "question": (QUESTION_TRANSITIONS, QUESTION_STATE_SV, QUESTION_STATE_TONE),
    "application": (APPLICATION_TRANSITIONS, APPLICATION_STATE_SV, APPLICATION_STATE_TONE),
    "contract": (CONTRACT_TRANSITIONS, CONTRACT_STATE_SV, CONTRACT_STATE_TONE),
    "edition": (EDITION_TRANSITIONS, EDITION_STATE_SV, EDITION_STATE_TONE),
    "place": (PLACE_TRANSITIONS, PLACE_STATE_SV, PLACE_STATE_TONE),
    "placement": (PLACEMENT_TRANSITIONS, PLACEMENT_STATE_SV, PLACEMENT_TONE),
    "change": (CHANGE_TRANSITIONS, CHANGE_STATE_SV, CHANGE_TONE),
    "choice": (CHOICE_TRANSITIONS, CHOICE_STATE_SV, CHOICE_TONE),
    "grant": (GRANT_TRANSITIONS, GRANT_STATE_SV, GRANT_TONE),
    "survey": (SURVEY_TRANSITIONS, SURVEY_STATE_SV, SURVEY_TONE),
    "checkpoint": (CHECKPOINT_TRANSITIONS, CHECKPOINT_STATE_SV, CHECKPOINT_TONE),
    "disposal": (DISPOSAL_TRANSITIONS, DISPOSAL_STATE_SV, DISPOSAL_TONE),
    "plan": (PLAN_TRANSITIONS, PLAN_STATE_SV, PLAN_TONE),
    "follow_up": (FOLLOW_UP_TRANSITIONS, FOLLOW_UP_STATE_SV, FOLLOW_UP_TONE),
    "report": (REPORT_TRANSITIONS, REPORT_STATE_SV, REPORT_TONE),
    "visit_time": (VISIT_TIME_TRANSITIONS, VISIT_TIME_STATE_SV, VISIT_TIME_TONE),
    "visit": (VISIT_TRANSITIONS, VISIT_STATE_SV, VISIT_TONE),
    "entry": (ENTRY_TRANSITIONS, ENTRY_STATE_SV, ENTRY_TONE),
    "offer": (OFFER_TRANSITIONS, OFFER_STATE_SV, OFFER_TONE),
    "member": (MEMBER_TRANSITIONS, MEMBER_STATE_SV, MEMBER_TONE),
    "delivery": (DELIVERY_TRANSITIONS, DELIVERY_STATE_SV, DELIVERY_STATE_TONE),
    "invoice": (transitions_for(is_credit_note=False), INVOICE_STATE_SV, INVOICE_STATE_TONE),
    "credit_note": (transitions_for(is_credit_note=True), INVOICE_STATE_SV, INVOICE_STATE_TONE),
}

# Of what, from, action, to, by whom. Everything else is refused.
LAWFUL = """
system       open                  close               closed                procurement_officer
terms        draft                 publish             published             procurement_officer
terms        published             replace             replaced              procurement_officer
question     asked                 answer              answered              procurement_officer
question     asked                 point_to_answer     duplicate             procurement_officer
application  draft                 submit              submitted             supplier_manager
application  draft                 withdraw            withdrawn             supplier_manager
application  submitted             request_completion  completion_requested  procurement_officer
application  submitted             propose_approval    decision_proposed     procurement_officer
application  submitted             propose_rejection   decision_proposed     procurement_officer
application  submitted             approve             approved              procurement_officer
application  submitted             reject              rejected              procurement_officer
application  submitted             withdraw            withdrawn             supplier_manager
application  completion_requested  complete            submitted             supplier_manager
application  completion_requested  resume              submitted             procurement_officer
application  completion_requested  withdraw            withdrawn             supplier_manager
application  decision_proposed     return              submitted             procurement_officer
application  decision_proposed     approve             approved              procurement_officer
application  decision_proposed     reject              rejected              procurement_officer
application  decision_proposed     withdraw            withdrawn             supplier_manager
contract     awaiting_signature    activate            active                procurement_officer supplier_manager
contract     awaiting_signature    withdraw            withdrawn             procurement_officer
contract     active                suspend             suspended             procurement_officer
contract     active                end                 ended                 procurement_officer
contract     active                expire              ended                 system
contract     active                amend               active                procurement_officer
contract     suspended             resume              active                procurement_officer
contract     suspended             end                 ended                 procurement_officer
contract     suspended             expire              ended                 system
contract     suspended             amend               suspended             procurement_officer
edition      proposed              sign                signed                procurement_officer supplier_manager
edition      proposed              withdraw            withdrawn             procurement_officer
edition      proposed              lapse               withdrawn             system
place        draft                 publish             published             supplier_manager
place        published             pause               paused                supplier_manager
place        published             close               closed                supplier_manager
place        paused                resume              published             supplier_manager
place        paused                close               closed                supplier_manager
placement    requested             accept              accepted              supervisor
placement    requested             decline             declined              supervisor
placement    requested             remind              requested             system
placement    requested             escalate            requested             system
placement    requested             expire              expired               system
placement    requested             cancel              cancelled             case_officer system
placement    accepted              cancel              cancelled             case_officer system
placement    accepted              start               running               supervisor
placement    accepted              never_start         never_started         supervisor system
placement    accepted              extend              accepted              case_officer
placement    accepted              change_extent       accepted              case_officer
placement    accepted              move                accepted              case_officer
placement    running               extend              running               case_officer
placement    running               change_extent       running               case_officer
placement    running               move                running               case_officer
placement    running               move_on             ended_early           system
change       asked                 agree_change        agreed                supervisor
change       asked                 decline_change      declined              supervisor
change       asked                 withdraw_change     withdrawn             case_officer system
change       asked                 expire_change       expired               system
placement    running               complete            completed             case_officer supervisor
placement    running               end_early           ended_early           case_officer supervisor
placement    completed             resume              running               case_officer
placement    ended_early           resume              running               case_officer
choice       open                  show                open                  case_officer
choice       open                  shortlist           open                  case_officer participant
choice       open                  refuse              open                  case_officer participant
choice       open                  wish_wider          open                  case_officer participant
choice       open                  choose              chosen                case_officer participant
choice       open                  assign              assigned              case_officer
choice       open                  close               closed                case_officer system
grant        open                  place               placed                case_officer
grant        open                  withdraw            withdrawn             coordinator
grant        placed                withdraw            withdrawn             coordinator
grant        open                  extend_grant        open                  coordinator
grant        placed                extend_grant        placed                coordinator
grant        open                  lapse               lapsed                system
grant        placed                reopen              open                  coordinator system
grant        placed                conclude            concluded             coordinator system
grant        placed                close_unreported    concluded             coordinator
survey       draft                 publish             published             coordinator strategist
survey       published             replace             replaced              coordinator strategist
checkpoint   open                  submit              submitted             case_officer coordinator participant
checkpoint   open                  decline             declined              case_officer coordinator participant
checkpoint   open                  lapse               lapsed                system
plan         draft                 edit                draft                 supervisor
plan         draft                 propose             proposed              supervisor
plan         draft                 discard             draft                 supervisor
plan         proposed              agree               proposed              case_officer
plan         proposed              witness             proposed              case_officer supervisor
plan         proposed              agree_own             proposed              participant
plan         proposed              wish                  proposed              case_officer participant supervisor
plan         proposed              conclude            agreed                system
plan         proposed              revise              replaced              supervisor
plan         agreed                revise              agreed                supervisor
plan         agreed                replace             replaced              system
follow_up    planned               hold                held                  case_officer supervisor
follow_up    planned               move                planned               case_officer supervisor system
follow_up    planned               miss                missed                case_officer supervisor
follow_up    planned               cancel              cancelled             case_officer supervisor system
follow_up    held                  edit                held                  case_officer supervisor
report       draft                 edit                draft                 supervisor
report       draft                 show                shown                 supervisor
report       draft                 discard             draft                 supervisor
report       shown                 witness             shown                 supervisor case_officer
report       shown                 read_own            shown                 participant
report       shown                 file                filed                 supervisor
report       shown                 revise              replaced              supervisor
report       filed                 receive             received              coordinator
report       filed                 ask_correction      filed                 coordinator case_officer
report       filed                 revise              filed                 supervisor
report       filed                 replace             replaced              system
report       received              ask_correction      received              coordinator case_officer
report       received              revise              received              supervisor
report       received              replace             replaced              system
visit_time   offered               withdraw            withdrawn             supervisor supplier_manager system
visit        booked                cancel              cancelled             case_officer participant system
visit        booked                mark_held           held                  case_officer supervisor
visit        booked                mark_not_held       not_held              case_officer supervisor
visit        held                  mark_not_held       not_held              case_officer supervisor
visit        not_held              mark_held           held                  case_officer supervisor
entry        waiting               leave               ended                 case_officer
entry        waiting               end                 ended                 case_officer coordinator system
offer        open                  accept              accepted              case_officer
offer        open                  decline             declined              case_officer
offer        open                  expire              expired               system
offer        open                  withdraw            withdrawn             case_officer coordinator system
delivery     failed                retry               waiting               supplier_manager
invoice      draft                 comment             draft                 supplier_manager
invoice      draft                 approve             approved              supplier_manager
invoice      approved              send                sent                  supplier_manager
invoice      sent                  examine             examined              controller
invoice      sent                  dispute             disputed              controller
invoice      examined              attest              attested              controller
invoice      examined              dispute             disputed              controller
invoice      disputed              withdraw_dispute    sent                  controller
invoice      disputed              keep_claim          sent                  supplier_manager
invoice      sent                  credit              credited              supplier_manager
invoice      examined              credit              credited              supplier_manager
invoice      disputed              credit              credited              supplier_manager
invoice      sent                  remind              sent                  supplier_manager system
invoice      examined              remind              examined              supplier_manager system
invoice      attested              remind              attested              supplier_manager system
invoice      attested              record_payment      attested              controller
invoice      attested              mark_paid           paid                  supplier_manager
credit_note  draft                 comment             draft                 supplier_manager
credit_note  draft                 approve             approved              supplier_manager
credit_note  approved              send                sent                  supplier_manager
credit_note  sent                  examine             examined              controller
credit_note  sent                  dispute             disputed              controller
credit_note  examined              attest              attested              controller
credit_note  examined              dispute             disputed              controller
credit_note  disputed              withdraw_dispute    sent                  controller
credit_note  disputed              keep_claim          sent                  supplier_manager
credit_note  sent                  settle              settled               system
credit_note  attested              settle              settled               controller
member       asked                 agree                 agreed                strategist
member       asked                 decline               declined              strategist
member       agreed                leave                 left                  strategist
member       declined              agree                 agreed                strategist
member       left                  agree                 agreed                strategist
disposal     proposed              decide                decided               controller
disposal     proposed              decline               declined              controller
disposal     proposed              withdraw              withdrawn             coordinator
disposal     decided               execute               executed              system
"""


def lawful_moves(name: str) -> dict[tuple[str, str], tuple[str, set[str]]]:
    rows = [line.split() for line in LAWFUL.strip().splitlines()]
    return {(start, action): (target, set(roles)) for of, start, action, target, *roles in rows if of == name}


def states_of(name: str) -> list[StrEnum]:
    return list(type(next(iter(TABLES[name][0]))[0]))


def actions_of(name: str) -> list[StrEnum]:
    return list(type(next(iter(TABLES[name][0]))[1]))


@pytest.mark.parametrize("name", TABLES)
def test_every_state_action_and_role(name: str) -> None:
    table = TABLES[name][0]
    lawful = lawful_moves(name)
    assert lawful
    for state, action, role in product(states_of(name), actions_of(name), [*Role, None]):
        target, roles = lawful.get((state, action), (None, set()))
        if role in roles:
            assert advance(table, state, action, role).target == target
            continue
        with pytest.raises(NotAllowed if target else Conflict) as refusal:
            advance(table, state, action, role)
        assert refusal.value.message_sv


@pytest.mark.parametrize("name", TABLES)
def test_every_state_has_words_and_a_tone_and_every_impossible_action_a_reason(name: str) -> None:
    table, labels, tones = TABLES[name]
    assert set(labels) == set(tones) == set(states_of(name))
    for state, role in product(states_of(name), Role):
        for view in possible_actions(table, state, role):
            assert view.label_sv
            assert view.is_possible or view.reason_sv


@pytest.mark.parametrize("name", TABLES)
def test_what_is_over_offers_nothing(name: str) -> None:
    table = TABLES[name][0]
    over = {state for state in states_of(name) if all(state != start for start, _ in table)}
    assert over or name == "member", "whoever has left a region may come back"
    for state, role in product(over, Role):
        assert possible_actions(table, state, role) == []
