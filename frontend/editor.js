// The query editor of the web page: Yasgui on the endpoint of this server, and on no other.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import "./editor.css";
import { learn, linkTo, nameOf, termsIn } from "../aiopkg/web/static/names.js";

const place = document.getElementById("editor");
const form = document.getElementById("query-form");
const endpoint = new URL("sparql", document.baseURI).href;
const { prefixes } = JSON.parse(document.getElementById("query").dataset.terms);
const COMPLETIONS = {
  class: `SELECT DISTINCT ?term WHERE {
    { GRAPH <https://w3id.org/aiop/graph/ontology> { ?term a <http://www.w3.org/2002/07/owl#Class> } }
    UNION { ?element a ?term } FILTER(isIRI(?term)) } LIMIT 5000`,
  property: `SELECT DISTINCT ?term WHERE {
    { GRAPH <https://w3id.org/aiop/graph/ontology> { ?term a ?kind VALUES ?kind {
      <http://www.w3.org/2002/07/owl#ObjectProperty> <http://www.w3.org/2002/07/owl#DatatypeProperty> } } }
    UNION { ?element ?term ?value } } LIMIT 5000`,
};

async function terms(query) {
  const answer = await fetch(endpoint, {
    method: "POST",
    body: new URLSearchParams({ query }),
    headers: { Accept: "application/sparql-results+json" },
  });
  if (!answer.ok) { return []; }
  return (await answer.json()).results.bindings.map((row) => row.term.value);
}

// What is offered comes from this server; what the bundle would ask of the world is not asked.
const { Yasqe } = Yasgui;
Yasqe.defaults.autocompleters = ["variables"];
// The tab key leaves the editor, as it leaves everything else.
Object.assign(Yasqe.defaults.extraKeys, { Tab: false, "Shift-Tab": false });
Yasqe.forkAutocompleter("prefixes", {
  name: "known-prefixes",
  persistenceId: null,
  get: () => Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`).sort(),
});
for (const [kind, query] of Object.entries(COMPLETIONS)) {
  Yasqe.forkAutocompleter(kind, { name: `known-${kind}`, bulk: true, persistenceId: null, get: () => terms(query) });
}

// The table shows names, sorts by them and is searched by them as well as by IRIs.
const { Yasr } = Yasgui;
class NamedTable extends Yasr.plugins.table {
  async initialize() {
    await learn(termsIn(this.yasr.results?.getBindings() ?? []));
  }

  getUriLinkFromBinding(term) {
    return linkTo(term.value).outerHTML;
  }

  getColumns() {
    return super.getColumns().map((column) => {
      const { render } = column;
      return { ...column, render: (term, how, ...rest) => {
        if (term?.type !== "uri" || (how !== "sort" && how !== "filter")) { return render(term, how, ...rest); }
        return how === "sort" ? nameOf(term.value) : `${nameOf(term.value)} ${term.value}`;
      } };
    });
  }
}
Yasr.registerPlugin("table", NamedTable);

const stated = document.createElement("label");
const box = document.createElement("input");
box.type = "checkbox";
stated.append(box, " only what is stated, nothing that follows");
place.before(stated);

function settings() {
  const args = box.checked ? [{ name: "infer", value: "false" }] : [];
  return { endpoint, method: "POST", args };
}

const yasgui = new Yasgui(place, {
  autofocus: false,
  persistenceId: null,
  populateFromUrl: false,
  requestConfig: settings(),
  endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: [] },
  yasqe: { value: document.getElementById("query").value, createShareableLink: undefined, resizeable: false },
});
form.hidden = true;
box.addEventListener("change", () => {
  for (const tab of Object.values(yasgui._tabs)) { tab.setRequestConfig(settings()); }
});
document.addEventListener("example", (event) => { yasgui.getTab().setQuery(event.detail); });

// Names for what has none.
const NAMES = {
  ".yasqe textarea": "Query",
  "input.autocomplete": "Endpoint",
  "select.tableSizer": "Rows on a page",
  ".tableFilter": "Filter the rows",
  ".tab input": "Name of the tab",
};

function mend() {
  for (const [which, name] of Object.entries(NAMES)) {
    for (const each of place.querySelectorAll(`${which}:not([aria-label])`)) { each.setAttribute("aria-label", name); }
  }
  for (const list of place.querySelectorAll("[role=tablist]")) {
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "Queries");
  }
  for (const tab of place.querySelectorAll("[role=tab]")) {
    tab.removeAttribute("role");
    tab.removeAttribute("aria-selected");
  }
  for (const panel of place.querySelectorAll("[role=tabpanel]")) { panel.setAttribute("role", "group"); }
  for (const head of place.querySelectorAll("th")) {
    if (!head.textContent.trim() && !head.hasAttribute("aria-label")) {
      const words = document.createElement("span");
      words.className = "unseen";
      words.textContent = "Number";
      head.append(words);
    }
  }
}

new MutationObserver(mend).observe(place, { childList: true, subtree: true });
mend();
