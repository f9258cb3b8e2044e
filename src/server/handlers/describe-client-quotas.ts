import type { ClientQuotaImage } from "../../metadata/image.js";
import { Apis, type RequestOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

type Component = NonNullable<RequestOf<typeof Apis.DescribeClientQuotas>["components"]>[number];

const ENTITY_TYPES: readonly string[] = ["user", "client-id", "ip"];
/** Match types. */
const EXACT = 0;
const DEFAULT = 1;
const SPECIFIED = 2;

export const describeClientQuotas = handler({
  api: Apis.DescribeClientQuotas,
  handle(request, scope) {
    const { components, strict } = request.body;
    const error = filterError(components);
    if (error !== null) {
      request.respond({ ...error, entries: null });
      return;
    }
    const entries = [];
    for (const { entity, quotas } of scope.image.clientQuotas.values()) {
      if (!matches(entity, components, strict)) continue;
      entries.push({ entity, values: [...quotas].map(([key, value]) => ({ key, value })) });
    }
    request.respond({ entries });
  },
});

function filterError(components: readonly Component[]): { errorCode: number; errorMessage: string } | null {
  const invalid = (message: string) => ({ errorCode: ErrorCode.INVALID_REQUEST, errorMessage: message });
  const types = new Set<string>();
  for (const { entityType = "", matchType, match } of components) {
    if (entityType === "") return invalid("Invalid empty entity type.");
    if (types.has(entityType)) return invalid(`Entity type ${entityType} cannot appear more than once in the filter.`);
    types.add(entityType);
    if (!ENTITY_TYPES.includes(entityType)) {
      return { errorCode: ErrorCode.UNSUPPORTED_VERSION, errorMessage: `Unsupported entity type ${entityType}` };
    }
    if (matchType !== EXACT && matchType !== DEFAULT && matchType !== SPECIFIED) {
      return invalid(`Unknown match type ${matchType}`);
    }
    if ((matchType === EXACT) === (match === null)) {
      return invalid(matchType === EXACT ? "An exact match needs a name." : "Only an exact match may have a name.");
    }
  }
  if (types.has("ip") && types.size > 1) {
    return invalid("An ip cannot be asked for together with a user or client id.");
  }
  return null;
}

function matches(entity: ClientQuotaImage["entity"], components: readonly Component[], strict: boolean): boolean {
  if (strict && entity.length !== components.length) return false;
  return components.every(({ entityType, matchType, match }) => {
    const part = entity.find((each) => each.entityType === entityType);
    if (part === undefined) return false;
    return matchType === SPECIFIED || part.entityName === (matchType === DEFAULT ? null : match);
  });
}
