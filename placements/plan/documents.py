"""A version of the plan as a paper for the three who agree to it, and for the authority's archive."""

from marketplace.clock import today
from marketplace.documents import Paper, Section
from marketplace.web.filters import instant
from placements.plan.difference_rules import contact_sv, goal_sv, period_sv, step_sv
from placements.plan.models import ActivityPlan
from placements.plan.queries import TrainingHead
from placements.plan.rules import PLAN_STATE_SV


def plan_paper(plan: ActivityPlan, head: TrainingHead, authority_name: str, diary_number: str) -> Paper:
    said = plan.content
    placement = head.placement
    facts = (
        f"Deltagare: {head.who}",
        f"Arbetsplats: {head.enterprise_name}{f', {head.site_name}' if head.site_name else ''}",
        f"Yrke: {head.trade_name}",
        f"Placering {placement.number}, {placement.first_day} till {placement.last_day}",
        f"Handläggare: {', '.join(filter(None, (head.case_officer_name, head.unit_name)))}",
        f"Version {plan.revision}. {PLAN_STATE_SV[plan.state]}.",
    )
    parts = (
        ("Placeringen", facts),
        ("Omfattning", tuple(step_sv(step) for step in said.steps)),
        ("Arbetsuppgifter", (*_paragraphs(said.tasks_sv), *(period_sv(one) for one in said.periods))),
        ("Mål", tuple(f"{number}. {goal_sv(goal)}" for number, goal in enumerate(said.goals, start=1))),
        ("Anpassningar", _paragraphs(said.adaptations_sv) or ("Inga särskilda anpassningar.",)),
        ("Kontaktpersoner på arbetsplatsen", tuple(contact_sv(one) for one in said.contacts)),
        (
            "Uppföljningar",
            tuple(day.isoformat() for day in said.follow_up_dates) or ("Inga planerade.",),
        ),
        ("Vid frånvaro", _paragraphs(said.absence_sv)),
        ("Godkännanden", agreements(plan)),
    )
    return Paper(
        title_sv=f"Aktivitetsplan för {head.who}",
        sender=authority_name,
        diary_number=diary_number,
        dated=plan.agreed_on or plan.proposed_on or today(),
        sections=[Section(heading, lines) for heading, lines in parts if lines],
    )


def agreements(plan: ActivityPlan) -> tuple[str, ...]:
    """Who has agreed, and how."""
    hers = "med sin kod" if plan.participant_by_code else f"vittne {plan.participant_witness}"
    return tuple(
        f"{who}: {f'{how}, {instant(at)}' if at else 'inte än'}"
        for who, how, at in (
            ("Handledaren", plan.supervisor_name, plan.supervisor_agreed_at),
            ("Handläggaren", plan.case_officer_name, plan.case_officer_agreed_at),
            ("Deltagaren", hers, plan.participant_agreed_at),
        )
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())
