/** The page's own part: a hand that draws ellipses, the large image, and the panels. */

const settings = window.SETTINGS;
const SIZE = settings.latent_size ?? 8;
const MS_PER_IMAGE = settings.ms ?? 5;

function ellipse(z, step) {
  const [x0, y0, wide, tall, slant] = Array.from({ length: 5 }, (_, i) => Math.tanh((z[i] ?? 0) / 2));
  const side = 28;
  const colours = settings.colour ? 3 : 1;
  const bytes = new Uint8Array(side * side * colours);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const down = -1 + (2 * row) / (side - 1) - 0.5 * y0;
      const across = -1 + (2 * column) / (side - 1) - 0.5 * x0 + slant * down;
      const distance = (across / (0.45 + 0.25 * wide)) ** 2 + (down / (0.55 + 0.25 * tall)) ** 2;
      const value = Math.trunc(255 * Math.exp(-(distance ** 2)) * (step === 1 ? 1 : 0.5));
      for (let colour = 0; colour < colours; colour += 1) {
        const tint = colours === 1 ? 1 : 0.5 + 0.5 * Math.tanh(z[5 + colour] ?? 0);
        bytes[(row * side + column) * colours + colour] = value * tint;
      }
    }
  }
  return bytes;
}

const tally = { decoded: 0, aborted: 0, drags: 0, rests: 0 };
const data = {
  run: "made-by-hand",
  step: 1,
  latent_size: SIZE,
  image_shape: [28, 28, settings.colour ? 3 : 1],
  sigma: 3,
  invert: false,
  save_url: "studio/walk",
  words: settings.words,
  ...settings.data,
};

async function decode(latents, signal) {
  const step = data.step;
  await new Promise((done, fail) => {
    const giveUp = () => {
      clearTimeout(timer);
      tally.aborted += 1;
      fail(new DOMException("given up", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      done();
    }, MS_PER_IMAGE * latents.length);
    signal?.addEventListener("abort", giveUp);
  });
  tally.decoded += latents.length;
  const shape = data.image_shape;
  return { step, shape, images: latents.map((z) => ellipse(z, step)) };
}

const picture = el("canvas", { class: "picture", width: 28, height: 28 });
picture.dataset.painted = "0";
const show = newestWins(async (z) => {
  const { images, shape } = await decode([z]);
  paint(picture, images[0], shape);
  picture.dataset.painted = String(Number(picture.dataset.painted) + 1);
});

const locked = new Set(settings.locked ?? []);
const axisOf = (i) => Array.from({ length: SIZE }, (_, k) => Number(k === i));
const directions = [
  ...Array.from({ length: SIZE }, (_, i) => ({ id: `dimension:${i}`, name: `z${i}`, vector: axisOf(i) })),
  { id: "concept-aa", name: "round", vector: Array.from({ length: SIZE }, (_, i) => [0, 0, 2, 2][i] ?? 0) },
];
let point = Array.from({ length: SIZE }, (_, i) => [0.5, -0.5][i] ?? 0);
let panels = [];

function move(z, resting) {
  point = [...z];
  show([...z]);
  for (const panel of panels) panel.moved?.([...z], resting);
}

const hand = {
  words: settings.words,
  z: () => [...point],
  drag: (z) => {
    tally.drags += 1;
    move(z, false);
  },
  rest: () => {
    tally.rests += 1;
    move(point, true);
  },
  go: (z) => {
    move(z, false);
    hand.rest();
  },
  decode,
  data: () => data,
  directions: () => directions,
  locked: () => locked,
  address: ({ walk }) => `${location.origin}/?walk=${walk.points.length}-${walk.method}`,
};

const pins = new Pins(hand);
panels = [new PinsRow(hand, pins), new Pad(hand, pins), new WalkPanel(hand, pins), new Arithmetic(hand, pins)];
const [row, pad, walk, arithmetic] = panels;
const stage = el("div", { class: "big" }, picture);
const columns = el("div", { class: "columns" }, stage, pad.element, arithmetic.element);
const root = el("div", { class: "studio panels-page" }, columns, row.element, walk.element);
root.classList.toggle("invert", Boolean(data.invert));
document.querySelector("main").append(root);

/** New data from Python. */
function update(more) {
  Object.assign(data, more);
  for (const panel of panels) panel.update?.(data);
  move(point, true);
}

update({});
for (const panel of panels) panel.shown?.();
Object.assign(window, { axisOf, directions, hand, pins, pad, walk, arithmetic, tally, update, locked });
Object.assign(window, { maths: { slerp, lerp, walkLatent, cornerWeights, regularPolygon, blendLatents, nearestInside, arrivals } });
document.documentElement.dataset.ready = "";
