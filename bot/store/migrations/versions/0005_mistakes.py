"""mistakes

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op
from bot.store import tables


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mistakes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", sa.String(length=80), nullable=False),
        sa.Column("facet", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reported_at", tables.Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closed_at", tables.Moment(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["persons.id"], name=op.f("fk_mistakes_closed_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_mistakes_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mistakes")),
    )
    with op.batch_alter_table("mistakes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mistakes_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_mistakes_open",
            ["id"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("mistakes", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_mistakes_open", postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_mistakes_person_id"))
    op.drop_table("mistakes")
