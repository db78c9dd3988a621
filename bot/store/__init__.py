"""The database: engine, tables and migrations, the same on SQLite and PostgreSQL."""

from bot.store.engine import Store, open_store

__all__ = ["Store", "open_store"]
