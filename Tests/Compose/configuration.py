"""Checks what the Compose files come to: configuration.py DOCKER-COMPOSE, the path of a docker-compose executable.

Every service is confined, bounded, watched and pinned, whatever file it is started from; versions, variables and defaults
that are said in several places agree; and Grafana's administrator has no password that is known.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "compose"
ETL = {"etl-simulator", "etl-metrics"}
STACK = ETL | {"prometheus", "alertmanager", "grafana"}
PORTS = {"etl-metrics": "8083", "prometheus": "9090", "alertmanager": "9093", "grafana": "3000"}
IMAGES = {
    "prometheus": "prom/prometheus:v3.13.2",
    "alertmanager": "prom/alertmanager:v0.33.1",
    "grafana": "grafana/grafana:13.1.3",
}
LOG = "/app/logs"
OWN_JOB = ("-f", "compose/compose.yaml", "-f", "compose/compose.own-job.yaml")
# Every setting, and the default that its example shows.
EXAMPLE = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (FOLDER / ".env.example").read_text(), re.MULTILINE))

VERSION = re.fullmatch(r"ETL_VERSION=(.+)\n", (ROOT / "Sources/CommandLineOptions/version.env").read_text())[1]

findings = []


def expect(condition, finding):
    if not condition:
        findings.append(finding)


def run_config(compose, *arguments, folder=ROOT, without=(), **variables):
    # What is empty counts as not set, whatever the .env of whoever runs this says.
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **dict.fromkeys(EXAMPLE, ""), **variables}
    for name in without:
        del environment[name]
    command = [compose, *arguments, "config", "--format", "json"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def configuration(compose, *arguments, **given):
    result = run_config(compose, *arguments, **given)
    if result.returncode != 0 or "level=warning" in result.stderr:
        sys.exit(f"{' '.join(result.args)}\n{result.stderr}")
    return json.loads(result.stdout)


def check_service(name, service):
    def hold(condition, what):
        expect(condition, f"{name}: {what}")

    hold(service.get("read_only") is True, "its root file system can be written to")
    hold(service.get("cap_drop") == ["ALL"] and "cap_add" not in service, "keeps capabilities")
    hold("no-new-privileges:true" in service.get("security_opt", []), "may gain privileges")
    hold(not service.get("privileged"), "is privileged")
    hold(service.get("restart") == "unless-stopped", "is not started again")
    hold(int(service.get("mem_limit", 0)) > 0, "has no limit of memory")
    hold(float(service.get("cpus", 0)) > 0, "has no limit of processors")
    hold(int(service.get("pids_limit", 0)) > 0, "has no limit of processes")
    options = service.get("logging", {}).get("options", {})
    hold(options.get("max-size") and options.get("max-file"), "its output is not bounded")
    ports = [(port.get("host_ip"), port.get("published")) for port in service.get("ports", [])]
    hold(ports == ([("127.0.0.1", PORTS[name])] if name in PORTS else []), f"its ports are {ports}")
    for volume in service["volumes"]:
        if volume["type"] == "bind":
            hold(volume.get("read_only"), f"may write to {volume['source']}")
            hold(ROOT in pathlib.Path(volume["source"]).parents, f"mounts {volume['source']}")
    if name in ETL:
        hold(int(service["mem_limit"]) <= 16 << 20, "may take more than 16 MiB")
        hold(service.get("memswap_limit") == service["mem_limit"], "may swap")
        hold(service.get("pull_policy") == "build", "may be pulled from a registry")
        hold(service["build"]["target"] == {"etl-simulator": "simulator"}.get(name, "exporter"), "is another target")
    else:
        hold(service["image"] == IMAGES[name], f"its image is {service['image']}")
        hold(re.fullmatch(r"[1-9]\d*:\d+", service.get("user", "")), "its user is not a number")
        hold(service.get("healthcheck", {}).get("test", ["NONE"])[0].startswith("CMD"), "its health is not checked")


def check_stack(configured):
    services = configured["services"]
    expect(set(services) == STACK, f"the services are {sorted(services)}")
    for name, service in services.items():
        check_service(name, service)

    def log_mount(name):
        return [(mount["source"], mount.get("read_only", False))
                for mount in services[name]["volumes"] if mount["target"] == LOG]

    expect(log_mount("etl-simulator") == [("etl_logs", False)], "etl-simulator cannot write to the log's volume")
    expect(log_mount("etl-metrics") == [("etl_logs", True)], "etl-metrics has the log not read-only")
    expect(services["etl-simulator"].get("network_mode") == "none", "etl-simulator has a network")
    expect("ETL_ROTATE_BYTES" in services["etl-simulator"]["environment"], "the log is never rotated")
    expect(set(configured["volumes"]) == {"etl_logs", "etl_exporter_data", "prometheus_data", "alertmanager_data",
                                          "grafana_data"}, f"the volumes are {sorted(configured['volumes'])}")
    # Each comes after what it asks, whether or not that is healthy: what watches must be there when it is not.
    needs = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    expect(needs == {"etl-simulator": set(), "etl-metrics": {"etl-simulator"}, "alertmanager": set(),
                     "prometheus": {"etl-metrics", "alertmanager"}, "grafana": {"prometheus"}}, f"the order is {needs}")
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            expect(how["condition"] == "service_started", f"{name} does not start while {needed} is not healthy")
    for name in ("prometheus", "alertmanager"):
        expect(not any("lifecycle" in word or "admin" in word for word in services[name]["command"]),
               f"{name} can be controlled by whoever reaches its port")


def check_grafana(compose):
    def variables(**given):
        services = configuration(compose, "-f", "compose/compose.yaml", **given)["services"]
        names = ("ADMIN_PASSWORD", "DISABLE_INITIAL_ADMIN_CREATION")
        values = [services["grafana"]["environment"][f"GF_SECURITY_{name}"] for name in names]
        return values + [services["grafana"]["environment"]["GF_AUTH_DISABLE_LOGIN_FORM"]]

    # What is empty leaves it to grafana.ini.
    expect(variables() == ["", "", ""], f"without a password Grafana is told {variables()}")
    expect(variables(GRAFANA_ADMIN_PASSWORD="x y") == ["x y", "false", "false"], "the password does not reach Grafana")
    settings = (FOLDER / "grafana.ini").read_text()
    for section, setting in [("auth", "disable_login_form = true"), ("auth.basic", "enabled = false"),
                             ("security", "disable_initial_admin_creation = true"),
                             ("auth.anonymous", "enabled = true"), ("auth.anonymous", "org_role = Viewer")]:
        body = re.search(rf"^\[{re.escape(section)}\]$(.*?)(^\[|\Z)", settings, re.MULTILINE | re.DOTALL)
        expect(body and f"\n{setting}\n" in body[1], f"grafana.ini does not say {setting} in [{section}]")


def check_own_job(compose, stack):
    """With one's own log there is no simulator, nothing waits for it, and all else is as ever."""
    refused = run_config(compose, *OWN_JOB)
    expect(refused.returncode != 0 and "compose/.env must name the folder" in refused.stderr,
           "compose.own-job.yaml can do without ETL_LOG_DIRECTORY")
    services = configuration(compose, *OWN_JOB, ETL_LOG_DIRECTORY="/var/log/orders", ETL_LOG_NAME="a.log")["services"]
    expect(set(services) == STACK - {"etl-simulator"}, f"with one's own job the services are {sorted(services)}")
    exporter, usual = services["etl-metrics"], stack["services"]["etl-metrics"]
    needed = [name for name, how in exporter["depends_on"].items() if how.get("required", True)]
    expect(not needed, f"with one's own job the exporter waits for {needed}")
    expect(exporter["environment"]["ETL_LOG_FILE"] == f"{LOG}/a.log", "the exporter follows another log than one's own")
    mounts = [(mount["target"], mount["source"], mount.get("read_only", False)) for mount in exporter["volumes"]]
    expect(sorted(mounts) == [(LOG, "/var/log/orders", True), ("/var/lib/etl-exporter", "own_job_exporter_data", False)],
           f"with one's own job the exporter mounts {mounts}")
    expect(not any(mount.get("bind", {}).get("create_host_path") for mount in exporter["volumes"]),
           "a folder that is not there would be made, for root")
    for part in ("depends_on", "volumes"):
        exporter[part] = usual[part]
    del exporter["environment"]["ETL_LOG_FILE"]
    expect(services == {name: stack["services"][name] for name in services}, "with one's own job more is different")


def check_top_folder(compose, stack):
    """The same stack without any option in the top folder, and compose/.env says what it does elsewhere."""
    expect(configuration(compose) == stack, "it is another stack when started from the top folder")
    with tempfile.TemporaryDirectory() as name:
        copy = pathlib.Path(name)
        shutil.copytree(FOLDER, copy / "compose", ignore=shutil.ignore_patterns(".env"))
        shutil.copy(ROOT / ".env", copy)
        version = "Sources/CommandLineOptions/version.env"
        (copy / version).parent.mkdir(parents=True)
        shutil.copy(ROOT / version, copy / version)
        (copy / "compose/.env").write_text("GRAFANA_PORT=17171\nETL_VARIANCE=0.17171\n")
        result = run_config(compose, folder=copy, without=("GRAFANA_PORT", "ETL_VARIANCE"))
        for value in ('"17171"', '"0.17171"'):
            expect(value in result.stdout, f"in the top folder compose/.env counts for nothing: no {value}; {result.stderr}")


def check_agreement(stack):
    dockerfile = (FOLDER / "Dockerfile").read_text()
    for service, image in [("etl-simulator", "etl-simulator"), ("etl-metrics", "etl-exporter")]:
        said = stack["services"][service]
        expect([said["image"], said["build"]["args"]] == [f"{image}:{VERSION}", {"ETL_VERSION": VERSION}],
               f"{service} is not of version {VERSION}: {said['image']}, {said['build']['args']}")
    users = set(re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE)) | set(re.findall(r"--chown=(\S+)", dockerfile))
    expect(users == {"10001:10001"}, f"the two images disagree on the user: {users}")

    # Every variable is in .env.example, with the default that it has where a default can be seen.
    files = "".join(path.read_text() for path in FOLDER.glob("compose*.yaml"))
    # Which is nobody's to set.
    files = re.sub(r"\$\{ETL_VERSION:-[a-z]*\}", "", files)
    used = set(re.findall(r"\$\{([A-Z_]+)", files)) | set(re.findall(r"^ +(ETL_[A-Z_]+):$", files, re.MULTILINE))
    expect(used == set(EXAMPLE), f"not in both the Compose files and .env.example: {sorted(used ^ set(EXAMPLE))}")
    for name, default in re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", files):
        expect(EXAMPLE.get(name) == default, f"{name} is {default}, and in .env.example {EXAMPLE.get(name)}")
    for name in used & set(EXAMPLE):
        is_own_job = name.startswith("ETL_LOG_")
        given = {"ETL_LOG_DIRECTORY": "/x"} if is_own_job else {}
        files = OWN_JOB if is_own_job else OWN_JOB[:2]
        value = "/17171" if name.endswith("_DIRECTORY") else "17171"
        services = configuration(sys.argv[1], *files, **given | {name: value})["services"]
        part = "ports" if name.endswith("_PORT") else "volumes" if name.endswith("_DIRECTORY") else "environment"
        reached = any("17171" in json.dumps(service.get(part)) for service in services.values())
        expect(reached, f"{name} reaches no service's {part}")


def main():
    compose = sys.argv[1]
    stack = configuration(compose, "-f", "compose/compose.yaml")
    check_stack(stack)
    expect(configuration(compose, folder=FOLDER) == stack, "it is another stack when started from compose/")
    check_top_folder(compose, stack)
    etl = configuration(compose, "-f", "compose/compose.etl.yaml", ETL_VERSION=VERSION)
    expect(etl["services"] == {name: stack["services"][name] for name in ETL},
           "compose.etl.yaml has other services than the whole stack")
    alone = configuration(compose, "-f", "compose/compose.etl.yaml")["services"]
    for name, service in alone.items():
        expect([service["image"].split(":")[1], service["build"]["args"]] == ["latest", {"ETL_VERSION": ""}],
               f"without a version {name} is {service['image']}, {service['build']['args']}")
    expect(etl["name"] == stack["name"] == "etl-monitoring", "the project is not called etl-monitoring")
    check_grafana(compose)
    check_own_job(compose, stack)
    check_agreement(stack)
    for finding in findings:
        print(finding)
    print(f"{len(stack['services'])} services, {len(findings)} findings")
    sys.exit(1 if findings else 0)


main()
