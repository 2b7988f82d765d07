"""What a procurement officer does with systems of choice and their terms."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.procurement.models import PriceRow, Requirement, SystemOfChoice, TermsVersion
from marketplace.procurement.price_rules import PriceDraft, price_problems
from marketplace.procurement.queries import draft_of, price_drafts, published_terms
from marketplace.procurement.rules import (
    TERMS_TRANSITIONS,
    Proof,
    Regime,
    RequirementDraft,
    TermsAction,
    TermsRules,
    TermsState,
)
from marketplace.reference.models import Kommun
from marketplace.rules import advance
from marketplace.tenancy import current_actor

__all__ = [
    "PriceDraft",
    "RequirementDraft",
    "TermsRules",
    "create_system",
    "draft_terms",
    "own_system",
    "publish_terms",
    "terms_problems",
    "update_system",
]


def create_system(
    *, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> SystemOfChoice:
    """A system of the actor's authority, not open until its first terms are published."""
    system = SystemOfChoice(authority_id=_own_authority(), is_open=False, created_at=now())
    _fill(system, name, service_sv, regime, kommun_codes)
    db.session.add(system)
    db.session.flush()
    audit.record("system_of_choice", system.id, "create", authority_id=system.authority_id)
    return system


def update_system(
    system_id: int, *, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> SystemOfChoice:
    """Changes a system that is not open. Raises Conflict for an open one: applicants and contracts rely on it."""
    system = own_system(system_id)
    if system.is_open:
        raise Conflict(
            "Systemet är öppet och kan inte ändras. Skapa ett nytt system om något annat ska köpas."
        )
    _fill(system, name, service_sv, regime, kommun_codes)
    audit.record("system_of_choice", system.id, "update", authority_id=system.authority_id)
    db.session.flush()
    return system


def draft_terms(
    system_id: int,
    *,
    contract_text_sv: str,
    rules: TermsRules,
    requirements: Sequence[RequirementDraft],
    prices: Sequence[PriceDraft],
) -> TermsVersion:
    """The system's draft of terms: a new version, or the one being written with its rows replaced.

    Half-written is allowed; `publish_terms` asks for the rest. Raises Invalid for what could not be stored.
    Whoever writes or publishes takes turns by the system's row, so that what is published is what was checked.
    """
    system = own_system(system_id, lock=True)
    for row in prices:
        if row.amount_ore < 0:
            raise Invalid("Ett belopp i prislistan kan inte vara mindre än noll.")
    terms = draft_of(system_id)
    if terms is None:
        terms = TermsVersion(
            system_id=system.id,
            authority_id=system.authority_id,
            version=_last_version(system_id) + 1,
            state=TermsState.DRAFT,
        )
        db.session.add(terms)
    terms.contract_text_sv = contract_text_sv.strip()
    terms.start_within_days = rules.start_within_days
    terms.answer_within = rules.answer_within
    terms.plan_within = rules.plan_within
    terms.report_within = rules.report_within
    terms.decision_within = rules.decision_within
    terms.requirements.clear()
    terms.prices.clear()
    db.session.flush()  # old rows go before new ones take their positions
    terms.requirements = [
        Requirement(position=position, text_sv=row.text_sv.strip(), proof=Proof(row.proof))
        for position, row in enumerate(requirements, 1)
    ]
    terms.prices = [
        PriceRow(
            position=position,
            component=str(row.component),
            support_level=row.support_level,
            day_part=row.day_part and str(row.day_part),
            amount_ore=row.amount_ore,
            parameters=dict(row.parameters),
        )
        for position, row in enumerate(prices, 1)
    ]
    db.session.flush()
    audit.record(
        "system_of_choice",
        system.id,
        "draft_terms",
        authority_id=system.authority_id,
        note_sv=f"Version {terms.version}",
    )
    return terms


def terms_problems(terms: TermsVersion) -> list[str]:
    """Swedish sentences for what is missing before the terms can be published."""
    problems = terms.rules.problems()
    if not terms.requirements:
        problems.append("Lägg till minst ett krav.")
    if any(not requirement.text_sv.strip() for requirement in terms.requirements):
        problems.append("Ett krav saknar text.")
    if not terms.contract_text_sv.strip():
        problems.append("Skriv avtalsvillkoren.")
    return problems + price_problems(price_drafts(terms.prices))


def publish_terms(terms_id: int) -> TermsVersion:
    """Opens the terms to everyone, for good, and replaces the version before. Raises Invalid when something is
    missing, Conflict when it is not a draft."""
    system = own_system(get_or_404(TermsVersion, terms_id).system_id, lock=True)
    terms = get_or_404(TermsVersion, terms_id, lock=True)
    role = current_actor().role
    transition = advance(TERMS_TRANSITIONS, terms.state, TermsAction.PUBLISH, role)
    problems = terms_problems(terms)
    if problems:
        raise Invalid(" ".join(problems))
    before = published_terms(system.id)
    if before is not None:
        replaced = advance(TERMS_TRANSITIONS, before.state, TermsAction.REPLACE, role)
        before.state = TermsState(replaced.target)
        db.session.flush()
    terms.state = TermsState(transition.target)
    terms.published_on = today()
    system.is_open = True
    audit.record(
        "system_of_choice",
        system.id,
        "publish",
        authority_id=system.authority_id,
        from_state=TermsState.DRAFT,
        to_state=terms.state,
        note_sv=f"Version {terms.version}",
    )
    db.session.flush()
    return terms


def _last_version(system_id: int) -> int:
    last = select(func.max(TermsVersion.version)).where(TermsVersion.system_id == system_id)
    return db.session.scalar(last) or 0


def _own_authority() -> int:
    actor = current_actor()
    if actor.role is not Role.PROCUREMENT_OFFICER or actor.authority_id is None:
        raise NotAllowed("Bara en upphandlare får ändra valfrihetssystem.")
    return actor.authority_id


def own_system(system_id: int, *, lock: bool = False) -> SystemOfChoice:
    """A system of the authority that the actor procures for. Raises NotFound for anyone else's."""
    authority_id = _own_authority()
    system = get_or_404(SystemOfChoice, system_id)
    if system.authority_id != authority_id:
        raise NotFound("Sidan finns inte, eller så hör den till någon annan.")
    return get_or_404(SystemOfChoice, system_id, lock=True) if lock else system


def _fill(
    system: SystemOfChoice, name: str, service_sv: str, regime: Regime, kommun_codes: Sequence[str]
) -> None:
    if not name.strip():
        raise Invalid("Skriv ett namn på systemet.", field="name")
    if not service_sv.strip():
        raise Invalid("Beskriv vad som köps.", field="service_sv")
    codes = sorted(set(kommun_codes))
    known = db.session.scalar(select(func.count()).select_from(Kommun).where(Kommun.code.in_(codes)))
    if not codes or known != len(codes):
        raise Invalid("Välj minst en kommun ur listan.", field="kommun_codes")
    system.name, system.service_sv = name.strip(), service_sv.strip()
    system.regime, system.kommun_codes = Regime(regime), codes
