"""Mail servers: sending by SMTP."""
