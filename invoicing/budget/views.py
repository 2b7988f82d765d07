"""The authority's budget: by system, by month, and the page where it is written."""

from decimal import Decimal

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from invoicing.budget import services
from invoicing.budget.forms import BudgetForm, YearFilter
from invoicing.budget.queries import SystemYear, years
from invoicing.budget.rules import Figures, together, verdict
from invoicing.forecast.rules import ASSUMED_SV
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.tenancy import current_actor, own_authority
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import acted
from marketplace.web.guards import requires

bp = Blueprint("budget", __name__, url_prefix="/budget")

READERS = (Role.CONTROLLER, Role.STRATEGIST, Role.COORDINATOR)
EVENT_SV = {"save": "Budgeten sparades"}
_HEADER = ("Budget", "Fakturerat", "Attesterat", "Betalt", "Prognos, lägst", "Prognos, högst")


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    form, year = _asked()
    found = years(own_authority(), year)
    return render_template(
        "invoicing/budget/index.html",
        form=form,
        year=year,
        systems=found,
        total=together(one.total for one in found),
        verdict=verdict,
        assumed_sv=ASSUMED_SV,
    )


@bp.get(f"/lista.{FILE}")
@requires(*READERS)
def index_file(file_format: str) -> Response:
    _, year = _asked()
    rows = [
        (system.system.name, str(month), *_cells(figures))
        for system in years(own_authority(), year)
        for month, figures in system.months.items()
    ]
    return file_response(file_format, f"budget-{year}", ("System", "Månad", *_HEADER), rows)


@bp.get("/<int:system_id>")
@requires(*READERS)
def show(system_id: int) -> ResponseReturnValue:
    form, year = _asked()
    found = _system(system_id, year)
    return render_template(
        "invoicing/budget/show.html",
        form=form,
        year=year,
        found=found,
        verdict=verdict(found.total),
        assumed_sv=ASSUMED_SV,
        may_write=current_actor().role is Role.CONTROLLER,
        events=audit.timeline("budget", system_id),
        event_sv=EVENT_SV,
    )


@bp.get(f"/<int:system_id>.{FILE}")
@requires(*READERS)
def show_file(system_id: int, file_format: str) -> Response:
    _, year = _asked()
    rows = [(str(month), *_cells(figures)) for month, figures in _system(system_id, year).months.items()]
    return file_response(file_format, f"budget-{year}", ("Månad", *_HEADER), rows)


@bp.route("/<int:system_id>/andra", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def edit(system_id: int) -> ResponseReturnValue:
    _, year = _asked()
    found = _system(system_id, year)
    stored = {f"month_{month.number}": figures.budget_ore for month, figures in found.months.items()}
    form = BudgetForm(data=stored)
    if acted(
        form, lambda: services.save_budget(system_id, form.amounts(year)), f"Budgeten för {year} är sparad."
    ):
        return redirect(url_for("budget.show", system_id=system_id, ar=year))
    return (
        render_template("invoicing/budget/edit.html", form=form, year=year, found=found),
        form.status(),
    )


def _asked() -> tuple[YearFilter, int]:
    """This year, until another is asked for."""
    this = today().year
    form = YearFilter(choices={"ar": {year: str(year) for year in range(this + 1, this - 4, -1)}})
    form.ar.data = form.ar.data or this
    return form, form.ar.data


def _system(system_id: int, year: int) -> SystemYear:
    (found,) = years(own_authority(), year, system_id)
    return found


def _cells(figures: Figures) -> tuple[Decimal | None, ...]:
    amounts = (
        figures.budget_ore,
        figures.invoiced_ore,
        figures.attested_ore,
        figures.paid_ore,
        figures.low_ore,
        figures.high_ore,
    )
    return tuple(None if ore is None else Decimal(ore) / 100 for ore in amounts)
