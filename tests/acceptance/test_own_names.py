"""An installed Sluice among files of its users' own: whatever these are called, none is imported by accident."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.installed import OWN_NAMES, Installed, Traps, every_name, install, names_after_the_start
from tests.kit.ports import free_port
from tests.kit.stack import ROOT, Stack, until

CALLS = "customer_id,call_cost,call_destination,call_date,call_duration\n1,$1.00,Nairobi,2024-01-01 10:00:00,00:01:00\n"
QUEUE = "from sluice import enqueue\nrun = enqueue('call_logs', ['calls.csv'])\n"
TOKENS = {
    "SLUICE_API_READ_TOKENS": "a-token-that-reads",
    "SLUICE_API_WRITE_TOKENS": "a-token-that-writes",
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("installed") / "sluice")


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    """A folder with calls.csv in it, where commands are run."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "calls.csv").write_text(CALLS)
    return Traps(tmp_path / "project")


@pytest.fixture
def project(stack: Stack, installed: Installed, traps: Traps) -> Project:
    return Project(stack, installed, traps)


class Project:
    """A user's folder, and what is run there."""

    def __init__(self, stack: Stack, installed: Installed, traps: Traps) -> None:
        self.stack, self.installed, self.traps = stack, installed, traps
        self.folder = traps.folder
        self.env = {key: value for key, value in stack.env.items() if not key.startswith(("PYTHON", "CELERY"))}
        self.env["SLUICE_PUBLISH_S"] = "300"  # one message a step: they are counted

    def run(self, program: str, *words: str, **env: str) -> str:
        """What the program says, once it has ended well."""
        command = [self.installed.program(program), *words]
        done = subprocess.run(
            command, cwd=self.folder, env=self.env | env, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}{self.traps.sprung}"
        return done.stdout

    def script(self, code: str, **env: str) -> str:
        """What a script in the folder says."""
        (self.folder / "script.py").write_text(code)
        return self.run("python", "script.py", **env)

    @contextmanager
    def running(self, program: str, *words: str, **env: str) -> Iterator[Path]:
        """The program until the end of the block: the file with what it says."""
        log = self.stack.home / "program.log"
        command = [self.installed.program(program), *words]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self.env | env, stdout=out, stderr=out, start_new_session=True
            )
        try:
            yield log
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text()}{self.traps.sprung}") from error
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(120)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def queue(self) -> int:
        """Put calls.csv on the queue: the number of the run."""
        return int(json.loads(self.run("sluice", "enqueue", "call_logs", "calls.csv", "--json"))["run"])

    def until_done(self, run: int) -> None:
        ask = "select state from sluice.run where id = %s"
        until(lambda: self.stack.sql(ask, run) == [("done",)], 120, f"the end of run {run}")
        assert self.stack.sql("select count(*) from customer_call_logs") == [(1,)]


def test_the_wheel_has_one_name_at_the_top(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
        (listed,) = (name for name in names if name.endswith("/top_level.txt"))
        assert wheel.read(listed).decode().split() == ["sluice"]
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"sluice"}
    assert {
        "sluice/app.py",
        "sluice/celeryconfig.py",
        "sluice/tasks/load.py",
        "sluice/workers/flower.py",
        "sluice/pipelines/call_logs/__init__.py",
        "sluice/pipelines/customer_ltv/sql/value.sql",
    } <= set(names)


@pytest.mark.parametrize("kind", ["files", "folders"])
def test_a_script_queues_files_beside_files_of_any_of_our_names(project: Project, kind: str) -> None:
    names = [name for name in OWN_NAMES if name != "script"]
    if kind == "files":
        project.traps.lay(*names)
    else:
        project.traps.lay_packages(*names)
    assert project.script(QUEUE + "print(run.status().state)") == "running\n"
    assert project.stack.redis().llen("sluice.plan") == 1
    assert project.traps.sprung == set()


def test_a_script_that_queues_files_imports_no_task(project: Project) -> None:
    said = project.script(QUEUE + "import sys\nprint(*sorted(name for name in sys.modules if 'sluice.tasks' in name))")
    assert said == "sluice.tasks sluice.tasks.enqueue\n"


USERS_APP = """
import threading
from celery import Celery, current_app, shared_task
mine = Celery("mine", broker="memory://", backend="cache+memory://")

@shared_task
def theirs(): ...

from sluice import enqueue
def queue():
    print(enqueue("call_logs", ["calls.csv"], reload=True).status().state)

queue()
thread = threading.Thread(target=queue)
thread.start()
thread.join()
print(current_app.main, theirs.app.main, theirs._get_current_object().app.conf.broker_url)
"""


@pytest.mark.slow
def test_a_celery_app_of_the_script_stays_its_own_and_ours_keeps_its_broker(project: Project) -> None:
    project.traps.lay(*OWN_NAMES)
    nobody = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0", "CELERY_RESULT_BACKEND": "redis://127.0.0.1:1/1"}
    (project.folder / "celeryconfig.py").write_text("broker_url = 'redis://127.0.0.1:1/2'\n")
    assert project.script(USERS_APP).splitlines() == ["running", "running", "mine mine memory://"]
    assert project.script(QUEUE + "print(run.status().state)", **nobody) == "running\n"
    assert project.stack.redis().llen("sluice.plan") == 3
    assert project.traps.sprung == set()


STARTS = {
    "the command": ("sluice", (), every_name, {}),
    "an empty entry of PYTHONPATH": ("sluice", (), names_after_the_start, {"PYTHONPATH": os.pathsep}),
    "python -m sluice": ("python", ("-m", "sluice"), names_after_the_start, {}),
    "python -m sluice.cli.main": ("python", ("-m", "sluice.cli.main"), names_after_the_start, {}),
    "PYTHONPATH": ("sluice", (), lambda: OWN_NAMES, {"PYTHONPATH": "."}),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.variants
def test_a_run_with_workers_imports_nothing_of_the_folder(project: Project, start: str) -> None:
    program, words, names, env = STARTS[start]
    project.traps.lay(*names())
    said = project.run(program, *words, "run", "call_logs", "calls.csv", "--workers", "1", "--json", **env)
    assert json.loads(said)["loaded"] == 1
    assert project.traps.sprung == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["sluice worker", "celery -A sluice.app worker --concurrency 1"])
def test_workers_import_nothing_of_the_folder(project: Project, command: str) -> None:
    project.traps.lay(*every_name())
    with project.running(*command.split()):
        project.until_done(project.queue())
    assert project.traps.sprung == set()


@pytest.mark.slow
def test_up_imports_nothing_of_the_folder(project: Project) -> None:
    project.traps.lay(*every_name())
    port = free_port()
    env = {"SLUICE_FLOWER_PORT": str(port), "SLUICE_FLOWER_PASSWORD": "open-sesame", "SLUICE_CONCURRENCY": "1"}
    with project.running("sluice", "up", **env) as log:
        project.until_done(project.queue())
        beat = Path(re.findall(r"all that they write: (\S+beat\.log)", log.read_text())[0])
        until(lambda: "beat: Starting..." in beat.read_text(), 120, "beat")
        url = f"http://127.0.0.1:{port}/api/workers"
        until(lambda: answers(url, auth=("sluice", "open-sesame")), 120, "Flower")
    assert project.traps.sprung == set()


@pytest.mark.parametrize("name", ["beat", "flower"])
@pytest.mark.variants
def test_celerys_own_command_imports_nothing_of_the_folder(project: Project, name: str) -> None:
    project.traps.lay(*every_name())
    port = free_port()
    env = {"SLUICE_FLOWER_PORT": str(port), "SLUICE_FLOWER_PASSWORD": "open-sesame"}
    more = ["--loglevel", "INFO"] if name == "beat" else []
    with project.running("celery", "-A", "sluice.app", name, *more, **env) as log:
        if name == "beat":
            until(lambda: "beat: Starting..." in log.read_text(), 120, "beat")
        else:
            url = f"http://127.0.0.1:{port}/api/workers"
            until(lambda: answers(url, auth=("sluice", "open-sesame")), 120, "Flower")
    assert project.traps.sprung == set()


def test_the_api_queues_a_run_from_there_and_imports_nothing_of_the_folder(project: Project) -> None:
    project.traps.lay(*every_name())
    project.run("sluice", "migrate")
    inbox = project.folder / "inbox" / "call_logs"
    inbox.mkdir(parents=True)
    (inbox / "calls.csv").write_text(CALLS)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = TOKENS | {"SLUICE_INBOX": str(project.folder / "inbox")}
    with project.running("sluice", "serve", "--port", str(port), **env):
        until(lambda: answers(f"{url}/healthz"), 120, "the API")
        body = {"pipeline": "call_logs", "files": ["call_logs/calls.csv"]}
        headers = {"Authorization": "Bearer a-token-that-writes"}
        asked = httpx.post(f"{url}/runs", json=body, headers=headers, trust_env=False, timeout=240)
        assert asked.status_code == 202, asked.text
    assert project.stack.redis().llen("sluice.plan") == 1
    assert project.traps.sprung == set()


@pytest.mark.slow
def test_the_embedded_servers_start_from_there_and_import_nothing_of_the_folder(project: Project) -> None:
    project.traps.lay(*every_name())
    for name in ("DATABASE_URL", "REDIS_URL", "SLUICE_CACHE_URL"):
        del project.env[name]
    said = project.run("sluice", "run", "call_logs", "calls.csv", "--json", SLUICE_HOME=".sluice")
    assert json.loads(said)["loaded"] == 1
    assert project.traps.sprung == set()


def test_tests_of_the_users_own_queue_files_beside_files_of_our_names(project: Project) -> None:
    project.traps.lay(*(name for name in OWN_NAMES if name != "conftest"))
    code = QUEUE.replace("\n", "\n    ", 1).replace("from sluice", "def test_mine():\n    from sluice")
    (project.folder / "test_mine.py").write_text(code)
    assert "1 passed" in project.run("python", "-m", "pytest", "-p", "no:cacheprovider", "test_mine.py")
    assert project.traps.sprung == set()


ONE_APP = """
import sys
from collections import Counter
from celery._state import _get_active_apps
from celery.app.utils import find_app
from sluice.pipelines import all_pipelines
app = find_app(sys.argv[1])
app.loader.import_default_modules()
all_pipelines()
import tasks, celeryconfig, sluice.app, sluice.celeryconfig
from sluice.pipelines.call_logs import pipeline
files = Counter(str(getattr(module, "__file__", None)) for module in [*sys.modules.values()])
home = sluice.__path__[0]  # pipelines are read anew when they change, whoever has imported them
ours = {file: n for file, n in files.items() if file.startswith(home) and not file.startswith(f"{home}/pipelines/")}
print(app is sluice.app.app, len(list(_get_active_apps())), max(ours.values()))
print(tasks.load == app.tasks["sluice.load"], celeryconfig.task_queues is sluice.celeryconfig.task_queues)
print(pipeline == all_pipelines()["call_logs"])
"""


@pytest.mark.parametrize("name", ["sluice.app", "workers.app", "workers.app:app"])
@pytest.mark.variants
def test_a_checkout_has_one_app_and_each_module_once_by_whatever_name_it_is_started(stack: Stack, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE_APP, name],
        cwd=ROOT, env=stack.env, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["True 1 1", "True True", "True"], done.stderr


def answers(url: str, **options: Any) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=10, **options).status_code == 200
    except httpx.HTTPError:
        return False
