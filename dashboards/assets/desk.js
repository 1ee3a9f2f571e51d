/* What staff do to documents on the page レポート: names, steps, texts that save themselves, orders under way. */
(function () {
  "use strict";

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
})();
