"""What the numbers were measured with: the machine, the versions, and whether there is room for the logs."""

import os
import re
import shutil
import subprocess

from bench import PYTHON_WITH_CLIENT, REPOSITORY, TOOLS

# The logs of the growth, the slow paths and the backlog, in multiples of the size that was asked for.
DISK_FACTOR = 8


def said_by(*command):
    """The first line that a command says; empty where it fails."""
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, cwd=REPOSITORY)
    except OSError:
        return ""
    return run.stdout.decode(errors="replace").partition("\n")[0].strip()


def version_in(text):
    found = re.search(r"\d+\.\d+[\w.~+-]*", text)
    return found[0] if found else "unknown"


def first_match(path, pattern):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = re.search(pattern, file.read(), re.MULTILINE)
    except OSError:
        return "unknown"
    return found[1].strip().strip('"') if found else "unknown"


def machine():
    kibibytes = first_match("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    return {
        "processor": first_match("/proc/cpuinfo", r"^model name\s*:\s*(.*)$"),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(kibibytes) / 1024 ** 2:.0f} GiB" if kibibytes.isdigit() else kibibytes,
        "kernel": os.uname().release,
        "system": first_match("/etc/os-release", r"^PRETTY_NAME=(.*)$"),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
    }


def versions(exporter):
    python_client = said_by(PYTHON_WITH_CLIENT, "-c",
                            "import importlib.metadata as m; print(m.version('prometheus-client'))")
    return {
        "etl-exporter": version_in(said_by(exporter, "--version")),
        "mtail": version_in(said_by(os.path.join(TOOLS, "usr/bin/mtail"), "--version")),
        "Python": version_in(said_by("/usr/bin/python3", "--version")),
        "prometheus_client": version_in(python_client),
        "simdjson": version_in(said_by("dpkg-query", "-W", "-f=${Version}", "libsimdjson-dev")),
        "g++": version_in(said_by("g++", "-dumpfullversion")),
        "nginx": version_in(said_by(os.path.join(TOOLS, "usr/sbin/nginx"), "-v")),
        "wrk": version_in(said_by("wrk", "-v")),
        "node_exporter": version_in(said_by(os.path.join(TOOLS, "usr/bin/prometheus-node-exporter"), "--version")),
    }


def commit():
    """The commit, and a + where files differ from it."""
    name = said_by("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    return name + ("+" if said_by("git", "status", "--porcelain", "--untracked-files=no") else "")


def missing_disk(folder, size_bytes):
    """Why there is no room for the logs; None where there is."""
    needed, free = size_bytes * DISK_FACTOR, shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return f"{folder} has {free / 1e9:.1f} GB free, and the logs need {needed / 1e9:.1f} GB; give a smaller --size"
