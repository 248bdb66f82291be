"""`migrate`: the ledger's tables and those of all pipelines, brought up to date."""

from __future__ import annotations

from sluice.cli.output import Json, emit


def migrate(as_json: Json = False) -> None:
    """Create or update the tables of the ledger and of all pipelines."""
    from sluice.engine.tables.migrate import migrate as bring_up_to_date
    from sluice.pipelines import all_pipelines

    done = bring_up_to_date(list(all_pipelines().values()))
    emit({"done": done}, as_json=as_json, human=lambda: print("\n".join(done) or "everything is up to date"))
