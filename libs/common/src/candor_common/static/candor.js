"use strict";

// What the pages do beyond links and forms: the theme, countdowns, keys, previews, and live rows. Without it everything works.

(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("candor-theme"); } catch { return null; } };
  // Before the first paint, so that nobody sees the other theme flash up.
  if (stored()) root.dataset.theme = stored();

  function switchTheme() {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("candor-theme", root.dataset.theme); } catch { /* it lasts for this page then */ }
  }

  // Lengths of time as the server writes them, with seconds when little is left.
  function length(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (minutes >= 1440) return join(Math.floor(minutes / 1440), "d", Math.floor(minutes / 60) % 24, "h");
    if (minutes >= 60) return join(Math.floor(minutes / 60), "h", minutes % 60, "min");
    if (minutes >= 10) return `${minutes} min`;
    return minutes ? `${minutes} min ${String(Math.floor(seconds) % 60).padStart(2, "0")} s` : `${Math.floor(seconds)} s`;
  }

  const join = (one, unit, other, smaller) => (other ? `${one} ${unit} ${other} ${smaller}` : `${one} ${unit}`);

  function tick(within) {
    const { late, in: ahead } = document.body.dataset;
    for (const time of within.querySelectorAll("time[data-due]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const text = (seconds < 0 ? late : ahead).replace("{span}", length(Math.abs(seconds)));
      if (time.textContent !== text) time.textContent = text;
    }
  }

  // Keys. They never act while somebody writes, and only where the focus is plain to see.
  const links = () => [...document.querySelectorAll(".row > a")];

  function move(by) {
    const rows = links();
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  }

  function command(name) {
    const here = document.getElementById(`do-${name}`);
    if (here) return show(here);
    const row = document.activeElement.closest?.(".row > a");
    if (row) location.assign(`${row.pathname}?do=${name}#do-${name}`);
  }

  function show(form) {
    form.open = true;
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("textarea, select, .field input, button").focus();
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    a: () => command("acknowledge"),
    u: () => command("update"),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => { const help = document.querySelector("[data-keys]"); if (help) help.open = !help.open; },
  };

  function pressed(event) {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && writing) return writing.blur();
    if (writing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // What is being written, as the customer would read it. It is rendered elsewhere; here it is only shown.
  function preview(form) {
    const shown = form.querySelector(".preview");
    const part = (name) => shown.querySelector(`[data-${name}]`);
    let waits, asked = 0;

    // Only a date that is still to be named is waited for; words that are missing are shown as missing.
    const lacking = () => form.querySelector("input[type=datetime-local]:invalid");

    async function ask() {
      if (lacking()) { shown.hidden = true; return; }
      const mine = ++asked;
      try {
        const answer = await fetch(form.dataset.preview, {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams(new FormData(form)),
        });
        const found = await answer.json();
        if (mine === asked) tell(answer.ok, found);
      } catch { /* the button that leads to the preview is still there */ }
    }

    function tell(ok, found) {
      part("to").textContent = ok ? `(${found.channel}: ${found.recipient})` : "";
      part("subject").textContent = ok ? found.subject : "";
      part("text").textContent = ok ? found.text : found.detail;
      for (const name of ["subject", "text"]) part(name).lang = ok ? found.language : "en";
      shown.hidden = false;
    }

    form.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(ask, 400); });
    form.querySelector("[formaction]").addEventListener("click", (event) => {
      event.preventDefault();
      if (lacking()?.reportValidity() ?? true) ask();
    });
  }

  // Live rows. One that is there is changed, and goes where it belongs as soon as no pointer is over the list; a new one
  // waits behind a button, so that nothing moves under a pointer or a finger.
  function live(list) {
    const waiting = new Map();
    const button = document.querySelector("[data-new-rows]");
    const stale = document.querySelector("[data-stale]");
    const url = new URL(list.dataset.stream, location.href);
    url.searchParams.set("since", list.dataset.since);
    const source = new EventSource(url);
    const find = (id) => [...list.children].find((row) => row.dataset.id === id);

    source.addEventListener("row", (event) => {
      const { id, html } = JSON.parse(event.data);
      const known = find(id);
      if (known) replace(known, html);
      else if (html) waiting.set(id, html);
      else waiting.delete(id);
      count();
    });
    source.addEventListener("numbers", (event) => {
      const told = JSON.parse(event.data);
      for (const part of document.querySelectorAll("[data-count]")) {
        const text = told[part.dataset.count] ?? part.textContent;
        if (part.textContent !== text) part.textContent = text;
      }
    });
    // Nothing that somebody is writing goes away: then it is only said that this may be out of date.
    source.addEventListener("reload", () => {
      if (document.activeElement.closest("form, details")) stale.hidden = false;
      else location.reload();
    });
    source.addEventListener("open", () => { stale.hidden = true; });
    source.addEventListener("error", () => { stale.hidden = false; });
    button.addEventListener("click", () => { waiting.clear(); location.reload(); });
    list.addEventListener("pointerleave", sort);
    addEventListener("pagehide", () => source.close());

    function sort() {
      if (list.matches(":hover")) return;
      const focused = document.activeElement;
      const rows = [...list.children].sort((one, other) => (one.dataset.place < other.dataset.place ? -1 : 1));
      rows.forEach((row, at) => { if (list.children[at] !== row) list.insertBefore(row, list.children[at]); });
      if (focused !== document.activeElement) focused.focus();
    }

    function replace(known, html) {
      const fresh = made(html);
      if (!fresh) { known.classList.add("gone"); return; }
      tick(fresh);
      const same = ["innerHTML", "className"].every((part) => fresh[part] === known[part]);
      if (same && fresh.dataset.place === known.dataset.place) return;
      const focused = known.contains(document.activeElement);
      known.replaceWith(fresh);
      if (focused) fresh.querySelector("a").focus();
      fresh.classList.add("arrived");
      sort();
    }

    function count() {
      button.hidden = !waiting.size;
      button.textContent = document.body.dataset.new.replace("{number}", waiting.size);
    }
  }

  // That the incident on this page has changed. It is said and not shown, since somebody may be writing here.
  function watch(link) {
    const source = new EventSource(link.dataset.changes);
    source.addEventListener("changed", () => { link.hidden = false; });
    addEventListener("pagehide", () => source.close());
  }

  function made(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const theme = document.querySelector("button[data-theme]");
    if (theme) { theme.hidden = false; theme.addEventListener("click", switchTheme); }
    document.addEventListener("keydown", pressed);
    tick(document);
    setInterval(() => tick(document), 1000);
    document.querySelectorAll("form[data-preview]").forEach(preview);
    const list = document.querySelector("[data-stream]");
    if (list) live(list);
    document.querySelectorAll("[data-changes]").forEach(watch);
  });

  // After the browser itself has gone to the place in the address, which takes the focus away.
  addEventListener("load", () => {
    const form = location.hash.startsWith("#do-") && document.getElementById(location.hash.slice(1));
    if (form) show(form);
  });
})();
