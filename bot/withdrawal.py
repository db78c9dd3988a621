"""Taking back what waits in the ledger, also while it is being sent.

What is being sent may come back: a message that has not arrived is queued again. So who withdraws or holds waiting
messages marks those that are under way too (`cause`), and when such an outcome is stored the mark wins. Each is one
statement over all open states, because on PostgreSQL a row may change from one to the other while it runs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, cast, literal, null, update

from bot.store.moments import Moment
from bot.store.tables import OutboxRow

OPEN = OutboxRow.state.in_(["queued", "held", "sending"])
HELD = "held"  # the mark of a row that waits, should it come back, until it is released
UNDER_WAY = OutboxRow.state == "sending"
WAITS = (OutboxRow.state == HELD) | (UNDER_WAY & (OutboxRow.cause == HELD))
"""What `released` lets go."""


def withdrawn(cause: str, error: str, now: datetime) -> dict[str, Any]:
    """Values for an UPDATE of OPEN rows: they are not sent (again)."""
    return {
        "state": case((UNDER_WAY, "sending"), else_="failed"),
        "cause": cause,
        "error": error,
        "finished_at": case((UNDER_WAY, cast(null(), Moment)), else_=literal(now, Moment)),
    }


def held() -> dict[str, Any]:
    """Values for an UPDATE of OPEN rows: they wait until they are released."""
    return {
        "state": case((UNDER_WAY, "sending"), else_=HELD),
        "cause": case((UNDER_WAY & OutboxRow.cause.is_(None), HELD), else_=OutboxRow.cause),
    }


def released() -> dict[str, Any]:
    """Values for an UPDATE of rows that WAIT."""
    return {"state": case((UNDER_WAY, "sending"), else_="queued"), "cause": None}


_ROW = OutboxRow.__table__.c
_WITHDRAWN = _ROW.cause.is_not(None) & (_ROW.cause != HELD)
STORE_RETURN = (  # :row comes back because of :reason, to be sent :again unless that was withdrawn; :at is now
    update(OutboxRow.__table__)  # type: ignore[arg-type]
    .where(_ROW.id == bindparam("row"))
    .values(
        state=case((_ROW.cause == HELD, HELD), (_ROW.cause.is_not(None), "failed"), else_="queued"),
        cause=case((_WITHDRAWN, _ROW.cause), else_=null()),
        error=case((_WITHDRAWN, _ROW.error), else_=bindparam("reason", type_=_ROW.error.type)),
        not_before=bindparam("again"),
        finished_at=case((_WITHDRAWN, bindparam("at", type_=Moment)), else_=null()),
    )
)
