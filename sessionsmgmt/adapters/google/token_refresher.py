"""The club's Google credential is renewed by using it. See ``ports.TokenRefresher``."""

from __future__ import annotations

from dataclasses import dataclass, field

from sessionsmgmt.adapters.google.credentials import stored_credential, with_token
from sessionsmgmt.adapters.google.tokens import excess, lapses, refresh
from sessionsmgmt.adapters.google.transport import Connection
from sessionsmgmt.ports.credentials import Renewed
from sessionsmgmt.secret_masking import Secret


@dataclass(frozen=True, slots=True)
class GoogleTokenRefresher:
    """Google's token endpoint, asked for what the club needs and no more.

    Each use of a refresh token begins its six months anew; Google returns no other one as a rule, and may.
    """

    scopes: frozenset[str]
    connection: Connection = field(repr=False)

    def renew(self, credential: str) -> Renewed:
        """One refresh grant (RFC 6749, section 6). See ``ports.TokenRefresher``."""
        granted = refresh(stored_credential(Secret(credential, self.connection.mask)), self.scopes, self.connection)
        renewed = with_token(credential, granted.refresh_token.reveal()) if granted.refresh_token else credential
        return Renewed(renewed, granted.ends, (*lapses(granted), *excess(granted)))

    def meanwhile(self) -> str:
        """Google's earlier refresh tokens go on working beside the new one ("Using OAuth 2.0", "Refresh tokens")."""
        return (
            "Until then the credential that is stored goes on working: Google keeps earlier ones valid beside the new."
        )
