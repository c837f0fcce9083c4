/** Raw pixels onto a canvas. */

/** What the frame of a picture takes, left and right together. */
export const BORDER_PIXELS = 8;

/** Base64 text as bytes. */
export function bytesFromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Bytes as base64 text. */
export function base64FromBytes(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Put one image onto a canvas, a canvas pixel for each of its pixels; CSS makes it large.
 * `bytes` is [H, W, C] with C 1 (grey), 3 (RGB) or 4 (RGBA), 0 to 255.
 */
export function paint(canvas, bytes, [height, width, channels]) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const out = image.data;
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; to < out.length; from += channels, to += 4) {
    out[to] = bytes[from];
    out[to + 1] = bytes[from + green];
    out[to + 2] = bytes[from + blue];
    out[to + 3] = channels === 4 ? bytes[from + 3] : 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * The size at which a picture of `width` pixels is crisp in a place of `room` CSS pixels: a
 * whole number of screen pixels each, unless that would waste more than a fifth of the room.
 */
export function crispWidth(width, room) {
  const density = window.devicePixelRatio || 1;
  const exact = (room * density) / width;
  const whole = Math.floor(exact);
  return whole >= 1 && whole / exact >= 0.8 ? (whole * width) / density : room;
}

/**
 * Keep a picture crisp as its place changes. `border` is what surrounds the picture, both sides
 * together. Returns `fit`, for when the picture is another one, and `stop`.
 */
export function keepCrisp(place, picture, naturalWidth, border = 0) {
  const fit = () => {
    const width = naturalWidth();
    const room = Math.min(place.clientWidth, place.clientHeight || Infinity) - border;
    if (width && room > 0) picture().style.width = `${crispWidth(width, room)}px`;
  };
  const observer = new ResizeObserver(fit);
  observer.observe(place);
  return { fit, stop: () => observer.disconnect() };
}
