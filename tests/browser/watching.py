"""A page that is watched: whatever its browser complains of is remembered."""

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Response

# What a browser writes to the console itself for an answer that the page was given on purpose.
MEANT = ("status of 404", "status of 403", "status of 410", "status of 422")


@dataclass
class Watch:
    """What was complained of at a page, in order."""

    page: Page
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(one in message.text for one in MEANT):
            self.said.append(f"{self.page.url}: {message.text}")

    def _response(self, answer: Response) -> None:
        if answer.status >= 500:
            self.said.append(f"{answer.url}: {answer.status}")
