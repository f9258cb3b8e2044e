// Before anything is painted, so that nobody sees the other theme first. A file, since the page's policy allows no script within it.
const kept = localStorage.getItem("holdfast.theme");
const isLight = kept === "light" || (kept !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
document.documentElement.dataset.theme = isLight ? "light" : "dark";
