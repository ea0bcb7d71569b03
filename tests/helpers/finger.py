"""A finger on the screen of a page."""

from playwright.sync_api import Page

STEPS = 12


class Finger:
    """One finger on a page's screen."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def move(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    def swipe(self, start: tuple[float, float], by: tuple[float, float]) -> None:
        """Come down at a place, go so far in small steps, and stay there."""
        (x, y), (right, down) = start, by
        self.move("touchStart", start)
        for part in (step / STEPS for step in range(1, STEPS + 1)):
            self.move("touchMove", (x + right * part, y + down * part))

    def leave(self) -> None:
        self.move("touchEnd")

    def tap(self, place: tuple[float, float]) -> None:
        self.move("touchStart", place)
        self.leave()
