"""Alembic's entry: works on the connection that `bot.store.migrate` hands over."""

from alembic import context

from bot.store import tables  # noqa: F401  (registers the assistant's tables)
from knowledge.store import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="tables.",
)
with context.begin_transaction():
    context.run_migrations()
