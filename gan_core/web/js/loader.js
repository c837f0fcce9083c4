/**
 * Fetches an element's module and style sheet from the app's own addresses, then hands over.
 *
 * The page sends an element's JavaScript anew with each update; this little is all that it sends.
 * The rest lies under an address that names its content, so a browser fetches it once.
 */

import { appUrl } from "./base.js";

const texts = new Map();

function textOf(url) {
  if (!texts.has(url)) texts.set(url, fetch(url).then((answer) => answer.text()));
  return texts.get(url);
}

/** Put the style sheet beside the element, once, before anything is drawn. */
async function dress(parent, url) {
  const text = await textOf(url);
  if (parent.querySelector("style[data-studio]")) return;
  const sheet = document.createElement("style");
  sheet.dataset.studio = "";
  sheet.textContent = text;
  parent.prepend(sheet);
}

export default function load(component) {
  const { parentElement } = component;
  const [data] = component.data; // in a list: see `element_data`
  let leave = null;
  const ready = [import(appUrl(data.module)), dress(parentElement, appUrl(data.sheet))];
  Promise.all(ready).then(([module]) => {
    if (parentElement.isConnected) leave = module.default({ ...component, data });
  });
  return () => leave?.();
}
