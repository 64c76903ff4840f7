// What the exporter says of itself.

/** Name, text (null for none yet), and whether it is an alert. */
function exporterRows(health) {
  const exporter = health.exporter, lines = exporter.lines, snapshot = exporter.snapshot;
  const gap = name => total(health.pipelines.map(pipeline => pipeline[`gap_${name}`]));
  const gaps = ["record", "file", "failure"].map(one => [gap(`${one}s`), one]).filter(([count]) => count);
  const rotations = Object.entries(exporter.rotations).filter(([, count]) => count);
  const conflicts = total(health.pipelines.map(pipeline => pipeline.conflicting_lines));
  const unreadable = lines.malformed + lines.oversized;
  const rows = [
    ["State", exporter.status, exporter.status === "failing"],
    ["Log", exporter.logs.length === 1 ? exporter.logs[0].path : plural(exporter.logs.length, "file")],
    ["Read", `${bytes(exporter.read_bytes)}, ${plural(total(Object.values(lines)), "line")}`],
    ["Not read yet", bytes(exporter.lag_bytes)],
    ["Delay of the newest event", exporter.event_delay_seconds === null ? null : delayText(exporter.event_delay_seconds), exporter.event_delay_seconds <= -1],
    ["Unreadable lines", unreadable ? `${whole(lines.malformed)} malformed, ${whole(lines.oversized)} too long` : "0", unreadable > 0],
    ["Repeated or late lines", lines.duplicate + lines.stale ? `${whole(lines.duplicate)} repeated, ${whole(lines.stale)} late` : "0"],
    ["Work whose lines were lost", gaps.map(([count, one]) => plural(count, one)).join(", ") || "0", gaps.length > 0],
    ["Lines whose totals contradict each other", conflicts ? whole(conflicts) : "0", conflicts > 0],
    ["Rotations of the log", rotations.map(([kind, count]) => `${whole(count)} ${kind}`).join(", ") || "0"],
    ["Errors while reading", grouped.format(exporter.read_errors), exporter.read_errors > 0],
    ["Snapshot", !snapshot ? "not kept" : snapshot.age_seconds === null ? null : `${ago(snapshot.age_seconds)}, ${bytes(snapshot.bytes)}`],
    ["Uptime of the exporter", duration(exporter.uptime_seconds)],
  ];
  if (snapshot && snapshot.errors) rows.splice(-1, 0, ["Snapshots that failed", grouped.format(snapshot.errors), true]);
  return rows;
}

function showExporter() {
  const rows = exporterRows(health), list = byID("exporter");
  renew(list, rows.map(([name]) => name).join("\n"), () => rows.map(([name]) => create("div", {}, create("dt", {}, name), create("dd"))));
  rows.forEach(([, text, isAlert], index) => {
    const value = list.children[index].lastChild;
    value.className = text === null ? "none" : isAlert ? "alert" : "";
    setText(value, text === null ? "none yet" : isAlert ? `⚠ ${text}` : text);
  });
}
