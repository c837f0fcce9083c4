/** Reads a bundle and believes nothing of it: sizes, places and shapes are checked first. */

import { RuntimeRefusal } from "./runtime_refusal.js";

const BUNDLE_MAGIC = "LSBUNDL1";
const HEADER_AT = 12;
const MOST_HEADER_BYTES = 1_000_000;
const MOST_OPERATIONS = 2000;
const MOST_VALUES_EACH = 64_000_000;
const BYTES_PER_NUMBER = { int16: 2, float32: 4 };

const refuseUnless = (fine, detail) => {
  if (!fine) throw new RuntimeRefusal("damaged", detail);
};
const isWhole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;

/** How many numbers a shape holds; refused where it is no shape. */
export function sizeOfShape(shape) {
  refuseUnless(Array.isArray(shape) && shape.length <= 4, "a shape is none");
  let size = 1;
  for (const side of shape) {
    refuseUnless(isWhole(side, 1, MOST_VALUES_EACH), "a shape has an odd side");
    size *= side;
    refuseUnless(size <= MOST_VALUES_EACH, "a shape is too large");
  }
  return size;
}

/** {header, tensors: [{dtype, count, bytes}], floats(index)} of an ArrayBuffer. */
export function readBundle(buffer) {
  refuseUnless(buffer.byteLength > HEADER_AT, "it is too short");
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 8));
  refuseUnless(magic === BUNDLE_MAGIC, "it does not begin as one");
  const length = new DataView(buffer).getUint32(8, true);
  const fits = length <= MOST_HEADER_BYTES && HEADER_AT + length <= buffer.byteLength;
  refuseUnless(fits, "its header is cut short");
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEADER_AT, length)));
  } catch {
    throw new RuntimeRefusal("damaged", "its header is no JSON");
  }
  const begin = Math.ceil((HEADER_AT + length) / 16) * 16;
  checkHeader(header);
  const tensors = header.tensors.map((entry) => readTensor(buffer, begin, entry));
  const floats = (index) => tensorFloats(tensors[index]);
  checkGolden(header, tensors);
  return { header, tensors, floats };
}

function checkHeader(header) {
  refuseUnless(header && typeof header === "object", "its header is no object");
  const { values, ops, tensors, output, schema_version: version } = header;
  if (version !== 1) throw new RuntimeRefusal("unknown_layer", "another version");
  for (const list of [values, ops, tensors]) {
    refuseUnless(Array.isArray(list) && list.length <= MOST_OPERATIONS, "a list is none");
  }
  values.forEach(sizeOfShape);
  refuseUnless(isWhole(header.latent_size, 1, MOST_VALUES_EACH), "no latents");
  refuseUnless(values.length > 0 && String(values[0]) === String([header.latent_size]), "no latents");
  refuseUnless(isWhole(output, 0, values.length - 1), "no output");
  refuseUnless(String(values[output]) === String(header.image_shape), "no image");
  refuseUnless(["-1,1", "0,1"].includes(header.pixel_range), "no pixel range");
  const made = new Set([0]);
  for (const op of ops) {
    refuseUnless(op && Array.isArray(op.inputs) && op.inputs.every((one) => made.has(one)), "an input is missing");
    refuseUnless(isWhole(op.output, 1, values.length - 1) && !made.has(op.output), "an output is odd");
    made.add(op.output);
  }
  refuseUnless(made.has(output), "nothing makes the image");
}

function readTensor(buffer, begin, { dtype, shape, offset, bytes }) {
  const each = BYTES_PER_NUMBER[dtype];
  const count = sizeOfShape(shape);
  const inside = isWhole(offset, 0, buffer.byteLength) && begin + offset + bytes <= buffer.byteLength;
  refuseUnless(each && bytes === count * each && inside && offset % 16 === 0, "a tensor lies outside");
  return { dtype, shape, count, bytes: new Uint8Array(buffer, begin + offset, bytes) };
}

function checkGolden({ golden, latent_size: size, image_shape: shape }, tensors) {
  const latents = tensors[golden?.latents];
  const images = tensors[golden?.images];
  const floats = latents?.dtype === "float32" && images?.dtype === "float32";
  refuseUnless(floats, "no golden images");
  const num = latents.count / size;
  refuseUnless(Number.isInteger(num) && images.count === num * sizeOfShape(shape), "odd golden images");
}

function tensorFloats({ count, bytes }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
}
