/** The time of a walk: a position from 0 to 1 that runs while it plays. */

// After a pause of the browser, such as a hidden tab, the walk goes on where it was.
const LONGEST_GAP_MS = 250;

/** `onTick(position)` once for each frame of the screen, `onEnd()` when an open walk is over. */
export class WalkClock {
  constructor({ onTick, onEnd }) {
    this.events = { onTick, onEnd };
    this.position = 0;
    this.seconds = 1;
    this.loops = true;
    this.playing = false;
  }

  play() {
    if (this.playing) return;
    this.playing = true;
    if (!this.loops && this.position >= 1) this.position = 0;
    this.before = performance.now();
    this.timer = requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.timer);
  }

  tick(now) {
    const spent = Math.min(Math.max(now - this.before, 0), LONGEST_GAP_MS);
    this.before = now;
    const next = this.position + spent / 1000 / this.seconds;
    this.position = this.loops ? next % 1 : Math.min(next, 1);
    this.events.onTick(this.position);
    if (!this.playing) return;
    if (this.position === 1) {
      this.pause();
      this.events.onEnd();
    } else this.timer = requestAnimationFrame((later) => this.tick(later));
  }
}
