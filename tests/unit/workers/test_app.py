"""The app names the modules that its processes import."""

from pathlib import Path

import sluice.app
from sluice import tasks, workers


def test_every_module_with_a_task_is_named() -> None:
    files = Path(tasks.__file__).parent.glob("*.py")
    assert {path.stem for path in files if "@app.task" in path.read_text()} == set(sluice.app._TASKS)


def test_every_module_that_connects_to_a_signal_or_answers_a_question_is_named() -> None:
    files = {path.stem: path.read_text() for path in Path(workers.__file__).parent.glob("*.py")}
    words = ("@signals.", "@control_command", "@Panel.register", "@inspect_command", "app.conf.beat_schedule =")
    assert {name for name, text in files.items() if any(word in text for word in words)} == set(sluice.app._WORKERS)
