"""The blueprint that the report's pages share, and who reads them."""

from flask import Blueprint

from marketplace.accounts.rules import Role

bp = Blueprint("report", __name__)

READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)
