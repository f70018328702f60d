/**
 * The page of one's own questions works by forms alone; a script only keeps what is being written.
 */

import { Keeping } from "./keeping.js";
import { find } from "./page.js";

const page = find(document, "[data-mine]");
if (page) new Keeping(document, page.dataset.slug ?? "").begin();
