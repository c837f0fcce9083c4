/** The images behind the points: labels at once, pictures as one large atlas. */

import { appUrl } from "./base.js";
import { bytesFromBase64 } from "./pixels.js";
import { getJson } from "./plane_points.js";

export class PlaneImages {
  /** Resolves once the labels are there; the atlas follows by itself. */
  static async load({ images_url: imagesUrl, atlas_url: atlasUrl }) {
    const images = new PlaneImages(await getJson(imagesUrl));
    images.atlas.src = appUrl(atlasUrl);
    return images;
  }

  constructor({ num, labels, columns, tile, held_out: heldOut }) {
    this.count = num;
    this.labels = labels ? bytesFromBase64(labels) : null;
    this.heldOut = heldOut;
    this.columns = columns;
    this.tile = tile;
    this.atlas = new Image();
  }

  /** Draw one image onto a canvas, a canvas pixel for each of its pixels; false until it is there. */
  draw(canvas, index) {
    if (!this.atlas.complete || !this.atlas.naturalWidth) return false;
    const [height, width] = this.tile;
    [canvas.width, canvas.height] = [width, height];
    const left = (index % this.columns) * width;
    const top = Math.floor(index / this.columns) * height;
    canvas.getContext("2d").drawImage(this.atlas, left, top, width, height, 0, 0, width, height);
    return true;
  }
}
