(function () {
  "use strict";

  var form = document.getElementById("filters");
  if (form) {
    var text = document.getElementById("filter-text");
    var severity = document.getElementById("filter-severity");
    var area = document.getElementById("filter-area");
    var verdict = document.getElementById("filter-verdict");
    var told = document.getElementById("filter-count");
    var rules = Array.prototype.map.call(document.querySelectorAll("#gaplist > .rule"), function (element) {
      return {
        element: element,
        said: element.querySelector("summary").textContent.toLowerCase(),
        unknown: Number(element.dataset.unknown),
        rows: Array.prototype.map.call(element.querySelectorAll("tbody tr"), function (row) {
          return { element: row, said: row.textContent.toLowerCase(), verdict: row.dataset.verdict };
        }),
      };
    });
    var opened = [];

    var apply = function () {
      var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shownRules = 0, shownRows = 0, unlisted = 0;
      opened.forEach(function (element) { element.open = false; });
      opened = [];
      rules.forEach(function (rule) {
        var data = rule.element.dataset;
        var fits = (!severity.value || data.severity === severity.value) && (!area.value || data.area === area.value);
        var matching = 0;
        rule.rows.forEach(function (row) {
          var shown = fits && (!verdict.value || row.verdict === verdict.value) && words.every(function (word) {
            return row.said.indexOf(word) >= 0 || rule.said.indexOf(word) >= 0;
          });
          row.element.hidden = !shown;
          matching += shown;
        });
        var counted = fits && rule.unknown > 0 && (!verdict.value || verdict.value === "unknown") &&
          words.every(function (word) { return rule.said.indexOf(word) >= 0; });
        rule.element.hidden = !(matching || counted);
        shownRules += !rule.element.hidden;
        shownRows += matching;
        unlisted += counted ? rule.unknown : 0;
        if (words.length && matching && !rule.element.open) {
          rule.element.open = true;
          opened.push(rule.element);
        }
      });
      told.textContent = shownRows.toLocaleString("en") + (shownRows === 1 ? " finding" : " findings") +
        " of " + shownRules + (shownRules === 1 ? " rule" : " rules") +
        (unlisted ? "; " + unlisted.toLocaleString("en") + " not known, not listed" : "");
    };
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", apply);
    apply();
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = table.tHead.rows[0].cells;
    var body = table.tBodies[0];
    Array.prototype.forEach.call(heads, function (head, index) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") !== "descending";
        Array.prototype.forEach.call(heads, function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var value = function (row) {
          var cell = row.cells[index];
          var number = Number(cell.dataset.order || cell.textContent.replace(/,/g, ""));
          return isNaN(number) ? cell.textContent.trim().toLowerCase() : number;
        };
        Array.prototype.slice.call(body.rows).map(function (row) { return [value(row), row]; })
          .sort(function (one, other) {
            var order = typeof one[0] === "number" && typeof other[0] === "number" ?
              one[0] - other[0] : String(one[0]).localeCompare(String(other[0]), "en");
            return down ? -order : order;
          })
          .forEach(function (pair) { body.appendChild(pair[1]); });
      });
    });
  });

  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    for (var element = target; element; element = element.parentElement) {
      if (element.tagName === "DETAILS") { element.open = true; }
      if (element.hidden) { element.hidden = false; }
    }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  var toggle = document.getElementById("toggle");
  if (toggle) {
    toggle.hidden = !document.querySelector("details");
    toggle.addEventListener("click", function () {
      var open = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(open));
      document.querySelectorAll("details").forEach(function (element) { element.open = open; });
    });
  }
})();
