"""The blueprint that the pages of contracts share."""

from flask import Blueprint

bp = Blueprint("contracts", __name__)
