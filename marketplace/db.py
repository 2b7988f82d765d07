"""The database session, transactions, and what every model and list shares."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Enum,
    MetaData,
    Numeric,
    Select,
    Text,
    collate,
    event,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from marketplace.errors import Conflict, DomainError, NotFound
from marketplace.swedish import FOLDED, FOLDS_TO


class Base(DeclarativeBase):
    """Models inherit this, not `db.Model`: strict typing, and every constraint has a name to explain."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        datetime: DateTime(timezone=True),
        date: Date(),
        Decimal: Numeric(8, 2),
    }


db = SQLAlchemy(metadata=Base.metadata)


def enum_of(kind: type[StrEnum], name: str) -> Enum:
    """A text column that the database holds to the enum's values by the check constraint ck_<table>_<name>."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


_CONNECTION = "connection"
"""In a session's `info`: the connection that its transaction, or its savepoint, has begun on. A savepoint that nothing
has been sent in is not there yet: it is the session's own `connection()` that sends it."""


def session_connection() -> Connection:
    """As `db.session.connection()`, which takes longer than sending a short statement."""
    session = db.session()
    return session.info.get(_CONNECTION) or session.connection()


def _begun(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info[_CONNECTION] = connection


def _other(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None or transaction.nested:
        session.info.pop(_CONNECTION, None)


event.listen(db.session, "after_begin", _begun)
event.listen(db.session, "after_transaction_create", _other)
event.listen(db.session, "after_transaction_end", _other)

_explanations: dict[str, Callable[[], DomainError]] = {}


def explain_constraint(name: str, message_sv: str) -> None:
    """Registers what to tell the user when the database refuses by the constraint `name`."""
    _explanations[name] = lambda: Conflict(message_sv)


def explained(error: IntegrityError) -> DomainError | None:
    """The domain error for a refused write, or None when the refusal is a fault of ours."""
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return _explanations[name]() if name in _explanations else None


_STOOD_IN_EACH_OTHERS_WAY = {"40P01", "40001"}  # deadlock_detected, serialization_failure


@contextmanager
def transaction() -> Iterator[None]:
    """Commits at the end or rolls everything back: the same construct in view, job and command.

    Raises the domain error registered for the constraint when the database refuses the write, and Conflict when it has
    chosen this one to give way to another that waited for it in its turn.
    """
    try:
        yield
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        understood = explained(error)
        if understood is None:
            raise
        raise understood from error
    except OperationalError as error:
        db.session.rollback()
        if getattr(error.orig, "pgcode", None) not in _STOOD_IN_EACH_OTHERS_WAY:
            raise
        raise Conflict(
            "Någon annan ändrade samma sak i samma ögonblick. Inget av ditt är sparat: försök igen."
        ) from error
    except BaseException:
        db.session.rollback()
        raise


def swedish_order(column: Any) -> ColumnElement[str]:
    """Orders text by Swedish rules (… x y z å ä ö), whatever collations the server has."""
    folded = func.translate(func.lower(column), FOLDED, FOLDS_TO)
    return collate(folded, "C")


ModelT = TypeVar("ModelT", bound=Base)


def get_or_404(model: type[ModelT], key: Any, *, lock: bool = False) -> ModelT:
    """The row, if there is one that the actor may see; with `lock`, held until the transaction ends.

    Raises NotFound: a row that does not exist and a row of someone else look the same.
    """
    row = db.session.get(model, key, with_for_update=True if lock else None, populate_existing=lock)
    if row is None:
        raise NotFound()
    return row


T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: what is shown, and how much there is."""

    items: list[T]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def paginate(
    statement: Select[*tuple[Any, ...]], page: int = 1, per_page: int = 25, *, key: Any = None
) -> Page[Any]:
    """One page of an ordered select, in two queries. One-column selects give values, others rows.

    With `key`, the column that tells the rows apart, those of the page are found by it alone, in a query of its own:
    what else the rows show is read of them, and not of all that are put in order.

    A page past the end gives the last one.
    """
    found = statement if key is None else statement.with_only_columns(key)
    total = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    page = min(max(1, page), max(1, -(-total // per_page)))
    shown = found.limit(per_page).offset((page - 1) * per_page)
    if key is not None:
        shown = statement.where(key.in_(db.session.scalars(shown).all()))
    result = db.session.execute(shown)
    wide = len(statement.column_descriptions) > 1
    items = list(result.all()) if wide else list(result.scalars().all())
    return Page(items, total, page, per_page)
