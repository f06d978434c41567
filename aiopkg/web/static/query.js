import { learn, linkTo, termsIn } from "./names.js";

const form = document.getElementById("query-form");
const text = document.getElementById("query");
const said = document.getElementById("said");
const table = document.getElementById("answer");
const holder = document.getElementById("answer-scroll");
const raw = document.getElementById("raw");
const example = document.getElementById("example");

document.querySelector(".begin").hidden = false;
example.addEventListener("change", () => {
  if (example.value) {
    text.value = example.value;
    document.dispatchEvent(new CustomEvent("example", { detail: example.value }));
  }
});

function tell(words, wrong = false) {
  said.textContent = words;
  said.className = wrong ? "wrong" : "";
}

function say(words) {
  raw.textContent = words;
  raw.hidden = false;
  tell("");
}

function cell(row, kind, content) {
  const made = document.createElement(kind);
  made.append(content);
  if (kind === "th") { made.scope = "col"; }
  row.append(made);
}

async function show({ boolean, head, results }) {
  table.replaceChildren();
  if (typeof boolean === "boolean") {
    say(boolean ? "Yes." : "No.");
    return;
  }
  const rows = results.bindings;
  await learn(termsIn(rows));
  const heads = table.createTHead().insertRow();
  for (const name of head.vars) { cell(heads, "th", name); }
  const body = table.createTBody();
  for (const solution of rows) {
    const row = body.insertRow();
    for (const name of head.vars) {
      const term = solution[name];
      cell(row, "td", term?.type === "uri" ? linkTo(term.value) : term?.value ?? "");
    }
  }
  holder.hidden = false;
  tell(`${rows.length.toLocaleString("en")} ${rows.length === 1 ? "row" : "rows"}`);
}

async function ask() {
  const sent = new URLSearchParams({ query: text.value });
  if (document.getElementById("infer").checked) { sent.set("infer", "false"); }
  const response = await fetch("sparql", {
    method: "POST",
    body: sent,
    headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9" },
  });
  const type = response.headers.get("Content-Type") ?? "";
  if (type.includes("sparql-results+json")) {
    await show(await response.json());
  } else if (type.includes("problem+json")) {
    const problem = await response.json();
    tell(problem.detail + (problem.line ? ` (line ${problem.line}, column ${problem.column})` : ""), true);
  } else {
    say(await response.text());
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  holder.hidden = true;
  raw.hidden = true;
  tell("Asking …");
  ask().catch(() => tell("The server does not answer.", true));
});
