"""axe-core on whatever a page shows: nothing serious may be left."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 A and AA; the canvas of the map is a picture, and what it shows stands in lists beside it
ASK = """async () => {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const found = await axe.run({exclude: [['.maplibregl-canvas']]}, {runOnly: rules})
  return found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)
}"""


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, with the first elements; the page's own rules (CSP) stay in force."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: Any = page.evaluate(ASK)
    return list(found)
