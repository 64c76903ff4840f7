// The last hour by minutes.

const minutes = 60;

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
  const end = Math.max(newestStart + 1, now);
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

const spanOf = minute => `${clock.format(minute.from)}–${clock.format(minute.until)}`;
const endOf = past => clock.format(past[minutes - 1].until);

const largestOf = values => Math.max(0, ...values.filter(isKnown));

function recordsSummary(past) {
  const rates = past.map(minute => minute.rate), largest = largestOf(rates), newest = past[minutes - 1];
  let summary = rates.some(isKnown) ? `${number(newest.rate || 0)}/s in the last ${duration(newest.seconds)}` : "Nothing to show yet";
  if (largest > 0) summary += `; most ${number(largest)}/s, ${spanOf(past[rates.indexOf(largest)])}`;
  const silent = past.filter(minute => minute.isSilent).length;
  return summary + (silent ? `. The log said nothing in ${plural(silent, "minute")} (hatched).` : ".");
}

function secondsSummary(past) {
  const longest = past.map(minute => minute.longest), largest = largestOf(longest);
  if (!longest.some(isKnown)) return "No file was completed in this hour.";
  const files = plural(sumOf(past.map(minute => minute.files)), "file");
  return `${files} until ${endOf(past)}; the longest took ${timeOf(largest)}, ${spanOf(past[longest.indexOf(largest)])}.`;
}

function failuresSummary(past) {
  const failures = past.map(minute => minute.failures), largest = largestOf(failures), failed = sumOf(failures);
  if (!failed) return failed === null ? "Nothing to show yet." : "No file failed in this hour.";
  return `${plural(failed, "failure")} until ${endOf(past)}; most ${grouped.format(largest)} in a minute, ${spanOf(past[failures.indexOf(largest)])}.`;
}
