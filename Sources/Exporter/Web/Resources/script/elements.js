// The document: touched only where something changed, so that nothing flickers and a selection stays.

const byID = id => document.getElementById(id);

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
