/* The little that happens in the browser: links from forms, sorting, announcing, printing. No request to anywhere else. */
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

  /* A field of a form, filled as if somebody typed: the page's own script takes notice. */
  function fill(field, text) {
    var kind = field.tagName === "TEXTAREA" ? window.HTMLTextAreaElement : window.HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* Whoever has told a name once on this tab need not tell it again. */
  var NAME = "miharashi-name";
  function fillNames() {
    var name = window.sessionStorage.getItem(NAME);
    if (!name) { return; }
    document.querySelectorAll("input[name=by]").forEach(function (field) {
      if (!field.value && field !== document.activeElement) { fill(field, name); }
    });
  }
  document.addEventListener("change", function (event) {
    if (event.target.name === "by" && event.target.value) { window.sessionStorage.setItem(NAME, event.target.value); }
    fillNames();
  });

  /* Steps of a document: a refusal is told beside the buttons, else the page is shown anew. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.classList.contains("desk-form")) { return; }
    event.preventDefault();
    var told = form.querySelector(".order-told") || form.appendChild(document.createElement("p"));
    told.className = "order-told";
    told.setAttribute("role", "alert");
    var given = new URLSearchParams(new FormData(form));
    if (event.submitter) { given.set(event.submitter.name, event.submitter.value); }
    fetch(form.action, { method: "POST", body: given, redirect: "manual" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.ok) { window.location.reload(); return ""; }
        return answer.text();
      })
      .catch(function () { return "サーバーに接続できません。時間をおいて、もう一度押してください。"; })
      .then(function (trouble) { told.textContent = trouble; });
  });

  /* A text is saved when the hand rests.  Who was faster is shown; nothing of either text is lost. */
  var REST = 1500;
  function save(form) {
    var told = form.querySelector(".comment-told");
    var given = new URLSearchParams(new FormData(form));
    if (!given.get("by")) { told.textContent = "氏名を入れると保存します。"; return; }
    given.set("based_on", form.dataset.version);
    fetch(form.action, { method: "POST", body: given, headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : answer.text().then(function (text) { return { told: text }; }); })
      .catch(function () { return { told: "保存できません。サーバーに接続できません。" }; })
      .then(function (answer) {
        told.textContent = answer.told + (answer.other ? "\n" + answer.other : "");
        told.classList.toggle("comment-conflict", Boolean(answer.conflict));
        if (answer.version) { form.dataset.version = answer.version; delete form.dataset.unsaved; }
      });
  }
  document.addEventListener("input", function (event) {
    var form = event.target.closest ? event.target.closest(".comment-form") : null;
    if (!form || event.target.name !== "text") { return; }
    form.dataset.unsaved = "yes";
    window.clearTimeout(form.saving);
    form.saving = window.setTimeout(function () { save(form); }, REST);
  });
  document.addEventListener("submit", function (event) {
    if (!event.target.classList.contains("comment-form")) { return; }
    event.preventDefault();
    window.clearTimeout(event.target.saving);
    save(event.target);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest(".comment-copy") : null;
    if (!button) { return; }
    var field = document.getElementById(button.dataset.to);
    fill(field, button.parentElement.querySelector(".comment-start").textContent);
    field.focus();
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector(".comment-form[data-unsaved]")) { event.preventDefault(); }
  });

  /* Orders under way: the bars move; when one has ended, the page is shown anew unless a text is not saved yet. */
  window.setInterval(function () {
    fillNames();
    var bars = Array.prototype.slice.call(document.querySelectorAll("[data-job]"));
    if (!bars.length) { return; }
    fetch("/reports/jobs").then(function (answer) { return answer.ok ? answer.json() : {}; }).then(function (jobs) {
      bars.forEach(function (bar) {
        var job = jobs[bar.dataset.job];
        if (!job) { return; }
        if (!job.open && !document.querySelector(".comment-form[data-unsaved]")) { window.location.reload(); }
        bar.querySelector("progress").value = job.done;
        bar.querySelector("progress").max = Math.max(job.total, 1);
        bar.querySelector(".job-text").textContent = job.title + "　" + job.step;
      });
    }).catch(function () { return null; });
  }, 2000);

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return String(a).localeCompare(String(b), "ja");
  }

  /* Missing values stay last in both directions; equal values keep the order they have. */
  function sorted(rows, place, descending) {
    return rows.slice().sort(function (left, right) {
      var a = left.props["data-sort"][place];
      var b = right.props["data-sort"][place];
      if (a === null || b === null) { return (a === null) - (b === null); }
      return descending ? compare(b, a) : compare(a, b);
    });
  }

  function sort(clicks, rows, directions) {
    var noUpdate = window.dash_clientside.no_update;
    var by = window.dash_clientside.callback_context.triggered_id;
    if (!by || !clicks.some(Boolean)) { return [noUpdate, directions.map(function () { return noUpdate; })]; }
    var first = rows.length ? rows.find(function (row) { return row.props["data-sort"][by.place] !== null; }) : null;
    var numbers = first && typeof first.props["data-sort"][by.place] === "number";
    var was = directions[by.place];
    var now = was === "descending" ? "ascending" : was === "ascending" ? "descending" : numbers ? "descending" : "ascending";
    return [
      sorted(rows, by.place, now === "descending"),
      directions.map(function (_, place) { return place === by.place ? now : "none"; })
    ];
  }

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
    miharashi: { sort: sort, announce: announce, open: open }
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
