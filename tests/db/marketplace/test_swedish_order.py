"""Names stand in one order, whether the database or Python puts them in it."""

from sqlalchemy import String, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from marketplace.db import swedish_order
from marketplace.swedish import swedish_key

NAMES = [
    "Örjan",
    "Ægir",
    "ärla",
    "Åsa",
    "Zara",
    "Überg",
    "adam",
    "Eva",
    "Éva",
    "Ørsted",
    "Anna-Lisa",
    "Anna B",
]


def test_python_and_the_database_agree(session: Session) -> None:
    rows = select(func.unnest(literal(NAMES, ARRAY(String))).label("name")).subquery()
    ordered = session.scalars(select(rows.c.name).order_by(swedish_order(rows.c.name), rows.c.name))
    keys = [swedish_key(name) for name in ordered]
    assert keys == sorted(keys)
    assert sorted(["Öl", "Ål", "Zon", "Äpple", "al"], key=swedish_key) == ["al", "Zon", "Ål", "Äpple", "Öl"]
