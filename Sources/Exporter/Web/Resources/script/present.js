// What holds now.

/** The path drawn for each state. */
const signs = {
  good: "M7 12.5l3.5 3.5L17 9", bad: "M8 8l8 8M16 8l-8 8", warn: "M12 6.5v7M12 17.2v.01", wait: "M12 7v5.5l3.5 2",
};

function showHealth(state, headline, reasons) {
  byID("health").dataset.state = state;
  byID("sign").setAttribute("d", signs[state]);
  setText(byID("headline"), headline);
  const [first, list] = [byID("reason"), byID("reasons")];
  first.hidden = reasons.length > 1;
  list.hidden = reasons.length < 2;
  setText(first, reasons.length === 1 ? sentence(reasons[0]) : "");
  const lines = reasons.length > 1 ? reasons.slice(0, 12).map(sentence) : [];
  if (reasons.length > 12) lines.push(`And ${reasons.length - 12} more.`);
  renew(list, lines.join("\n"), () => lines.map(line => create("li", {}, line)));
  const title = `${headline} – ETL status`;
  if (document.title !== title) document.title = title;
  // Said aloud only when it changes for good: the reason counts seconds, and would interrupt every other one.
  const announcement = byID("announcement");
  if (shown.get(announcement) !== headline) {
    const isFirst = !shown.has(announcement);
    shown.set(announcement, headline);
    announcement.textContent = isFirst ? headline : `${headline}. ${reasons.map(sentence).join(" ")}`;
  }
}

function showPresent() {
  const view = pipelinesInView(health.pipelines, selected), one = combine(view);
  if (view === health.pipelines && view.length > 1) selected = undefined;
  showHealth(...judge(health));
  const scope = health.pipelines.length > 1 ? `: ${view.length > 1 ? "all pipelines" : nameOf(view[0])}` : "";
  for (const element of document.querySelectorAll(".scope")) setText(element, scope);

  const success = one.seconds_since_last_success, failure = one.seconds_since_last_failure;
  setValue("last-success", success, success === null ? "" : ago(success));
  setValue("last-failure", failure, failure === null ? "" : ago(failure), one.last_failure_type || "");
  setText(byID("uptime-name"), view.length > 1 ? "Running" : "Uptime");
  for (const tile of document.querySelectorAll(".single")) tile.hidden = view.length > 1;
  if (view.length > 1) {
    const running = view.filter(pipeline => pipeline.status === "running").length;
    setValue("uptime", running, `${running} of ${view.length}`);
  } else {
    const isDown = one.status !== "running";
    setValue("uptime", isDown ? null : one.uptime_seconds, duration(one.uptime_seconds), "",
      one.last_event === null ? "none yet" : "down");
  }

  setValue("rate", one.records_per_second, number(one.records_per_second || 0), "/s");
  const isAnyRunning = view.some(pipeline => pipeline.status === "running");
  setText(byID("rate-note"), isAnyRunning || one.records_per_second === null ? "of the newest file" : "while the job is down");
  const hasWorked = one.seconds_since_last_event !== null;
  for (const [id, value] of [["records", one.total_records], ["files", one.total_files], ["failures", one.total_failures]]) {
    setValue(id, hasWorked ? value : null, whole(value));
  }
  const attempts = one.total_files + one.total_failures;
  setText(byID("failure-share"), attempts ? `${(100 * one.total_failures / attempts).toFixed(1)} % of all files` : "failed files in all");
  setValue("mean", one.mean_processing_seconds, timeOf(one.mean_processing_seconds || 0));
  setValue("progress", one.file_in_progress_seconds, timeOf(Math.floor(one.file_in_progress_seconds || 0)), "", "none now");
  setText(byID("progress-note"), one.file_in_progress_seconds === null ? "" : "since it was started");
  showErrors(one.errors_by_type);
  showPipelines();
  showRuns(view);
  showExporter();
}

function showErrors(counts) {
  const types = Object.keys(counts).filter(type => counts[type] > 0).sort((a, b) => counts[b] - counts[a]);
  const all = total(types.map(type => counts[type]));
  renew(byID("error-rows"), types.map(type => `${type}=${counts[type]}`).join(), () => {
    if (!types.length) return [create("tr", {}, create("td", { colspan: 3, class: "none" }, "none yet"))];
    return types.map(type => {
      const share = counts[type] / all;
      const bar = draw("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
        draw("rect", { class: "track", width: 100, height: 6, rx: 1 }),
        draw("rect", { width: Math.max(1, 100 * share).toFixed(1), height: 6, rx: 1 }));
      return create("tr", {}, create("th", { scope: "row" }, type, bar),
        create("td", { class: "n" }, create("data", { value: counts[type] }, grouped.format(counts[type]))),
        create("td", { class: "n" }, `${(100 * share).toFixed(0)} %`));
    });
  });
}

function showPipelines() {
  const pipelines = health.pipelines;
  byID("pipelines").hidden = pipelines.length < 2;
  if (pipelines.length < 2) return;
  const body = byID("pipeline-rows");
  renew(body, pipelines.map(keyOf).join("\n"), () => [undefined, ...pipelines.map(keyOf)].map(key => {
    const row = create("tr"), name = create("th", { scope: "row" });
    const label = key === undefined ? "All pipelines" : key === "" ? "without a name" : key;
    const button = create("button", { type: "button" }, label);
    button.addEventListener("click", () => select(key));
    name.append(button);
    row.append(name, create("td"), ...[" more", " more", " more", "", " more"].map(more => create("td", { class: `n${more}` })));
    return row;
  }));
  const running = pipelines.filter(pipeline => pipeline.status === "running").length;
  [null, ...pipelines].forEach((pipeline, index) => {
    const row = body.children[index], cells = row.children, one = pipeline || combine(pipelines);
    const isPressed = String(selected === (pipeline ? keyOf(pipeline) : undefined));
    const button = cells[0].firstChild;
    if (button.getAttribute("aria-pressed") !== isPressed) button.setAttribute("aria-pressed", isPressed);
    const isGood = pipeline ? pipeline.status === "running" : running === pipelines.length;
    const isNew = pipeline && pipeline.last_event === null;
    cells[1].className = `state ${isNew ? "" : isGood ? "good" : "bad"}`;
    const word = pipeline ? pipeline.ended || (isNew ? "nothing yet" : pipeline.status) : `${running} of ${pipelines.length} running`;
    setText(cells[1], `${isNew ? "…" : isGood ? "✓" : "✕"} ${word}`);
    const numbers = [one.records_per_second, one.total_records, one.total_files, one.total_failures];
    numbers.forEach((value, place) => setText(cells[2 + place], value === null || isNew ? "–" : number(value)));
    setText(cells[6], one.seconds_since_last_event === null ? "–" : ago(one.seconds_since_last_event));
  });
}
