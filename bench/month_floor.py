"""A month's invoices by hand: one aggregate, the product's own template in bare Jinja, a hash and a row for each."""

import hashlib
import time
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from psycopg2.extras import execute_values

from bench.data import MONTH, Ground
from enterprises.contracts.rules import VatCategory
from invoicing.invoices import documents
from invoicing.invoices.document_rules import DocumentLine, InvoiceDocument, Party, Seller
from invoicing.remuneration.facts import Month
from marketplace.clock import today

_SUMS = """
SELECT a.contract_id, a.placement_id, r.support_level, r.day_part, r.amount_ore, count(*), min(a.day), max(a.day)
FROM attendance_day a
JOIN placement p ON p.id = a.placement_id
JOIN contract c ON c.id = a.contract_id
JOIN price_row r ON r.terms_id = c.terms_id AND r.component = 'day_rate' AND r.support_level = p.support_level
     AND r.day_part = CASE WHEN a.actual_hours >= 6 THEN 'whole' WHEN a.actual_hours >= 3 THEN 'half' ELSE 'part' END
WHERE a.day BETWEEN %(first)s AND %(last)s AND a.kind = 'present'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2
"""
_PARTIES = """
SELECT c.id, s.name, a.diary_number, c.buyer_reference, c.payment_days, b.name, b.orgnr,
       e.name, e.orgnr, p.street, p.postcode, p.city, p.contact_email, p.phone, p.bankgiro,
       'SE' || e.orgnr || '01', p.has_f_tax
FROM contract c
JOIN organisation e ON e.id = c.enterprise_id
JOIN enterprise_profile p ON p.enterprise_id = c.enterprise_id
JOIN organisation b ON b.id = c.authority_id
JOIN system_of_choice s ON s.id = c.system_id
JOIN application a ON a.id = c.application_id
"""
_PART_SV = {"whole": "heldag", "half": "halvdag", "part": "deldag"}
_XML = "invoicing/invoices/ubl_invoice.xml"


def by_hand(ground: Ground) -> dict[str, Any]:
    """How long it took, and the hash of each contract's XML, which neither this nor a run stores."""
    month, day = Month.of(today()).previous, today()
    templates = Path(documents.__file__).resolve().parents[2] / "templates"
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True)
    environment.filters |= {"amount": documents.amount, "quantity": documents.quantity}
    template = environment.get_template(_XML)
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute("CREATE TABLE bench.by_hand (id integer, month date, net_ore bigint, sha256 text)")
        started, rows = time.monotonic(), []
        cursor.execute(_PARTIES)
        parties = {contract_id: said for contract_id, *said in cursor.fetchall()}
        cursor.execute(_SUMS, {"first": month.first_day, "last": month.last_day})
        for contract_id, sums in groupby(cursor.fetchall(), key=itemgetter(0)):
            system, diary, reference, days, buyer, buyer_orgnr, *seller = parties[contract_id]
            document = InvoiceDocument(
                number="1",
                issued_on=day,
                due_on=day + timedelta(days=days),
                first_day=month.first_day,
                last_day=month.last_day,
                seller=Seller(*seller),
                buyer=Party(buyer, buyer_orgnr),
                lines=tuple(_line(position, *said) for position, (_, *said) in enumerate(sums, start=1)),
                ocr="0000018",
                buyer_reference=reference,
                contract_reference=diary,
                note_sv=f"{system}, {month.text_sv}",
            )
            xml = template.render(invoice=document)
            net_ore = sum(line.amount_ore for line in document.lines)
            rows.append((contract_id, month.first_day, net_ore, hashlib.sha256(xml.encode()).hexdigest()))
        execute_values(cursor, "INSERT INTO bench.by_hand VALUES %s", rows)
        return {
            "seconds": time.monotonic() - started,
            "hashes": {contract_id: sha256 for contract_id, *_, sha256 in rows},
        }


def _line(
    position: int,
    placement: int,
    level: str,
    part: str,
    price: int,
    count: int,
    first_day: date,
    last_day: date,
) -> DocumentLine:
    return DocumentLine(
        position=position,
        placement_number=f"P{placement}",
        name_sv=f"Dagersättning, nivå {level}, {_PART_SV[part]}",
        basis_sv=f"{count} närvarodagar",
        quantity=Decimal(count),
        unit_code="DAY",
        price_ore=price,
        amount_ore=price * count,
        first_day=first_day,
        last_day=last_day,
        vat_category=VatCategory.STANDARD,
    )
