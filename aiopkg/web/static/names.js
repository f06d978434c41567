// What terms are called: by their labels, for which this server is asked, else by the short form of their IRIs.
const { prefixes, naming, ontology } = JSON.parse(document.getElementById("query").dataset.terms);
const PLAIN = /^[^\u0000- <>"{}|^`\\]+$/;
const AT_ONCE = 200;
const MOST = 2000;
const known = new Map();

function rank(row) {
  const language = row.name["xml:lang"]?.toLowerCase() ?? "";
  const order = language === "en" || language.startsWith("en-") ? 0 : language ? 2 : 1;
  return [naming.indexOf(row.how.value), order, row.name.value];
}

function before(one, other) {
  const place = one.findIndex((each, index) => each !== other[index]);
  return place >= 0 && one[place] < other[place];
}

async function ask(iris) {
  const values = (list) => list.map((iri) => `<${iri}>`).join(" ");
  const query = `SELECT ?term ?how ?name WHERE { VALUES ?term { ${values(iris)} } VALUES ?how { ${values(naming)} }
    { ?term ?how ?name } UNION { GRAPH <${ontology}> { ?term ?how ?name } } }`;
  const answer = await fetch("sparql", {
    method: "POST",
    body: new URLSearchParams({ query }),
    headers: { Accept: "application/sparql-results+json" },
  });
  return answer.ok ? (await answer.json()).results.bindings : [];
}

/** Find out what terms are called; those whose label cannot be had keep the short form. */
export async function learn(iris) {
  const wanted = [...new Set(iris)].filter((iri) => !known.has(iri) && PLAIN.test(iri)).slice(0, MOST);
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const some = wanted.slice(start, start + AT_ONCE);
    const best = new Map();
    for (const row of await ask(some).catch(() => [])) {
      const found = rank(row);
      const rival = best.get(row.term.value);
      if (row.name.value.trim() && (!rival || before(found, rival))) { best.set(row.term.value, found); }
    }
    for (const iri of some) { known.set(iri, best.get(iri)?.[2]); }
  }
}

/** What a term is called, as far as that was learnt. */
export function nameOf(iri) {
  const label = known.get(iri);
  if (label) { return label; }
  const [name, start] = Object.entries(prefixes).find(([, each]) => iri.startsWith(each)) ?? ["", ""];
  return start && /^[\w.-]*$/.test(iri.slice(start.length)) ? `${name}:${iri.slice(start.length)}` : iri;
}

/** A link to the page of a term, by its name. */
export function linkTo(iri) {
  const link = document.createElement("a");
  link.className = "iri";
  link.href = `entity?iri=${encodeURIComponent(iri)}`;
  link.title = iri;
  link.textContent = nameOf(iri);
  return link;
}

/** The terms in the rows of an answer. */
export function termsIn(rows) {
  return rows.flatMap((row) => Object.values(row)).filter((term) => term?.type === "uri").map((term) => term.value);
}
