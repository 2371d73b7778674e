"""The credential of the account: agree, renew, recover, withdraw."""
