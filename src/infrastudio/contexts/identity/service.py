"""Issuing and revoking tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update

from infrastudio.contexts.identity.events import TokenCreated, TokenRevoked
from infrastudio.contexts.identity.permissions import Role
from infrastudio.contexts.identity.queries import secret_digest
from infrastudio.contexts.identity.schemas import NewToken, Token, TokenKind
from infrastudio.contexts.identity.tables import TokenRow, TokenSecretRow
from infrastudio.kernel.diff import diff
from infrastudio.stores import ledger
from infrastudio.stores.db import UnitOfWork

SECRET_PREFIX: Final = "stk_"  # noqa: S105  the public beginning of every secret


def issue_token(
    uow: UnitOfWork,
    *,
    project_id: str,
    project: str,
    name: str,
    kind: TokenKind,
    role: Role | None = None,
    subject: str = "",
    scope: str = "",
    expires_at: datetime | None = None,
) -> NewToken:
    """Make a token for one project; its secret is returned here and nowhere again.

    Args:
        uow: The transaction.
        project_id: The only project in which the token has rights.
        project: The slug of that project.
        name: What people call it.
        kind: `personal` tokens have the rights of `role`, those of jobs and replicas a fixed set.
        role: For personal tokens.
        subject: The entity that acts by it, `job:<id>` or `replica:<id>`.
        scope: All that it may change, such as `run:<id>`, beside what its subject made; empty: no such limit.
        expires_at: From when on it is refused; None: never.
    """
    secret = SECRET_PREFIX + uow.ids.token_bytes(20).hex()
    token = Token(
        id=uow.ids.prefixed("tok"),
        name=name,
        kind=kind,
        role=role,
        subject=subject,
        scope=scope,
        prefix=secret[:8],
        project=project,
        created_at=uow.now,
        expires_at=expires_at,
        revoked_at=None,
        version=1,
    )
    uow.change(insert(TokenRow).values(token.model_dump(exclude={"project"}) | {"project_id": project_id}))
    uow.change(insert(TokenSecretRow).values(digest=secret_digest(secret), token_id=token.id))
    ledger.append(uow, TokenCreated(after=token, changes=diff(None, token)), project_id=project_id)
    return NewToken(token=token, secret=secret)


def revoke_tokens(uow: UnitOfWork, *, subject: str, project: str) -> int:
    """Revoke all tokens of a job or replica and return how many there were; safe to repeat."""
    rows = uow.execute(
        select(TokenRow.__table__).where(TokenRow.subject == subject, TokenRow.revoked_at.is_(None))
    ).all()
    for row in rows:
        before = Token.model_validate({**row._mapping, "project": project})
        after = before.model_copy(update={"revoked_at": uow.now, "version": before.version + 1})
        uow.change(
            update(TokenRow).where(TokenRow.id == after.id).values(revoked_at=after.revoked_at, version=after.version)
        )
        ledger.append(uow, TokenRevoked(after=after, changes=diff(before, after)), project_id=row.project_id)
    return len(rows)
