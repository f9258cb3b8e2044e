import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetaProperties } from "../storage/meta-properties.js";
import type { StorageError } from "../storage/storage-error.js";
import { MemoryDisk } from "../storage/testing/memory-disk.js";
import { TestPorts } from "../storage/testing/ports.js";
import { readBootstrap } from "./bootstrap-file.js";
import { type FormatOptions, formatNode } from "./format.js";

const CLUSTER = "4L6g3nShT-eMCtK--X86sw";
const OPTIONS: FormatOptions = {
  clusterId: CLUSTER,
  nodeId: 1,
  directories: ["/a", "/b"],
  metadataDirectory: "/a",
  release: "1.0",
  timestamp: 1_767_225_600_000,
  ignoreFormatted: false,
};

test("each directory gets an id of its own and the records that the metadata log begins with", () => {
  const ports = new TestPorts(new MemoryDisk());
  const formatted = formatNode(OPTIONS, ports);
  assert.deepEqual(
    formatted.map(({ path, wasFormatted }) => [path, wasFormatted]),
    [
      ["/a", false],
      ["/b", false],
    ],
  );
  assert.notEqual(formatted[0].directoryId, formatted[1].directoryId);
  for (const { path, directoryId } of formatted) {
    assert.deepEqual(readMetaProperties(ports.disk, path), {
      clusterId: CLUSTER,
      nodeId: 1,
      directoryId,
      version: "1",
    });
    const levels = (readBootstrap(path, ports) ?? []).map((record) => record.value);
    assert.deepEqual(levels[0], { name: "metadata.version", featureLevel: 30 });
    assert.ok(levels.some((level) => "name" in level && level.name === "eligible.leader.replicas.version"));
  }
});

test("a formatted directory is refused, or left alone when that is asked for", () => {
  const ports = new TestPorts(new MemoryDisk());
  const [first] = formatNode({ ...OPTIONS, directories: ["/a"] }, ports);
  assert.throws(
    () => formatNode(OPTIONS, ports),
    (error: StorageError) => error.code === "ALREADY_FORMATTED",
  );
  const again = formatNode({ ...OPTIONS, ignoreFormatted: true }, ports);
  assert.deepEqual(
    again.map(({ wasFormatted }) => wasFormatted),
    [true, false],
  );
  assert.equal(again[0].directoryId, first.directoryId);
  const foreign = { ...OPTIONS, ignoreFormatted: true, clusterId: "AAAAAAAAAAAAAAAAAAAAAQ" };
  assert.throws(
    () => formatNode(foreign, ports),
    (error: StorageError) => error.code === "FOREIGN_CLUSTER",
  );
});

test("the first voters of a dynamic quorum lie in the metadata log's directory", () => {
  const ports = new TestPorts(new MemoryDisk());
  const voters = [{ id: 1, directoryId: "", host: "localhost", port: 9093 }];
  const [{ directoryId }] = formatNode({ ...OPTIONS, initialVoters: { listenerName: "CONTROLLER", voters } }, ports);
  const path = "/a/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint";
  assert.ok(ports.disk.readFile(path).length > 0);
  assert.match(directoryId, /^[\w-]{22}$/);
});
