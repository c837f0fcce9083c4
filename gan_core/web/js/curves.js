/** Drawing of curves and axes on a canvas context. */

import { brief, whole } from "./base.js";
import { logTicks, ticks } from "./scale.js";

const FEW_POINTS = 40;

/** A line through points, broken wherever a value is missing or, on a log axis, not positive. */
export function strokeLine(context, xs, ys, toX, toY, log) {
  context.beginPath();
  let drawing = false;
  for (let i = 0; i < xs.length; i += 1) {
    const value = ys[i];
    if (value === null || (log && value <= 0)) {
      drawing = false;
    } else if (drawing) {
      context.lineTo(toX(xs[i]), toY(value));
    } else {
      context.moveTo(toX(xs[i]), toY(value));
      drawing = true;
    }
  }
  context.stroke();
}

/** One series: what was measured thin and faint, its smoothed curve thick, in one line style. */
export function strokeSeries(context, line, smoothed, { toX, toY, log, color, width }) {
  context.lineJoin = "round";
  context.strokeStyle = color;
  if (smoothed !== line.y) {
    context.setLineDash([]);
    context.globalAlpha = 0.28;
    context.lineWidth = width / 2;
    strokeLine(context, line.x, line.y, toX, toY, log);
    context.globalAlpha = 1;
  }
  context.setLineDash(line.dash ?? []);
  context.lineWidth = width;
  strokeLine(context, line.x, smoothed, toX, toY, log);
  context.setLineDash([]);
  const isSparse = line.dots || line.x.length <= FEW_POINTS;  // one point would be no line at all
  if (isSparse) dotMeasurements(context, { ...line, y: smoothed }, { toX, toY, log, color, width });
}

/** Single measurements: a dot each, with its interval where `low` and `high` are known. */
function dotMeasurements(context, { x, y, low, high }, { toX, toY, log, color, width }) {
  context.fillStyle = color;
  context.lineWidth = width / 2;
  for (let i = 0; i < x.length; i += 1) {
    if (y[i] === null || (log && y[i] <= 0)) continue;
    context.beginPath();
    context.arc(toX(x[i]), toY(y[i]), 1.4 * width, 0, 2 * Math.PI);
    context.fill();
    if (!low || (log && low[i] <= 0)) continue;
    context.beginPath();
    context.moveTo(toX(x[i]), toY(low[i]));
    context.lineTo(toX(x[i]), toY(high[i]));
    context.stroke();
  }
}

/** Grid and numbers of the y axis; the numbers stand left of the plot. */
export function drawYAxis(context, box, [low, high], toY, log, theme) {
  const count = Math.max(2, Math.floor((box.bottom - box.top) / (theme.fontSize * 2.4)));
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of log ? logTicks(low, high, count) : ticks(low, high, count)) {
    const y = Math.round(toY(value)) + 0.5;
    context.strokeStyle = theme.border;
    context.lineWidth = 1;
    context.globalAlpha = 0.7;
    context.beginPath();
    context.moveTo(box.left, y);
    context.lineTo(box.right, y);
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = theme.faded;
    context.fillText(tickText(value), box.left - 6, y);
  }
}

/** Numbers under the plot, none of them cut off at its ends; `textOf` says each. */
export function drawXAxis(context, box, end, toX, theme, textOf = whole) {
  const count = Math.max(2, Math.floor((box.right - box.left) / (theme.fontSize * 6)));
  context.textBaseline = "top";
  context.fillStyle = theme.faded;
  for (const value of ticks(0, end, count)) {
    const x = toX(value);
    const text = textOf(value);
    const half = context.measureText(text).width / 2;
    context.textAlign = "center";
    context.fillText(text, Math.min(Math.max(x, box.left + half), box.right - half), box.bottom + 5);
  }
}

/** The range where a healthy run stays: a tint between two dotted lines. */
export function drawBand(context, box, band, toY, theme) {
  const clamp = (y) => Math.min(Math.max(y, box.top), box.bottom);
  const [bottom, top] = [clamp(toY(band[0])), clamp(toY(band[1]))];
  context.fillStyle = theme.good;
  context.globalAlpha = 0.1;
  context.fillRect(box.left, top, box.right - box.left, bottom - top);
  context.globalAlpha = 0.7;
  context.strokeStyle = theme.good;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  for (const y of [top, bottom]) {
    context.beginPath();
    context.moveTo(box.left, Math.round(y) + 0.5);
    context.lineTo(box.right, Math.round(y) + 0.5);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Steps at which something happened: a dashed line each, with a word at its top. */
export function drawMarks(context, box, marks, toX, theme) {
  context.strokeStyle = theme.text;
  context.fillStyle = theme.text;
  context.lineWidth = 1.5;
  context.textBaseline = "top";
  for (const { x, label } of marks) {
    const at = Math.round(toX(x)) + 0.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(at, box.top);
    context.lineTo(at, box.bottom);
    context.stroke();
    context.setLineDash([]);
    const isLeft = at + context.measureText(label).width + 8 > box.right;
    context.textAlign = isLeft ? "right" : "left";
    context.fillText(label, at + (isLeft ? -5 : 5), box.top + 2);
  }
}

/** A tick's number without the noise of binary fractions. */
export function tickText(value) {
  const clean = Number(value.toPrecision(6));
  if (clean === 0) return "0";
  const size = Math.abs(clean);
  return size >= 1000 && size < 1e6 ? whole(clean) : size >= 1e-4 ? String(clean) : brief(clean);
}
