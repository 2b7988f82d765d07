"""Systems of choice and their terms. What is open is seen by everyone (LOV 3:1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import acting_users
from marketplace.accounts.rules import Role
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import Conflict, NotFound
from marketplace.procurement.models import PriceRow, SystemOfChoice, TermsVersion
from marketplace.procurement.price_rules import FEES, RATES, Component, PriceDraft
from marketplace.procurement.price_words import conditions_sv, level_prices, price_label
from marketplace.procurement.rules import CLOSED_SV, Regime, RequirementDraft, TermsState
from marketplace.procurement.terms_words import TermsText, mark_of, rule_groups

T = TypeVar("T")

SYSTEM_SORTS = {
    "namn": swedish_order(SystemOfChoice.name),
    "myndighet": swedish_order(Organisation.name),
}


@dataclass(frozen=True)
class SystemFilter:
    kommun_code: str | None = None
    regime: Regime | None = None


def _systems(wanted: SystemFilter, sort: tuple[str, bool]) -> Select[SystemOfChoice]:
    key, is_descending = sort
    order: Any = SYSTEM_SORTS[key]
    statement = (
        select(SystemOfChoice)
        .join(SystemOfChoice.authority)
        .options(contains_eager(SystemOfChoice.authority))
        .order_by(
            order.desc() if is_descending else order,
            swedish_order(SystemOfChoice.name),
            swedish_order(Organisation.name),
            SystemOfChoice.id,
        )
    )
    if wanted.kommun_code:
        statement = statement.where(SystemOfChoice.kommun_codes.contains([wanted.kommun_code]))
    if wanted.regime:
        statement = statement.where(SystemOfChoice.regime == wanted.regime)
    return statement


def system_page(wanted: SystemFilter, sort: tuple[str, bool], page: int = 1) -> Page[SystemOfChoice]:
    """One page of the systems that the actor may see: the open ones, and all of the actor's own authority."""
    return paginate(_systems(wanted, sort), page)


def all_systems(wanted: SystemFilter, sort: tuple[str, bool]) -> list[SystemOfChoice]:
    """The same rows without pages, for a download."""
    return list(db.session.scalars(_systems(wanted, sort)))


def system_with_versions(system_id: int) -> SystemOfChoice:
    """Raises NotFound when the actor may not see it."""
    statement = (
        select(SystemOfChoice)
        .where(SystemOfChoice.id == system_id)
        .options(joinedload(SystemOfChoice.authority), selectinload(SystemOfChoice.versions))
    )
    return _found(db.session.scalar(statement))


def terms_with_rows(terms_id: int) -> TermsVersion:
    """One version with its requirements and prices. Raises NotFound when the actor may not see it."""
    return _found(db.session.scalar(_terms().where(TermsVersion.id == terms_id)))


def published_terms(system_id: int) -> TermsVersion | None:
    """The version that applications are made to now."""
    statement = _terms().where(
        TermsVersion.system_id == system_id, TermsVersion.state == TermsState.PUBLISHED
    )
    return db.session.scalar(statement)


def terms_to_apply_to(system: SystemOfChoice) -> TermsVersion:
    """The version that an application is made to. Raises Conflict where nobody can apply."""
    if system.closed_on is not None:
        raise Conflict(CLOSED_SV)
    terms = published_terms(system.id)
    if terms is None:
        raise Conflict("Systemet är inte öppet för ansökningar än. Vänta tills underlaget är publicerat.")
    return terms


def draft_of(system_id: int, *, is_fresh: bool = False) -> TermsVersion | None:
    """The version that is being written, if there is one; read anew when `is_fresh`."""
    statement = _terms().where(TermsVersion.system_id == system_id, TermsVersion.state == TermsState.DRAFT)
    return db.session.scalar(statement.execution_options(populate_existing=is_fresh))


def other_versions(terms: TermsVersion) -> list[TermsVersion]:
    """The system's other versions that the actor may see, the newest first."""
    statement = (
        select(TermsVersion)
        .where(TermsVersion.system_id == terms.system_id, TermsVersion.id != terms.id)
        .order_by(TermsVersion.version.desc())
    )
    return list(db.session.scalars(statement))


def officer_count(authority_id: int) -> int:
    """How many procurement officers the actor's own authority has."""
    return len(acting_users(authority_id, Role.PROCUREMENT_OFFICER))


def text_of(terms: TermsVersion) -> TermsText:
    """What the version says. A row that a draft has half written is left out."""
    rows = price_drafts(terms.prices)
    return TermsText(
        version=terms.version,
        requirements=[RequirementDraft(row.text_sv, row.proof) for row in terms.requirements],
        prices=[(price_label(row), row.amount_ore) for row in rows if row.component in RATES | FEES],
        conditions=conditions_sv([row for row in rows if row.component in set(Component)]),
        groups=rule_groups(terms.rules),
        contract_text_sv=terms.contract_text_sv,
    )


def mark_of_terms(terms: TermsVersion | None) -> str:
    """The mark of what the version says, also where there is none yet."""
    return mark_of(text_of(terms)) if terms else "inget"


def price_drafts(prices: Iterable[PriceRow]) -> list[PriceDraft]:
    """Stored rows as the rules read them."""
    return [
        PriceDraft(row.component, row.support_level, row.day_part, row.amount_ore, row.parameters)
        for row in prices
    ]


def level_prices_in(systems: Sequence[SystemOfChoice]) -> list[tuple[str, dict[str, str]]]:
    """Each system's name and what it pays for each support level in words; those alone that name levels. One query."""
    rows = db.session.execute(
        select(TermsVersion.system_id, PriceRow)
        .join(TermsVersion, TermsVersion.id == PriceRow.terms_id)
        .where(
            TermsVersion.system_id.in_([system.id for system in systems]),
            TermsVersion.state == TermsState.PUBLISHED,
        )
        .order_by(TermsVersion.system_id, PriceRow.position)
    ).all()
    told = [
        (system.name, level_prices(price_drafts(row for system_id, row in rows if system_id == system.id)))
        for system in systems
    ]
    return [(name, levels) for name, levels in told if levels]


def _terms() -> Select[TermsVersion]:
    return select(TermsVersion).options(
        joinedload(TermsVersion.system).joinedload(SystemOfChoice.authority),
        selectinload(TermsVersion.requirements),
        selectinload(TermsVersion.prices),
    )


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound()
    return row
