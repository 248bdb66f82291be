"""docker-compose.yml, as it is written: what it publishes, what a container may do, and where secrets come from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluice.engine.base.settings import Settings, variable

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLES = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))

each_service = pytest.mark.parametrize(
    "name", ["redis", "postgres", "migrate", "worker", "beat", "watch", "flower", "web"]
)


def test_these_services_and_no_others() -> None:
    assert set(SERVICES) == {"redis", "postgres", "migrate", "worker", "beat", "watch", "flower", "web"}


@each_service
def test_a_container_can_change_nothing_but_its_data(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


@each_service
def test_a_container_has_limits_and_its_log_too(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["pids_limit"] <= 256
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@each_service
def test_a_container_stops_cleanly_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert service["init"] is True
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")


@pytest.mark.parametrize("name", ["migrate", "worker", "beat", "watch", "flower", "web"])
def test_a_step_has_time_to_end_before_its_container_is_killed(name: str) -> None:
    from sluice.workers.supervisor import GRACE_S

    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > GRACE_S


@pytest.mark.parametrize("name", ["redis", "postgres", "worker", "beat", "watch", "flower", "web"])
def test_what_runs_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_only_flower_and_the_api_are_published_and_only_on_this_host() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "flower": ["127.0.0.1:${SLUICE_FLOWER_PORT:-5555}:5555"],
        "web": ["127.0.0.1:${API_PORT:-8000}:8000"],
    }
    assert COMPOSE["networks"]["servers"] == {"internal": True}
    assert SERVICES["redis"]["networks"] == SERVICES["postgres"]["networks"] == ["servers"]


def test_workers_can_be_scaled() -> None:
    assert not {"container_name", "hostname", "ports"} & set(SERVICES["worker"])


def test_workers_wait_for_the_tables_and_the_servers() -> None:
    assert SERVICES["worker"]["depends_on"] == {
        "redis": {"condition": "service_healthy"},
        "postgres": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_only_migrate_may_make_tables() -> None:
    urls = {
        name: service["environment"].get("DATABASE_URL_FILE")
        for name, service in SERVICES.items()
        if isinstance(service.get("environment"), dict)
    }
    assert urls == {
        "postgres": None,
        "migrate": "/run/secrets/owner_url",
        "worker": "/run/secrets/loader_url",
        "beat": "/run/secrets/loader_url",
        "watch": "/run/secrets/loader_url",
        "flower": "/run/secrets/loader_url",
        "web": "/run/secrets/loader_url",
    }
    mounted = [name for name, service in SERVICES.items() if "owner_url" in service.get("secrets", [])]
    assert mounted == ["migrate"]


def test_secrets_are_files_and_nothing_else() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|SECRET|URL|TOKEN", name)
            assert not secret or (name.endswith("_FILE") and value.startswith("/run/secrets/")), name
    for name, where in COMPOSE["secrets"].items():
        assert where == {"file": f"./secrets/{name}"}


def test_a_secret_that_is_used_is_declared_and_the_other_way_round() -> None:
    secrets = [each for service in SERVICES.values() for each in service.get("secrets", [])]
    used = {each["source"] if isinstance(each, dict) else each for each in secrets}
    assert used == set(COMPOSE["secrets"])


def test_redis_forgets_frames_before_messages_and_writes_nothing() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options == {
        "--aclfile": "/run/secrets/redis_acl",
        "--maxmemory": "${SLUICE_REDIS_MAXMEMORY:-256mb}",
        "--maxmemory-policy": "volatile-lru",
        "--save": "",
        "--appendonly": "no",
        "--protected-mode": "no",
    }


def test_what_is_called_a_setting_is_one() -> None:
    known = {variable(name) for name in Settings.model_fields}
    for service in SERVICES.values():
        for name in service.get("environment", {}):
            if name.startswith("SLUICE_"):
                assert name.removesuffix("_FILE") in known


@pytest.mark.parametrize("name", ["SLUICE_CONCURRENCY", "SLUICE_LOG_LEVEL", "SLUICE_PART_BYTES", "SLUICE_WINDOW"])
def test_defaults_are_those_of_sluice(name: str) -> None:
    default = Settings.model_fields[name.removeprefix("SLUICE_").lower()].default
    assert VARIABLES[name] == str(default)


def test_every_variable_is_in_the_example_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert dict(re.findall(r"^#?(\w+)=(.*)$", example, re.MULTILINE)).items() >= VARIABLES.items()
