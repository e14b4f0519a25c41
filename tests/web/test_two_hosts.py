"""The house in the office, its edge behind a public host, a phone on the internet: three hosts in networks of their own."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.api.test_survey_times import AGREED, called
from tests.certificate import NAME, certificate
from tests.houses import Visitors
from tests.networks import OFFICE, PUBLIC, PUBLIC_INSIDE, Networks, missing, networks
from tests.provider import free_port
from tests.rooms import invited
from tests.servers import TOP, Server, serving
from tests.web.pages import PATIENCE_MS, SOFTWARE, chromium

pytestmark = pytest.mark.skipif(bool(lack := missing()), reason=lack)
CLOSED = ["/", "/review", "/api/session", "/api/city", "/api/layers/pipes/features", "/tiles/pipes/14/1/1.mvt"]
ASK = "async (paths) => Promise.all(paths.map(async (path) => (await fetch(path)).status))"
CONFIG = TOP / "docs" / "edge-nginx.conf"


@pytest.fixture(scope="module")
def house(demo_house: Server) -> Server:
    return demo_house


@pytest.fixture(scope="module")
def hosts() -> Iterator[Networks]:
    with networks() as made:
        yield made


@pytest.fixture(scope="module")
def public(house: Server, hosts: Networks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Server]]:
    """Where phones come, by nginx as its described set-up has it; and the edge behind it."""
    folder = tmp_path_factory.mktemp("public")
    cert, key = certificate(folder)
    with ExitStack() as stack:
        edge = stack.enter_context(
            serving(house.database, house.home, free_port(), links_only=True, host=OFFICE, behind=PUBLIC_INSIDE)
        )
        site = (
            CONFIG.read_text("utf-8")
            .replace(f"{OFFICE}:8001", urlsplit(edge.url).netloc)
            .replace("map.city.example;", f"{NAME};")
        )
        site = site.replace("/etc/ssl/map.city.example.pem", cert).replace("/etc/ssl/map.city.example.key", key)
        whole = f"pid {folder}/pid; error_log {folder}/log; events {{}} http {{ access_log off; {_temporary(folder)}\n{site}\n}}"
        (folder / "nginx.conf").write_text(f"user root; daemon off; {whole}", "utf-8")
        nginx = subprocess.Popen(["ip", "netns", "exec", hosts.public, "nginx", "-c", str(folder / "nginx.conf")])
        stack.callback(nginx.wait, 30)
        stack.callback(nginx.terminate)
        for _ in range(100):
            if hosts.reaches(hosts.phone, PUBLIC, 443):
                break
            time.sleep(0.1)
        yield f"https://{NAME}", edge


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def test_a_phone_reaches_its_room_and_nothing_else(
    house: Server, visitors: Visitors, hosts: Networks, public: tuple[str, Server], tmp_path: Path
) -> None:
    origin, edge = public
    lead, at = visitors["lead"], called(visitors, AGREED, {"step": "open"})
    link = invited(house, house.secret("lead"), lead.get(at).json(), task="take_part")
    far = tmp_path / "chromium-far"
    far.write_text(f'#!/bin/sh\nexec ip netns exec {hosts.phone} {chromium()} "$@"\n', "utf-8")
    far.chmod(0o755)
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = playwright.chromium.launch(
            executable_path=str(far), args=[*SOFTWARE, f"--host-resolver-rules=MAP {NAME} {PUBLIC}"]
        )
        phone = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="zh-CN", ignore_https_errors=True
        ).new_page()
        phone.set_default_timeout(PATIENCE_MS)
        phone.goto(f"{origin}/s/{link['secret']}")
        phone.get_by_test_id("guest-name").fill("王工")
        phone.get_by_test_id("guest-enter").click()
        expect(phone.get_by_test_id("guest-room")).to_contain_text("进行中")
        phone.get_by_test_id("tab-journal").click()
        expect(phone.get_by_test_id("link-state")).to_have_attribute("data-state", "open")
        phone.get_by_test_id("note").fill("从公网写的")
        phone.get_by_test_id("note-send").click()
        expect(phone.locator("[data-test=event]", has_text="从公网写的")).to_have_count(1)
        phone.wait_for_selector("[data-test=map][data-ready=true]", state="attached")
        closed = phone.evaluate(ASK, CLOSED)
        assert set(closed) == {404}
        browser.close()
    assert any("从公网写的" in str(one) for one in lead.get(f"{at}/events").json()["items"])
    (opened,) = lead.get(f"{at}/links").json()["items"]
    assert "203.0.113" in str(opened), opened  # the phone's own network, not that of the public host
    here = {name: int(re.findall(r":(\d+)$", one.url)[0]) for name, one in (("house", house), ("edge", edge))}
    assert hosts.reaches(hosts.public, OFFICE, here["edge"]) and not hosts.reaches(hosts.public, OFFICE, here["house"])
    assert not any(hosts.reaches(hosts.phone, OFFICE, port) for port in here.values())
