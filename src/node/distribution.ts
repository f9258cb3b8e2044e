/**
 * The folder in which the build puts everything: the modules as the compiler wrote them, the files that they are joined to, which lie
 * less deep, and the console's pages.
 */
export const DISTRIBUTION = new URL(import.meta.url.slice(0, import.meta.url.lastIndexOf("/dist/") + "/dist/".length));
