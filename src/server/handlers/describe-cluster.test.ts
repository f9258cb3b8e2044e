import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../../protocol/apis.js";
import { FrontBench } from "../front.test.support.js";

test("brokers: those that are alive, with the fenced ones where they are asked for", () => {
  const bench = new FrontBench();
  bench.cluster.join(1);
  bench.cluster.join(2, { unfence: false });
  const client = bench.connect();
  const alive = client.call(Apis.DescribeCluster, 2, {});
  assert.deepEqual([alive.clusterId, alive.controllerId, alive.endpointType], ["cluster", 1, 1]);
  assert.deepEqual(
    alive.brokers.map(({ brokerId, port, isFenced }) => [brokerId, port, isFenced]),
    [[1, 9093, false]],
  );
  assert.equal(alive.clusterAuthorizedOperations, -2147483648);
  const all = client.call(Apis.DescribeCluster, 2, {
    includeFencedBrokers: true,
    includeClusterAuthorizedOperations: true,
  });
  assert.deepEqual(
    all.brokers.map(({ brokerId, isFenced }) => [brokerId, isFenced]),
    [
      [1, false],
      [2, true],
    ],
  );
  assert.equal(all.clusterAuthorizedOperations, 8096);
});

test("controllers are told by controllers, brokers by brokers", () => {
  const bench = new FrontBench();
  bench.cluster.send(70, 0, {
    controllerId: 1,
    incarnationId: "AAAAAAAAAAAAAAAAAAAAAQ",
    zkMigrationReady: false,
    listeners: [{ name: "CONTROLLER", host: "c1", port: 9093, securityProtocol: 0 }],
    features: [],
  });
  const controller = bench.connect("controller");
  const { errorCode, controllerId, brokers } = controller.call(Apis.DescribeCluster, 1, { endpointType: 2 });
  assert.deepEqual([errorCode, controllerId], [0, 1]);
  assert.deepEqual(
    brokers.map(({ brokerId, host, port }) => `${brokerId} ${host}:${port}`),
    ["1 c1:9093"],
  );
  // Between two leaders: somebody who can be asked again.
  bench.raftLeaderId = null;
  assert.equal(controller.call(Apis.DescribeCluster, 1, { endpointType: 2 }).controllerId, 1);
  const client = bench.connect();
  assert.equal(client.call(Apis.DescribeCluster, 1, { endpointType: 2 }).errorCode, 114);
  assert.equal(controller.call(Apis.DescribeCluster, 1, { endpointType: 1 }).errorCode, 114);
  assert.equal(client.call(Apis.DescribeCluster, 1, { endpointType: 9 }).errorCode, 115);
});
