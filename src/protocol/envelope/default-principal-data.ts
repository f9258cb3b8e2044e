/** The principal within an Envelope request, preceded by its int16 version (Kafka: DefaultKafkaPrincipalBuilder). */
import { bool, message, string, type Value } from "../schema.js";

export const DefaultPrincipalData = message("DefaultPrincipalData", "0", "0+", {
  type: string("0+"),
  name: string("0+"),
  tokenAuthenticated: bool("0+"),
});
export type DefaultPrincipalData = Value<typeof DefaultPrincipalData>;
