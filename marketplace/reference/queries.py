"""Kommuner, trades and occupation fields, in Swedish order of name."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import current_app, has_app_context
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.db import db, swedish_order
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.rules import Position


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


@dataclass(frozen=True, slots=True)
class KommunFacts:
    code: str
    name: str
    town: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class TradeFacts:
    ssyk: str
    name: str
    plain_name: str
    field_id: str
    women: int
    men: int
    year: int
    """That the employed are of."""


@dataclass(frozen=True)
class Lists:
    """Everyone's reference data, by code, each in Swedish order of name."""

    kommuner: Mapping[str, KommunFacts]
    fields: Mapping[str, str]
    """Names of occupation fields."""
    trades: Mapping[str, TradeFacts]

    @property
    def positions(self) -> dict[str, Position]:
        """Of kommuner whose position is known."""
        return {code: one.position for code, one in self.kommuner.items() if one.position is not None}


_KEPT = "reference_lists"


def lists() -> Lists:
    """Read once and kept for REFERENCE_SECONDS in this process, since every search page needs them: public figures that
    are the same for all, written by `load_reference` only. Another process sees new ones when its time is out."""
    seconds = current_app.config.get("REFERENCE_SECONDS", 0 if current_app.testing else 60)
    until, found = current_app.extensions.get(_KEPT, (0.0, None))
    if found is None or time.monotonic() >= until:
        found = _lists()
        current_app.extensions[_KEPT] = (time.monotonic() + seconds, found)
    whole: Lists = found
    return whole


def forget_lists() -> None:
    """After a load, what this process has kept no longer counts."""
    if has_app_context():
        current_app.extensions.pop(_KEPT, None)


def _lists() -> Lists:
    kommun_rows = db.session.execute(
        select(Kommun.code, Kommun.name, Kommun.town, Kommun.latitude, Kommun.longitude).order_by(
            swedish_order(Kommun.name), Kommun.code
        )
    )
    field_rows = db.session.execute(
        select(OccupationField.concept_id, OccupationField.name).order_by(
            swedish_order(OccupationField.name), OccupationField.concept_id
        )
    )
    trade_rows = db.session.execute(
        select(
            Trade.ssyk, Trade.name, Trade.plain_name, Trade.field_id, Trade.women, Trade.men, Trade.year
        ).order_by(swedish_order(Trade.plain_name), Trade.ssyk)
    )
    return Lists(
        kommuner={
            code: KommunFacts(
                code, name, town, None if north is None or east is None else Position(north, east)
            )
            for code, name, town, north, east in kommun_rows
        },
        fields={row.concept_id: row.name for row in field_rows},
        trades={row.ssyk: TradeFacts(*row) for row in trade_rows},
    )
