export type Theme = "dark" | "light";

/** As the reader chose it, which the server writes into the page; otherwise as their system has it. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** A cookie, not the page's storage: the server knows it before anything is painted, without a script. */
export function keepTheme(theme: Theme): void {
  // biome-ignore lint/suspicious/noDocumentCookie: its successor is not in every browser
  document.cookie = `holdfast_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Strict`;
  document.documentElement.dataset.theme = theme;
}

/** A colour of the style sheets, as what draws without them takes it. */
export function styleColour(name: `--${string}`): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Okabe and Ito's colours, which people with any colour vision tell apart; a shape and a number go with each. */
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#999999", "#8b6fd4"];

export function colourOf(broker: number): string {
  return COLOURS[(broker - 1 + COLOURS.length * 100) % COLOURS.length];
}
