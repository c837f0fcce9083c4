/** What is drawn of a plane: dots, names of classes, holes, axes, and the point under the hand. */

import { ticks } from "./scale.js";

const DOT_PIXELS = 2;
const MARK_PIXELS = 8;

/** A dot of each colour as a small picture: ten thousand of those are quickly drawn. */
export function makeDots(colors, theme) {
  const density = window.devicePixelRatio || 1;
  const radius = DOT_PIXELS * (theme.fontSize >= 20 ? 1.5 : 1);
  const side = Math.ceil((2 * radius + 1) * density);
  return colors.map((color) => {
    const picture = document.createElement("canvas");
    picture.width = picture.height = side;
    const context = picture.getContext("2d");
    context.fillStyle = color;
    context.beginPath();
    context.arc(side / 2, side / 2, radius * density, 0, 2 * Math.PI);
    context.fill();
    return { picture, size: side / density };
  });
}

/** Each point in its turn, so that no class hides another; `dotOf(i)` may be null. */
export function drawDots(context, places, dotOf) {
  for (let i = 0; 2 * i < places.length; i += 1) {
    const dot = dotOf(i);
    if (!dot) continue;
    const { picture, size } = dot;
    context.drawImage(picture, places[2 * i] - size / 2, places[2 * i + 1] - size / 2, size, size);
  }
}

/** Words that stand out from the dots behind them. */
export function drawName(context, text, x, y, theme) {
  context.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = theme.background;
  context.fillStyle = theme.text;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** Cells that hold no code, hatched. */
export function drawHoles(context, { cell, cells }, toX, toY, theme) {
  const [width, height] = [Math.abs(toX(cell[0]) - toX(0)), Math.abs(toY(cell[1]) - toY(0))];
  context.save();
  context.beginPath();
  for (const [x, y] of cells) context.rect(toX(x) - width / 2, toY(y) - height / 2, width, height);
  context.clip();
  context.globalAlpha = 0.2;
  context.fillStyle = theme.text;
  context.fill();
  context.globalAlpha = 0.7;
  context.strokeStyle = theme.text;
  context.lineWidth = 1;
  context.beginPath();
  const { clientWidth: right, clientHeight: bottom } = context.canvas;
  for (let x = -bottom; x < right; x += 8) {
    context.moveTo(x, bottom);
    context.lineTo(x + bottom, 0);
  }
  context.stroke();
  context.restore();
}

/** A frame with a few numbers along its left and lower side. */
export function drawAxes(context, box, toX, toY, [left, right, bottom, top], theme) {
  const size = theme.fontSize * 0.75;
  context.font = `${size}px ${theme.fontFamily}`;
  context.fillStyle = theme.faded;
  context.strokeStyle = theme.border;
  context.lineWidth = 1;
  context.strokeRect(box.left + 0.5, box.top + 0.5, box.right - box.left - 1, box.bottom - box.top - 1);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of ticks(left, right, 6)) {
    context.fillText(axisNumber(value), toX(value), box.bottom + size * 0.4);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(bottom, top, 6)) {
    context.fillText(axisNumber(value), box.left - size * 0.4, toY(value));
  }
}

/** The point that is decoded: a ring, with its lines to the sides. */
export function drawMark(context, box, x, y, theme) {
  context.strokeStyle = theme.text;
  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, box.top);
  context.lineTo(x, box.bottom);
  context.moveTo(box.left, y);
  context.lineTo(box.right, y);
  context.stroke();
  context.globalAlpha = 1;
  drawRing(context, x, y, MARK_PIXELS, theme);
}

/** A ring that stands out on any colour. */
export function drawRing(context, x, y, radius, theme) {
  for (const [width, stroke] of [[5, theme.background], [2.5, theme.text]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  }
}

/** A number of an axis or a coordinate, without needless zeros. */
export function axisNumber(value) {
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}
