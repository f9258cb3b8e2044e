import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { ConfigEntry, Status, Topic, TopicDetail } from "../../shapes";
import { ask, command } from "../ui/api";
import { BrokerTag, bytesText, count, DialogForm, Empty, ErrorNote, Finder, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";

export function Page() {
  const search = useSearch({ from: "/topics" });
  const navigate = useNavigate({ from: "/topics" });
  const [creating, setCreating] = useState(false);
  const topics = useQuery({
    queryKey: ["topics"],
    queryFn: () => ask<readonly Topic[]>("/api/topics"),
    refetchInterval: 4000,
  });
  const readOnly =
    useQuery({ queryKey: ["status"], queryFn: () => ask<Status>("/api/status") }).data?.readOnly ?? false;
  const shown = useMemo(
    () => (topics.data ?? []).filter((topic) => topic.name.toLowerCase().includes((search.q ?? "").toLowerCase())),
    [topics.data, search.q],
  );
  if (search.topic !== undefined) return <Detail name={search.topic} readOnly={readOnly} />;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Topics</p>
          <h1>{topics.data === undefined ? "Topics" : `${count(topics.data.length)} topics`}</h1>
        </div>
        <div className="page-do">
          <Finder
            value={search.q ?? ""}
            onChange={(q) => void navigate({ search: q === "" ? {} : { q }, replace: true })}
          />
          <button type="button" className="primary" disabled={readOnly} onClick={() => setCreating(true)}>
            Create a topic
          </button>
        </div>
      </header>
      {topics.isPending ? <Loading what="topics" /> : null}
      <ErrorNote error={topics.error} />
      {topics.data === undefined ? null : shown.length === 0 ? (
        <Empty title={topics.data.length === 0 ? "No topics yet" : "Nothing of that name"}>
          <p>{topics.data.length === 0 ? "Create one here, or send to one: producers create what is missing." : ""}</p>
        </Empty>
      ) : (
        <div className="card list">
          <Table label="Topics" columns={TOPIC_COLUMNS} rows={shown} rowKey={(topic) => topic.name} />
        </div>
      )}
      {creating ? <Create onClose={() => setCreating(false)} /> : null}
    </div>
  );
}

const TOPIC_COLUMNS: readonly Column<Topic>[] = [
  {
    title: "Name",
    className: "name",
    cell: ({ name }) => (
      <Link to="/topics" search={{ topic: name }}>
        {name}
      </Link>
    ),
  },
  { title: "Partitions", isNumber: true, cell: ({ partitions }) => count(partitions.length) },
  { title: "Replicas", isWideOnly: true, cell: ({ partitions }) => partitions[0]?.replicas.length ?? 0 },
  {
    title: "In sync",
    className: (topic) => SYNC_CLASSES[syncOf(topic).state],
    cell: (topic) => syncOf(topic).text,
  },
];

const SYNC_CLASSES = { offline: "bad", incomplete: "warn", all: "good" } as const;

function syncOf({ partitions }: Topic): { state: keyof typeof SYNC_CLASSES; text: string } {
  const offline = partitions.filter((each) => each.leader === null).length;
  if (offline > 0) return { state: "offline", text: `✕ ${count(offline)} offline` };
  const missing = partitions.filter((each) => each.isr.length < each.replicas.length).length;
  return missing > 0
    ? { state: "incomplete", text: `! ${count(missing)} incomplete` }
    : { state: "all", text: "✓ all" };
}

type PartitionRow = TopicDetail["partitions"][number];

const PARTITION_COLUMNS: readonly Column<PartitionRow>[] = [
  { title: "Partition", cell: ({ partition }) => partition },
  {
    title: "Leader",
    cell: ({ leader }) => (leader === null ? <span className="bad">✕ none</span> : <BrokerTag id={leader} />),
  },
  { title: "Preferred", isWideOnly: true, cell: ({ replicas }) => replicas[0] },
  { title: "Replicas", isWideOnly: true, cell: ({ replicas }) => replicas.join(", ") },
  {
    title: "ISR",
    className: ({ isr, replicas }) => (isr.length < replicas.length ? "warn" : ""),
    cell: ({ isr, replicas }) => `${isr.length < replicas.length ? "! " : ""}${isr.join(", ")}`,
  },
  { title: "ELR", isWideOnly: true, cell: ({ elr }) => elr.join(", ") || "–" },
  { title: "Epoch", isNumber: true, cell: ({ leaderEpoch }) => leaderEpoch },
  { title: "Start", isNumber: true, isWideOnly: true, cell: ({ start }) => count(start) },
  { title: "High watermark", isNumber: true, cell: ({ end }) => count(end) },
  { title: "Size", isNumber: true, isWideOnly: true, cell: ({ bytes }) => bytesText(bytes) },
];

function Create({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [partitions, setPartitions] = useState(3);
  const [replicas, setReplicas] = useState(3);
  const create = useMutation({
    mutationFn: () => command<{ name: string }>("/api/topics", { name, partitions, replicas, configs: {} }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["topics"] });
      onClose();
      await navigate({ to: "/topics", search: { topic: name } });
    },
  });
  return (
    <DialogForm title="Create a topic" action="Create" work={create} onClose={onClose}>
      <label className="field">
        <span>Name</span>
        <input value={name} onChange={(event) => setName(event.target.value)} required />
      </label>
      <div className="field-row">
        <label className="field">
          <span>Partitions</span>
          <input
            type="number"
            min={1}
            max={10000}
            value={partitions}
            onChange={(event) => setPartitions(Number(event.target.value))}
          />
        </label>
        <label className="field">
          <span>Replicas</span>
          <input
            type="number"
            min={1}
            max={9}
            value={replicas}
            onChange={(event) => setReplicas(Number(event.target.value))}
          />
        </label>
      </div>
    </DialogForm>
  );
}

function Detail({ name, readOnly }: { name: string; readOnly: boolean }) {
  const [deleting, setDeleting] = useState(false);
  const { all: allText } = useSearch({ from: "/topics" });
  const navigate = useNavigate({ from: "/topics" });
  const all = allText !== undefined;
  const topic = useQuery({
    queryKey: ["topic", name],
    queryFn: () => ask<TopicDetail>(`/api/topics/${encodeURIComponent(name)}`),
    refetchInterval: 3000,
  });
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">
            <Link to="/topics" search={{}}>
              Topics
            </Link>{" "}
            /
          </p>
          <h1>{name}</h1>
          <p className="lede mono">{topic.data?.topicId}</p>
        </div>
        <div className="page-do">
          <Link className="button" to="/messages" search={{ topic: name }}>
            Messages
          </Link>
          <button
            type="button"
            className="danger"
            disabled={readOnly || topic.data?.isInternal}
            onClick={() => setDeleting(true)}
          >
            Delete …
          </button>
        </div>
      </header>
      {topic.isPending ? <Loading what={name} /> : null}
      <ErrorNote error={topic.error} />
      {topic.data === undefined ? null : (
        <>
          <section className="card">
            <header>
              <h2>Partitions</h2>
            </header>
            <Table
              label="Partitions"
              columns={PARTITION_COLUMNS}
              rows={topic.data.partitions}
              rowKey={({ partition }) => partition}
              rowProps={({ partition }) => ({ "data-partition": partition })}
            />
          </section>
          <section className="card">
            <header>
              <h2>Configs</h2>
              <label className="check">
                <input
                  type="checkbox"
                  checked={all}
                  onChange={({ target: { checked } }) =>
                    void navigate({
                      search: ({ all: _, ...rest }) => (checked ? { ...rest, all: "yes" } : rest),
                      replace: true,
                      resetScroll: false,
                    })
                  }
                />
                also those at their defaults
              </label>
            </header>
            <ul className="configs">
              {topic.data.configs
                .filter((entry) => all || entry.source === 1)
                .map((entry) => (
                  <Config key={entry.name} entry={entry} topic={name} readOnly={readOnly} />
                ))}
            </ul>
            {all || topic.data.configs.some((entry) => entry.source === 1) ? null : (
              <p className="muted small">Everything is at its default.</p>
            )}
          </section>
        </>
      )}
      {deleting ? <Delete name={name} onClose={() => setDeleting(false)} /> : null}
    </div>
  );
}

function Config({ entry, topic, readOnly }: { entry: ConfigEntry; topic: string; readOnly: boolean }) {
  const client = useQueryClient();
  const [value, setValue] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: (next: string | null) =>
      command(`/api/topics/${encodeURIComponent(topic)}/config`, { key: entry.name, value: next }),
    onSuccess: async () => {
      setValue(null);
      await client.invalidateQueries({ queryKey: ["topic", topic] });
    },
  });
  const isOwn = entry.source === 1;
  return (
    <li>
      <div className="config-line">
        <span className="mono">{entry.name}</span>
        {value === null ? (
          <span className="config-value">
            <b className="mono">{entry.sensitive ? "••••" : entry.value || "empty"}</b>
            {isOwn && entry.fallback !== null ? (
              <span className="muted"> default {entry.fallback || "empty"}</span>
            ) : null}
          </span>
        ) : (
          <input
            aria-label={`New value of ${entry.name}`}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
        {entry.readOnly || readOnly ? null : value === null ? (
          <span className="buttons">
            <button type="button" className="quiet" onClick={() => setValue(entry.value ?? "")}>
              Change<span className="visually-hidden"> {entry.name}</span>
            </button>
            {isOwn ? (
              <button type="button" className="quiet" onClick={() => change.mutate(null)}>
                Reset<span className="visually-hidden"> {entry.name}</span>
              </button>
            ) : null}
          </span>
        ) : (
          <span className="buttons">
            <button type="button" className="primary" onClick={() => change.mutate(value)}>
              Set
            </button>
            <button type="button" onClick={() => setValue(null)}>
              Cancel
            </button>
          </span>
        )}
      </div>
      <ErrorNote error={change.error} />
      {entry.documentation === "" ? null : <p className="small muted">{entry.documentation}</p>}
    </li>
  );
}

function Delete({ name, onClose }: { name: string; onClose(): void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => command(`/api/topics/${encodeURIComponent(name)}/delete`, { typed }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["topics"] });
      await navigate({ to: "/topics", search: {} });
    },
  });
  return (
    <DialogForm
      title={`Delete ${name}`}
      action="Delete it"
      isDanger
      isIncomplete={typed !== name}
      work={remove}
      onClose={onClose}
    >
      <p>All its records are gone then, on every broker. Type its name to go on.</p>
      <label className="field">
        <span>Name</span>
        <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
      </label>
    </DialogForm>
  );
}
