"""Who may change what is served (RFC 6750)."""

import hmac
import secrets

from aiopkg.server.problem import Problem, Refusal

__all__ = ["Access"]


class Access:
    """The bearer token of those who may; nobody may if it is empty."""

    def __init__(self, token: str) -> None:
        self._token = token

    @property
    def is_open(self) -> bool:
        """Whether anybody may change anything."""
        return bool(self._token)

    def check(self, authorization: str) -> None:
        """Raise Refusal (401 or 403) unless a header holds the token."""
        if not self._token:
            detail = "This endpoint is read-only; its owner has not turned updates on."
            raise Refusal(Problem(403, "read-only", "Updates are off", detail))
        scheme, _, given = authorization.strip().partition(" ")
        known = scheme.lower() == "bearer"
        if not known or not hmac.compare_digest(given.strip().encode("latin-1"), self._token.encode("utf-8")):
            challenge = 'Bearer realm="aiopkg"' + (', error="invalid_token"' if known else "")
            detail = "Changes need the bearer token of this endpoint." if not known else "This token is not the one."
            headers = {"WWW-Authenticate": challenge}
            raise Refusal(Problem(401, "unauthorized", "Not authorized", detail, headers=headers))

    def fresh_name(self) -> str:
        """A name that nobody can guess, for something new."""
        return secrets.token_hex(12)
