"""What a procurement officer does with the terms of a system: writes a draft, and publishes it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace import audit
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.outbox import emit
from marketplace.procurement.models import PriceRow, Requirement, TermsVersion
from marketplace.procurement.price_rules import PriceDraft, price_problems
from marketplace.procurement.queries import draft_of, mark_of_terms, price_drafts, published_terms
from marketplace.procurement.rules import (
    TERMS_TRANSITIONS,
    Proof,
    RequirementDraft,
    TermsAction,
    TermsRules,
    TermsState,
    discarding_obstacle_sv,
)
from marketplace.procurement.services.systems import own_system
from marketplace.rules import advance
from marketplace.tenancy import current_actor

PUBLISHED_TOPIC = "terms.published"


def draft_terms(
    system_id: int,
    *,
    contract_text_sv: str,
    rules: TermsRules,
    requirements: Sequence[RequirementDraft],
    prices: Sequence[PriceDraft],
    begun_with: str | None = None,
) -> TermsVersion:
    """The system's draft of terms: a new version, or the one being written with its rows replaced.

    Half-written is allowed; `publish_terms` asks for the rest. Raises Invalid for what could not be stored, Conflict
    when `begun_with`, the mark of the text that the writer began with, is not that of what is stored now.
    Whoever writes or publishes takes turns by the system's row, so that what is published is what was checked.
    """
    system = own_system(system_id, lock=True)
    terms = draft_of(system_id, is_fresh=True)
    if begun_with is not None and begun_with != mark_of_terms(terms or published_terms(system_id)):
        raise Conflict(
            "Någon annan har sparat underlaget sedan du öppnade det. Det du har skrivit står kvar här men är inte "
            "sparat. Läs det som är sparat på underlagets sida först. Sparar du igen ersätter din text den."
        )
    for row in prices:
        if row.amount_ore < 0:
            raise Invalid("Ett belopp i prislistan kan inte vara mindre än noll.")
    if terms is None:
        terms = TermsVersion(
            system_id=system.id,
            authority_id=system.authority_id,
            version=_last_version(system_id) + 1,
            state=TermsState.DRAFT,
        )
        db.session.add(terms)
    terms.contract_text_sv = contract_text_sv.strip()
    terms.rules = rules
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
    problems = terms.rules.problems(terms.system.regime)
    if not terms.requirements:
        problems.append("Lägg till minst ett krav.")
    if any(not requirement.text_sv.strip() for requirement in terms.requirements):
        problems.append("Ett krav saknar text.")
    if not terms.contract_text_sv.strip():
        problems.append("Skriv avtalsvillkoren.")
    return problems + price_problems(price_drafts(terms.prices))


def publish_terms(terms_id: int, *, read: str | None = None) -> TermsVersion:
    """Opens the terms to everyone, for good, and replaces the version before. Raises Invalid when something is
    missing, Conflict when it is not a draft or not the text whose mark is `read`."""
    system = own_system(get_or_404(TermsVersion, terms_id).system_id, lock=True)
    terms = get_or_404(TermsVersion, terms_id, lock=True)
    role = current_actor().role
    transition = advance(TERMS_TRANSITIONS, terms.state, TermsAction.PUBLISH, role)
    if read is not None and read != mark_of_terms(terms):
        raise Conflict(
            "Någon annan har ändrat utkastet sedan du öppnade sidan. Läs igenom det som det står nu "
            "och publicera sedan."
        )
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
    emit(PUBLISHED_TOPIC, authority_id=system.authority_id, terms_id=terms.id)
    return terms


def discard_terms(terms_id: int) -> None:
    """Throws away a draft: what is published, or nothing, stands. Raises Conflict for what has been published."""
    system = own_system(get_or_404(TermsVersion, terms_id).system_id, lock=True)
    terms = get_or_404(TermsVersion, terms_id, lock=True)
    obstacle = discarding_obstacle_sv(terms.state)
    if obstacle:
        raise Conflict(obstacle)
    db.session.delete(terms)
    audit.record(
        "system_of_choice",
        system.id,
        "discard_terms",
        authority_id=system.authority_id,
        note_sv=f"Version {terms.version}",
    )
    db.session.flush()


def _last_version(system_id: int) -> int:
    last = select(func.max(TermsVersion.version)).where(TermsVersion.system_id == system_id)
    return db.session.scalar(last) or 0
