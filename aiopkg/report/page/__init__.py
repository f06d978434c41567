"""What the HTML page shows, part by part, as plain values; the templates beside it give them their form."""

from aiopkg.report.page.whole import Page, view

__all__ = ["Page", "view"]
