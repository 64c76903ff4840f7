// How the job is, in a headline and its reasons.

/** The state, the headline, the reasons. */
function judge(health) {
  const exporter = health.exporter, pipelines = health.pipelines;
  if (exporter.status === "failing") return ["bad", "The log cannot be read", exporter.reasons];
  if (health.status === "starting") {
    return ["wait", "Catching up", [`${bytes(exporter.lag_bytes)} of the log to go until the totals are whole`]];
  }
  const down = pipelines.filter(pipeline => pipeline.status !== "running");
  if (pipelines.every(pipeline => pipeline.last_event === null)) {
    return ["wait", "Nothing yet", ["the log has told nothing of the job so far", ...exporter.reasons]];
  }
  if (down.length === 0) {
    const last = ago(leastOf(pipelines.map(pipeline => pipeline.seconds_since_last_event)));
    const headline = pipelines.length === 1 ? "The job is running" : `All ${pipelines.length} pipelines are running`;
    const waits = exporter.reasons.length > 0;
    return [waits ? "warn" : "good", headline, [`last event ${last}`, ...exporter.reasons]];
  }
  if (pipelines.length === 1) {
    const headline = down[0].ended ? `The job has ${down[0].ended}` : "The job is down";
    return ["bad", headline, [down[0].reason, ...exporter.reasons]];
  }
  const headline = `${down.length} of ${pipelines.length} pipelines ${down.length === 1 ? "is" : "are"} down`;
  // Without its name the reason of one would read as that of all.
  const nameIn = pipeline => pipeline.pipeline === null ? nameOf(pipeline) : `pipeline ${nameOf(pipeline)}`;
  return ["bad", headline, [...down.map(pipeline => `${nameIn(pipeline)}: ${pipeline.reason}`), ...exporter.reasons]];
}
