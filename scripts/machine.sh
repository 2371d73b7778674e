# What this machine knows of where packages come from, for those who make another one of it: scripts/image, scripts/fresh.
# To be read by bash with `.`, from the root of the repository.

# A mirror and the release to take from it, by the machine's own package sources.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' |
        awk -v release="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
            '$2 == release && $3 == "main" { print $1, $2; exit }'
}

# pip as this machine has it configured: where packages come from, and whom to trust for it, which is said in the second
# file if it is anyone in particular. Folders of this machine are left out, since nothing but the machine sees them.
copy_pip_settings() { # PIP.CONF, CA.PEM
    local python=python3
    python3 -m pip --version >/dev/null 2>&1 || python=.venv/bin/python
    "$python" -m pip config list | "$python" -c '
import ast, os, pathlib, sys

settings = {}
for line in sys.stdin:  # section.key='"'value'"'; what the environment says comes first, and wins
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
