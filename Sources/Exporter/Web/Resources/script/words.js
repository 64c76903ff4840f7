// Numbers, times and sizes in words.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

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
const plural = (count, one) => `${grouped.format(count)} ${one}${count === 1 ? "" : "s"}`;
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

function bytes(count) {
  let value = count, unit = 0;
  while (value >= 1000 && unit < 4) { value /= 1000; unit += 1; }
  return `${unit === 0 ? grouped.format(value) : value.toFixed(1)} ${["bytes", "kB", "MB", "GB", "TB"][unit]}`;
}

/** A job whose clock or time zone is ahead writes events that are still to happen. */
const delayText = seconds => seconds > -1 ? timeOf(Math.max(0, seconds)) : `${duration(-seconds)} ahead of the exporter’s clock`;
