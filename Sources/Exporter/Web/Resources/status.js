(() => {
"use strict";

const pollMilliseconds = 2000, patienceMilliseconds = 4000, historyMilliseconds = 10000;
const minutes = 60;
const byID = id => document.getElementById(id);
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

let health = null;      // the last answer of /health
let answeredAt = null;  // when it came
let past = null;        // the last hour by minutes, from /api/history
let pastAt = -Infinity, pastOf;
let selected;           // a pipeline's name, "" for the one without a name; undefined for all together

// --- Words ---

function number(value) {
  if (Number.isInteger(value) || value >= 1000) return whole(value);
  return value.toFixed(value < 10 ? 2 : 1);
}

/** A total, shortened where it would not fit its tile. */
const whole = value => value < 1e8 ? grouped.format(value) : value < 1e15 ? compact.format(value) : value.toExponential(2);

function duration(seconds) {
  let rest = Math.max(0, Math.floor(seconds));
  const parts = [];
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(rest / length);
    rest %= length;
    if (count > 0) parts.push(`${whole(count)} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ") || "0 s";
}

const timeOf = seconds => seconds < 60 ? `${number(seconds)} s` : duration(seconds);
const ago = seconds => `${duration(seconds)} ago`;
const plural = (count, one, many = `${one}s`) => `${grouped.format(count)} ${count === 1 ? one : many}`;
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

function bytes(count) {
  let value = count, unit = 0;
  while (value >= 1000 && unit < 4) { value /= 1000; unit += 1; }
  return `${unit === 0 ? grouped.format(value) : value.toFixed(1)} ${["bytes", "kB", "MB", "GB", "TB"][unit]}`;
}

// --- The document: touched only where something changed, so that nothing flickers and a selection stays ---

const shown = new WeakMap();

function renew(element, key, build) {
  if (shown.get(element) === key) return;
  shown.set(element, key);
  element.replaceChildren(...build());
}

const maker = space => (name, attributes = {}, ...children) => {
  const element = document.createElementNS(space, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
};
const create = maker("http://www.w3.org/1999/xhtml"), draw = maker("http://www.w3.org/2000/svg");

const setText = (element, text) => renew(element, text, () => [text]);

/** Shows a value, or says that there is none. */
function setValue(id, value, text, small = "", missing = "none yet") {
  const element = byID(id);
  if (value === null || value === undefined) {
    return renew(element, `none:${missing}`, () => [create("span", { class: "none" }, missing)]);
  }
  renew(element, `${value}|${text}|${small}`, () => {
    const parts = [create("data", { value: String(value) }, text)];
    if (small) parts.push(" ", create("small", {}, small));
    return parts;
  });
}

// --- What is looked at: one pipeline, or all together ---

const nameOf = pipeline => pipeline.pipeline === null ? "without a name" : pipeline.pipeline;
const keyOf = pipeline => pipeline.pipeline || "";

const isKnown = value => value !== null;
const total = values => values.reduce((sum, value) => sum + value, 0);

/** What is known of some values, made one; null where nothing is. */
function merge(values, join) {
  const known = values.filter(isKnown);
  return known.length ? join(known) : null;
}
const sumOf = values => merge(values, total);
const leastOf = values => merge(values, known => Math.min(...known));

/** The pipelines in view, made one. */
function combine(pipelines) {
  if (pipelines.length === 1) return pipelines[0];
  const all = name => pipelines.map(pipeline => pipeline[name]);
  // Without a prototype, a type that is called "constructor" is a type like any other.
  const errors = Object.create(null);
  for (const pipeline of pipelines) {
    for (const type in pipeline.errors_by_type) errors[type] = (errors[type] || 0) + pipeline.errors_by_type[type];
  }
  const sinceFailure = leastOf(all("seconds_since_last_failure"));
  const lastFailed = pipelines.find(one => one.seconds_since_last_failure === sinceFailure);
  const combined = { errors_by_type: errors, last_failure_type: lastFailed && lastFailed.last_failure_type };
  for (const name of ["total_records", "total_files", "total_failures", "records_per_second"]) {
    combined[name] = sumOf(all(name));
  }
  for (const name of ["seconds_since_last_success", "seconds_since_last_failure", "seconds_since_last_event"]) {
    combined[name] = leastOf(all(name));
  }
  return combined;
}

function pipelinesInView() {
  if (health.pipelines.length < 2 || selected === undefined) return health.pipelines;
  const found = health.pipelines.filter(pipeline => keyOf(pipeline) === selected);
  if (found.length === 0) selected = undefined;
  return found.length ? found : health.pipelines;
}

// --- Health ---

const signs = {
  good: "M7 12.5l3.5 3.5L17 9", bad: "M8 8l8 8M16 8l-8 8", warn: "M12 6.5v7M12 17.2v.01", wait: "M12 7v5.5l3.5 2",
};

function judge() {
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
  const view = pipelinesInView(), one = combine(view);
  showHealth(...judge());
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

/** A job whose clock or time zone is ahead writes events that are still to happen. */
const delayText = seconds => seconds > -1 ? timeOf(Math.max(0, seconds)) : `${duration(-seconds)} ahead of the exporter’s clock`;

function showExporter() {
  const exporter = health.exporter, lines = exporter.lines, snapshot = exporter.snapshot;
  const gap = name => total(health.pipelines.map(pipeline => pipeline[`gap_${name}`]));
  const gaps = ["record", "file", "failure"].map(one => [gap(`${one}s`), one]).filter(([count]) => count);
  const rotations = Object.entries(exporter.rotations).filter(([, count]) => count);
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
    ["Rotations of the log", rotations.map(([kind, count]) => `${whole(count)} ${kind}`).join(", ") || "0"],
    ["Errors while reading", grouped.format(exporter.read_errors), exporter.read_errors > 0],
    ["Snapshot", !snapshot ? "not kept" : snapshot.age_seconds === null ? null : `${ago(snapshot.age_seconds)}, ${bytes(snapshot.bytes)}`],
    ["Uptime of the exporter", duration(exporter.uptime_seconds)],
  ];
  if (snapshot && snapshot.errors) rows.splice(-1, 0, ["Snapshots that failed", grouped.format(snapshot.errors), true]);
  const list = byID("exporter");
  renew(list, rows.map(([name]) => name).join("\n"), () => rows.map(([name]) => create("div", {}, create("dt", {}, name), create("dd"))));
  rows.forEach(([, text, isAlert], index) => {
    const value = list.children[index].lastChild;
    value.className = text === null ? "none" : isAlert ? "alert" : "";
    setText(value, text === null ? "none yet" : isAlert ? `⚠ ${text}` : text);
  });
}

// --- The last hour ---

/**
 * Makes minutes of the samples; a value that nobody knows is null. The newest minute ends with the sample that is not
 * over yet, so that the plots tell of all that the totals tell of.
 */
function minutesOf(history, now) {
  const perMinute = 60 / history.sample_seconds;
  const first = history.records.length - minutes * perMinute;
  const startOf = sample => history.start_time_seconds + sample * history.sample_seconds;
  const newestStart = startOf(history.records.length - 1);
  // The answer's time is in whole seconds, and may come from a proxy with another clock.
  const end = newestStart + Math.min(history.sample_seconds, Math.max(1, now - newestStart));
  return Array.from({ length: minutes }, (_, minute) => {
    const start = first + minute * perMinute;
    const take = name => history[name].slice(start, start + perMinute).filter(isKnown);
    const sum = name => total(take(name));
    const known = take("events").length, timed = sum("timed_files");
    // What is not known is of the time before the first line.
    const from = startOf(start + perMinute - known), until = Math.min(startOf(start + perMinute), end);
    return {
      seconds: until - from, from: new Date(1000 * from), until: new Date(1000 * until),
      isKnown: known > 0,
      isSilent: known === perMinute && sum("events") === 0,
      rate: known ? sum("records") / (until - from) : null,
      files: known ? sum("files") : null,
      failures: known ? sum("failures") : null,
      mean: timed ? sum("processing_seconds") / timed : null,
      longest: timed ? Math.max(...take("longest_processing_seconds")) : null,
    };
  });
}

/** The upper end and the step of an axis whose labels are round. */
function scale(largest, isWhole) {
  let step = 10 ** Math.floor(Math.log10(largest / 3 || 1));
  for (const factor of [1, 2, 5, 10]) {
    if (step * factor * 3 >= largest) { step *= factor; break; }
  }
  if (isWhole) step = Math.max(1, Math.ceil(step));
  return { step, top: Math.max(step, Math.ceil(largest / step - 1e-9) * step) };
}

const margin = { left: 44, right: 6, top: 8, bottom: 24 };

/** An empty plot, and the functions that place a minute and a value in it. */
function frame(name, title, summary, largest, hasValues, { isWhole = false, unit = "" } = {}) {
  const id = `plot-${name}`, container = byID(id);
  const width = Math.max(200, container.clientWidth), height = container.clientHeight;
  // Twice the largest number there is would have no end.
  const { step, top } = scale(Math.min(largest || 1, 1e300), isWhole);
  const x = minute => margin.left + minute / minutes * (width - margin.left - margin.right);
  const y = value => height - margin.bottom - Math.min(1, value / top) * (height - margin.top - margin.bottom);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` },
    draw("title", { id: `${id}-title` }, `${title} in each minute of the last hour`), draw("desc", { id: `${id}-text` }, summary));
  const write = (text, x, y, anchor) => svg.append(draw("text", { x, y, "text-anchor": anchor }, text));
  for (let value = 0; value <= (hasValues ? top + step / 2 : 0); value += step) {
    svg.append(draw("line", { class: value ? "grid" : "axis", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }));
    if (hasValues) write((value < 1e6 ? Number(value.toPrecision(6)).toLocaleString("en") : whole(value)) + unit, margin.left - 8, y(value) + 4, "end");
  }
  if (!hasValues) write("None yet", x(minutes / 2), y(top / 2), "middle");
  for (const age of width < 420 ? [60, 30, 0] : [60, 45, 30, 15, 0]) {
    write(age ? `−${age} min` : "now", x(minutes - age), height - 6, age === 60 ? "start" : age ? "middle" : "end");
  }
  return { svg, x, y };
}

/** Draws a line through the middles of the minutes, broken where there is no value, with a dot where it has no length. */
function drawLine({ svg, x, y }, values, lineClass, dotClass, areaClass) {
  let path = "", area = "";
  const dots = [];
  values.forEach((value, minute) => {
    if (value === null) return;
    const isStart = !isKnown(values[minute - 1] ?? null), isEnd = !isKnown(values[minute + 1] ?? null);
    const [left, upper] = [x(minute + 0.5).toFixed(1), y(value).toFixed(1)];
    if (isStart && isEnd) dots.push(draw("circle", { class: dotClass, cx: left, cy: upper, r: 3 }));
    path += `${isStart ? "M" : "L"}${left} ${upper}`;
    area += `${isStart ? `M${left} ${y(0)}` : ""}L${left} ${upper}${isEnd ? `V${y(0)}Z` : ""}`;
  });
  if (areaClass) svg.append(draw("path", { class: areaClass, d: area }));
  svg.append(draw("path", { class: lineClass, d: path }), ...dots);
}

/** Shows a plot with its summary, and the values of the minute that is pointed at. */
function show(name, summary, { svg, x, y }, readOut) {
  const text = byID(`summary-${name}`);
  byID(`plot-${name}`).replaceChildren(svg);
  setText(text, summary);
  const cursor = draw("line", { class: "cursor", y1: margin.top, y2: y(0), visibility: "hidden" });
  svg.append(cursor);
  svg.addEventListener("pointermove", event => {
    const minute = Math.floor((event.clientX - svg.getBoundingClientRect().left - x(0)) / (x(1) - x(0)));
    if (!past[minute] || !past[minute].isKnown) return;
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, x(minute + 0.5));
    cursor.setAttribute("visibility", "visible");
    setText(text, `${spanOf(past[minute])}: ${readOut(past[minute])}`);
  });
  svg.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    setText(text, summary);
  });
}

const spanOf = minute => `${clock.format(minute.from)}–${clock.format(minute.until)}`;
const end = () => clock.format(past[minutes - 1].until);
const largestOf = values => Math.max(0, ...values.filter(isKnown));

function showRecords() {
  const values = past.map(minute => minute.rate), largest = largestOf(values);
  const newest = values[minutes - 1], hasValues = values.some(isKnown);
  const silent = past.filter(minute => minute.isSilent).length;
  let summary = hasValues ? `${number(newest || 0)}/s in the last ${duration(past[minutes - 1].seconds)}` : "Nothing to show yet";
  if (largest > 0) summary += `; most ${number(largest)}/s, ${spanOf(past[values.indexOf(largest)])}`;
  summary += ".";
  if (silent) summary += ` The log said nothing in ${plural(silent, "minute")} (hatched).`;
  const plot = frame("records", "Records per second", summary, largest, hasValues), { svg, x, y } = plot;
  past.forEach((minute, place) => {
    if (minute.isSilent) svg.append(draw("rect", { class: "silent", x: x(place), width: x(1) - x(0), y: margin.top, height: y(0) - margin.top }));
  });
  drawLine(plot, values, "line", "dot", "area");
  show("records", summary, plot, minute => `${number(minute.rate)} records/s`);
}

function showSeconds() {
  const longest = past.map(minute => minute.longest), largest = largestOf(longest), hasFiles = longest.some(isKnown);
  const summary = hasFiles
    ? `${plural(sumOf(past.map(minute => minute.files)), "file")} until ${end()}; the longest took ${timeOf(largest)}, ${spanOf(past[longest.indexOf(largest)])}.`
    : "No file was completed in this hour.";
  const plot = frame("seconds", "Mean and longest time per file", summary, largest, hasFiles, { unit: " s" });
  drawLine(plot, longest, "dash", "ring");
  drawLine(plot, past.map(minute => minute.mean), "line", "dot");
  show("seconds", summary, plot, minute => minute.mean === null ? "no file" : `mean ${timeOf(minute.mean)}, longest ${timeOf(minute.longest)}`);
}

function showFailures() {
  const values = past.map(minute => minute.failures), largest = largestOf(values), failed = sumOf(values);
  const summary = failed
    ? `${plural(failed, "failure")} until ${end()}; most ${grouped.format(largest)} in a minute, ${spanOf(past[values.indexOf(largest)])}.`
    : failed === null ? "Nothing to show yet." : "No file failed in this hour.";
  const plot = frame("failures", "Failures", summary, largest, failed !== null, { isWhole: true }), { svg, x, y } = plot;
  const width = x(1) - x(0);
  values.forEach((value, minute) => {
    if (value) svg.append(draw("rect", { class: "bar", x: x(minute) + width * 0.12, width: width * 0.76, y: y(value), height: y(0) - y(value), rx: 1 }));
  });
  show("failures", summary, plot, minute => plural(minute.failures, "failure"));
}

function showMinutes() {
  if (!byID("minutes").open) return;
  byID("minute-rows").replaceChildren(...past.filter(minute => minute.isKnown).reverse().map(minute => {
    const cells = [minute.rate, minute.files, minute.mean, minute.longest, minute.failures];
    return create("tr", {}, create("th", { scope: "row" }, clock.format(minute.until)),
      ...cells.map(value => create("td", { class: "n" }, value === null ? "–" : number(value))));
  }));
}

function showPast() {
  if (!past) return;
  showRecords();
  showSeconds();
  showFailures();
  showMinutes();
}

// --- Asking ---

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(patienceMilliseconds) });
  // 503 says that the exporter is not well, and why.
  if (!answer.ok && answer.status !== 503) throw new Error(`${path}: ${answer.status}`);
  return { body: await answer.json(), seconds: Date.parse(answer.headers.get("Date") || new Date()) / 1000 };
}

function showAnswered() {
  document.body.classList.remove("gone");
  setText(byID("updated"), `Live, ${clock.format(answeredAt)}`);
}

function showGone() {
  document.body.classList.add("gone");
  setText(byID("updated"), "Not connected");
  const reasons = ["it has ended, or cannot be reached; asking again every 2 seconds"];
  if (answeredAt) reasons.push(`the numbers below are from ${clock.format(answeredAt)}`);
  showHealth("warn", "No answer from the exporter", reasons);
}

async function renewHistory() {
  const name = selected;
  if (pastOf === name && performance.now() - pastAt < historyMilliseconds) return;
  const answer = await ask("api/history" + (name === undefined ? "" : `?pipeline=${encodeURIComponent(name)}`)).catch(() => null);
  if (!answer || name !== selected) return;
  past = minutesOf(answer.body, answer.seconds);
  pastOf = name;
  pastAt = performance.now();
  showPast();
}

let timer, isAsking = false;

async function poll() {
  clearTimeout(timer);
  if (isAsking) return;
  isAsking = true;
  // Only what fails while asking means that nobody answers: the rest would be a defect of this page, and is to be seen.
  const answer = await ask("health?pipelines=all").catch(() => null);
  if (answer) {
    health = answer.body;
    answeredAt = new Date();
    showPresent();
    showAnswered();
    await renewHistory();
  } else {
    showGone();
  }
  isAsking = false;
  if (!document.hidden) timer = setTimeout(poll, pollMilliseconds);
}

function select(name) {
  selected = name;
  history.replaceState(null, "", name === undefined ? "#" : `#pipeline=${encodeURIComponent(name)}`);
  if (health) showPresent();
  poll();
}

function readAddress() {
  selected = undefined;
  // An address without a name, or with one that was cut off, chooses none.
  try { selected = decodeURIComponent(/^#pipeline=(.*)$/.exec(location.hash)[1]); } catch { }
}

addEventListener("hashchange", () => { readAddress(); poll(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
byID("minutes").addEventListener("toggle", () => { if (past) showMinutes(); });
new ResizeObserver(showPast).observe(byID("plot-records"));
readAddress();
poll();
})();
