/* The author's picker: search the tool's approved activities, take a copy, look for a newer version. */
function CmeStudio(runtime, element) {
  "use strict";
  var host = element.jquery ? element[0] : element;
  var root = host.querySelector(".cme-studio");
  var words = root.dataset;
  var timer = null;
  var isPlanning = false;

  function one(name) {
    return root.querySelector("[data-studio-" + name + "]");
  }

  function cookie(name) {
    var found = document.cookie.split("; ").find(function (part) {
      return part.indexOf(name + "=") === 0;
    });
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function tell(text) {
    one("status").textContent = text;
  }

  function post(handler, data) {
    return fetch(runtime.handlerUrl(host, handler), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify(data),
    })
      .then(function (response) {
        return response.json();
      })
      .then(function (answer) {
        tell(answer.is_done ? "" : answer.text);
        return answer;
      })
      .catch(function () {
        tell(words.textLost);
        return { is_done: false };
      });
  }

  function done() {
    tell(words.textSaved);
    if (runtime.notify) {
      runtime.notify("save", { state: "end" });
    }
  }

  function take(key) {
    if (runtime.notify) {
      runtime.notify("save", { state: "start" });
    }
    post("studio_take", { key: key }).then(function (answer) {
      if (answer.is_done) {
        done();
      } else if (runtime.notify) {
        runtime.notify("error", { msg: answer.text });
      }
    });
  }

  function row(found) {
    var item = document.createElement("li");
    var title = document.createElement("strong");
    var facts = document.createElement("span");
    var button = document.createElement("button");
    title.textContent = found.title;
    facts.className = "cme-hint";
    facts.textContent =
      found.credit + " · " + (found.is_expired ? words.textExpired : words.textExpires) + " " + found.expires_on;
    button.type = "button";
    button.className = "cme-button cme-button--secondary";
    button.textContent = words.textTake;
    button.addEventListener("click", function () {
      take(found.key);
    });
    item.append(title, facts, button);
    return item;
  }

  // What only an LTI link can show is named with the reason, so that nobody looks for it in vain.
  function rowByLink(found) {
    var item = document.createElement("li");
    var title = document.createElement("strong");
    var why = document.createElement("span");
    title.textContent = found.title;
    why.textContent = found.why;
    item.append(title, why);
    return item;
  }

  function search() {
    var asked = one("search").value;
    post("studio_search", { search: asked }).then(function (answer) {
      var list = one("found");
      if (one("search").value !== asked) {
        return; // answers may overtake each other, and another search is under way
      }
      list.replaceChildren();
      (answer.activities || []).forEach(function (found) {
        list.append(row(found));
      });
      (answer.by_link || []).forEach(function (found) {
        list.append(rowByLink(found));
      });
      if (!answer.is_done) {
        list.textContent = answer.text || words.textLost; // beside the search, where the author looks
      } else if (!list.children.length) {
        list.textContent = words.textNone;
      }
    });
  }

  function check() {
    post("studio_check", {}).then(function (answer) {
      var place = one("changes");
      place.replaceChildren();
      if (!answer.is_done) {
        return;
      }
      var line = document.createElement("p");
      line.textContent = answer.is_newer ? words.textNewer + " " + answer.changes.join(", ") : words.textNewest;
      place.append(line);
      one("take").hidden = !answer.is_newer;
    });
  }

  one("search").addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(search, 400);
  });
  one("save").addEventListener("click", function () {
    var data = { display_name: one("name").value, step: one("step").value, weight: one("weight").value };
    post("studio_save", data).then(function (answer) {
      if (answer.is_done) {
        done();
      }
    });
  });
  if (one("check")) {
    one("check").addEventListener("click", check);
    one("take").addEventListener("click", function () {
      take("");
    });
  }
  if (one("planning")) {
    one("planning").href = runtime.handlerUrl(host, "planning");
    one("planning").addEventListener("click", function () {
      isPlanning = true;
    });
  }
  window.addEventListener("focus", function () {
    // Back from the tool, where something may have been approved meanwhile.
    if (isPlanning && root.isConnected) {
      isPlanning = false;
      search();
      if (one("check")) {
        check();
      }
    }
  });
  search();
}
