/**
 * Building and patching elements. Everything is made with DOM calls, never from HTML text, so
 * nothing a message contains can become markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. `props` are attributes; `class`, `data` (dataset) and `on` (listeners) are
 * understood; `null`, `undefined` and `false` leave an attribute or a child out.
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "data") {
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined && item !== null) element.dataset[key] = String(item);
      }
    } else if (name === "on") {
      for (const [type, listener] of Object.entries(value)) {
        element.addEventListener(type, listener);
      }
    } else if (name === "style") {
      // Through the object model: a style attribute would be refused by the page's policy.
      for (const [key, item] of Object.entries(value)) element.style.setProperty(key, String(item));
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child);
  }
}

/** Makes an SVG element with the given paths (`d` attributes), drawn as strokes of 24 × 24. */
export function svg(paths, props = {}) {
  const root = document.createElementNS(SVG, "svg");
  const all = { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", ...props };
  for (const [name, value] of Object.entries(all)) root.setAttribute(name, String(value));
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    root.append(path);
  }
  return root;
}

/**
 * Makes `from` look like `to` with as few changes as possible, so that an edited message keeps its
 * selection, its loaded pictures, the scroll position of its code blocks and what was opened in it
 * (`data-open`).
 * Returns the node that now stands in the place of `from`.
 */
export function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || keyOf(from) !== keyOf(to)) {
    from.replaceWith(to);
    return to;
  }
  if (from.nodeType === Node.TEXT_NODE) {
    const [old, next] = [from.data, to.data];
    // Appending leaves a selection inside the text alone; replacing would collapse it.
    if (old !== next) {
      if (next.startsWith(old)) from.appendData(next.slice(old.length));
      else from.data = next;
    }
    return from;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) return from;
  morphAttributes(from, to);
  morphChildren(from, [...to.childNodes]);
  return from;
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-key") ?? "" : "";
}

function morphAttributes(from, to) {
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (name !== "data-open" && name !== "aria-expanded" && !to.hasAttribute(name)) {
      from.removeAttribute(name);
    }
  }
}

/** Makes the children of `parent` look like `wanted`; children with a `data-key` are found by it. */
export function morphChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children) {
    const key = child.getAttribute("data-key");
    if (key !== null) keyed.set(key, child);
  }
  let cursor = parent.firstChild;
  for (const next of wanted) {
    const key = next.nodeType === Node.ELEMENT_NODE ? next.getAttribute("data-key") : null;
    const known = key === null ? undefined : keyed.get(key);
    if (known) {
      if (known === cursor) cursor = cursor.nextSibling;
      else parent.insertBefore(known, cursor);
      morph(known, next);
      continue;
    }
    if (key === null && cursor && keyOf(cursor) === "") {
      const following = cursor.nextSibling;
      morph(cursor, next);
      cursor = following;
      continue;
    }
    parent.insertBefore(next, cursor);
  }
  while (cursor) {
    const following = cursor.nextSibling;
    cursor.remove();
    cursor = following;
  }
}
