// The runs of jobs that say when they start or end: what the newest ended one did, and how all of them ended.

const runSigns = { success: "✓", partial: "!", crashed: "✕", aborted: "✕" };

/** The cells of one pipeline's row; the first two are its name and how its newest run ended. */
function runCells(pipeline) {
  const run = pipeline.last_run;
  const counts = Object.entries(pipeline.runs).filter(([, count]) => count).map(([result, count]) => `${whole(count)} ${result}`);
  const success = pipeline.seconds_since_last_successful_run;
  return [
    pipeline.pipeline === null ? "the job" : pipeline.pipeline, `${runSigns[run.result]} ${run.result}`, ago(run.seconds_since_end),
    timeOf(run.duration_seconds), number(run.records), number(run.files), number(run.failures), counts.join(", "),
    success === null ? "none yet" : ago(success),
  ];
}

function showRuns(view) {
  const pipelines = view.filter(pipeline => pipeline.last_run);
  byID("runs").hidden = pipelines.length === 0;
  const body = byID("run-rows");
  renew(body, pipelines.map(keyOf).join("\n"), () => pipelines.map(() => {
    const cells = ["", "n more", "n more", "n", "n more", "n", "more", "n"].map(name => create("td", { class: name }));
    return create("tr", {}, create("th", { scope: "row" }), ...cells);
  }));
  pipelines.forEach((pipeline, index) => {
    const cells = body.children[index].children;
    runCells(pipeline).forEach((text, place) => setText(cells[place], text));
    cells[1].className = `state ${pipeline.last_run.result === "success" ? "good" : "bad"}`;
  });
}
