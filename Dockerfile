# syntax=docker/dockerfile:1
# The Action's container. The digest is that of the list of all platforms; Dependabot proposes the next one.
# scripts/image builds it, also where nothing can be pulled: BASE then names a base that was made on the spot.
ARG BASE=python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

# ── All that is installed, in one folder ─────────────────────────────────────────────────────────────────────────────
FROM ${BASE} AS build
# A virtual environment: Python finds it without any help from its surroundings (see ENTRYPOINT).
RUN python -m venv --without-pip /app && rm -r /app/include /app/bin/*ctivate*
COPY requirements/run.txt /build/
# The two secrets are for machines that have their own package index; where there are none, pip is as it comes.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf --mount=type=secret,id=ca.pem,target=/etc/pip-ca.pem \
    python -m pip --python /app/bin/python install --quiet --no-cache-dir --disable-pip-version-check --no-compile \
    --require-hashes --no-deps --only-binary :all: --requirement /build/run.txt
COPY scripts/slim.py /build/
COPY schema /build/schema
COPY sessionsmgmt /build/sessionsmgmt
RUN /app/bin/python -I -B -X pycache_prefix=/app/bytecode /build/slim.py /build/sessionsmgmt
COPY entrypoint.py LICENSE /app/

# ── What is shipped ──────────────────────────────────────────────────────────────────────────────────────────────────
FROM ${BASE}
# Nothing is ever installed into this one.
RUN python -B -m pip uninstall --quiet --yes --root-user-action ignore pip
COPY --from=build /app /app

ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="sessionsmgmt" \
      org.opencontainers.image.description="Tells the owner of the premises, before each session of a youth team, who will be in the building." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.authors="the sessionsmgmt authors" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

# No USER and no WORKDIR: what the runner mounts belongs to the user it runs as, and GitHub asks for root, without which
# the outputs and the summary can't be written (docs.github.com, "Dockerfile support for GitHub Actions").
#
# The working directory is the checkout of a pull request that anyone may have written, and the workflow's environment
# comes along. -I lets neither say what is imported: no current folder, no PYTHONPATH, no packages of the user's own.
# It also switches off the variables by which the rest is usually said: -B writes no bytecode, -u shows a line when it
# is printed, utf8 reads and writes files alike whatever the locale, and the bytecode lies where slim.py put it.
ENTRYPOINT ["/app/bin/python", "-I", "-B", "-u", "-X", "utf8", "-X", "pycache_prefix=/app/bytecode", "/app/entrypoint.py"]
