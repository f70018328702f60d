// What every page owes everyone, asked of a page in a browser: each answer lists what is wrong.

globalThis.everyone = (() => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const LEAST = 43.5; // px, our own measure for what is pressed; 2.5.8 wants 24 of a link alone
  const LINK = 24;

  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = (one) => one.textContent.trim().replace(/\s+/g, " ");

  /** Sees what a person sees, who looks at an open dialog and not at what lies under it. */
  const shown = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.closest("[inert], .kern-sr-only")) return false;
    const modal = document.querySelector("dialog:modal");
    return !modal || modal.contains(one);
  };

  const said = (one) => {
    const name = one.ariaLabel || words(one) || one.name || one.id;
    return `${one.tagName.toLowerCase()}.${one.className} „${name.slice(0, 50)}“`;
  };

  /** What is pressed: of a choice its whole row. */
  const target = (one) =>
    (one.matches("[type=radio], [type=checkbox]") && one.closest("label")) || one;

  /** 2.5.8: whatever is pressed is large enough; links within a sentence excepted. */
  const targets = () => {
    const found = [];
    for (const one of all(CONTROLS)) {
      if (!shown(one) || one.matches(".skip")) continue;
      const { height, width } = target(one).getBoundingClientRect();
      const link = one.matches("a[href]:not(.kern-btn, .tag)");
      if (link && getComputedStyle(one).display === "inline") {
        const around = one.closest("p, li, dd, td, th, h1, h2, h3, h4, label, blockquote");
        if (around && words(around).length > words(one).length) continue;
        if (words(one).length > 30) continue;
      }
      const least = link ? LINK : LEAST;
      if (height < least || width < least)
        found.push(`${said(one)}: ${Math.round(width)} × ${Math.round(height)} px`);
    }
    return found;
  };

  const drawn = (one) => {
    const { boxShadow, outlineStyle, outlineWidth } = getComputedStyle(one);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };

  /** Whether some point of an element is on top of everything else. */
  const uncovered = (one) =>
    [...one.getClientRects()].some(({ height, width, x, y }) =>
      [0.1, 0.5, 0.9].some((across) =>
        [0.2, 0.5, 0.8].some((down) => {
          const top = document.elementFromPoint(x + width * across, y + height * down);
          return top && (one.contains(top) || top.contains(one));
        }),
      ),
    );

  /** 2.4.7, 2.4.11: the focus is drawn, and nothing that sticks covers it, either way one goes. */
  const focus = () => {
    const before = [scrollX, scrollY];
    const found = new Set();
    const row = all(CONTROLS).filter((one) => shown(one) && one.tabIndex >= 0 && !one.disabled);
    for (const one of [...row, ...row.toReversed()]) {
      one.focus();
      if (document.activeElement !== one) continue;
      if (!drawn(one) && !drawn(target(one))) found.add(`no focus to be seen: ${said(one)}`);
      if (!uncovered(target(one))) found.add(`covered with the focus in it: ${said(one)}`);
    }
    document.activeElement.blur();
    scrollTo(...before);
    return [...found];
  };

  const ms = (list) =>
    Math.max(
      ...list.split(",").map((one) => Number.parseFloat(one) * (/\dms/.test(one) ? 1 : 1000)),
    );

  /** 2.3.3: what moves does so for so many ms at most. */
  const motion = (most) => {
    const found = new Set();
    const look = (one, pseudo) => {
      const style = getComputedStyle(one, pseudo);
      const moved = style.animationName === "none" ? 0 : ms(style.animationDuration);
      const changed = style.transitionProperty === "none" ? 0 : ms(style.transitionDuration);
      if (Math.max(moved, changed) > most || style.scrollBehavior === "smooth")
        found.add(`moves: ${said(one)}${pseudo ?? ""}`);
    };
    for (const one of all("*")) look(one);
    for (const one of all(".switch i, .live, .podium__label, dialog"))
      for (const pseudo of ["::before", "::after", "::backdrop"]) look(one, pseudo);
    return [...found];
  };

  /** 1.4.4, 1.4.10: no text is cut off by its own box; the desk's list alone clamps to two lines. */
  const cut = () => {
    const found = [];
    for (const one of all("body *:not(svg, svg *, textarea, select, option, template)")) {
      const { overflowX, overflowY, webkitLineClamp } = getComputedStyle(one);
      if (webkitLineClamp !== "none" || !words(one)) continue;
      const cuts = (overflow, whole, part) => /hidden|clip/.test(overflow) && whole > part + 1;
      const lost =
        cuts(overflowX, one.scrollWidth, one.clientWidth) ||
        cuts(overflowY, one.scrollHeight, one.clientHeight);
      if (lost && shown(one)) found.push(`cut off: ${said(one)}`);
    }
    return found;
  };

  /** What one can do on a page, by name; a narrow room has a button in its form's place. */
  const doable = () => {
    const form = document.querySelector(".ask__open") ? ".ask .panel *" : "template";
    const names = all(CONTROLS)
      .filter((one) => shown(one) && !one.matches(form))
      .map((one) => one.ariaLabel || words(one.labels?.[0] ?? one));
    return [...new Set(names)].filter(Boolean);
  };

  const edged = (one, pseudo) => {
    const { borderStyle, borderTopWidth, outlineStyle } = getComputedStyle(one, pseudo);
    return (borderStyle !== "none" && borderTopWidth !== "0px") || outlineStyle !== "none";
  };

  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);

  const luminance = (colour) => {
    const [red, green, blue] = numbers(colour).map((part) =>
      part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if ((numbers(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return getComputedStyle(document.documentElement).color === "rgb(0, 0, 0)"
      ? "rgb(255, 255, 255)"
      : "rgb(0, 0, 0)";
  };

  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  /** 1.4.11: where a field or a switch is can be seen: by an edge, a shadow or its own ground. */
  const edges = () => {
    const found = new Set();
    const fields = "input:not([type=hidden], [type=file]), select, textarea, [role=switch] > i";
    for (const one of all(fields)) {
      const self = getComputedStyle(one).opacity === "0" ? target(one) : one;
      const { appearance, backgroundColor, borderTopColor, borderTopWidth, boxShadow } =
        getComputedStyle(self);
      if (!shown(self) || (appearance === "auto" && self.matches("[type=radio], [type=checkbox]")))
        continue;
      const around = ground(self.parentElement);
      const drawn = [backgroundColor, boxShadow.match(/rgba?\([^)]+\)/)?.[0]];
      if (borderTopWidth !== "0px") drawn.push(borderTopColor);
      const seen = drawn.some((colour) => colour && contrast(colour, around) >= 3);
      if (!seen) found.add(`no edge of 3 to 1: ${said(one)}`);
    }
    return [...found];
  };

  const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`;

  /** 1.4.12: sets text apart as some readers do, or takes that back. */
  const space = (on) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(on ? SPACED : "");
    document.adoptedStyleSheets = [sheet];
  };

  /**
   * Forced colours leave neither shadows nor backgrounds: what has no words needs an edge, also for
   * its state. Contrast is measured here, for axe asks for a colour that is not forced.
   */
  const forced = () => {
    const found = new Set();
    const told =
      "button, input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea";
    for (const one of all(`${told}, [role=switch]`)) {
      const parts = [one, ...one.querySelectorAll("*")];
      const read = one.matches("button") && words(one);
      if (shown(one) && !read && !parts.some((part) => edged(part)))
        found.add(`no edge: ${said(one)}`);
    }
    for (const one of all("body *:not(svg, svg *)")) {
      const read = [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
      if (!read || !shown(one) || one.closest(":disabled, [aria-disabled=true]")) continue;
      const { color } = getComputedStyle(one);
      if (contrast(color, ground(one)) < 4.5)
        found.add(`contrast: ${said(one)} ${color} on ${ground(one)}`);
    }
    return [...found];
  };

  /** What needs no measure: language, title, parts, and who speaks by itself. */
  const plain = () => {
    const found = [];
    const told = (holds, what) => holds || found.push(what);
    told(document.documentElement.lang, "no language");
    told(document.title.trim().length > 5, "no title");
    told(all("main").length === 1, "not one main part");
    told(all("h1").filter((one) => one.checkVisibility()).length === 1, "not one first heading");
    const polite = all("[role=status][data-status], [aria-live]");
    told(polite.length < 2, `${polite.length} places speak by themselves`);
    told(
      all("[role=feed], :is(ol, ul)[aria-live], :is(ol, ul) [aria-live]").length === 0,
      "a list speaks",
    );
    return found;
  };

  /** 3.2.6: the links of the footer, in their order. */
  const foot = () => {
    const found = document.querySelector("footer.foot");
    return found && [...found.querySelectorAll("a")].map(words);
  };

  return { cut, doable, edges, focus, foot, forced, motion, plain, space, targets };
})();
