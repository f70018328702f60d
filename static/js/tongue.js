/**
 * In which language somebody typed, as far as letters tell: for `lang`, beside `dir="auto"`.
 * Does what dialog/tongue.py does.
 */

/** @type {ReadonlyArray<[RegExp, ReadonlyArray<[string, RegExp]>, string]>} */
const SCRIPTS = [
  [
    /\p{Script=Arabic}/gu,
    [
      ["ur", /[ٹڈڑے]/],
      ["ps", /[ټډړښځڅۍې]/],
      ["ckb", /[ۆێڕڵە]/],
      ["fa", /[پچژگکی]/],
    ],
    "ar",
  ],
  [
    /\p{Script=Cyrillic}/gu,
    [
      ["uk", /[іїєґ]/i],
      ["sr", /[ђћљњџј]/i],
    ],
    "ru",
  ],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, [], "ja"],
  [/\p{Script=Han}/gu, [], "zh"],
  [/\p{Script=Hangul}/gu, [], "ko"],
  [/\p{Script=Ethiopic}/gu, [], "und-Ethi"],
  [/\p{Script=Hebrew}/gu, [], "he"],
  [/\p{Script=Greek}/gu, [], "el"],
  [/\p{Script=Armenian}/gu, [], "hy"],
  [/\p{Script=Georgian}/gu, [], "ka"],
  [/\p{Script=Devanagari}/gu, [], "und-Deva"],
  [/\p{Script=Bengali}/gu, [], "bn"],
  [/\p{Script=Tamil}/gu, [], "ta"],
  [/\p{Script=Thai}/gu, [], "th"],
];
const LATIN = /\p{Script=Latin}/gu;
const JAPANESE = 2;

/**
 * Returns a language tag for a text; what is in Latin letters is taken for the language named.
 * @param {string} text
 * @param {string} [otherwise]
 */
export function tongue(text, otherwise = "de") {
  const counts = SCRIPTS.map(([letters]) => text.match(letters)?.length ?? 0);
  const others = counts.reduce((sum, count) => sum + count, 0);
  if (others <= (text.match(LATIN)?.length ?? 0)) return otherwise;
  // Japanese has more signs of Chinese than of its own.
  const found = counts[JAPANESE] ? JAPANESE : counts.indexOf(Math.max(...counts));
  const [, own, other] = SCRIPTS[found] ?? [LATIN, [], otherwise];
  return own.find(([, signs]) => signs.test(text))?.[0] ?? other;
}

/**
 * Marks an element with the language and the direction of what somebody typed into it.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function mark(element, text) {
  const lang = tongue(text);
  element.dir = "auto";
  if (lang === element.ownerDocument.documentElement.lang) element.removeAttribute("lang");
  else element.lang = lang;
}
