/** The viewer's theme, read from the variables that Streamlit puts around a component. */

const NAMED = /^(red|orange|yellow|blue|green|violet|gray)$/;

/** Colours and type as they are now; read again whenever a component is called again. */
export function readTheme(node) {
  const style = getComputedStyle(node);
  const variable = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: variable("text-color"),
    background: variable("background-color"),
    border: variable("border-color"),
    faded: variable("gray-color"),
    good: variable("green-color"),
    fontFamily: style.fontFamily,
    fontSize: parseFloat(style.fontSize),
    /** A colour of the theme by its name ("blue"), or any CSS colour as it is. */
    color: (name) => (NAMED.test(name) ? variable(`${name}-color`) : name),
  };
}

/** Whether a CSS colour (#rrggbb or rgb()) is nearer to black. */
export function isDark(color) {
  const hex = color.match(/^#(..)(..)(..)/);
  const parts = hex ? hex.slice(1).map((part) => parseInt(part, 16)) : color.match(/\d+/g).map(Number);
  return parts[0] + parts[1] + parts[2] < 384;
}

/** Whether two readings of the theme would draw the same. */
export function sameTheme(one, other) {
  return ["text", "background", "border", "fontFamily", "fontSize"].every(
    (key) => one?.[key] === other?.[key],
  );
}

/** Give a canvas the pixels that its place on this screen has; returns its cleared context. */
export function fitCanvas(canvas, width, height) {
  const density = window.devicePixelRatio || 1;
  const [columns, rows] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Whether the viewer asked for less motion. */
export function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
