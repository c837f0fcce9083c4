/** What every part needs: addresses, elements, words and numbers. */

/**
 * The app's own address, found once. A page such as /explore and a server under a sub-path both
 * shift relative addresses; the address that the app's own script came from does not move.
 */
function findAppBase() {
  const isMain = (address) =>
    address.startsWith(location.origin) && /\/static\/js\/index\.[^/]*\.js$/.test(address);
  const loaded = performance.getEntriesByType("resource").find((entry) => isMain(entry.name));
  const tag = [...document.querySelectorAll("script[src]")].find((script) => isMain(script.src));
  const address = loaded?.name ?? tag?.src;
  return address ? new URL("../../", address).href : new URL("./", document.baseURI).href;
}

const APP_BASE = findAppBase();

/** The absolute address of a path of the app, such as "studio/decode". */
export function appUrl(path) {
  return new URL(path.replace(/^\/+/, ""), APP_BASE).href;
}

/**
 * Make an element. `text` becomes its text content, `onclick` and the like become listeners,
 * everything else an attribute; false, null and undefined are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Change text only where it differs: an equal write would still cost a layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** "step {step}" with {step: "2 250"} is "step 2 250". */
export function fill(template, values) {
  return String(template ?? "").replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** A whole number with its thousands apart: 2 250. */
export function whole(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0");
}

/** A measured number in about four characters; a dash where there is none. */
export function brief(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(1);
  if (size >= 1000) return whole(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3);
}

const mounted = new WeakMap();

/**
 * Streamlit calls a component again for each new `data`, with the same parent element, and keeps
 * only the last answer for the end: so the view is kept by parent, made once and updated. In
 * another language it is made anew.
 */
export function mountOnce(component, create) {
  const parent = component.parentElement;
  const language = JSON.stringify(component.data.words);
  if (mounted.get(parent)?.language !== language) {
    unmount(parent);
    mounted.set(parent, { view: create(component), language });
  }
  mounted.get(parent).view.update(component);
  return () => unmount(parent);
}

function unmount(parent) {
  mounted.get(parent)?.view.destroy();
  mounted.delete(parent);
}

/**
 * Runs `task` on the newest request only: one at a time, what came between is dropped.
 * `task` handles its own failures.
 */
export function newestWins(task) {
  let waiting = null;
  let busy = false;
  return async function ask(request) {
    waiting = { request };
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const { request: newest } = waiting;
        waiting = null;
        await task(newest);
      }
    } finally {
      busy = false;
    }
  };
}
