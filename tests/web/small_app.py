"""The web ground alone: an application without rooms, database or Redis, and pages that show how it behaves."""

from collections.abc import Callable

from flask import Flask, abort
from flask.typing import ResponseReturnValue

import config
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.tenancy import Actor
from marketplace.web.guards import public, requires, signed_in
from marketplace.web.wiring import init_web

ERRORS = {"invalid": Invalid, "notallowed": NotAllowed, "notfound": NotFound, "conflict": Conflict}


def actor(role: Role | None = Role.SUPERVISOR) -> Actor:
    return Actor(
        user_id=7, user_name="Per Åberg", organisation_id=3, organisation_name="Tråd & Trä", role=role
    )


def small_app(add: Callable[[Flask], None] | None = None, *, csrf: bool = False, demo: bool = False) -> Flask:
    app = Flask("app", root_path=config.__file__.removesuffix("config.py"), static_folder=None)
    app.config.update(
        SECRET_KEY="of the tests",
        CONTACT_EMAIL="hjalp@example.org",
        TESTING=True,
        WTF_CSRF_ENABLED=csrf,
        DEMO=demo,
    )
    init_web(app)

    @app.route("/for-supervisors", methods=["GET", "POST"])
    @requires(Role.SUPERVISOR, Role.SUPPLIER_MANAGER)
    def for_supervisors() -> ResponseReturnValue:
        return "welcome"

    @app.get("/for-anyone-signed-in")
    @signed_in
    def for_anyone_signed_in() -> ResponseReturnValue:
        return "welcome"

    @app.route("/open", methods=["GET", "POST"])
    @public("a test")
    def open_to_all() -> ResponseReturnValue:
        return "welcome"

    @app.get("/with-a-slash/")
    @public("a test")
    def with_a_slash() -> ResponseReturnValue:
        return "welcome"

    @app.get("/domain-error/<kind>")
    @public("a test")
    def domain_error(kind: str) -> ResponseReturnValue:
        raise ERRORS[kind]("Läs detta och gör så här.")

    @app.get("/abort/<int:status>")
    @public("a test")
    def aborts(status: int) -> ResponseReturnValue:
        abort(status)

    @app.get("/fault")
    @public("a test")
    def fault() -> ResponseReturnValue:
        raise RuntimeError("a secret detail")

    if add:
        add(app)
    return app
