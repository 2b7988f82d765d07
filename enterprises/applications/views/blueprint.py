"""The blueprint that the pages of applications share."""

from typing import Any

from flask import Blueprint, request, url_for

from enterprises.applications.attachment_rules import LARGEST
from enterprises.applications.models import Application
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor

bp = Blueprint("applications", __name__)

_TAKE_FILES = frozenset({"applications.answers", "applications.find_exclusion"})


@bp.url_value_preprocessor
def _take_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Several files may be sent together. Here, since the form is read before the view, to check where it came from."""
    if endpoint in _TAKE_FILES:
        request.max_content_length = 6 * LARGEST


def application_crumbs(one: Application) -> list[tuple[str, str]]:
    """The way to an application's page, named by the other party."""
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    name = one.enterprise.name if is_officer else one.system.name
    return [
        ("Ansökningar", url_for("applications.index")),
        (name, url_for("applications.show", application_id=one.id)),
    ]
