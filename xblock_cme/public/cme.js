/* The learner's face of a CME block: posts forms to the block's handler and shows the page that comes back.
   No library; one request at a time; answers are saved while they are given. */
function CmeStep(runtime, element) {
  "use strict";
  var SAVE_AFTER = 1200;
  var RETRY_AFTER = 5000;
  var REPORT_PATIENCE = 3000;
  var host = element.jquery ? element[0] : element;
  var timer = null;
  var isBusy = false;

  function root() {
    return host.querySelector(".cme");
  }

  function say(name) {
    var status = host.querySelector("[data-cme-status]");
    if (status) {
      status.textContent = name ? status.dataset[name] : "";
    }
  }

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (part) {
      return part.indexOf(name + "=") === 0;
    });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function headers() {
    return { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") };
  }

  var player = CmePlayer(host, runtime.handlerUrl(host, "played"), headers, function () {
    return isBusy;
  });

  /* What was played last is told before the page goes on; an action does not wait for long. */
  function reported() {
    var patience = new Promise(function (resolve) {
      setTimeout(resolve, REPORT_PATIENCE);
    });
    return Promise.race([player.report(false), patience]);
  }

  function post(handler, data) {
    return fetch(runtime.handlerUrl(host, handler), {
      method: "POST",
      credentials: "same-origin",
      headers: headers(),
      body: JSON.stringify(data),
    }).then(function (response) {
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      return response.json();
    });
  }

  function fieldsOf(form) {
    var fields = {};
    new FormData(form).forEach(function (value, name) {
      (fields[name] = fields[name] || []).push(value);
    });
    return fields;
  }

  function nameCountries() {
    if (typeof Intl === "undefined" || !Intl.DisplayNames) {
      return;
    }
    var names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region" });
    var select = host.querySelector("[data-cme-countries]");
    if (select) {
      var options = Array.from(select.options).slice(1);
      options.forEach(function (option) {
        option.textContent = names.of(option.value);
      });
      options.sort(function (a, b) {
        return a.textContent.localeCompare(b.textContent);
      });
      options.forEach(function (option) {
        select.appendChild(option);
      });
    }
    var shown = host.querySelector("[data-cme-country]");
    if (shown && shown.textContent) {
      shown.textContent = names.of(shown.textContent);
    }
  }

  function show(html, isMoved) {
    clearTimeout(timer);
    timer = null;
    var fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    var old = root();
    old.parentNode.replaceChild(document.importNode(fresh, true), old);
    nameCountries();
    player.begin();
    if (isMoved) {
      var target = host.querySelector("[data-cme-focus]") || host.querySelector("[data-cme-heading]");
      if (target) {
        target.focus();
        target.scrollIntoView({ block: "nearest" });
      }
    }
  }

  function act(action, step, fields, then) {
    if (isBusy) {
      return;
    }
    var last = reported();
    isBusy = true;
    clearTimeout(timer);
    host.querySelector("[data-cme-status]").classList.add("cme-hidden");
    say("textBusy");
    last
      .then(function () {
        return post("act", { action: action, step: step, fields: fields });
      })
      .then(function (answer) {
        isBusy = false;
        show(answer.html, true);
        if (then && !host.querySelector("[data-cme-focus]")) {
          act("open_item", answer.step, { item: [then] });
        }
      })
      .catch(function () {
        isBusy = false;
        say("textLost");
        host.querySelector("[data-cme-status]").classList.remove("cme-hidden");
      });
  }

  function tell(form, text, state) {
    var line = form.querySelector("[data-cme-saved]");
    line.textContent = text;
    line.dataset.state = state;
  }

  function save(form) {
    var words = host.querySelector("[data-cme-status]").dataset;
    var revision = form.elements.revision;
    tell(form, words.textSaving, "saving");
    post("act", { action: "save", step: root().dataset.cmeStep, fields: fieldsOf(form), is_quiet: true })
      .then(function (answer) {
        if (answer.revision !== undefined && answer.is_kept) {
          revision.value = answer.revision;
        }
        tell(form, answer.text || (answer.is_kept ? words.textSaved : words.textUnsaved), answer.is_kept ? "saved" : "bad");
      })
      .catch(function () {
        tell(form, words.textUnsaved, "bad");
        timer = setTimeout(function () {
          save(form);
        }, RETRY_AFTER);
      });
  }

  host.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.dataset.cmeAction) {
      return;
    }
    event.preventDefault();
    var pressed = event.submitter && event.submitter.dataset.cmeDo;
    // Enter in a field saves and never submits a test.
    var isKey = form.hasAttribute("data-cme-autosave") && document.activeElement !== event.submitter;
    act(isKey ? "save" : pressed || form.dataset.cmeAction, root().dataset.cmeStep, fieldsOf(form), form.dataset.cmeThen);
  });

  host.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-cme-autosave")) {
      clearTimeout(timer);
      timer = setTimeout(function () {
        save(form);
      }, SAVE_AFTER);
    }
  });

  function staff(handler, data) {
    post(handler, data).then(function (answer) {
      var table = host.querySelector("[data-cme-staff-table]");
      var fresh = new DOMParser().parseFromString(answer.html, "text/html").body;
      table.replaceChildren.apply(table, Array.from(fresh.childNodes));
    });
  }

  host.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) {
      return;
    }
    if (button.dataset.cmeShow) {
      act("show", button.dataset.cmeShow, {});
    } else if (button.hasAttribute("data-cme-staff")) {
      staff("staff_learners", {});
    } else if (button.dataset.cmeReset) {
      staff("staff_reset", { user: button.dataset.cmeReset });
    }
  });

  nameCountries();
  player.begin();
}
