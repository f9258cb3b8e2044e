import { ZERO_UUID } from "../../base/uuid.js";
import type { FetchedTopic, FetchResult, FetchTopic } from "../../groups/group-request.js";
import { noOffset } from "../../groups/offset-fetch.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { OffsetFetchRequest } from "../../protocol/messages/09-offset-fetch.js";
import { handler } from "../handler.js";
import type { Request } from "../request.js";
import type { ServerScope } from "../scope.js";

/** From this version on an error of the whole group has a field of its own. */
const GROUP_ERROR_VERSION = 2;
/** From this version on a request asks for several groups (KIP-709). */
const GROUPS_VERSION = 8;
/** From this version on topics are named by their ids. */
const TOPIC_ID_VERSION = 10;

interface AskedGroup {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly topics: OffsetFetchRequest["groups"][number]["topics"];
}

export const offsetFetch = handler({
  api: Apis.OffsetFetch,
  handle(request, scope) {
    const asked = groupsOf(request.body, request.version);
    const results: FetchResult[] = new Array(asked.length);
    let missing = asked.length;
    if (missing === 0) answer(request, asked, results);
    asked.forEach((group, i) => {
      fetchGroup(group, request.version, request.body.requireStable, scope, (result) => {
        results[i] = result;
        if (--missing === 0) answer(request, asked, results);
      });
    });
  },
});

function groupsOf(body: OffsetFetchRequest, version: number): AskedGroup[] {
  if (version >= GROUPS_VERSION) return body.groups;
  const topics = body.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  return [{ groupId: body.groupId, memberId: null, memberEpoch: -1, topics }];
}

function fetchGroup(
  group: AskedGroup,
  version: number,
  requireStable: boolean,
  scope: ServerScope,
  reply: (result: FetchResult) => void,
): void {
  const { groupId } = group;
  if (scope.groups === null) {
    reply({ groupId, errorCode: ErrorCode.NOT_COORDINATOR, topics: [] });
    return;
  }
  const { byId, byName } = scope.image.topics;
  const unknown: FetchedTopic[] = [];
  let topics: FetchTopic[] | null = group.topics;
  if (version >= TOPIC_ID_VERSION && group.topics !== null) {
    topics = [];
    for (const { topicId, partitionIndexes } of group.topics) {
      const name = byId.get(topicId)?.name;
      if (name !== undefined) topics.push({ name, topicId, partitionIndexes });
      else unknown.push(failedTopic({ name: "", topicId, partitionIndexes }, ErrorCode.UNKNOWN_TOPIC_ID));
    }
  }
  scope.groups.fetchOffsets({ ...group, topics }, requireStable, (result) => {
    if (version < TOPIC_ID_VERSION || result.errorCode !== 0) {
      reply(result);
      return;
    }
    const named = result.topics.map((topic) => {
      const topicId = topic.topicId === ZERO_UUID ? (byName.get(topic.name)?.id ?? ZERO_UUID) : topic.topicId;
      return { ...topic, topicId };
    });
    // One that is gone cannot be named any more.
    reply({ ...result, topics: [...named.filter(({ topicId }) => topicId !== ZERO_UUID), ...unknown] });
  });
}

function answer(
  request: Request<typeof Apis.OffsetFetch>,
  asked: readonly AskedGroup[],
  results: readonly FetchResult[],
): void {
  if (request.version >= GROUPS_VERSION) {
    request.respond({
      groups: results.map(({ groupId, errorCode, topics }) => ({ groupId, errorCode, topics: [...topics] })),
    });
    return;
  }
  const { errorCode, topics } = results[0];
  if (errorCode === 0) request.respond({ topics: [...topics] });
  else if (request.version >= GROUP_ERROR_VERSION) request.respond({ errorCode });
  else request.respond({ topics: (asked[0].topics ?? []).map((topic) => failedTopic(topic, errorCode)) });
}

function failedTopic(topic: FetchTopic, errorCode: number): FetchedTopic {
  const { name, topicId, partitionIndexes } = topic;
  return { name, topicId, partitions: partitionIndexes.map((index) => noOffset(index, errorCode)) };
}
