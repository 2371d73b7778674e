"""Opening the person's browser. It gets the variables that a browser needs, and none of this program's secrets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from threading import Thread

NEEDED = frozenset(
    {
        "BROWSER",
        "COMSPEC",
        "DBUS_SESSION_BUS_ADDRESS",
        "DESKTOP_SESSION",
        "DISPLAY",
        "HOME",
        "HOMEDRIVE",
        "HOMEPATH",
        "LANG",
        "LANGUAGE",
        "LOCALAPPDATA",
        "LOGNAME",
        "APPDATA",
        "PATH",
        "PATHEXT",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "PROGRAMFILES(X86)",
        "SHELL",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "USER",
        "USERPROFILE",
        "WAYLAND_DISPLAY",
        "WINDIR",
        "WSLENV",
        "WSL_DISTRO_NAME",
        "WSL_INTEROP",
        "XAUTHORITY",
        "__CF_USER_TEXT_ENCODING",
    }
)
"""The variables by which a browser finds its display, its profile and its programs, on any system."""
NEEDED_TOO = ("GNOME_", "KDE_", "LC_", "XDG_")
"""The beginnings of the other variables of that kind."""


def needed(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that a browser gets."""
    return {name: value for name, value in environ.items() if name in NEEDED or name.startswith(NEEDED_TOO)}


def visit(url: str, environ: Mapping[str, str]) -> None:
    """Open the address in the person's browser, if there is one, and return at once."""
    command = [sys.executable, "-I", "-m", "webbrowser", url]
    Thread(target=_run, args=(command, needed(environ)), daemon=True).start()


def _run(command: list[str], environ: Mapping[str, str]) -> None:
    import subprocess  # only this function needs it

    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)  # noqa: S603  our own interpreter
