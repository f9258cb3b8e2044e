import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName } from "../protocol/errors.js";
import { OPERATIONS } from "./acl-operations.js";
import type { Admin } from "./admin.js";
import { ExitCode, Failure } from "./failure.js";

// The words are those of Apache Kafka's tools, the numbers those of its protocol.
const RESOURCE_TYPES = {
  any: 1,
  topic: 2,
  group: 3,
  cluster: 4,
  "transactional-id": 5,
  "delegation-token": 6,
  user: 7,
};
const PATTERN_TYPES = { any: 1, match: 2, literal: 3, prefixed: 4 };
const PERMISSIONS = { any: 1, deny: 2, allow: 3 };

/** One access control entry, or what entries are to match: then any part may be "any", and principal, host and name null. */
export interface Acl {
  readonly resourceType: string;
  readonly resourceName: string | null;
  readonly patternType: string;
  readonly principal: string | null;
  readonly host: string | null;
  readonly operation: string;
  readonly permission: string;
}

export async function describeAcls(admin: Admin, filter: Acl): Promise<Acl[]> {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = numbersOf(filter);
  const link = await admin.any();
  const answer = await link.call(Apis.DescribeAcls, {
    resourceTypeFilter: resourceType,
    resourceNameFilter: resourceName,
    patternTypeFilter: patternType,
    principalFilter: principal,
    hostFilter: host,
    operation,
    permissionType: permission,
  });
  refuse(answer.errorCode, answer.errorMessage, "The cluster lists no ACLs");
  return answer.resources.flatMap((resource) => resource.acls.map((acl) => wordsOf({ ...resource, ...acl })));
}

export async function createAcl(admin: Admin, acl: Acl): Promise<void> {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = numbersOf(acl);
  const link = await admin.any();
  const { results } = await link.call(Apis.CreateAcls, {
    creations: [
      {
        resourceType,
        resourceName: resourceName ?? "",
        resourcePatternType: patternType,
        principal: principal ?? "",
        host: host ?? "*",
        operation,
        permissionType: permission,
      },
    ],
  });
  refuse(results[0].errorCode, results[0].errorMessage, "The ACL was not created");
}

/** Returns those that were removed. */
export async function deleteAcls(admin: Admin, filter: Acl): Promise<Acl[]> {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = numbersOf(filter);
  const link = await admin.any();
  const { filterResults } = await link.call(Apis.DeleteAcls, {
    filters: [
      {
        resourceTypeFilter: resourceType,
        resourceNameFilter: resourceName,
        patternTypeFilter: patternType,
        principalFilter: principal,
        hostFilter: host,
        operation,
        permissionType: permission,
      },
    ],
  });
  const [{ errorCode, errorMessage: text, matchingAcls }] = filterResults;
  refuse(errorCode, text, "No ACL was deleted");
  return matchingAcls.map(wordsOf);
}

function refuse(errorCode: number, text: string | null, what: string): void {
  if (errorCode === ErrorCode.NONE) return;
  const advice =
    errorCode === ErrorCode.SECURITY_DISABLED ? "A cluster keeps ACLs once `authorizer.class.name` is set." : "";
  throw new Failure(`${what}: ${text || errorMessage(errorCode)} (${errorName(errorCode)})`, advice);
}

function numbersOf(acl: Acl) {
  return {
    ...acl,
    resourceType: number(RESOURCE_TYPES, acl.resourceType, "--resource"),
    patternType: number(PATTERN_TYPES, acl.patternType, "--pattern"),
    operation: number(OPERATIONS, acl.operation, "--operation"),
    permission: number(PERMISSIONS, acl.permission, "--permission"),
  };
}

function number(words: Readonly<Record<string, number>>, word: string, option: string): number {
  const key = word.toLowerCase();
  if (Object.hasOwn(words, key)) return words[key];
  throw new Failure(`${option} ${word}: there are ${Object.keys(words).join(", ")}.`, "", ExitCode.usage);
}

function wordsOf(found: {
  resourceType: number;
  resourceName: string;
  patternType: number;
  principal: string;
  host: string;
  operation: number;
  permissionType: number;
}): Acl {
  return {
    resourceType: word(RESOURCE_TYPES, found.resourceType),
    resourceName: found.resourceName,
    patternType: word(PATTERN_TYPES, found.patternType),
    principal: found.principal,
    host: found.host,
    operation: word(OPERATIONS, found.operation),
    permission: word(PERMISSIONS, found.permissionType),
  };
}

function word(words: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(words).find(([, each]) => each === value)?.[0] ?? String(value);
}
