/** Why this browser does not run a generator: `reason` is "unsupported", "unknown_layer", "golden" or "damaged". */
export class RuntimeRefusal extends Error {
  constructor(reason, detail = "") {
    super(detail || reason);
    this.reason = reason;
  }
}
