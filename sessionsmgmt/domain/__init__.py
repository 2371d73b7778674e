"""What the job is about. Imports nothing but the standard library; knows no provider, no environment and no clock."""
