/** Operations of a bundle as calls of the WASM: tables and packed kernels once, calls each time. */

import { RuntimeRefusal } from "./runtime_refusal.js";

const PACKED = 8;
const ACTIVATIONS = { linear: 0, relu: 1, leaky_relu: 2, tanh: 3, sigmoid: 4 };
const MOST_SIDE = 64;

const refuseShape = (fine) => {
  if (!fine) throw new RuntimeRefusal("damaged", "an operation does not fit its shapes");
};
const sameShape = (one, other) => String(one) === String(other);
const numberOf = (shape) => shape.reduce((all, side) => all * side, 1);
const positive = (value, most = MOST_SIDE) => {
  refuseShape(Number.isInteger(value) && value >= 1 && value <= most);
  return value;
};

/** The function of an operation, as {code, slope}. */
function activationOf({ activation = "linear", slope = 0 }) {
  const code = Object.hasOwn(ACTIVATIONS, activation) ? ACTIVATIONS[activation] : null;
  if (code === null) throw new RuntimeRefusal("unknown_layer", activation);
  refuseShape(Number.isFinite(slope));
  return { code, slope };
}

/** Zeros before an axis that is padded `same`, as TensorFlow counts them. */
function zerosBefore(size, kernel, stride) {
  return Math.floor(Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0) / 2);
}

/** Everything that an operation needs to know of its surroundings. */
class Site {
  constructor(op, runtime) {
    Object.assign(this, { op, runtime, calls: runtime.calls, heap: runtime.heap });
    const { values } = runtime.bundle.header;
    this.inputs = op.inputs.map((one) => values[one]);
    this.output = values[op.output];
    this.from = runtime.places[op.inputs[0]];
  }

  /** The output's own memory. */
  room() {
    this.to = this.runtime.room(this.op.output);
    this.runtime.places[this.op.output] = this.to;
    return this.to;
  }

  floats(index, ...shape) {
    const { tensors } = this.runtime.bundle;
    refuseShape(Number.isInteger(index) && tensors[index] && sameShape(tensors[index].shape, shape));
    return this.runtime.tensor(index);
  }

  /** Scale and shift of `channels`: their addresses. */
  ends(channels) {
    return [this.floats(this.op.scale, channels), this.floats(this.op.shift, channels)];
  }

  /** A matrix in eights of columns; what `write` fills in is [rows][columns], and is let go again. */
  packed(rows, columns, write) {
    const to = this.heap.take(4 * rows * Math.ceil(columns / PACKED) * PACKED);
    const mark = this.heap.top;
    const from = this.heap.take(4 * rows * columns);
    write(this.heap.floats(from, rows * columns));
    this.calls.pack(from, to, rows, columns, columns, 1);
    this.heap.top = mark;
    return to;
  }

  /** The kernel as float32 [taps][inputs][outputs]: a copy in JavaScript. */
  kernel(shape) {
    const mark = this.heap.top;
    const at = this.floats(this.op.kernel, ...shape);
    const found = this.heap.floats(at, numberOf(shape)).slice();
    this.heap.top = mark;
    return found;
  }

  zeros(count) {
    const at = this.heap.take(4 * count);
    this.heap.floats(at, count).fill(0);
    return at;
  }
}

/** A call that multiplies rows by a packed matrix. */
function productCall(site, rows, numTaps, channels, matrix, outputs, columns, scale, shift, { code, slope }) {
  const { calls, heap } = site;
  const rowTable = heap.putInts(rows);
  const outTable = heap.putInts(outputs);
  const count = outputs.length;
  return () =>
    calls.product(rowTable, count, numTaps, channels, matrix, outTable, columns, scale, shift, code, slope);
}

function planDense(site) {
  const [[numIn], [numOut]] = [site.inputs[0], site.output];
  refuseShape(site.inputs[0].length === 1 && site.output.length === 1);
  const kernel = site.kernel([numIn, numOut]);
  const matrix = site.packed(numIn, numOut, (to) => to.set(kernel));
  const [scale, shift] = site.ends(numOut);
  const act = activationOf(site.op);
  return productCall(site, [site.from], 1, numIn, matrix, [site.room()], numOut, scale, shift, act);
}

/** Where the points of a convolution's window lie: addresses, `zeros` beyond the border. */
function windowRows(site, shape, outShape, size, stride, zeros) {
  const [height, width, channels] = shape;
  const [top, left] = [zerosBefore(height, size, stride), zerosBefore(width, size, stride)];
  const rows = [];
  for (let y = 0; y < outShape[0]; y += 1) {
    for (let x = 0; x < outShape[1]; x += 1) {
      for (let i = 0; i < size; i += 1) {
        for (let j = 0; j < size; j += 1) {
          const [row, column] = [y * stride + i - top, x * stride + j - left];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          rows.push(inside ? site.from + 4 * (row * width + column) * channels : zeros);
        }
      }
    }
  }
  return rows;
}

/** The addresses of `count` points of `channels` floats. */
function pointsOf(start, count, channels) {
  return Array.from({ length: count }, (_, i) => start + 4 * i * channels);
}

function planConv(site) {
  const [shape, outShape] = [site.inputs[0], site.output];
  refuseShape(shape.length === 3 && outShape.length === 3);
  const [size, stride] = [positive(site.op.size), positive(site.op.stride)];
  const [height, width, channels] = shape;
  const filters = outShape[2];
  refuseShape(outShape[0] === Math.ceil(height / stride) && outShape[1] === Math.ceil(width / stride));
  const eights = (count) => Math.ceil(count / PACKED) * PACKED;
  const direct = outShape[0] * outShape[1] * size * size * eights(filters);
  const shifted = height * width * eights(size * size * filters);
  if (shifted < direct) return planShifted(site, size, stride);
  const kernel = site.kernel([size, size, channels, filters]);
  const matrix = site.packed(size * size * channels, filters, (to) => to.set(kernel));
  const [scale, shift] = site.ends(filters);
  const zeros = site.zeros(channels);
  const rows = windowRows(site, shape, outShape, size, stride, zeros);
  const outputs = pointsOf(site.room(), outShape[0] * outShape[1], filters);
  const act = activationOf(site.op);
  return productCall(site, rows, size * size, channels, matrix, outputs, filters, scale, shift, act);
}

/**
 * To few channels: eight columns at a time would be mostly empty, so one product makes a map for
 * each tap of the kernel, and the maps are shifted and added.
 */
function planShifted(site, size, stride) {
  const [[height, width, channels], [outHeight, outWidth, filters]] = [site.inputs[0], site.output];
  const kernel = site.kernel([size, size, channels, filters]);
  const numMaps = size * size * filters;
  const matrix = site.packed(channels, numMaps, (to) => {
    for (let tap = 0; tap < size * size; tap += 1) {
      for (let c = 0; c < channels; c += 1) {
        for (let f = 0; f < filters; f += 1) {
          to[c * numMaps + tap * filters + f] = kernel[(tap * channels + c) * filters + f];
        }
      }
    }
  });
  const ones = site.zeros(numMaps);
  site.heap.floats(ones, numMaps).fill(1);
  const none = site.zeros(numMaps);
  const maps = site.runtime.rooms.enter(4 * height * width * numMaps);
  const rows = pointsOf(site.from, height * width, channels);
  const outputs = pointsOf(maps, height * width, numMaps);
  const product = productCall(site, rows, 1, channels, matrix, outputs, numMaps, ones, none, { code: 0, slope: 0 });
  const [scale, shift] = site.ends(filters);
  const { code, slope } = activationOf(site.op);
  const to = site.room();
  site.runtime.rooms.leave(maps);
  const [top, left] = [zerosBefore(height, size, stride), zerosBefore(width, size, stride)];
  return () => {
    product();
    site.calls.shift_and_add(maps, to, height, width, outHeight, outWidth, size, stride, top, left, filters);
    site.calls.affine(to, to, outHeight * outWidth, filters, scale, shift, code, slope);
  };
}

/** A convolution for each of the stride × stride places that an output point may have. */
function planTransposed(site) {
  const [shape, outShape] = [site.inputs[0], site.output];
  refuseShape(shape.length === 3 && outShape.length === 3);
  const [size, stride] = [positive(site.op.size), positive(site.op.stride)];
  const [height, width, channels] = shape;
  const filters = outShape[2];
  refuseShape(outShape[0] === height * stride && outShape[1] === width * stride);
  const kernel = site.kernel([size, size, channels, filters]);
  const ends = site.ends(filters);
  const zeros = site.zeros(channels);
  site.room();
  const calls = [];
  for (let y = 0; y < stride; y += 1) {
    for (let x = 0; x < stride; x += 1) {
      calls.push(planPhase(site, { size, stride, kernel, ends, zeros, y, x }));
    }
  }
  return () => calls.forEach((call) => call());
}

function planPhase(site, { size, stride, kernel, ends, zeros, y, x }) {
  const [height, width, channels] = site.inputs[0];
  const [, outWidth, filters] = site.output;
  const before = Math.floor(Math.max(size - stride, 0) / 2);
  const along = (place) => {
    const found = [];
    for (let tap = (place + before) % stride; tap < size; tap += stride) {
      found.push({ tap, offset: (place + before - tap) / stride });
    }
    return found;
  };
  const [down, across] = [along(y), along(x)];
  const slab = channels * filters;
  const taps = down.flatMap((i) => across.map((j) => i.tap * size + j.tap));
  const matrix = site.packed(Math.max(taps.length, 1) * channels, filters, (to) => {
    taps.forEach((tap, i) => to.set(kernel.subarray(tap * slab, (tap + 1) * slab), i * slab));
  });
  const [rows, outputs] = [[], []];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      for (const i of down) {
        for (const j of across) {
          const [a, b] = [row + i.offset, column + j.offset];
          const inside = a >= 0 && a < height && b >= 0 && b < width;
          rows.push(inside ? site.from + 4 * (a * width + b) * channels : zeros);
        }
      }
      outputs.push(site.to + 4 * ((row * stride + y) * outWidth + column * stride + x) * filters);
    }
  }
  const act = activationOf(site.op);
  return productCall(site, rows, taps.length, channels, matrix, outputs, filters, ...ends, act);
}

function planAffine(site) {
  const shape = site.output;
  refuseShape(sameShape(shape, site.inputs[0]));
  const channels = shape[shape.length - 1];
  const [scale, shift] = site.ends(channels);
  const { code, slope } = activationOf(site.op);
  const [count, to] = [numberOf(shape) / channels, site.room()];
  return () => site.calls.affine(site.from, to, count, channels, scale, shift, code, slope);
}

function planActivation(site) {
  refuseShape(sameShape(site.output, site.inputs[0]));
  const { code, slope } = activationOf(site.op);
  const [count, to] = [numberOf(site.output), site.room()];
  return () => site.calls.activation(site.from, to, count, code, slope);
}

function planUniform(site) {
  refuseShape(sameShape(site.output, site.inputs[0]));
  const [count, to] = [numberOf(site.output), site.room()];
  return () => site.calls.to_uniform(site.from, to, count);
}

function planPixelNorm(site) {
  const shape = site.output;
  refuseShape(sameShape(shape, site.inputs[0]));
  const channels = shape[shape.length - 1];
  const epsilon = site.op.epsilon ?? 1e-8;
  refuseShape(epsilon > 0 && epsilon < 1);
  const [count, to] = [numberOf(shape) / channels, site.room()];
  return () => site.calls.pixel_norm(site.from, to, count, channels, epsilon);
}

function planUpsample(name) {
  return (site) => {
    const [height, width, channels] = site.inputs[0];
    const factor = positive(site.op.factor);
    refuseShape(sameShape(site.output, [height * factor, width * factor, channels]));
    const to = site.room();
    return () => site.calls[name](site.from, to, height, width, channels, factor);
  };
}

function planMaxPool(site) {
  const [height, width, channels] = site.inputs[0];
  const size = positive(site.op.size);
  refuseShape(sameShape(site.output, [Math.floor(height / size), Math.floor(width / size), channels]));
  const to = site.room();
  return () => site.calls.max_pool(site.from, to, height, width, channels, size);
}

/** The same numbers under another shape: nothing is done and nothing is copied. */
function planReshape(site) {
  refuseShape(numberOf(site.output) === numberOf(site.inputs[0]));
  site.runtime.places[site.op.output] = site.from;
  return () => {};
}

function planAdd(site) {
  refuseShape(site.inputs.length === 2 && site.inputs.every((shape) => sameShape(shape, site.output)));
  const other = site.runtime.places[site.op.inputs[1]];
  const [count, to] = [numberOf(site.output), site.room()];
  return () => site.calls.add(site.from, other, to, count);
}

/** Along the last axis. */
function planConcat(site) {
  const all = site.output[site.output.length - 1];
  const front = (shape) => String(shape.slice(0, -1));
  const widths = site.inputs.map((shape) => shape[shape.length - 1]);
  const fits = widths.reduce((sum, one) => sum + one, 0) === all;
  refuseShape(fits && site.inputs.every((shape) => front(shape) === front(site.output)));
  const [count, to] = [numberOf(site.output) / all, site.room()];
  let at = 0;
  const parts = site.op.inputs.map((value, i) => {
    const part = [site.runtime.places[value], widths[i], at];
    at += widths[i];
    return part;
  });
  return () => {
    for (const [from, channels, start] of parts) site.calls.place(from, to, count, channels, start, all);
  };
}

/** Rows of a table, mixed by the shares [K] that come in: one share of 1 is that class alone. */
function planEmbedding(site) {
  const [[numClasses], [size]] = [site.inputs[0], site.output];
  refuseShape(site.inputs[0].length === 1 && site.output.length === 1);
  const table = site.kernel([numClasses, size]);
  const matrix = site.packed(numClasses, size, (to) => to.set(table));
  const ones = site.zeros(size);
  site.heap.floats(ones, size).fill(1);
  const none = site.zeros(size);
  const linear = { code: 0, slope: 0 };
  return productCall(site, [site.from], 1, numClasses, matrix, [site.room()], size, ones, none, linear);
}

const PLANS = {
  dense: planDense,
  conv: planConv,
  conv_transpose: planTransposed,
  affine: planAffine,
  activation: planActivation,
  to_uniform: planUniform,
  pixel_norm: planPixelNorm,
  upsample_nearest: planUpsample("nearest"),
  upsample_bilinear: planUpsample("bilinear"),
  max_pool: planMaxPool,
  reshape: planReshape,
  add: planAdd,
  concat: planConcat,
  embedding: planEmbedding,
};

/** Prepare an operation: a function without arguments that carries it out. */
export function planOperation(op, runtime) {
  const plan = Object.hasOwn(PLANS, op.kind) ? PLANS[op.kind] : null;
  if (!plan) throw new RuntimeRefusal("unknown_layer", String(op.kind));
  return plan(new Site(op, runtime));
}
