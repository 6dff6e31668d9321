/* Captions of a recording: fetched from another host, named in the reader's language, and shown below an audio player.
 *
 * track[data-src] the address on another host; figure.media [data-cue] for audio, [data-captions-note] where there are none.
 * A track of another host is not loaded unless the recording's host allows it too; fetched, its own word is enough.
 * The player of the Open edX block (player.js) does the same. */

function part(track, name) {
  return track.closest("figure").querySelector(`[data-${name}]`);
}

function nameLanguage(track) {
  if (!track.srclang) return;
  const names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" });
  track.label = names.of(track.srclang);
}

/* An audio element has no place for its captions. */
function writeCues(track) {
  const line = part(track, "cue");
  line.hidden = false;
  track.track.mode = "hidden";
  track.track.addEventListener("cuechange", () => {
    line.replaceChildren(...Array.from(track.track.activeCues ?? [], (cue) => cue.getCueAsHTML()));
  });
}

async function fetchCaptions(track) {
  const response = await fetch(track.dataset.src, { credentials: "omit" });
  if (!response.ok) throw new Error(String(response.status));
  track.src = URL.createObjectURL(new Blob([await response.text()], { type: "text/vtt" }));
}

function tellOfNone(track) {
  part(track, "captions-note").hidden = false;
  part(track, "cue")?.setAttribute("hidden", "");
}

/* A track without an address is an error too, for as long as its captions are being fetched. */
function look(track) {
  if (track.src && track.readyState === HTMLTrackElement.ERROR) tellOfNone(track);
}

function start(track) {
  if (track.parentElement.tagName === "AUDIO") writeCues(track);
  track.addEventListener("error", () => look(track));
  look(track);
  if (track.dataset.src) fetchCaptions(track).catch(() => tellOfNone(track));
  nameLanguage(track);
}

document.querySelectorAll(".media track").forEach(start);
