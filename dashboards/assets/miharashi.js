/* The little that happens in the browser: links from forms, announcing, printing. No request to anywhere else. */
(function () {
  "use strict";

  /* A screen that takes longer than a glance shows that it is being made, until it is there. */
  var waiting = null;
  function setBusy(busy) {
    var content = document.getElementById("content");
    document.body.classList.toggle("busy", busy);
    if (content) { content.setAttribute("aria-busy", String(busy)); }
  }
  function wait() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(function () { setBusy(true); }, 250);
  }
  function arrived() {
    window.clearTimeout(waiting);
    setBusy(false);
  }
  window.addEventListener("popstate", wait);

  function go(link) {
    if (link !== window.location.pathname + window.location.search) { wait(); }
    window.history.pushState({}, "", link);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  /* Links between pages move inside the app; with a modifier key, or without this script, they are ordinary links. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a.page-link") : null;
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) { return; }
    event.preventDefault();
    go(link.getAttribute("href"));
  });

  /* A picker's form becomes a link inside the app; without this script the browser sends the same link by itself. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.classList.contains("picker")) { return; }
    event.preventDefault();
    var query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value) { query.set(name, value); } });
    if (query.has("from")) {
      query.set("period", query.get("from") + ".." + (query.get("to") || ""));
      query.delete("from");
      query.delete("to");
    }
    var path = form.getAttribute("action").split("?")[0];
    go(query.toString() ? path + "?" + query.toString() : path);
  });

  /* Making a report takes seconds: the button says so, and what stopped it is told beside it. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.classList.contains("order-form")) { return; }
    event.preventDefault();
    var button = form.querySelector("button");
    var told = form.querySelector(".order-told") || form.appendChild(document.createElement("p"));
    var text = button.textContent;
    told.className = "order-told";
    told.setAttribute("role", "status");
    told.textContent = "作成しています。10秒ほどかかります。";
    button.disabled = true;
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.ok) { window.location.reload(); return ""; }
        return answer.text();
      })
      .catch(function () { return "サーバーに接続できません。時間をおいて、もう一度押してください。"; })
      .then(function (trouble) {
        if (!trouble) { return; }
        told.setAttribute("role", "alert");
        told.textContent = trouble;
        button.disabled = false;
        button.textContent = text;
      });
  });

  /* After a move whose link is gone with the old page, the keyboard goes on from the new page's heading. */
  var moved = false;
  function focusHeading() {
    var heading = document.getElementById("page-title");
    if (heading && document.activeElement === document.body) { heading.focus({ preventScroll: true }); }
  }

  /* The tab's title and the words for screen readers come with the screen: an error card is not announced as a page. */
  function announce(screen) {
    if (!screen) { return ""; }
    arrived();
    document.title = screen[0];
    if (moved) { window.setTimeout(focusHeading, 50); }
    moved = true;
    return screen[1];
  }

  /* A mark or bar carries the link of what it stands for. */
  function open() {
    var clicks = Array.prototype.slice.call(arguments).filter(function (click) { return click && click.points.length; });
    var link = clicks.length ? clicks[clicks.length - 1].points[0].customdata : null;
    return link || window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    miharashi: { announce: announce, open: open }
  });

  /* Figures are as wide as their cards; on paper they get the paper's width. */
  var PAPER_WIDTH = 660;
  function figures() { return Array.prototype.slice.call(document.querySelectorAll(".js-plotly-plot")); }
  window.addEventListener("beforeprint", function () {
    figures().forEach(function (figure) { window.Plotly.relayout(figure, { width: PAPER_WIDTH }); });
  });
  window.addEventListener("afterprint", function () {
    figures().forEach(function (figure) { window.Plotly.relayout(figure, { width: null, autosize: true }); });
  });
})();
