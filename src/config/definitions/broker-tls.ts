import { boolean, type ConfigDefinition, className, list, long, password, text } from "../definition.js";

/** TLS, principals, delegation tokens. */
export const brokerTls: readonly ConfigDefinition[] = [
  text("ssl.protocol", "TLSv1.3", "medium", "The version of TLS that is negotiated.", { updateMode: "per-broker" }),
  text("ssl.provider", null, "medium", "The Java security provider for TLS.", { updateMode: "per-broker" }),
  list("ssl.cipher.suites", "", "medium", "Cipher suites that are allowed; empty: those of the runtime.", {
    updateMode: "per-broker",
  }),
  list("ssl.enabled.protocols", "TLSv1.2,TLSv1.3", "medium", "Versions of TLS that are allowed.", {
    updateMode: "per-broker",
  }),
  text("ssl.keystore.type", "JKS", "medium", "The form of the key store.", { updateMode: "per-broker" }),
  text("ssl.keystore.location", null, "medium", "The file of the key store.", { updateMode: "per-broker" }),
  password("ssl.keystore.password", null, "medium", "The password of the key store.", { updateMode: "per-broker" }),
  password("ssl.keystore.key", null, "medium", "The private key itself, in PEM.", { updateMode: "per-broker" }),
  password(
    "ssl.keystore.certificate.chain",
    null,
    "medium",
    "The certificates that belong to the private key, in PEM.",
    { updateMode: "per-broker" },
  ),
  password("ssl.key.password", null, "medium", "The password of the private key.", { updateMode: "per-broker" }),
  text("ssl.truststore.type", "JKS", "medium", "The form of the trust store.", { updateMode: "per-broker" }),
  text("ssl.truststore.location", null, "medium", "The file of the trust store.", { updateMode: "per-broker" }),
  password("ssl.truststore.password", null, "medium", "The password of the trust store.", { updateMode: "per-broker" }),
  password("ssl.truststore.certificates", null, "medium", "Trusted certificates themselves, in PEM.", {
    updateMode: "per-broker",
  }),
  text("ssl.keymanager.algorithm", "SunX509", "medium", "The Java algorithm of the key manager.", {
    updateMode: "per-broker",
  }),
  text("ssl.trustmanager.algorithm", "PKIX", "medium", "The Java algorithm of the trust manager.", {
    updateMode: "per-broker",
  }),
  text(
    "ssl.endpoint.identification.algorithm",
    "https",
    "low",
    "How a server's name is checked against its certificate; empty: not at all.",
    { updateMode: "per-broker" },
  ),
  text("ssl.secure.random.implementation", null, "low", "The Java source of randomness for TLS.", {
    updateMode: "per-broker",
  }),
  text("ssl.client.auth", "none", "medium", "Whether clients must show a certificate: required, requested, none.", {
    oneOf: ["required", "requested", "none"],
    updateMode: "per-broker",
  }),
  className("ssl.engine.factory.class", null, "low", "A Java class that makes TLS engines. Holdfast runs none.", {
    updateMode: "per-broker",
  }),
  text("ssl.principal.mapping.rules", "DEFAULT", "low", "How a certificate's name becomes a principal."),
  boolean("ssl.allow.dn.changes", false, "low", "Whether the subject of a certificate may change when it is replaced."),
  boolean(
    "ssl.allow.san.changes",
    false,
    "low",
    "Whether the alternative names of a certificate may change when it is replaced.",
  ),
  className(
    "principal.builder.class",
    "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
    "medium",
    "A Java class that makes principals. Holdfast has Kafka's default rule built in.",
    { updateMode: "per-broker" },
  ),
  long(
    "connections.max.reauth.ms",
    0,
    "medium",
    "How long a SASL session lasts before the client must authenticate again; 0 never.",
  ),
  text("security.providers", null, "low", "Java classes that provide security algorithms. Holdfast runs none."),
  password(
    "delegation.token.secret.key",
    null,
    "medium",
    "The key that delegation tokens are signed with; unset: there are none.",
  ),
  long("delegation.token.max.lifetime.ms", 604800000, "medium", "The longest life of a delegation token.", { min: 1 }),
  long(
    "delegation.token.expiry.time.ms",
    86400000,
    "medium",
    "How long a delegation token is valid until it is renewed.",
    { min: 1 },
  ),
  long(
    "delegation.token.expiry.check.interval.ms",
    3600000,
    "low",
    "How often expired delegation tokens are removed.",
    { min: 1 },
  ),
];
