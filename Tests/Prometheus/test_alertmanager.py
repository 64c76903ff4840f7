"""Posts alerts to a real Alertmanager with the configuration of this repository and looks at whom it tells, in how many
notifications, and which alerts it keeps back.

Usage: test_alertmanager.py ALERTMANAGER    the path of the program; amtool must be on PATH

The receivers are those of the examples; what they name listens on free ports of this machine.
"""

import json
import re
import subprocess
import sys
import tempfile

from alertmanager import CONFIGURATION, EXAMPLES, Alertmanager, Mailbox, Webhooks, with_receivers
from rule_files import load, load_rules, rules_of

EXPORTER = {"job": "etl_metrics", "instance": "exporter:8083"}
OTHER = {"job": "etl_metrics", "instance": "other:8083"}
THIRD = {"job": "etl_metrics", "instance": "third:8083"}
ENDPOINT = "ETL Metrics Endpoint Unavailable"
GONE = "ETL Target Gone"
HEALTH = "ETL Process Health Check Failed"
SLOWLY = "ETL Error Budget Burning Slowly"
FAST = "ETL Error Budget Burning Fast"
RATE = "High ETL Failure Rate"
DEADLINE = "ETL Run Missed Deadline"
WATCHDOG = "ETL Watchdog"
PIPELINES = 100
LINKS = {
    "summary": "The ETL job is down.",
    "description": "It is down.",
    "runbook_url": "https://git.example.org/etl/runbook#it",
    "dashboard_url": "https://grafana.example.org/d/etl-monitoring?var-instance=a%3A1",
}
SEVERITIES = {rule["alert"]: rule["labels"] for _, _, rule in rules_of(load_rules()) if "alert" in rule}


def alert(name, labels, **more):
    return {"labels": {"alertname": name, **SEVERITIES[name], **labels, **more}, "annotations": LINKS}


def example(name):
    (path,) = [path for path in EXAMPLES if path.stem == name]
    return with_receivers(path)


def local(text, pattern, replacement, times):
    text, count = re.subn(pattern, replacement, text)
    assert count == times, f"{pattern} is there {count} times, not {times}"
    return text


def with_webhooks(webhooks):
    return local(example("webhook"), r"https://\w+\.example\.org/", f"http://127.0.0.1:{webhooks.server_port}/", 3)


def names(component, severity):
    return [n for n, labels in SEVERITIES.items() if labels.get("component") == component and labels["severity"] == severity]


def check_inhibition(program):
    """What follows from a critical alert is kept back, and nothing else."""
    every, of_job, of_exporter = list(SEVERITIES), names("job", "warning"), names("exporter", "warning")
    assert len(of_exporter) > 3 and len(of_job) > 3, SEVERITIES
    posted = [
        # Without metrics nothing else is said of this exporter, but of the other one.
        *(alert(name, EXPORTER, pipeline="orders") for name in every if name not in (WATCHDOG, ENDPOINT, GONE)),
        alert(ENDPOINT, EXPORTER),
        # The one job of an exporter is down, so its warnings are kept back, but not those of the exporter.
        alert(HEALTH, OTHER),
        *(alert(name, OTHER) for name in of_job + of_exporter),
        # One of two pipelines is down, so the warnings of the other one are told.
        *(alert(name, THIRD, pipeline="users") for name in of_job + of_exporter if name != SLOWLY),
        alert(HEALTH, THIRD, pipeline="orders"),
        # A target of the same name at another site has nothing to do with it.
        alert(RATE, EXPORTER, site="ams"),
        # Gone is as bad as down; the budget says more than the number of failures; a run is known by its pipeline.
        alert(GONE, {**EXPORTER, "instance": "gone:8083"}),
        alert(HEALTH, {**EXPORTER, "instance": "gone:8083"}),
        *(alert(name, {**EXPORTER, "instance": "slowly:8083"}) for name in (SLOWLY, RATE)),
        *(alert(name, {**EXPORTER, "instance": "fast:8083"}) for name in (FAST, RATE)),
        alert(DEADLINE, {"job": "etl_metrics"}, pipeline="nightly"),
        alert("ETL Run Failed", {**EXPORTER, "instance": "runs:8083"}, pipeline="nightly"),
        alert(WATCHDOG, {}),
    ]
    critical = {(ENDPOINT, "exporter:8083"), (HEALTH, "other:8083"), (HEALTH, "third:8083"), (GONE, "gone:8083"),
                (FAST, "fast:8083"), (DEADLINE, None)}
    warning = {(name, "third:8083") for name in of_job + of_exporter if name != SLOWLY}
    warning |= {(name, "other:8083") for name in of_exporter} | {(RATE, "exporter:8083"), (SLOWLY, "slowly:8083")}
    kept = {(name, "exporter:8083") for name in every if name not in (WATCHDOG, ENDPOINT, GONE)}
    kept |= {(name, "other:8083") for name in of_job}
    kept |= {(HEALTH, "gone:8083"), (RATE, "slowly:8083"), (RATE, "fast:8083"), ("ETL Run Failed", "runs:8083")}
    webhooks = Webhooks()
    with tempfile.TemporaryDirectory() as folder, Alertmanager(program, folder, with_webhooks(webhooks)) as alertmanager:
        alertmanager.post(posted)
        alertmanager.wait_until("the webhooks have what they are to have", lambda: has(webhooks, critical, warning))
        shown = alertmanager.alerts()
        assert len(shown) == len(posted), f"{len(shown)} alerts instead of {len(posted)}"
        inhibited = {(a["labels"]["alertname"], a["labels"]["instance"]) for a in shown if a["status"]["inhibitedBy"]}
        assert inhibited == kept, f"kept back too much or too little: {sorted(inhibited ^ kept)}"
        assert webhooks.names("/critical") == critical, webhooks.names("/critical") ^ critical
        assert webhooks.names("/warning") == warning, webhooks.names("/warning") ^ warning
        assert webhooks.names("/etl") == {(WATCHDOG, None)}, webhooks.names("/etl")
        assert {path for path, _ in webhooks.received} == {"/critical", "/warning", "/etl"}
        print(f"{len(posted)} alerts: {len(kept)} kept back, {len(critical)} critical and {len(warning)} warnings told")
        # Once it is over, that is told, and what was kept back is no longer.
        over = {**alert(ENDPOINT, EXPORTER), "startsAt": "2019-01-01T00:00:00Z", "endsAt": "2020-01-01T00:00:00Z"}
        alertmanager.post([over])
        alertmanager.wait_until("the job's health is told again", lambda: not is_kept_back(alertmanager, HEALTH))
        assert is_kept_back(alertmanager, of_job[0]), "the warnings of a job that is down are no longer kept back"


def has(webhooks, critical, warning):
    return webhooks.names("/critical") >= critical and webhooks.names("/warning") >= warning and webhooks.names("/etl")


def is_kept_back(alertmanager, name):
    """Of the exporter that could not be scraped."""
    found = [
        a
        for a in alertmanager.alerts()
        if a["labels"]["alertname"] == name and a["labels"].get("instance") == EXPORTER["instance"]
        and "site" not in a["labels"]
    ]
    assert found, f"{name} is gone"
    return all(a["status"]["inhibitedBy"] for a in found)


def check_outage(program):
    """One outage over many pipelines is a few notifications, and of the warnings none."""
    posted = [
        alert(name, EXPORTER, pipeline=f"pipeline-{number}")
        for number in range(PIPELINES)
        for name in (HEALTH, "No ETL Success in 10 Minutes", "ETL Processing Rate Below Threshold")
    ]
    webhooks = Webhooks()
    with tempfile.TemporaryDirectory() as folder, Alertmanager(program, folder, with_webhooks(webhooks)) as alertmanager:
        alertmanager.post(posted)
        alertmanager.wait_until("all are told", lambda: len(webhooks.alerts("/critical")) == PIPELINES)
        paths = [path for path, _ in webhooks.received]
        assert paths == ["/critical"], f"{len(posted)} alerts are the notifications {paths}"
        print(f"{len(posted)} alerts of {PIPELINES} pipelines: {len(paths)} notification")


def check_nobody():
    """As it stands nobody is told: no receiver has anything but its name."""
    receivers = load(CONFIGURATION)["receivers"]
    assert all(set(receiver) == {"name"} for receiver in receivers), f"somebody is told: {receivers}"


def check_examples(program):
    """Each example is one that amtool takes, has a receiver for each name, and what it sends has links that can be clicked."""
    webhooks, mailbox = Webhooks(), Mailbox()
    address = f"http://127.0.0.1:{webhooks.server_port}"
    mail = local(example("mail"), r"smarthost: \S+", f"smarthost: 127.0.0.1:{mailbox.server_address[1]}", 1)
    mail = local(mail, r"\n +auth_\w+: \S+", "", 2).replace("send_resolved: true", "send_resolved: true\n        require_tls: false")
    slack = local(example("slack"), r"api_url_file: \S+", f"api_url: {address}/slack", 1)
    for path in EXAMPLES:
        with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
            file.write(with_receivers(path))
            file.flush()
            subprocess.run(["amtool", "check-config", file.name], check=True, stdout=subprocess.DEVNULL)
            for name in ("critical", "warning"):
                command = ["amtool", "config", "routes", "test", f"--config.file={file.name}", f"--verify.receivers={name}"]
                subprocess.run([*command, f"severity={name}"], check=True, stdout=subprocess.DEVNULL)
    for name, text in (("mail", mail), ("slack", slack), ("webhook", with_webhooks(webhooks))):
        with tempfile.TemporaryDirectory() as folder, Alertmanager(program, folder, text) as alertmanager:
            webhooks.received.clear()
            alertmanager.post([alert(HEALTH, OTHER), alert("ETL Snapshot Failing", OTHER)])
            alertmanager.wait_until(f"two notifications by {name}", lambda: len(webhooks.received + mailbox.received) == 2)
            for sent in map(plain, webhooks.received + mailbox.received):
                missing = [link for link in LINKS.values() if link not in sent and link != LINKS["summary"]]
                assert not missing, f"what is sent by {name} lacks {missing}: {sent}"
            print(f"{name}: {plain((webhooks.received + mailbox.received)[0])[:300]}")
            mailbox.received.clear()


def plain(sent):
    """What a notification says, without the ways in which JSON, HTML and mail write their characters."""
    text = sent if isinstance(sent, str) else json.dumps(sent)
    return text.replace("=\r\n", "").replace("=3D", "=").replace("&amp;", "&").replace("&#43;", "+")


def main(program):
    check_examples(program)
    check_nobody()
    check_outage(program)
    check_inhibition(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
