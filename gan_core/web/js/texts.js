/** The point under the hand as texts to take along. */

import { writeAddress } from "./address.js";

const DIGITS = 9; // enough for a float32 to come back as it was

const short = (z) => z.map((value) => Number(Math.fround(value).toPrecision(DIGITS)));

/** {address(more), json(), python()} of an explorer; python is null where no run lies behind it. */
export function createTexts(explorer) {
  const place = () => ({ run: explorer.data.run, step: explorer.source.step });
  return {
    address(more = {}) {
      const url = new URL(location.href);
      if (explorer.data.latents_url !== null) {
        url.searchParams.set("run", place().run);
        url.searchParams.set("step", place().step);
      }
      const { tabs, pad } = explorer.reins;
      const axes = tabs.chosen === "pad" ? pad.axes.chosen : null;
      const tool = explorer.dock.tabs.chosen;
      const view = { z: explorer.hand.z(), tab: tabs.chosen, tool, axes };
      url.hash = writeAddress({ ...view, ...more });
      return url.href;
    },
    json: () => JSON.stringify({ ...place(), z: short(explorer.hand.z()) }),
    python: explorer.data.run_path
      ? () => {
          const { run_path: path } = explorer.data;
          const [name, z] = [JSON.stringify(path), short(explorer.hand.z()).join(", ")];
          const call = `load_generator(${name}, step=${place().step})`;
          return `from gan_core.inference.generator import load_generator\n${call}.save([${z}], "image.png")\n`;
        }
      : null,
  };
}
