/** Memory of values: what nobody reads any more makes room for what comes next. */

/** Rooms of a heap, each let to one value at a time; `take(bytes)` builds another. */
export class Rooms {
  constructor(take) {
    this.take = take;
    this.sizes = new Map();
    this.empty = [];
  }

  /** The address of a room of at least `bytes`: the smallest that is empty, or a new one. */
  enter(bytes) {
    const fitting = this.empty.filter((at) => this.sizes.get(at) >= bytes);
    if (!fitting.length) {
      const built = this.take(bytes);
      this.sizes.set(built, bytes);
      return built;
    }
    const at = fitting.reduce((best, one) => (this.sizes.get(one) < this.sizes.get(best) ? one : best));
    this.empty.splice(this.empty.indexOf(at), 1);
    return at;
  }

  leave(at) {
    this.empty.push(at);
  }
}

/**
 * For each operation, the values that nobody reads after it. A reshape's output lies where its
 * input does, so the two leave together; the image stays.
 */
export function lastUses({ values, ops, output }) {
  const owner = values.map((_, value) => value);
  const last = new Map([[0, 0]]);
  ops.forEach((op, i) => {
    if (op.kind === "reshape") owner[op.output] = owner[op.inputs[0]];
    for (const value of [...op.inputs, op.output]) last.set(owner[value], i);
  });
  last.delete(owner[output]);
  const done = ops.map(() => []);
  for (const [value, i] of last) done[i]?.push(value);
  return done;
}
