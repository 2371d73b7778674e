"""Renewing the club's Google credential, by using it. See ``ports.TokenRefresher``."""

from __future__ import annotations

from dataclasses import field

from sessionsmgmt.adapters.google.credentials import stored_credential, with_token
from sessionsmgmt.adapters.google.tokens import excess, lapses, refresh
from sessionsmgmt.adapters.google.transport import Connection
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.ports.credentials import Renewed
from sessionsmgmt.secret_masking import Secret


@dataclass(frozen=True, slots=True)
class GoogleTokenRefresher:
    """Renews the credential at Google's token endpoint, for the scopes that the club needs and no more.

    Each use of a refresh token starts its six months again. Google returns a new refresh token only sometimes.
    """

    scopes: frozenset[str]
    connection: Connection = field(repr=False)

    def renew(self, credential: Secret) -> Renewed:
        """One refresh grant (RFC 6749, section 6). See ``ports.TokenRefresher``."""
        granted = refresh(stored_credential(credential), self.scopes, self.connection)
        renewed = self._renewed(credential, granted.refresh_token) if granted.refresh_token else credential
        return Renewed(renewed, granted.ends, (*lapses(granted), *excess(granted)))

    def meanwhile(self) -> str:
        """Google's earlier refresh tokens go on working beside the new one ("Using OAuth 2.0", "Refresh tokens")."""
        return (
            "Until then the credential that is stored goes on working: Google keeps earlier ones valid beside the new."
        )

    def _renewed(self, credential: Secret, refresh_token: Secret) -> Secret:
        return Secret(with_token(credential.reveal(), refresh_token.reveal()), self.connection.mask)
