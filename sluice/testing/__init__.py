"""For tests of pipelines: runs a pipeline in this process, against a temporary database.

    from sluice.testing import sandbox
    from my_pipelines.meters import pipeline

    def test_a_negative_reading_is_refused(tmp_path):
        (tmp_path / "readings.csv").write_text("Meter;Time;Reading\\n7;31/03/2024 12:00;-1\\n")
        with sandbox() as database:
            loaded = database.load(pipeline, tmp_path / "readings.csv")
            assert loaded.books["rejected"] == 1
            assert [(reject.line, reject.code) for reject in loaded.rejects] == [(2, "negative")]
            assert database.rows("meters") == []

No worker, no Celery: the steps of a run are taken one after another, and where a pipeline's own code raises, `load`
raises. The embedded PostgreSQL and Redis start once in a process (`pip install 'sluice-etl[embedded]'`).
"""

from sluice.testing.sandbox import Loaded, Reject, Sandbox, sandbox

__all__ = ["Loaded", "Reject", "Sandbox", "sandbox"]
