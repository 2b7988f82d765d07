"""Aktivitetsplan: states, and that three must agree."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class PlanState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED = "agreed"
    REPLACED = "replaced"


PLAN_STATE_SV = {
    PlanState.DRAFT: "Utkast",
    PlanState.PROPOSED: "Väntar på godkännande",
    PlanState.AGREED: "Överenskommen",
    PlanState.REPLACED: "Ersatt",
}


class PlanAction(StrEnum):
    PROPOSE = "propose"
    AGREE = "agree"
    REPLACE = "replace"


PLAN_TRANSITIONS: TransitionTable = {
    (PlanState.DRAFT, PlanAction.PROPOSE): Transition(
        PlanState.PROPOSED,
        by(Role.SUPERVISOR),
        "Föreslå planen",
        needs_sv="Planen är redan föreslagen.",
        causes_sv="Handläggaren och deltagaren får ta ställning. Du har då själv godkänt planen.",
    ),
    (PlanState.PROPOSED, PlanAction.AGREE): Transition(
        PlanState.AGREED,
        by(Role.CASE_OFFICER, Role.SUPERVISOR),
        "Godkänn",
        needs_sv="Bara en föreslagen plan kan godkännas.",
    ),
    (PlanState.PROPOSED, PlanAction.REPLACE): Transition(
        PlanState.REPLACED, by(Role.SUPERVISOR), "Ny version", needs_sv="Skriv klart utkastet först."
    ),
    (PlanState.AGREED, PlanAction.REPLACE): Transition(
        PlanState.REPLACED, by(Role.SUPERVISOR), "Ny version", needs_sv="Skriv klart utkastet först."
    ),
}
