# Functions that the scripts share: which programs this machine has, how to install more, and its package sources.
# Source this file in bash with `.`, from the root of the repository.

has() { # PROGRAM: whether it is on the PATH. `command -v` would also find a shell function of that name.
    type -P "$1" >/dev/null
}

# debootstrap and chroot are in folders that are not on the PATH after `su`.
has chroot || PATH=$PATH:/usr/sbin:/sbin

can_apt() { # whether apt-get works here without a password
    has apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() { # PACKAGE ...
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    echo "$(basename "$0"): installing $* by apt-get"
    "${root[@]}" apt-get update -qq </dev/null >/dev/null || true # an unneeded package source may be broken
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >/dev/null
}

has_all() { # PROGRAM ...
    local name
    for name in "$@"; do has "$name" || return; done
}

install_programs() { # PROGRAM ..., each from the package of the same name; fails if one is missing at the end
    local missing=() name
    for name in "$@"; do has "$name" || missing+=("$name"); done
    [ ${#missing[@]} = 0 ] || { can_apt && apt_install "${missing[@]}" && has_all "$@"; }
}

# A Debian mirror and release, from the machine's own package sources.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
        awk -v release="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
            '$2 == release && $3 == "main" { print $1, $2; exit }'
}

# Copies this machine's pip configuration: its package sources, and into the second file their CA certificate if there
# is one. Local folders are left out, since only this machine can read them.
copy_pip_settings() { # PIP.CONF, CA.PEM
    local python=${PYTHON:-python3}
    { "$python" -m pip config list 2>/dev/null || .venv/bin/python -m pip config list 2>/dev/null || true; } |
        "$python" -c ' # without pip, there is nothing to copy
import ast, os, pathlib, sys

settings = {}
for line in sys.stdin:  # section.key='"'value'"'; the environment comes first and wins
    name, _, value = line.partition("=")
    section, _, key = name.rpartition(".")
    if section in {":env:", "global", "install"}:
        settings.setdefault(key, ast.literal_eval(value).split())
conf, bundle = map(pathlib.Path, sys.argv[1:])
environ = [os.environ.get(name, "") for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
known = [path for path in map(pathlib.Path, settings.pop("cert", []) + environ) if path.is_file()]
lines = ["[global]"]
if known:
    bundle.write_bytes(known[0].read_bytes())
    lines.append("cert = /etc/pip-ca.pem")
for key, words in settings.items():
    if told := [word for word in words if not word.startswith(("/", "file:"))]:
        lines.append(f"{key} = {chr(32).join(told)}")
conf.write_text("\n".join(lines) + "\n")
' "$1" "$2"
}
