import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DiskError, type DiskFile } from "../ports/index.js";
import { NodeClock } from "./clock.js";
import { NodeDisk } from "./disk.js";
import { NodeLoop } from "./loop.js";

const root = mkdtempSync(join(tmpdir(), "holdfast-disk-"));
after(() => rmSync(root, { recursive: true, force: true }));
const disk = new NodeDisk();
let count = 0;

function folder(): string {
  const path = `${root}/d${++count}`;
  mkdirSync(path);
  return path;
}

function done(start: (completion: { onDiskDone(error: DiskError | null): void }) => void): Promise<DiskError | null> {
  return new Promise((resolve) => {
    let inCall = true;
    start({
      onDiskDone: (error) => {
        assert.equal(inCall, false, "reported in a later turn");
        resolve(error);
      },
    });
    inCall = false;
  });
}

function read(file: DiskFile, position: number, into: Uint8Array): Promise<{ error: DiskError | null; count: number }> {
  return new Promise((resolve) => {
    file.read(position, into, { onDiskRead: (error, bytes) => resolve({ error, count: bytes }) });
  });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof DiskError, String(error));
    return error.code;
  }
  return "";
}

test("names: made, listed in order, renamed, removed; what is missing is no error where that is promised", () => {
  const path = folder();
  disk.makeDirectory(`${path}/b/c`);
  disk.makeDirectory(`${path}/b/c`);
  disk.open(`${path}/a`, true).close();
  disk.open(`${path}/B`, true).close();
  symlinkSync(`${path}/b`, `${path}/link`);
  symlinkSync(`${path}/nowhere`, `${path}/broken`);
  assert.deepEqual(disk.list(path), [
    { name: "B", isDirectory: false },
    { name: "a", isDirectory: false },
    { name: "b", isDirectory: true },
    { name: "broken", isDirectory: false },
    { name: "link", isDirectory: true },
  ]);
  disk.rename(`${path}/b`, `${path}/moved`);
  assert.ok(disk.exists(`${path}/moved/c`) && !disk.exists(`${path}/b`));
  disk.remove(`${path}/a`);
  disk.remove(`${path}/a`);
  assert.equal(disk.exists(`${path}/a`), false);
});

test("the space of the file system that holds a directory is told", () => {
  const space = disk.space(folder());
  assert.ok(space !== null && space.usableBytes > 0 && space.totalBytes >= space.usableBytes);
  assert.throws(() => disk.space(`${root}/missing`), DiskError);
});

test("what the system refuses is a DiskError with its code and path", async () => {
  const path = folder();
  assert.equal(
    code(() => disk.list(`${path}/none`)),
    "ENOENT",
  );
  assert.equal(
    code(() => disk.open(`${path}/none`, false)),
    "ENOENT",
  );
  assert.equal(
    code(() => disk.readFile(`${path}/none`)),
    "ENOENT",
  );
  assert.equal(
    code(() => disk.rename(`${path}/none`, `${path}/other`)),
    "ENOENT",
  );
  assert.equal(
    code(() => disk.remove(path)),
    "EISDIR",
  );
  assert.equal(
    code(() => disk.writeFileAtomicallySync(`${path}/none/file`, bytes("x"))),
    "ENOENT",
  );
  const error = await done((completion) => disk.writeFileAtomically(`${path}/none/file`, bytes("x"), completion));
  assert.equal(error?.code, "ENOENT");
  assert.equal(error?.path, `${path}/none/file`);
  assert.equal((await done((completion) => disk.syncDirectory(`${path}/none`, completion)))?.code, "ENOENT");
});

test("chunks are written one after the other, read back, cut and extended", async () => {
  const file = disk.open(`${folder()}/log`, true);
  assert.equal(
    await done((completion) => file.write(0, [bytes("one"), bytes(""), bytes("two"), bytes("three")], completion)),
    null,
  );
  assert.equal(await done((completion) => file.write(11, [bytes("four")], completion)), null);
  assert.equal(await done((completion) => file.sync(completion)), null);
  assert.equal(file.size(), 15);
  const into = new Uint8Array(20);
  assert.deepEqual(await read(file, 3, into), { error: null, count: 12 });
  assert.equal(new TextDecoder().decode(into.subarray(0, 12)), "twothreefour");
  assert.deepEqual(await read(file, 15, into), { error: null, count: 0 });
  assert.equal(file.readSync(into, 2, 3, 0), 3);
  assert.equal(new TextDecoder().decode(into.subarray(2, 5)), "one");
  assert.equal(file.readSync(into, 0, 20, 11), 4, "less only at the end");
  file.truncate(3);
  file.truncate(5);
  file.writeSync(bytes("!"), 5);
  file.syncSync();
  assert.deepEqual([...disk.readFile(file.path)], [...bytes("one"), 0, 0, ...bytes("!")]);
  assert.ok(Math.abs(file.modifiedMs() - Date.now()) < 60_000 && Number.isInteger(file.modifiedMs()));
  file.close();
});

test("a gathered write of more chunks than the system takes at once is whole", async () => {
  const file = disk.open(`${folder()}/log`, true);
  const chunks = Array.from({ length: 5000 }, (_, i) => Uint8Array.of(i & 0xff, i >> 8));
  assert.equal(await done((completion) => file.write(0, chunks, completion)), null);
  const content = disk.readFile(file.path);
  assert.equal(content.length, 10_000);
  for (let i = 0; i < 5000; i++) assert.equal(content[2 * i] | (content[2 * i + 1] << 8), i);
  file.close();
});

test("many operations at once on one file each report their own outcome", async () => {
  const file = disk.open(`${folder()}/log`, true);
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      done((completion) => file.write(i * 4, [bytes(String(1000 + i))], completion)),
    ),
  );
  const results = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const into = new Uint8Array(4);
      await read(file, i * 4, into);
      return new TextDecoder().decode(into);
    }),
  );
  assert.deepEqual(
    results,
    Array.from({ length: 100 }, (_, i) => String(1000 + i)),
  );
  file.close();
});

test("a file that is closed completes what is under way; using it afterwards is a programmer's error", async () => {
  const file = disk.open(`${folder()}/log`, true);
  const written = done((completion) => file.write(0, [bytes("last words")], completion));
  const synced = done((completion) => file.sync(completion));
  file.close();
  file.close();
  assert.equal(await written, null);
  assert.equal(await synced, null);
  assert.equal(readFileSync(file.path, "utf8"), "last words");
  assert.throws(() => file.size(), /after it was closed/);
});

test("a disk that is full is an error with its code, not a short write", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("this system has no /dev/full");
  const file = disk.open("/dev/full", false);
  const error = await done((completion) => file.write(0, [bytes("a"), bytes("b")], completion));
  assert.equal(error?.code, "ENOSPC");
  assert.equal(error?.path, "/dev/full");
  file.close();
});

test("a file is replaced whole, by several writers in their order, and no temporary name stays", async () => {
  const path = folder();
  disk.writeFileAtomicallySync(`${path}/meta`, bytes("first, and longer"));
  assert.equal(readFileSync(`${path}/meta`, "utf8"), "first, and longer");
  const changed = bytes("second");
  const outcomes = [
    done((completion) => disk.writeFileAtomically(`${path}/meta`, changed, completion)),
    done((completion) => disk.writeFileAtomically(`${path}/meta`, bytes("third"), completion)),
    done((completion) => disk.writeFileAtomically(`${path}/other`, bytes("another"), completion)),
    done((completion) => disk.writeFileAtomically(`${path}/meta`, bytes("fourth"), completion)),
  ];
  changed.fill(0);
  assert.deepEqual(await Promise.all(outcomes), [null, null, null, null]);
  assert.equal(readFileSync(`${path}/meta`, "utf8"), "fourth");
  assert.deepEqual(disk.list(path), [
    { name: "meta", isDirectory: false },
    { name: "other", isDirectory: false },
  ]);
});

test("a tree is removed with all that it holds, but not what its links lead to", async () => {
  const path = folder();
  mkdirSync(`${path}/tree/a/b`, { recursive: true });
  mkdirSync(`${path}/kept`);
  writeFileSync(`${path}/kept/file`, "");
  for (let i = 0; i < 50; i++) writeFileSync(`${path}/tree/a/${i}`, "");
  writeFileSync(`${path}/tree/a/b/leaf`, "");
  symlinkSync(`${path}/kept`, `${path}/tree/link`);
  assert.equal(await done((completion) => disk.removeTree(`${path}/tree`, completion)), null);
  assert.ok(!existsSync(`${path}/tree`) && existsSync(`${path}/kept/file`));
  assert.equal(await done((completion) => disk.removeTree(`${path}/tree`, completion)), null);
});

test("a directory's lock is exclusive within a process, and free after its release", () => {
  const path = folder();
  const lock = disk.lock(path);
  assert.equal(
    code(() => disk.lock(path)),
    "ELOCKED",
  );
  symlinkSync(path, `${path}-link`);
  assert.equal(
    code(() => new NodeDisk().lock(`${path}-link`)),
    "ELOCKED",
    "also by another name",
  );
  lock.release();
  disk.lock(path).release();
  assert.equal(
    code(() => disk.lock(`${path}/none`)),
    "ENOENT",
  );
});

test("the lock of a process that was killed is free at once, whatever file it left", async () => {
  const path = folder();
  const module = new URL("./directory-lock.js", import.meta.url).href;
  const script = `import { lockDirectory } from ${JSON.stringify(module)}; lockDirectory(${JSON.stringify(path)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  try {
    disk.lock(path);
    assert.fail("the lock was given twice");
  } catch (error) {
    assert.ok(error instanceof DiskError && error.code === "ELOCKED");
    assert.match(error.message, new RegExp(`\\(${child.pid}\\)`), "names who has it");
  }
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  disk.lock(path).release();
});

test("the id of the boot stays the same", () => {
  assert.ok(disk.bootId().length > 8);
  assert.equal(new NodeDisk().bootId(), disk.bootId());
});

test("a file that somebody else cut is read to its end", async () => {
  const file = disk.open(`${folder()}/log`, true);
  file.writeSync(bytes("0123456789"), 0);
  truncateSync(file.path, 4);
  assert.deepEqual(await read(file, 2, new Uint8Array(8)), { error: null, count: 2 });
  file.close();
});

test("with the loop small writes, gathered or not, are in the file when the call returns, and reported after it", async () => {
  const path = `${folder()}/log`;
  const file = new NodeDisk(new NodeLoop(new NodeClock())).open(path, true);
  const reports = [
    done((completion) => file.write(0, [bytes("one")], completion)),
    done((completion) => file.write(3, [bytes("two"), bytes("three")], completion)),
  ];
  file.close();
  assert.equal(readFileSync(path, "utf8"), "onetwothree");
  assert.deepEqual(await Promise.all(reports), [null, null]);
});

test("with the loop a write that the system refuses is reported with its code", {
  skip: !existsSync("/dev/full"),
}, async () => {
  const file = new NodeDisk(new NodeLoop(new NodeClock())).open("/dev/full", false);
  const error = await done((completion) => file.write(0, [bytes("x")], completion));
  assert.equal(error?.code, "ENOSPC");
  file.close();
});
