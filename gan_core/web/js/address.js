/** A view as an address, and back: the latent, the panel and a walk, after the `#`. */

const BYTES_EACH = 4;

/** Numbers as text that may stand in an address: base64 of float32, little end first. */
export function packNumbers(values) {
  const view = new DataView(new ArrayBuffer(values.length * BYTES_EACH));
  values.forEach((value, i) => view.setFloat32(i * BYTES_EACH, value, true));
  const raw = Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The numbers back; null where the text is none, or a number is not finite. */
export function unpackNumbers(text) {
  let raw;
  try {
    raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return null;
  }
  if (!raw.length || raw.length % BYTES_EACH) return null;
  const view = new DataView(Uint8Array.from(raw, (letter) => letter.charCodeAt(0)).buffer);
  const values = [];
  for (let at = 0; at < raw.length; at += BYTES_EACH) values.push(view.getFloat32(at, true));
  return values.every(Number.isFinite) ? values : null;
}

/** What an address says: {z, tab, tool, axes, walk}, each null where it says nothing of it. */
export function readAddress(hash, latentSize) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const z = unpackNumbers(parts.get("z") ?? "");
  return {
    z: z?.length === latentSize ? z : null,
    tab: parts.get("tab"),
    tool: parts.get("tool"),
    axes: parts.get("axes")?.split(",") ?? null,
    walk: readWalk(parts.get("walk"), latentSize),
  };
}

function readWalk(text, latentSize) {
  if (!text) return null;
  const [manner, numbers] = text.split("~");
  const values = unpackNumbers(numbers ?? "");
  if (!values || values.length % latentSize) return null;
  const points = [];
  for (let at = 0; at < values.length; at += latentSize) points.push(values.slice(at, at + latentSize));
  return { ...Object.fromEntries(new URLSearchParams(manner.replaceAll(".", "&"))), points };
}

/** The part after the `#`; a walk is {points: [[…]], and its manner: short words and numbers}. */
export function writeAddress({ z, tab, tool, axes, walk }) {
  const parts = [`z=${packNumbers(z)}`];
  if (tab) parts.push(`tab=${encodeURIComponent(tab)}`);
  if (tool) parts.push(`tool=${encodeURIComponent(tool)}`);
  if (axes) parts.push(`axes=${axes.join(",")}`);
  if (walk) {
    const { points, ...manner } = walk;
    const words = Object.entries(manner).map(([key, value]) => `${key}=${value}`).join(".");
    parts.push(`walk=${encodeURIComponent(`${words}~${packNumbers(points.flat())}`)}`);
  }
  return `#${parts.join("&")}`;
}
