"""The DAG in a real Airflow, day by day: run by the Python of an environment that has Airflow, never imported here.

Arguments: one JSON list of {"day", "conf"}. The DAG is in the folder dags of AIRFLOW_HOME. Prints,
after a marker, one JSON list: for each day the states of its tasks and the number of their tries.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

MARKER = "DAYS "


def main() -> None:
    """Run the days in the order given, each to its end."""
    from airflow.dag_processing.dagbag import BundleDagBag

    folder = Path(os.environ["AIRFLOW_HOME"]) / "dags"
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    if bag.import_errors or list(bag.dags) != ["customer_ltv"]:
        sys.exit(f"found {list(bag.dags)}, errors: {bag.import_errors}")
    dag = bag.dags["customer_ltv"]
    for task in dag.tasks:  # a test does not wait as people do
        task.retry_delay = timedelta(seconds=0)
    dag.get_task("wait").poke_interval = 0
    print(MARKER + json.dumps([one_day(dag, **each) for each in json.loads(sys.argv[1])]))


def one_day(dag: object, day: str | None, conf: dict[str, str] | None = None) -> dict[str, object]:
    """The run for one day."""
    when = day and datetime.fromisoformat(day).replace(tzinfo=UTC)
    ended = dag.test(logical_date=when, run_conf=conf)
    tasks = {each.task_id: [each.state, each.try_number] for each in ended.get_task_instances()}
    return {"state": ended.state, **tasks}


if __name__ == "__main__":
    main()
