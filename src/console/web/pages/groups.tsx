import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { GroupLag, Status } from "../../shapes";
import { useLags } from "../groups/lags";
import { ask, command } from "../ui/api";
import { BrokerTag, clockTime, count, Empty, ErrorNote, errorOf, FieldError, Finder, Loading } from "../ui/parts";
import { type Column, Table } from "../ui/table";

interface Line {
  readonly group: string;
  readonly type: string;
  readonly state: string;
  readonly coordinator: number;
}

interface GroupPartition {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number;
  readonly start: number;
  readonly lag: number;
}

interface Member {
  readonly id: string;
  readonly client: string;
  readonly host: string;
  readonly instance: string | null;
  readonly assigned: string;
}

interface Group {
  readonly group: string;
  readonly state: string;
  readonly protocol: string;
  readonly epoch: number | null;
  readonly members: readonly Member[];
  readonly partitions: readonly GroupPartition[];
  /** null: these brokers do not tell. Times are ms since 1970. */
  readonly rebalance: {
    readonly last: { readonly at: number; readonly cause: string; readonly generation: number } | null;
    readonly since: number;
  } | null;
}

interface Plan {
  readonly plan: readonly (GroupPartition & { readonly target: number })[];
  readonly done: boolean;
}

export function Page() {
  const { group } = useSearch({ from: "/groups" });
  return group === undefined ? <List /> : <Detail name={group} />;
}

const LIST_COLUMNS: readonly Column<Line>[] = [
  {
    title: "Group",
    className: "name",
    sortKey: ({ group }) => group,
    cell: ({ group }) => (
      <Link to="/groups" search={{ group }}>
        {group}
      </Link>
    ),
  },
  { title: "Type", isWideOnly: true, sortKey: ({ type }) => type, cell: ({ type }) => type },
  { title: "State", sortKey: ({ state }) => state, cell: ({ state }) => state },
  {
    title: "Coordinator",
    isWideOnly: true,
    sortKey: ({ coordinator }) => coordinator,
    cell: ({ coordinator }) => <BrokerTag id={coordinator} />,
  },
];

function lagColumn(known: ReadonlyMap<string, GroupLag>): Column<Line> {
  return {
    title: "Lag",
    isNumber: true,
    sortKey: ({ group }) => {
      const found = known.get(group);
      return found === undefined || found.problem !== null || found.partitions === 0 ? null : found.lag;
    },
    cell: ({ group }) => <LagCell found={known.get(group)} />,
  };
}

function LagCell({ found }: { found: GroupLag | undefined }) {
  if (found === undefined) return <span className="muted">not asked yet</span>;
  const { lag, partitions, unknown, problem } = found;
  if (problem !== null) return <span className="warn">! {problem}</span>;
  if (partitions === 0) return <span className="muted">no position</span>;
  if (unknown === partitions) return <span className="warn">! no leader answers</span>;
  return (
    <span data-lag={lag}>
      {unknown === 0 ? count(lag) : `at least ${count(lag)}; ${count(unknown)} without a leader`}
    </span>
  );
}

const LAG_COLUMNS: readonly Column<GroupPartition>[] = [
  { title: "Partition", cell: ({ topic, partition }) => `${topic}-${partition}` },
  { title: "Committed", isNumber: true, cell: ({ committed }) => count(committed) },
  { title: "End", isNumber: true, cell: ({ end }) => count(end) },
  {
    title: "Lag",
    isNumber: true,
    cell: ({ lag }) => <span data-lag>{lag < 0 ? "no leader answers" : count(lag)}</span>,
  },
];

const MEMBER_COLUMNS: readonly Column<Member>[] = [
  { title: "Client", cell: ({ client }) => client },
  { title: "Host", isWideOnly: true, cell: ({ host }) => host },
  { title: "Assigned", cell: ({ assigned }) => assigned || "nothing" },
  { title: "Member id", className: "mono", cell: ({ id }) => id },
];

const NONE: readonly Line[] = [];

function List() {
  const { q = "", sort } = useSearch({ from: "/groups" });
  const navigate = useNavigate({ from: "/groups" });
  const groups = useQuery({
    queryKey: ["groups"],
    queryFn: () => ask<readonly Line[]>("/api/groups"),
    refetchInterval: 3000,
  });
  const shown = useMemo(
    () => (groups.data ?? []).filter(({ group }) => group.toLowerCase().includes(q.toLowerCase())),
    [groups.data, q],
  );
  // The order by lag is that of what is known: then those out of sight are asked for too, a few at a time.
  const isByLag = sort === "lag" || sort === "-lag";
  const { known, problem, onSight } = useLags(isByLag ? shown : NONE);
  const columns = useMemo(() => [...LIST_COLUMNS, lagColumn(known)], [known]);
  const asked = isByLag ? shown.filter(({ group }) => known.has(group)).length : shown.length;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Groups</p>
          <h1>{groups.data === undefined ? "Groups" : `${count(groups.data.length)} groups`}</h1>
        </div>
        <div className="page-do">
          <Finder
            value={q}
            onChange={(next) =>
              void navigate({
                search: ({ q: _, ...rest }) => (next === "" ? rest : { ...rest, q: next }),
                replace: true,
              })
            }
          />
        </div>
      </header>
      {groups.isPending ? <Loading what="groups" /> : null}
      <ErrorNote error={groups.error ?? problem} />
      {groups.data?.length === 0 ? (
        <Empty title="No groups yet">
          <p>A consumer that subscribes makes one; so does “Read it” on the Breakdown page.</p>
        </Empty>
      ) : null}
      {groups.data === undefined || groups.data.length === 0 ? null : shown.length === 0 ? (
        <Empty title="Nothing of that name" />
      ) : (
        <div className="card list">
          <Table
            label="Groups"
            columns={columns}
            rows={shown}
            rowKey={({ group }) => group}
            sort={sort}
            onSort={(next) =>
              void navigate({
                search: ({ sort: _, ...rest }) => (next === undefined ? rest : { ...rest, sort: next }),
                replace: true,
              })
            }
            onSight={onSight}
          />
          {asked < shown.length ? (
            <p className="list-foot" role="status">
              In order of what is known: {count(asked)} of {count(shown.length)} groups asked.
            </p>
          ) : null}
        </div>
      )}
    </div>
  );
}

function Detail({ name }: { name: string }) {
  const group = useQuery({
    queryKey: ["group", name],
    queryFn: () => ask<Group>(`/api/groups/${encodeURIComponent(name)}`),
    refetchInterval: 2000,
  });
  const lag = group.data?.partitions.reduce((sum, each) => sum + Math.max(0, each.lag), 0) ?? 0;
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">
            <Link to="/groups" search={{}}>
              Groups
            </Link>{" "}
            /
          </p>
          <h1>{name}</h1>
          {group.data === undefined ? null : (
            <p className="lede">
              {group.data.state} · {count(group.data.members.length)}{" "}
              {group.data.members.length === 1 ? "member" : "members"} · {count(lag)} records behind
              {group.data.protocol === "" ? "" : ` · ${group.data.protocol}`}
            </p>
          )}
        </div>
      </header>
      {group.isPending ? <Loading what={name} /> : null}
      <ErrorNote error={group.error} />
      {group.data === undefined ? null : (
        <>
          <p className="note" data-rebalance>
            {rebalanceText(group.data.rebalance)}
          </p>
          <section className="card">
            <header>
              <h2>Lag</h2>
            </header>
            {group.data.partitions.length === 0 ? (
              <p className="muted">It has committed no position.</p>
            ) : (
              <Table
                label="Lag per partition"
                columns={LAG_COLUMNS}
                rows={group.data.partitions}
                rowKey={({ topic, partition }) => `${topic}-${partition}`}
              />
            )}
          </section>
          <section className="card">
            <header>
              <h2>Members</h2>
            </header>
            {group.data.members.length === 0 ? (
              <p className="muted">Nobody is in it now.</p>
            ) : (
              <Table label="Members" columns={MEMBER_COLUMNS} rows={group.data.members} rowKey={({ id }) => id} />
            )}
          </section>
          {group.data.partitions.length === 0 ? null : (
            <ResetForm name={name} hasMembers={group.data.members.length > 0} />
          )}
        </>
      )}
    </div>
  );
}

function rebalanceText(rebalance: Group["rebalance"]): string {
  if (rebalance === null) return "Why it last rebalanced is not known: these brokers tell no events.";
  const { last, since } = rebalance;
  if (last === null) return `It has not rebalanced since ${clockTime(since)}, when this console began to listen.`;
  return `Last rebalanced at ${clockTime(last.at)}, after generation ${last.generation}: ${last.cause}.`;
}

function ResetForm({ name, hasMembers }: { name: string; hasMembers: boolean }) {
  const [to, setTo] = useState("earliest");
  const [value, setValue] = useState("0");
  const reset = useMutation({
    mutationFn: (dryRun: boolean) => {
      const number = to === "time" ? new Date(value).getTime() : Number(value);
      return command<Plan>(`/api/groups/${encodeURIComponent(name)}/reset`, { to, value: number, dryRun });
    },
  });
  const status = useQuery({ queryKey: ["status"], queryFn: () => ask<Status>("/api/status") });
  const readOnly = status.data?.readOnly ?? false;
  const takesValue = to === "offset" || to === "shift" || to === "time";
  const refused = errorOf(reset.error, "value");
  return (
    <section className="card" aria-label="Reset positions">
      <header>
        <h2>Reset positions</h2>
        {readOnly ? <span className="tag">this console is read-only</span> : null}
        {hasMembers ? <span className="tag warn">its members must leave first</span> : null}
      </header>
      <div className="field-row">
        <label className="field">
          <span>To</span>
          <select
            value={to}
            onChange={(event) => {
              setTo(event.target.value);
              setValue(event.target.value === "time" ? "" : "0");
              reset.reset();
            }}
          >
            <option value="earliest">the earliest</option>
            <option value="latest">the latest</option>
            <option value="offset">an offset</option>
            <option value="shift">a shift</option>
            <option value="time">a time</option>
          </select>
        </label>
        {takesValue ? (
          <label className="field">
            <span>{to === "shift" ? "By (may be negative)" : to === "time" ? "At or after" : "Offset"}</span>
            <input
              type={to === "time" ? "datetime-local" : "number"}
              value={value}
              aria-invalid={refused !== null}
              aria-describedby="reset-refused"
              onChange={(event) => {
                setValue(event.target.value);
                // What was tried was about another value.
                reset.reset();
              }}
            />
            <FieldError id="reset-refused" error={refused} />
          </label>
        ) : null}
        <button type="button" disabled={readOnly} onClick={() => reset.mutate(true)}>
          Dry run
        </button>
        <button
          type="button"
          className="danger"
          disabled={reset.data === undefined || reset.data.done}
          onClick={() => reset.mutate(false)}
        >
          Reset
        </button>
      </div>
      <ErrorNote error={refused === null ? reset.error : null} />
      {reset.data === undefined ? null : (
        <>
          <p role="status" className="after-form">
            {reset.data.done ? "Done." : "Nothing is changed yet. It would go:"}
          </p>
          <ul className="plan">
            {reset.data.plan.map((each) => (
              <li key={`${each.topic}-${each.partition}`} className="mono">
                {each.topic}-{each.partition}: {each.committed} → {each.target}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
