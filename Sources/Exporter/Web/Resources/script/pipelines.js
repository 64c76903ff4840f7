// What is looked at: one pipeline, or several made one.

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

/** The one of that name, or all where none has it. */
function pipelinesInView(pipelines, name) {
  const found = pipelines.filter(one => keyOf(one) === name);
  return found.length ? found : pipelines;
}
