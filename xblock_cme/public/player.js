/* Tells the block's handler "played" how far a recording was played, and the learner what is recorded of it. All figures are
   totals of one opening, so a report may be lost, late or repeated. Nothing is sent while `isHeld` says that an action is
   under way: both would write the same state. */
function CmePlayer(host, address, headers, isHeld) {
  "use strict";
  var EVERY = 15000;
  var MOST_RANGES = 500;
  var TENTHS = 10;
  var shown = null;
  var pending = Promise.resolve();

  function find(name) {
    return host.querySelector("[data-cme-" + name + "]");
  }

  function isVisible() {
    return document.visibilityState === "visible";
  }

  /* What is open now; a page that was drawn anew is another opening. */
  function current() {
    var figure = find("recording");
    if (!figure) {
      shown = null;
    } else if (!shown || shown.figure !== figure) {
      shown = { figure: figure, media: figure.querySelector("video, audio"), total: 0, since: null, last: "" };
      shown.isEnough = find("coverage").dataset.cmeEnough === "yes";
      tick();
      nameCaptions();
    }
    return shown;
  }

  function tick() {
    var now = performance.now();
    if (shown.since !== null) {
      shown.total += now - shown.since;
    }
    shown.since = isVisible() ? now : null;
  }

  function rounded(value) {
    return Math.round(value * TENTHS) / TENTHS;
  }

  function told() {
    var media = shown.media;
    var ranges = [];
    for (var i = 0; i < Math.min(media.played.length, MOST_RANGES); i += 1) {
      ranges.push([rounded(media.played.start(i)), rounded(media.played.end(i))]);
    }
    tick();
    return JSON.stringify({
      item: shown.figure.dataset.cmeRecording,
      view: shown.figure.dataset.cmeView,
      seconds: Math.floor(shown.total / 1000),
      duration: Number.isFinite(media.duration) ? rounded(media.duration) : null,
      ranges: ranges,
    });
  }

  function note(text, isOver) {
    var alert = find("player-note");
    alert.hidden = !text;
    find("again").hidden = !isOver;
    if (find("note").textContent !== text) {
      find("note").textContent = text;
    }
  }

  function draw(answer) {
    find("played").textContent = answer.text;
    find("missing").textContent = answer.missing;
    find("missing").hidden = !answer.missing;
    var parts = answer.strip.map(function (part) {
      var rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("class", "cme-tally__fill");
      rect.setAttribute("x", part.x + "%");
      rect.setAttribute("width", part.width + "%");
      rect.setAttribute("height", "14");
      return rect;
    });
    find("strip").replaceChildren.apply(find("strip"), parts);
    note(answer.note, false);
  }

  /* Aloud only when the learner has stopped or has played enough: nobody is interrupted while listening. */
  function say(opening, answer, isStopped) {
    if (isStopped || (answer.is_enough && !opening.isEnough)) {
      find("told").textContent = [answer.text, answer.missing].filter(Boolean).join(" ");
    }
    opening.isEnough = answer.is_enough;
  }

  function send(isStopped) {
    var opening = current();
    if (!opening || opening.isOver || !opening.figure.dataset.cmeView) {
      return Promise.resolve();
    }
    var body = told();
    if (body === opening.last) {
      return Promise.resolve();
    }
    var options = { method: "POST", body: body, credentials: "same-origin", keepalive: true, headers: headers() };
    return fetch(address, options)
      .then(function (response) {
        return response.json().then(function (answer) {
          if (shown !== opening) {
            return;
          }
          if (response.ok) {
            opening.last = body;
            draw(answer);
            say(opening, answer, isStopped);
          } else if (answer.code !== "report_overtaken") {
            opening.isOver = true;
            note(answer.text, answer.code === "view_unknown");
          }
        });
      })
      .catch(function () {
        if (shown === opening) {
          note(find("words").dataset.textLost, false);
        }
      });
  }

  function report(isStopped) {
    if (!isHeld()) {
      pending = pending.then(function () {
        return send(isStopped);
      });
    }
    return pending;
  }

  function nameCaptions() {
    var track = shown.media.querySelector("track");
    if (!track) {
      return;
    }
    if (typeof Intl !== "undefined" && Intl.DisplayNames && track.srclang) {
      var names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" });
      track.label = names.of(track.srclang);
    }
    if (shown.media.tagName === "AUDIO") {
      writeCues(track.track);
    }
    if (track.dataset.cmeSrc) {
      fetchCaptions(track);
    }
  }

  /* An audio element has no place for its captions. */
  function writeCues(track) {
    var line = find("cue");
    track.mode = "hidden";
    track.addEventListener("cuechange", function () {
      var cues = Array.from(track.activeCues || []);
      line.replaceChildren.apply(line, cues.map(function (cue) {
        return cue.getCueAsHTML();
      }));
    });
  }

  /* A track of another host is not loaded unless the recording's host allows it too; fetched, its own word is enough. */
  function fetchCaptions(track) {
    fetch(track.dataset.cmeSrc, { credentials: "omit" })
      .then(function (response) {
        if (!response.ok) {
          throw new Error(String(response.status));
        }
        return response.text();
      })
      .then(function (text) {
        track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
      })
      .catch(showCaptionsLink);
  }

  function showCaptionsLink() {
    var line = find("captions-note");
    if (line) {
      line.hidden = false;
    }
  }

  function failed(event) {
    if (event.target.tagName === "TRACK") {
      if (event.target.src) {
        showCaptionsLink();
      }
    } else if (shown && event.target === shown.media) {
      note(find("words").dataset.textBroken, true);
    }
  }

  ["pause", "ended"].forEach(function (name) {
    host.addEventListener(name, function () {
      report(true);
    }, true);
  });
  host.addEventListener("error", failed, true);
  document.addEventListener("visibilitychange", function () {
    if (current()) {
      tick();
      report(false);
    }
  });
  window.addEventListener("pagehide", function () {
    if (!isHeld()) {
      send(false);
    }
  });
  setInterval(function () {
    if (current() && (isVisible() || !shown.media.paused)) {
      report(false);
    }
  }, EVERY);

  return { begin: current, report: report };
}
