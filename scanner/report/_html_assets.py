"""Style and script of the HTML report. Both are named by their hashes in its content security policy."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --soft: #57606a; --line: #d0d7de; --card: #f6f8fa;
  --bar: #0969da; --link: #0550ae; --verified: #a40e26; --high: #b3261e; --medium: #7d4e00; --low: #0b5c75; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #0d1117; --fg: #e6edf3; --soft: #9da7b3; --line: #30363d; --card: #161b22; --bar: #4493f8;
    --link: #79b8ff; --verified: #ff9492; --high: #ff9492; --medium: #f0b72f; --low: #7ee0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1rem 1.5rem 4rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.8rem 0 .6rem; }
h3 { font-size: .95rem; margin: 0 0 .4rem; }
.soft { color: var(--soft); }
.alarm { border: 2px solid var(--high); border-radius: 6px; padding: .6rem 1rem; margin: 1rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; }
.card table { width: 100%; border-collapse: collapse; } .card th { font-weight: 400; text-align: left; width: 45%; }
.card td { padding: 1px 0 1px .5rem; } .card td.number { text-align: right; width: 3.5rem; }
.bar { display: block; width: 100%; height: .7rem; fill: var(--bar); }
.line { display: block; width: 100%; height: 6rem; fill: var(--bar); }
form { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; margin: .6rem 0; }
form[hidden] { display: none; }
label { display: block; font-size: .85rem; }
input, select { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--soft);
  border-radius: 4px; padding: .25rem .4rem; max-width: 16rem; }
#findings { border-collapse: collapse; width: 100%; }
#findings th, #findings td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left;
  vertical-align: top; }
#findings thead th { position: sticky; top: 0; background: var(--bg); padding: 0; }
#findings thead button, #findings thead span { font: inherit; font-weight: 600; color: inherit; background: none;
  border: 0; padding: .4rem .6rem; width: 100%; text-align: left; display: block; }
#findings thead button { cursor: pointer; }
th[aria-sort=ascending] button::after { content: " \\25B2"; }
th[aria-sort=descending] button::after { content: " \\25BC"; }
:focus-visible { outline: 3px solid var(--bar); outline-offset: 1px; }
code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.level { font-weight: 600; } .verified { color: var(--verified); } .high { color: var(--high); }
.medium { color: var(--medium); } .low { color: var(--low); }
details ul { margin: .3rem 0; padding-left: 1.2rem; } details p { margin: .4rem 0; max-width: 60rem; }
summary { cursor: pointer; }
.scroll { overflow-x: auto; }
@media print { form, .skip { display: none; } #findings thead th { position: static; } }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; }
"""

SCRIPT = """
"use strict";
(() => {
  const table = document.getElementById("findings");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = document.getElementById("search");
  const chosen = [...document.querySelectorAll("form select")];
  const told = document.getElementById("shown");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const hit = chosen.every((field) => !field.value || row.dataset[field.id] === field.value)
        && words.every((word) => texts[at].includes(word));
      row.hidden = !hit;
      shown += hit ? 1 : 0;
    });
    told.textContent = `${shown} of ${rows.length} findings shown`;
  };
  const sort = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const at = head.cellIndex;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = new Intl.Collator(undefined, { numeric: true }).compare;
    const keyed = rows.map((row) => [row.cells[at].dataset.key, row]);
    keyed.sort((one, two) => compare(one[0], two[0]) * (down ? -1 : 1));
    body.append(...keyed.map((pair) => pair[1]));
  };
  search.addEventListener("input", filter);
  for (const field of chosen) field.addEventListener("change", filter);
  for (const head of table.tHead.rows[0].cells) {
    const button = head.querySelector("button");
    if (button) button.addEventListener("click", () => sort(head));
  }
  const form = document.querySelector("form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  filter();
})();
"""
