// The plots of the last hour, and its table.

/** An empty plot, and the functions that place a minute and a value in it. */
function frame(name, title, summary, largest, hasValues, { isWhole = false, unit = "" } = {}) {
  const id = `plot-${name}`, container = byID(id);
  const width = Math.max(200, container.clientWidth), height = container.clientHeight;
  // Twice the largest number there is would have no end.
  const { step, top } = scale(Math.min(largest || 1, 1e300), isWhole);
  const { x, y } = placing(width, height, top);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` },
    draw("title", { id: `${id}-title` }, `${title} in each minute of the last hour`), draw("desc", { id: `${id}-text` }, summary));
  const write = (text, x, y, anchor) => svg.append(draw("text", { x, y, "text-anchor": anchor }, text));
  for (let value = 0; value <= (hasValues ? top + step / 2 : 0); value += step) {
    svg.append(draw("line", { class: value ? "grid" : "axis", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }));
    if (hasValues) write(axisText(value) + unit, margin.left - 8, y(value) + 4, "end");
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

function showRecords() {
  const values = past.map(minute => minute.rate), summary = recordsSummary(past);
  const plot = frame("records", "Records per second", summary, largestOf(values), values.some(isKnown)), { svg, x, y } = plot;
  past.forEach((minute, place) => {
    if (minute.isSilent) svg.append(draw("rect", { class: "silent", x: x(place), width: x(1) - x(0), y: margin.top, height: y(0) - margin.top }));
  });
  drawLine(plot, values, "line", "dot", "area");
  show("records", summary, plot, minute => `${number(minute.rate)} records/s`);
}

function showSeconds() {
  const longest = past.map(minute => minute.longest), summary = secondsSummary(past);
  const plot = frame("seconds", "Mean and longest time per file", summary, largestOf(longest), longest.some(isKnown), { unit: " s" });
  drawLine(plot, longest, "dash", "ring");
  drawLine(plot, past.map(minute => minute.mean), "line", "dot");
  show("seconds", summary, plot, minute => minute.mean === null ? "no file" : `mean ${timeOf(minute.mean)}, longest ${timeOf(minute.longest)}`);
}

function showFailures() {
  const values = past.map(minute => minute.failures), summary = failuresSummary(past);
  const plot = frame("failures", "Failures", summary, largestOf(values), values.some(isKnown), { isWhole: true }), { svg, x, y } = plot;
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
