"""Kommuner, trades and occupation fields, in Swedish order of name."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.db import db, swedish_order
from marketplace.reference.models import Kommun, OccupationField, Trade


def kommuner(codes: Collection[str] | None = None) -> list[Kommun]:
    """Every kommun, or those with the codes."""
    statement = select(Kommun).order_by(swedish_order(Kommun.name), Kommun.code)
    if codes is not None:
        statement = statement.where(Kommun.code.in_(codes))
    return list(db.session.scalars(statement))


def kommun_labels(codes: Collection[str] | None = None) -> dict[str, str]:
    """Names by code, of every kommun or of those with the codes."""
    return {kommun.code: kommun.name for kommun in kommuner(codes)}


def trades() -> list[Trade]:
    """Every trade with its field."""
    return list(
        db.session.scalars(
            select(Trade)
            .options(joinedload(Trade.field))
            .order_by(swedish_order(Trade.plain_name), Trade.ssyk)
        )
    )


def occupation_fields() -> list[OccupationField]:
    return list(
        db.session.scalars(
            select(OccupationField).order_by(swedish_order(OccupationField.name), OccupationField.concept_id)
        )
    )
