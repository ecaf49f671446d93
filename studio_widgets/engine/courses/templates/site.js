// What a published course does beyond plain links and a plain <video>: jump to a point, mark where the video is, remember
// how far somebody came, switch colours. Works from file:// (nothing is fetched) and does nothing harmful without storage.
(() => {
  "use strict";

  const storage = {
    get(key) {
      try { return localStorage.getItem(key); } catch { return null; } // blocked: nothing is remembered
    },
    set(key, value) {
      try { localStorage.setItem(key, value); } catch { /* blocked or full */ }
    },
  };

  // Before the first paint, so that a chosen theme does not flash.
  const chosen = storage.get("studio-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

  function setUpTheme() {
    const button = document.querySelector(".theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const current = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    const label = () => { button.textContent = current() === "dark" ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      storage.set("studio-theme", next);
      label();
    });
    dark.addEventListener("change", label);
    label();
    button.hidden = false;
  }

  // How far each chapter was watched: {page: {at: seconds, of: seconds, done: boolean}} under the course's key.
  const course = () => `studio-course-${document.body.dataset.course}`;
  function progress() {
    try {
      const value = JSON.parse(storage.get(course()) ?? "{}");
      return value && typeof value === "object" ? value : {};
    } catch { return {}; }
  }

  function showProgress() {
    const seen = progress();
    for (const bar of document.querySelectorAll("[data-seen]")) {
      const state = seen[bar.dataset.seen];
      const share = state?.done ? 1 : state?.of > 0 ? Math.min(1, state.at / state.of) : 0;
      bar.style.width = `${Math.round(share * 100)}%`;
      const words = bar.closest("li")?.querySelector("[data-seen-words]");
      if (words) words.textContent = state?.done ? " · watched" : share > 0 ? " · started" : "";
    }
    const start = document.querySelector("[data-start]");
    if (!start) return;
    const pages = [...document.querySelectorAll(".cards a")].map((link) => link.getAttribute("href"));
    const next = pages.find((page) => !seen[page]?.done);
    if (next && pages.some((page) => seen[page])) {
      start.setAttribute("href", next);
      start.textContent = "Continue the course";
    }
  }

  function setUpPlayer(video) {
    const page = document.body.dataset.page;
    const links = [...document.querySelectorAll("a[data-at]")];
    const lists = [...new Set(links.map((link) => link.closest("ol")))].map((list) =>
      links.filter((link) => link.closest("ol") === list),
    );
    const seek = (seconds) => {
      if (!Number.isFinite(seconds)) return;
      if (video.readyState > 0) video.currentTime = Math.max(0, seconds);
      else video.addEventListener("loadedmetadata", () => seek(seconds), { once: true });
    };

    for (const link of links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        seek(Number(link.dataset.at));
        video.play().catch(() => { /* the browser wants another click: the picture is at the right place already */ });
        try {
          history.replaceState(null, "", link.getAttribute("href"));
        } catch { /* shown inside a notebook's sandboxed frame, which has no address */ }
      });
    }

    const fromAddress = () => {
      const match = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
      if (match) seek(Number(match[1]));
      return match !== null;
    };
    addEventListener("hashchange", fromAddress);

    const before = progress()[page];
    if (!fromAddress() && before && !before.done && before.at > 3) seek(before.at);

    let saved = -10;
    const remember = (done) => {
      const all = progress();
      all[page] = { at: video.currentTime, of: video.duration || 0, done: done || all[page]?.done === true };
      storage.set(course(), JSON.stringify(all));
      showProgress();
    };
    video.addEventListener("timeupdate", () => {
      for (const list of lists) {
        // a seek may land a hair before the point it was asked for
        const current = list.filter((link) => Number(link.dataset.at) <= video.currentTime + 0.02).pop();
        for (const link of list) {
          if (link === current) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
      if (Math.abs(video.currentTime - saved) > 2) {
        saved = video.currentTime;
        remember(false);
      }
    });
    video.addEventListener("ended", () => remember(true));
  }

  addEventListener("DOMContentLoaded", () => {
    setUpTheme();
    showProgress();
    const video = document.querySelector("video");
    if (video) setUpPlayer(video);
  });
})();
