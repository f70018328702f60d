/**
 * Finds places where personal data seems to stand, as the server does: a hint before sending.
 */

const PATTERNS = [
  /[\p{L}\d_.+-]+@[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)+/gu,
  /(?<![\p{L}\d_])[A-Z]{2}\d{2}(?: ?\d{4}){3,7}(?: ?\d{1,4})?(?![\p{L}\d_])/gu,
  /(?<![\p{L}\d_])(?:az|azr|aktenzeichen|geschäftszeichen)(?![\p{L}\d_])[.:\s-]*(?:nr(?![\p{L}\d_])[.:\s]*)?[\p{L}\d_./-]*\d[\p{L}\d_./-]*/giu,
  /(?:(?:Tel|Telefon|Handy|Mobil)[.:]?\s*)?(?<![\p{L}\d_.])(?:\+|00?)[1-9](?:[ ()/-]{0,2}\d){6,13}(?![\p{L}\d_])/gu,
  /(?<![\p{L}\d_])(?:Frau|Herrn?|Familie|Fam\.)\s+(?:Dr\.\s+)?(?!Staats|Minister)\p{Lu}[\p{L}’'-]*\.?(?:\s(?!Staats)\p{Lu}\p{Ll}+)?/gu,
];

/**
 * Returns the marked places of a text in reading order, none overlapping another.
 * @param {string} text
 * @returns {string[]}
 */
export function marks(text) {
  /** @type {{ start: number, end: number }[]} */
  const found = [];
  for (const pattern of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.every((one) => end <= one.start || start >= one.end)) found.push({ start, end });
    }
  }
  found.sort((one, other) => one.start - other.start);
  return found.map(({ start, end }) => text.slice(start, end));
}
