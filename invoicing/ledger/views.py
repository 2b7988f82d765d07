"""The supplier's statement of account per buyer, and the file for her bookkeeping."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from invoicing.ledger.forms import BookkeepingForm, StatementFilter
from invoicing.ledger.queries import documents
from invoicing.ledger.rules import ENTRY_SV, Account, EntryKind, Statement, accounts_of, entries_of, statement
from invoicing.ledger.sie_rules import ACCOUNT_SV, ENCODING, Seller, Voucher, sie_file, vouchers_of
from invoicing.remuneration.facts import Month
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import get_or_404
from marketplace.errors import Invalid
from marketplace.tenancy import current_actor
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("ledger", __name__, url_prefix="/fakturor")


@bp.get("/kontoutdrag")
@requires(Role.SUPPLIER_MANAGER)
def account() -> ResponseReturnValue:
    form, accounts, chosen, found = _asked()
    return render_template(
        "invoicing/ledger/account.html",
        form=form,
        accounts=accounts,
        chosen=chosen,
        statement=found,
        entry_sv=ENTRY_SV,
    )


@bp.get(f"/kontoutdrag.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def account_file(file_format: str) -> Response:
    form, _, chosen, found = _asked()
    header = ("Datum", "Händelse", "Nummer", "Avser", "Förfaller", "Belopp", "Saldo")
    rows: list[tuple[object, ...]] = []
    if chosen:
        rows.append((form.fran.data, "Ingående saldo", None, None, None, None, _kronor(found.opening_ore)))
    for entry, balance_ore in found.rows:
        one = entry.document
        due_on = one.due_on if entry.kind is EntryKind.INVOICE else None
        amounts = _kronor(entry.amount_ore), _kronor(balance_ore)
        rows.append((entry.day, ENTRY_SV[entry.kind], one.number, one.month_sv, due_on, *amounts))
    return file_response(file_format, "kontoutdrag", header, rows)


def _asked() -> tuple[StatementFilter, list[Account], Account | None, Statement]:
    """The accounts with every buyer, the one that is asked for, and its period: this year until something else is."""
    found = documents(_enterprise_id())
    accounts = accounts_of(found, today())
    form = StatementFilter(choices={"kopare": {one.buyer_id: one.buyer_name for one in accounts}})
    form.fran.data = form.fran.data or date(today().year, 1, 1)
    form.till.data = form.till.data or today()
    chosen = next(
        (one for one in accounts if one.buyer_id == form.kopare.data), accounts[0] if accounts else None
    )
    form.kopare.data = chosen and chosen.buyer_id
    entries = entries_of(one for one in found if chosen and one.buyer_id == chosen.buyer_id)
    return form, accounts, chosen, statement(entries, form.fran.data, form.till.data)


@bp.get("/bokforing")
@requires(Role.SUPPLIER_MANAGER)
def bookkeeping() -> ResponseReturnValue:
    form, vouchers = _booked()
    return (
        render_template(
            "invoicing/ledger/bookkeeping.html", form=form, vouchers=vouchers, account_sv=ACCOUNT_SV
        ),
        form.status(),
    )


@bp.get("/bokforing.si")
@requires(Role.SUPPLIER_MANAGER)
def bookkeeping_file() -> ResponseReturnValue:
    form, vouchers = _booked()
    if form.has_errors():
        raise Invalid("Filen kan inte göras: " + " ".join(one.message_sv for one in form.error_list()))
    seller = get_or_404(Organisation, _enterprise_id())
    body = sie_file(Seller(seller.name, seller.orgnr or ""), today(), vouchers, form.accounts())
    response = Response(body, content_type=f"text/plain; charset={ENCODING}")
    name = f"bokforing-{form.fran.data}-{form.till.data}.si"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _booked() -> tuple[BookkeepingForm, list[Voucher]]:
    """The last month that is over, until another period is asked for."""
    last = Month.of(today()).previous
    form = BookkeepingForm(last.first_day, last.last_day)
    if not form.validate():
        return form, []
    first_day, last_day = form.period()
    if last_day < first_day:
        form.add_error(Invalid("Sista dagen är före den första.", field="till"))
        return form, []
    return form, vouchers_of(documents(_enterprise_id()), first_day, last_day, form.accounts())


def _kronor(ore: int) -> Decimal:
    return Decimal(ore) / 100


def _enterprise_id() -> int:
    enterprise_id = current_actor().enterprise_id
    assert enterprise_id is not None, "a manager acts for an enterprise"
    return enterprise_id
