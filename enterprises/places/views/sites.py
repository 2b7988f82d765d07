"""The pages of sites: where an enterprise works."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.places import queries, services
from enterprises.places.forms import SiteForm
from enterprises.places.models import Site
from enterprises.places.rules import PLACE_STATE_SV, PLACE_STATE_TONE, SITE_ACCESS_SV, SITE_EVENT_SV
from enterprises.places.views.blueprint import bp
from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.reference.queries import kommun_labels
from marketplace.tenancy import current_actor
from marketplace.web.forms import acted, one_of, result_of
from marketplace.web.guards import requires


@bp.get("/arbetsstallen")
@requires(Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
def sites() -> ResponseReturnValue:
    return render_template(
        "enterprises/places/sites.html",
        sites=queries.sites(current_actor().enterprise_id),
        may_change=current_actor().role is Role.SUPPLIER_MANAGER,
    )


@bp.get("/arbetsstallen/<int:site_id>")
@requires(Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)
def site(site_id: int) -> ResponseReturnValue:
    one = queries.whole_site(site_id)
    is_own = one.enterprise_id == current_actor().enterprise_id
    may_change = is_own and current_actor().role is Role.SUPPLIER_MANAGER
    return render_template(
        "enterprises/places/site.html",
        site=one,
        places=queries.places_of_site(site_id),
        is_own=is_own,
        may_change=may_change,
        events=audit.timeline("site", site_id) if may_change else [],
        accessibility=[SITE_ACCESS_SV[code] for code in SITE_ACCESS_SV if code in one.accessibility],
        event_sv=SITE_EVENT_SV,
        state_sv=PLACE_STATE_SV,
        state_tone=PLACE_STATE_TONE,
    )


@bp.route("/arbetsstallen/nytt", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def create_site() -> ResponseReturnValue:
    form = _with_kommuner(SiteForm())
    site_id = result_of(form, lambda: services.add_site(**_typed(form)).id)
    if site_id is not None:
        flash("Arbetsstället är sparat. Lägg nu upp platserna där.", "success")
        return redirect(url_for("places.site", site_id=site_id))
    return render_template("enterprises/places/site_form.html", form=form, site=None), form.status()


@bp.route("/arbetsstallen/<int:site_id>/andra", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit_site(site_id: int) -> ResponseReturnValue:
    one = services.own(Site, site_id)
    form = _with_kommuner(SiteForm(obj=one))
    if acted(form, lambda: services.update_site(site_id, **_typed(form)), "Arbetsstället är sparat."):
        return redirect(url_for("places.site", site_id=site_id))
    return render_template("enterprises/places/site_form.html", form=form, site=one), form.status()


def _with_kommuner(form: SiteForm) -> SiteForm:
    form.kommun_code.choices = one_of(kommun_labels(), blank="Välj kommun")
    return form


def _typed(form: SiteForm) -> dict[str, Any]:
    names = ("name", "street", "postcode", "city", "kommun_code", "accessibility_sv")
    return {name: form[name].data or "" for name in names} | {"accessibility": form.accessibility.data or []}
