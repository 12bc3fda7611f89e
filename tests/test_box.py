"""The files of a production in a box, as far as they can be read without Docker."""

import json
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from bode.probe import is_well
from tests.running import free_port
from tests.smtp_server import wait_until
from tests.sources import ROOT
from tests.test_house import OF_COMPOSE, settings_read, text

OURS = ("migrate", "web", "worker", "beat")
UNITS = sorted((ROOT / "deploy" / "systemd").glob("bode*"))


def services() -> dict:
    return yaml.safe_load(text("docker-compose.yml"))["services"]


def test_compose_starts_all_of_it():
    others = {"postgres", "redis", "caddy", "mailpit"}
    assert set(services()) == {*OURS, *others}
    commands = {name: services()[name].get("command", "") for name in OURS}
    assert commands["migrate"] == "python manage.py prepare"
    assert "celery --quiet --app bode worker" in commands["worker"]
    assert "celery --quiet --app bode beat" in commands["beat"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_the_same_image_with_nothing_to_spare(name):
    service = services()[name]
    assert service["image"] == "bode"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_starts_before_the_migrations_are_done():
    done = {"condition": "service_completed_successfully"}
    for name in ("web", "worker", "beat"):
        assert services()[name]["depends_on"]["migrate"] == done


def test_compose_sets_only_settings_that_exist():
    for name in OURS:
        assert set(services()[name]["environment"]) <= settings_read()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text("docker-compose.yml")))
    assert asked <= settings_read() | OF_COMPOSE


def test_compose_holds_no_secret():
    for name in OURS:
        for setting, value in services()[name]["environment"].items():
            if re.search("KEY|PASSWORD|TOKEN", setting):
                assert value == "" or value.startswith("${"), setting
    password = services()["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert password.startswith("${POSTGRES_PASSWORD:?")


def test_only_the_proxy_and_the_mail_catcher_are_reached_from_outside():
    ports = {name: one["ports"] for name, one in services().items() if "ports" in one}
    assert set(ports) == {"caddy", "mailpit"}
    assert all(port.startswith("${BIND:-127.0.0.1}:") for port in ports["caddy"])
    assert ports["mailpit"] == ["127.0.0.1:8025:8025"]


def test_the_administrators_password_reaches_the_first_step_alone():
    given = {name: services()[name]["environment"]["ADMIN_PASSWORD"] for name in OURS}
    assert given.pop("migrate") == "${ADMIN_PASSWORD:-}"
    assert set(given.values()) == {""}


def test_the_image_runs_as_nobody_in_particular_and_without_pip():
    last = text("Dockerfile").rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", last, re.MULTILINE)
    assert "pip uninstall --yes pip" in last
    assert "HEALTHCHECK" in last
    assert "apt-get" not in text("Dockerfile")


def test_what_the_image_is_made_of_holds_no_secret():
    ignored = text(".dockerignore").splitlines()
    assert {".env*", ".git", "*.sqlite3*"} <= set(ignored)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_each_unit_runs_as_a_user_of_its_own_and_cannot_write_elsewhere(unit):
    said = unit.read_text()
    if unit.suffix == ".service":
        for line in ("User=bode", "ProtectSystem=strict", "NoNewPrivileges=yes"):
            assert line in said.splitlines()
        command = re.search(r"^ExecStart=(.+)$", said, re.MULTILINE)[1]
        assert shlex.split(command)[0].startswith("/opt/bode/.venv/bin/")


def test_there_are_units():
    assert len(UNITS) >= 4


def test_the_images_command_serves_and_its_probe_finds_it_well(product):
    made = product()
    port = free_port()
    command = json.loads(re.search(r"^CMD (\[.+\])$", text("Dockerfile"), re.M)[1])
    command[command.index("--bind") + 1] = f"127.0.0.1:{port}"
    web = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env=made.environment
    )
    try:
        wait_until(lambda: is_well(port), what="the web server")
        web.terminate()
        assert web.wait(20) == 0
    finally:
        web.kill()
    assert not is_well(port)
