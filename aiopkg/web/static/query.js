(function () {
  "use strict";

  var form = document.getElementById("query-form");
  var text = document.getElementById("query");
  var said = document.getElementById("said");
  var table = document.getElementById("answer");
  var holder = document.getElementById("answer-scroll");
  var raw = document.getElementById("raw");
  var example = document.getElementById("example");

  document.querySelector(".begin").hidden = false;
  example.addEventListener("change", function () {
    if (example.value) {
      text.value = example.value;
      document.dispatchEvent(new CustomEvent("example", { detail: example.value }));
    }
  });

  function tell(words, wrong) {
    said.textContent = words;
    said.className = wrong ? "wrong" : "";
  }

  function cell(row, kind, term) {
    var made = document.createElement(kind);
    row.appendChild(made);
    if (typeof term === "string") {
      made.textContent = term;
    } else if (term && term.type === "uri") {
      var link = document.createElement("a");
      link.href = "entity?iri=" + encodeURIComponent(term.value);
      link.textContent = term.value;
      made.appendChild(link);
    } else if (term) {
      made.textContent = term.value;
    }
  }

  function show(found) {
    table.replaceChildren();
    if (typeof found.boolean === "boolean") {
      raw.textContent = found.boolean ? "Yes." : "No.";
      raw.hidden = false;
      tell("", false);
      return;
    }
    var head = table.createTHead().insertRow();
    found.head.vars.forEach(function (name) { cell(head, "th", name); });
    Array.prototype.forEach.call(head.cells, function (each) { each.scope = "col"; });
    var body = table.createTBody();
    found.results.bindings.forEach(function (solution) {
      var row = body.insertRow();
      found.head.vars.forEach(function (name) { cell(row, "td", solution[name]); });
    });
    holder.hidden = false;
    var number = found.results.bindings.length;
    tell(number.toLocaleString("en") + (number === 1 ? " row" : " rows"), false);
  }

  function ask(event) {
    event.preventDefault();
    holder.hidden = true;
    raw.hidden = true;
    tell("Asking …", false);
    var sent = new URLSearchParams();
    sent.set("query", text.value);
    if (document.getElementById("infer").checked) { sent.set("infer", "false"); }
    fetch("sparql", { method: "POST", body: sent, headers: {
      Accept: "application/sparql-results+json, text/turtle;q=0.9",
    } }).then(function (response) {
      var type = response.headers.get("Content-Type") || "";
      if (type.indexOf("sparql-results+json") >= 0) { return response.json().then(show); }
      if (type.indexOf("problem+json") >= 0) {
        return response.json().then(function (problem) {
          var where = problem.line ? " (line " + problem.line + ", column " + problem.column + ")" : "";
          tell(problem.detail + where, true);
        });
      }
      return response.text().then(function (words) {
        raw.textContent = words;
        raw.hidden = false;
        tell("", false);
      });
    }).catch(function () { tell("The server does not answer.", true); });
  }

  form.addEventListener("submit", ask);
})();
