"""The blueprint that the plan's pages share, and who reads them."""

from flask import Blueprint

from marketplace.accounts.rules import Role

bp = Blueprint("plan", __name__)

READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)
