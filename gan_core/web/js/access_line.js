/** In which role one is here, and the way in or out; a link, because it leaves the page. */

import { appUrl, el, mountOnce, setText } from "./base.js";

class AccessLine {
  constructor({ parentElement }) {
    this.text = el("span", {});
    this.link = el("a", {});
    this.link.addEventListener("click", () => this.aim());
    this.root = el("p", { class: "studio access-line" }, this.text, this.link);
    parentElement.append(this.root);
  }

  update({ data }) {
    this.data = data;
    setText(this.text, data.text);
    setText(this.link, data.link);
    this.link.hidden = data.link === "";
    this.aim();
    if (data.ticket && data.ticket !== this.redeemed) this.redeem(data.ticket);
  }

  /** The page that is shown at this moment is where one comes back to. */
  aim() {
    const address = new URL(appUrl(this.data.address));
    const base = new URL(appUrl("")).pathname;
    const back = (location.pathname + location.search).slice(base.length);
    address.searchParams.set("back", back);
    if (this.data.lang !== "en") address.searchParams.set("lang", this.data.lang);
    this.link.href = address.href;
  }

  async redeem(ticket) {
    this.redeemed = ticket;
    try {
      await fetch(appUrl("studio/ticket"), { method: "POST", body: ticket });
    } catch {
      this.redeemed = ""; // the server was away: with the next update
    }
  }

  destroy() {
    this.root.remove();
  }
}

export default function accessLine(component) {
  return mountOnce(component, (first) => new AccessLine(first));
}
