/** One request at a time: the image under the hand first, its neighbours when all is quiet. */

import { newestWins } from "./base.js";

const IDLE_MS = 150;

/**
 * Asks for the newest wanted latent, one request in flight, and drops those between. When nothing
 * has been asked for a while, asks for the neighbours; a new wish ends that request.
 *
 * `events`: decode(latents) and decodeAside(latents, signal) make images; told are onImage(answer, latent),
 * onNeighbours(latents, answer) and onFailure(error).
 */
export class DecodeQueue {
  constructor(events) {
    this.events = events;
    this.side = null;
    this.open = true;
    this.ask = newestWins((wish) => this.answer(wish));
  }

  /** Show this latent as soon as can be. `around()` gives the neighbours to fetch afterwards. */
  want(latent, around) {
    clearTimeout(this.timer);
    this.side?.abort();
    this.newest = { latent, around };
    this.ask(this.newest);
  }

  async answer(wish) {
    try {
      const answer = await this.events.decode([wish.latent]);
      if (this.open) this.events.onImage(answer, wish.latent);
    } catch (error) {
      if (this.open) this.events.onFailure(error);
    }
    if (wish !== this.newest || !this.open) return;
    this.timer = setTimeout(() => this.fetchAround(wish), IDLE_MS);
  }

  async fetchAround(wish) {
    const latents = wish.around();
    if (!latents.length) return;
    const side = new AbortController();
    this.side = side;
    try {
      const answer = await this.events.decodeAside(latents, side.signal);
      if (this.open && !side.signal.aborted) this.events.onNeighbours(latents, answer);
    } catch (error) {
      if (this.open && !side.signal.aborted) this.events.onFailure(error);
    }
  }

  close() {
    this.open = false;
    clearTimeout(this.timer);
    this.side?.abort();
  }
}
