"""What axe-core, which knows the rules for pages that all can use, finds in the views: in light and in dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.documents import keep
from tests.browser.views import THEMES, VIEWS, choose_theme, tell
from tests.fixtures.lab import PATIENT, Lab

GRAVE = {"serious", "critical"}
_OURS = '[class*="jp-dsa-"]'
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def told(lab: Lab) -> None:
    """Have the story told to the store."""
    tell(lab.workbench)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_keeps_anybody_out(lab: Lab, page: Page, theme: str) -> None:
    expect.set_options(timeout=PATIENT)
    choose_theme(lab, page, theme)
    lab.show(page)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    grave = []
    for view in VIEWS:
        expect(view(page)).to_be_visible()
        keep(page, lab.server.folder, f"{view.__name__}-{theme.rsplit(maxsplit=1)[-1].lower()}")
        found = Axe().run(page, context=_OURS, options=_RULES).response
        assert "color-contrast" in {rule["id"] for rule in found["passes"]}, view.__name__
        grave += [
            f"{view.__name__}: {rule['id']}: {rule['help']}\n{node['html'][:200]}\n{node['failureSummary'][:300]}"
            for rule in found["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
    assert not grave, "\n".join(grave)
