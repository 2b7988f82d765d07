"""The blueprint that the pages of applications share."""

from flask import Blueprint, url_for

from enterprises.applications.models import Application
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor

bp = Blueprint("applications", __name__)


def application_crumbs(one: Application) -> list[tuple[str, str]]:
    """The way to an application's page, named by the other party."""
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    name = one.enterprise.name if is_officer else one.system.name
    return [
        ("Ansökningar", url_for("applications.index")),
        (name, url_for("applications.show", application_id=one.id)),
    ]
