"""The rejects of a pipeline, for the section `rejects.html` of its page."""

from __future__ import annotations

from sluice.engine.database.statements import statements
from sluice.reports.queries import Queries, Row, with_examples

query = statements(__name__)

EXAMPLES = 3  # of each source and code


def rejects(queries: Queries, pipeline: str) -> Row:
    """`rejects`: rows by source and code, of the files that stand, with examples; `books`: what the books count."""
    generic = queries.of(query)
    about = {"pipeline": pipeline}
    about |= {"replaced": generic.row("replaced", **about)["inputs"]}
    examples = generic.rows("reject_examples", limit=EXAMPLES, **about)
    return {
        "rejects": with_examples(generic.rows("rejects", **about), examples, ("source", "code")),
        "books": generic.row("reject_books", **about),
    }
