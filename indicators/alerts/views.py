"""What the authority's strategists have asked to be told of."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from indicators.alerts import queries, services
from indicators.alerts.forms import AlertForm
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.reference.queries import lists
from marketplace.tenancy import current_actor
from marketplace.web.forms import acted, one_of
from marketplace.web.guards import requires

bp = Blueprint("capacity_alerts", __name__, url_prefix="/kapacitet/bevakningar")


@bp.get("")
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "a strategist acts for an authority"
    rows = []
    if found := queries.alerts(authority_id):
        supply, where, today = queries.supply(authority_id), queries.where_sv(found), clock.today()
        rows = [(alert, where[alert.id], alert.watch.value(supply, today)) for alert in found]
    return render_template("indicators/alerts/index.html", rows=rows)


@bp.route("/ny", methods=["GET", "POST"])
@requires(Role.STRATEGIST)
def create() -> ResponseReturnValue:
    form, known = AlertForm(), lists()
    form.kommun.choices = one_of(
        {code: kommun.name for code, kommun in known.kommuner.items()}, blank="Alla kommuner"
    )
    form.trade.choices = one_of(
        {ssyk: trade.plain_name for ssyk, trade in known.trades.items()}, blank="Alla yrken"
    )
    if acted(form, lambda: services.add_alert(form.watch()), "Bevakningen är tillagd."):
        return redirect(url_for("capacity_alerts.index"))
    return render_template("indicators/alerts/create.html", form=form), form.status()


@bp.post("/<int:alert_id>/ta-bort")
@requires(Role.STRATEGIST)
def remove(alert_id: int) -> ResponseReturnValue:
    with transaction():
        services.remove_alert(alert_id)
    flash("Bevakningen är borttagen.", "success")
    return redirect(url_for("capacity_alerts.index"))
