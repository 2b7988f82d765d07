"""The pages, texts and feeds by which systems are made known, on one blueprint."""

from marketplace.advertising.views import announcing, questions
from marketplace.advertising.views.blueprint import bp

__all__ = ["announcing", "bp", "questions"]
