/* ol[data-ordering]: turns the number selects into up and down buttons. The selects stay in the form and carry the answer.
 * Every move is announced; the focus stays on the button that was used. Saves on the way carry no places until the list
 * was touched; with the submit the order shown is the answer. */

function lineText(item) {
  return item.querySelector(".ordering__text").textContent.trim();
}

function arrow(direction) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  const look = { class: "icon", viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", "stroke-width": "1.7", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(look)) svg.setAttribute(name, value);
  path.setAttribute("d", direction === "up" ? "M3.5 10L8 5.5l4.5 4.5" : "M3.5 6L8 10.5 12.5 6");
  svg.append(path);
  return svg;
}

class Ordering {
  constructor(list) {
    this.list = list;
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    list.after(this.status);
  }

  get items() {
    return [...this.list.children];
  }

  start() {
    const known = (item) => Number(item.querySelector("select").value) || Infinity;
    this.list.append(...this.items.sort((a, b) => (known(a) === known(b) ? 0 : known(a) - known(b))));
    for (const item of this.items) this.equip(item);
    this.refresh(false);
    this.list.closest("form")?.addEventListener("submit", () => this.refresh(true));
    const hint = this.list.parentElement.querySelector(":scope > .hint");
    if (hint && this.list.dataset.textHint) hint.textContent = this.list.dataset.textHint;
  }

  equip(item) {
    const place = document.createElement("span");
    place.className = "ordering__number";
    const moves = document.createElement("span");
    moves.className = "ordering__moves";
    moves.append(this.button(item, "up"), this.button(item, "down"));
    item.prepend(place);
    item.append(moves);
    item.querySelector("select").hidden = true;
  }

  button(item, direction) {
    const button = document.createElement("button");
    const words = direction === "up" ? this.list.dataset.textUp : this.list.dataset.textDown;
    button.type = "button";
    button.className = "button button--secondary";
    button.dataset.move = direction;
    button.setAttribute("aria-label", `${words}: ${lineText(item)}`);
    button.append(arrow(direction));
    button.addEventListener("click", () => this.move(item, direction, button));
    return button;
  }

  move(item, direction, button) {
    const other = direction === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (other) other[direction === "up" ? "before" : "after"](item);
    this.refresh(true);
    button.focus();
    this.announce(item);
    item.querySelector("select").dispatchEvent(new Event("change", { bubbles: true }));
  }

  refresh(isAnswered) {
    const last = this.items.length - 1;
    this.items.forEach((item, index) => {
      item.querySelector(".ordering__number").textContent = `${index + 1}.`;
      if (isAnswered) item.querySelector("select").value = String(index + 1);
      item.querySelector('[data-move="up"]').setAttribute("aria-disabled", String(index === 0));
      item.querySelector('[data-move="down"]').setAttribute("aria-disabled", String(index === last));
    });
  }

  announce(item) {
    const values = { item: lineText(item), place: String(this.items.indexOf(item) + 1), count: String(this.items.length) };
    const words = this.list.dataset.textMoved ?? "";
    this.status.textContent = words.replace(/\{(item|place|count)\}/g, (_, name) => values[name]);
  }
}

for (const list of document.querySelectorAll("ol[data-ordering]")) new Ordering(list).start();
