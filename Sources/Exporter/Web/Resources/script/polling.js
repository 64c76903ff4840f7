// Asks the exporter, again and again, and shows what it answers.

const pollMilliseconds = 2000, patienceMilliseconds = 4000, historyMilliseconds = 10000;

let health = null;      // the last answer of /health
let answeredAt = null;  // when it came
let past = null;        // the last hour by minutes, from /api/history
let pastAt = -Infinity, pastOf;
let selected;           // a pipeline's name, "" for the one without a name; undefined for all together

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
