"""The page where a month is run: how far the runs have come, and what could not be priced."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from invoicing.remuneration.facts import Month
from invoicing.run import queries, services
from invoicing.run.forms import RunForm
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.db import paginate, transaction
from marketplace.errors import DomainError
from marketplace.web.addresses import page_number
from marketplace.web.guards import requires

bp = Blueprint("invoice_runs", __name__, url_prefix="/fakturor/manadskorning")

MONTHS_TO_RUN = 12


@bp.route("", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER, Role.CONTROLLER)
def index() -> ResponseReturnValue:
    form = RunForm(month=request.args.get("manad"))
    form.month.choices = [(str(month), month.text_sv) for month in _months_to_run()]
    if form.validate_on_submit():
        try:
            with transaction():
                services.start_month_run(form.month.data)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(f"Fakturorna för {form.month.data.text_sv} görs nu.", "success")
            return redirect(url_for("invoice_runs.index"))
    return (
        render_template(
            "invoicing/run/index.html",
            form=form,
            runs=queries.latest_runs(),
            page=paginate(queries.unpriced(), page_number()),
        ),
        form.status(),
    )


def _months_to_run() -> list[Month]:
    months = [Month.of(clock.today()).previous]
    while len(months) < MONTHS_TO_RUN:
        months.append(months[-1].previous)
    return months
