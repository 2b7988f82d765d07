"""The blueprint that the pages of attendance share."""

from flask import Blueprint

bp = Blueprint("attendance", __name__)
