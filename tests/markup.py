"""What a page of HTML is made of, for tests that read pages."""

from html.parser import HTMLParser

__all__ = ["Outline"]


class Outline(HTMLParser):
    """Collects elements with their attributes, headings by level, and ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]
