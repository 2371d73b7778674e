"""GitHub, beyond being the place the job runs at: who asks it for what, and what its refusals mean."""
