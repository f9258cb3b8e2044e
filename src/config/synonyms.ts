/** Configs of a broker that say the same in other units, best first. */
const FAMILIES: readonly (readonly string[])[] = [
  ["log.roll.ms", "log.roll.hours"],
  ["log.roll.jitter.ms", "log.roll.jitter.hours"],
  ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
];
const FLUSH = ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"];
const LISTENER_OVERRIDE = /^listener\.name\.[^.]*\.(.*)$/;
/** These follow the name of a SASL mechanism: `listener.name.NAME.MECHANISM.sasl.jaas.config`. */
const OF_MECHANISMS = [
  "sasl.jaas.config",
  "sasl.login.callback.handler.class",
  "sasl.login.class",
  "sasl.server.callback.handler.class",
  "connections.max.reauth.ms",
];

/** Names of a broker's configs that may give the value of `name`, best first; itself among them. */
export function brokerSynonyms(name: string): readonly string[] {
  for (const family of FAMILIES) if (family.includes(name)) return family;
  // The scheduler's interval is the default of the other, not the other way round.
  if (name === FLUSH[0]) return FLUSH;
  const base = listenerOverrideOf(name);
  return base === null ? [name] : [name, base];
}

/** The config that `listener.name.NAME.…` sets for one listener; null: it is not of that form. */
export function listenerOverrideOf(name: string): string | null {
  const base = LISTENER_OVERRIDE.exec(name)?.[1] ?? null;
  if (base === null) return null;
  return OF_MECHANISMS.find((one) => base.endsWith(one)) ?? base;
}

/** What a value of `synonym` is multiplied with to be milliseconds, as the topic's config has it; 1 for all that are the same already. */
export function unitOf(synonym: string): number {
  if (synonym.endsWith(".hours")) return 3600000;
  return synonym.endsWith(".minutes") ? 60000 : 1;
}
