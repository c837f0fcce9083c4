/** How every slider behaves under mouse, touch, wheel and keyboard. */

const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };

const tenth = (event) => (event.shiftKey ? 0.1 : 1);

/**
 * Give a range input its ways to be moved. Drags and touches are the browser's own; a wheel over
 * the focused slider makes fine steps; arrows make steps, a tenth of that with Shift; a double
 * click resets. `onInput(value)` while it moves, `onChange()` when it rests.
 */
export function listenToKnob(range, { step, fine, home, onInput, onChange }) {
  const move = (value) => {
    if (range.disabled) return;
    const bounded = Math.min(Number(range.max), Math.max(Number(range.min), value));
    range.value = String(bounded);
    onInput(Number(range.value));
  };
  range.addEventListener("input", () => onInput(Number(range.value)));
  range.addEventListener("change", () => onChange());
  range.addEventListener("dblclick", () => {
    if (range.disabled) return;
    onInput(home);
    onChange();
  });
  range.addEventListener("keydown", (event) => {
    const steps = KEYS[event.key];
    if (!steps || event.ctrlKey || event.metaKey || event.altKey) return;
    move(Number(range.value) + steps * step * tenth(event));
    onChange();
    event.preventDefault();
  });
  listenToWheel(range, fine, move, onChange);
}

/** Only while the slider has the focus: a wheel that merely passes over it scrolls the page. */
function listenToWheel(range, fine, move, onChange) {
  let resting;
  const turn = (event) => {
    if (range.getRootNode().activeElement !== range) return;
    event.preventDefault();
    const up = event.deltaY < 0 || event.deltaX > 0 ? 1 : -1;
    move(Number(range.value) + up * fine * tenth(event));
    clearTimeout(resting);
    resting = setTimeout(onChange, 250);
  };
  range.addEventListener("wheel", turn, { passive: false });
}

/** A number box beside a slider: what is typed counts when it is left or Enter is pressed. */
export function listenToExact(exact, onValue) {
  exact.addEventListener("change", () => {
    const value = Number(exact.value);
    if (exact.value !== "" && Number.isFinite(value)) onValue(value);
  });
}

/** Show a value in a slider and its box; a number that is being typed is left alone. */
export function showKnob(range, exact, value) {
  if (Number(range.value) !== value) range.value = String(value);
  const text = value.toFixed(2);
  const typing = exact.getRootNode().activeElement === exact && Number(exact.value) === value;
  if (!typing && exact.value !== text) exact.value = text;
}
