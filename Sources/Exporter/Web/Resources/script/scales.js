// Where a minute and a value are in a plot.

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

const axisText = value => value < 1e6 ? value.toLocaleString("en") : whole(value);

/** Places a minute and a value, in pixels; the axis ends at `top`. */
const placing = (width, height, top) => ({
  x: minute => margin.left + minute / minutes * (width - margin.left - margin.right),
  y: value => height - margin.bottom - Math.min(1, value / top) * (height - margin.top - margin.bottom),
});
