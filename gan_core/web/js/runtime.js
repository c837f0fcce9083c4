/** Runs a bundle: reads what it holds, lays out the memory, and calls the WASM for each operation. */

import { readBundle } from "./runtime_bundle.js";
import { RuntimeRefusal } from "./runtime_refusal.js";
import { planOperation } from "./runtime_plan.js";
import { Rooms, lastUses } from "./runtime_rooms.js";

const PAGE_BYTES = 65_536;
const MOST_MEMORY_BYTES = 1024 * 1024 * 1024;
const GOLDEN_TOLERANCE = 2e-3;

/** Memory of the WASM: grows, never shrinks, and is given up as a whole. */
class Heap {
  constructor(exports) {
    this.memory = exports.memory;
    this.top = exports.__heap_base.value;
  }

  /** The address of `bytes` more bytes. */
  take(bytes) {
    const at = Math.ceil(this.top / 16) * 16;
    this.top = at + bytes;
    if (this.top > MOST_MEMORY_BYTES) throw new RuntimeRefusal("unsupported", "it needs too much memory");
    const missing = this.top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return at;
  }

  floats(at, count) {
    return new Float32Array(this.memory.buffer, at, count);
  }

  bytes(at, count) {
    return new Uint8Array(this.memory.buffer, at, count);
  }

  putBytes(values) {
    const at = this.take(values.byteLength);
    this.bytes(at, values.byteLength).set(values);
    return at;
  }

  putInts(values) {
    const at = this.take(4 * values.length);
    new Int32Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }
}

/** One generator, ready: `decode(latents)` of one image after the other. */
export class Runtime {
  constructor(module, buffer) {
    const { exports } = new WebAssembly.Instance(module, {});
    this.heap = new Heap(exports);
    this.calls = exports;
    this.bundle = readBundle(buffer);
    this.rooms = new Rooms((bytes) => this.heap.take(bytes));
    this.places = new Array(this.bundle.header.values.length).fill(0);
    this.places[0] = this.room(0);
    const done = lastUses(this.bundle.header);
    this.steps = this.bundle.header.ops.map((op, i) => {
      const step = planOperation(op, this);
      for (const value of done[i]) this.rooms.leave(this.places[value]);
      return step;
    });
    this.size = this.count(this.bundle.header.output);
    this.out = this.heap.take(this.size);
    this.worst = this.check();
  }

  count(value) {
    return this.bundle.header.values[value].reduce((all, one) => all * one, 1);
  }

  room(value) {
    return this.rooms.enter(4 * this.count(value));
  }

  /** A tensor as float32 in the WASM's memory: its address. */
  tensor(index) {
    const { dtype, count, bytes } = this.bundle.tensors[index];
    if (dtype === "float32") return this.heap.putBytes(bytes);
    const at = this.heap.take(4 * count);
    const mark = this.heap.top;
    this.calls.short_to_float(this.heap.putBytes(bytes), at, count);
    this.heap.top = mark;
    return at;
  }

  /** One image as float32, in the run's pixel range; a view that the next call overwrites. */
  run(latent) {
    this.heap.floats(this.places[0], latent.length).set(latent);
    for (const step of this.steps) step();
    return this.heap.floats(this.places[this.bundle.header.output], this.size);
  }

  /** Images of latents, Float32Array [N * Z], as bytes [N * H * W * C]; refused where they are not Z long. */
  decode(latents) {
    const { latent_size: size, pixel_range: range, output } = this.bundle.header;
    const num = latents.length / size;
    if (!Number.isInteger(num)) throw new RuntimeRefusal("damaged", "latents of another length");
    const images = new Uint8Array(num * this.size);
    const [scale, shift] = range === "-1,1" ? [127.5, 127.5] : [255, 0];
    for (let i = 0; i < num; i += 1) {
      this.run(latents.subarray(i * size, (i + 1) * size));
      this.calls.to_bytes(this.places[output], this.out, this.size, scale, shift);
      images.set(this.heap.bytes(this.out, this.size), i * this.size);
    }
    return images;
  }

  /** The largest difference of a pixel, 0 to 1, from the golden images. */
  check() {
    const { golden, latent_size: size, pixel_range: range } = this.bundle.header;
    const latents = this.bundle.floats(golden.latents);
    const images = this.bundle.floats(golden.images);
    const [scale, shift] = range === "-1,1" ? [0.5, 0.5] : [1, 0];
    let worst = 0;
    for (let i = 0; i * size < latents.length; i += 1) {
      const made = this.run(latents.subarray(i * size, (i + 1) * size));
      for (let j = 0; j < this.size; j += 1) {
        const apart = Math.abs(made[j] * scale + shift - images[i * this.size + j]);
        if (!(apart <= worst)) worst = apart;
      }
    }
    if (!(worst <= GOLDEN_TOLERANCE)) throw new RuntimeRefusal("golden", String(worst));
    return worst;
  }
}
