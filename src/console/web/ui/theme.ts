export type Theme = "dark" | "light";

/** As public/assets/theme.js chose it before the first paint, or the reader since. */
export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === "light" ? "light" : "dark";
}

export function keepTheme(theme: Theme): void {
  localStorage.setItem("holdfast.theme", theme);
  document.documentElement.dataset.theme = theme;
}

/** Okabe and Ito's colours, which people with any colour vision tell apart; a shape and a number go with each. */
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#999999", "#8b6fd4"];

export function colourOf(broker: number): string {
  return COLOURS[(broker - 1 + COLOURS.length * 100) % COLOURS.length];
}
