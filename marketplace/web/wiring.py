"""Hangs the web ground on the application: called once by the composition root, before the rooms' blueprints."""

from typing import cast

from flask import Blueprint, Flask, abort, request
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect

from marketplace.accounts import account_views
from marketplace.accounts import views as accounts
from marketplace.accounts.rules import ROLE_SV, Role
from marketplace.clock import today
from marketplace.colleagues import views as colleagues
from marketplace.letters import views as letters
from marketplace.second_factor import views as second_factor
from marketplace.second_factor.proof import lead_to_set_up, menu
from marketplace.tenancy import current_actor
from marketplace.web import pages, work
from marketplace.web.addresses import url_filtered, url_with
from marketplace.web.error_pages import add_error_pages
from marketplace.web.filters import add_filters
from marketplace.web.guards import View, public
from marketplace.web.headers import add_security_headers
from marketplace.web.limiter import limiter
from marketplace.web.sessions import add_sessions, may_switch_membership

_MEBIBYTE = 1024 * 1024


def init_web(app: Flask) -> None:
    app.config.setdefault("MAX_CONTENT_LENGTH", 16 * _MEBIBYTE)
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    if app.static_url_path is None:
        app.static_url_path = "/static"  # Bootstrap-Flask hangs its own path on it

    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # no view is a coroutine
    add_sessions(app)
    lead_to_set_up(app)
    csrf = CSRFProtect(app)
    limiter.init_app(app)
    Bootstrap5(app)
    add_security_headers(app)
    add_filters(app)
    add_error_pages(app)
    app.before_request(_refuse_unstorable_text)

    app.register_blueprint(_static_files())
    for blueprint in (
        work.bp,
        pages.bp,
        accounts.bp,
        account_views.bp,
        colleagues.bp,
        letters.bp,
        second_factor.bp,
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(letters.unsubscribe)  # posted to by mail programs; its link is signed
    if app.config.get("DEMO"):
        app.register_blueprint(accounts.demo_bp)
    _guard_static_files(app)

    app.jinja_env.globals.update(
        url_with=url_with,
        url_filtered=url_filtered,
        menu_for=menu,
        may_switch_membership=may_switch_membership,
        role_label=_role_label,
        today=today,
    )
    app.context_processor(lambda: {"actor": current_actor()})


def _refuse_unstorable_text() -> None:
    """No browser sends the character NUL and PostgreSQL stores none: whoever sends it is told so, in every form."""
    if any("\0" in value for values in request.form.listvalues() for value in values):
        abort(400)


def _static_files() -> Blueprint:
    return Blueprint("web", __name__, static_folder="static", static_url_path="/utseende")


def _guard_static_files(app: Flask) -> None:
    open_to_all = public("style sheets and images are the same for everyone")
    for endpoint, view in app.view_functions.items():
        if endpoint == "static" or endpoint.endswith(".static"):
            app.view_functions[endpoint] = open_to_all(cast(View, view))


def _role_label(role: Role) -> str:
    return ROLE_SV[role]
