"""The pages for participants, and the same as open data."""

from enterprises.directory.views import open_data, pages

BLUEPRINTS = (pages.bp, open_data.bp)

__all__ = ["BLUEPRINTS", "open_data", "pages"]
