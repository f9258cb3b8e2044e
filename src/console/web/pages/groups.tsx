import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ask, command } from "../ui/api";
import { BrokerTag, count, Empty, ErrorNote, Loading, Scroller } from "../ui/parts";

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

interface Group {
  readonly group: string;
  readonly state: string;
  readonly protocol: string;
  readonly epoch: number | null;
  readonly members: readonly { id: string; client: string; host: string; instance: string | null; assigned: string }[];
  readonly partitions: readonly GroupPartition[];
}

interface Plan {
  readonly plan: readonly (GroupPartition & { readonly target: number })[];
  readonly done: boolean;
}

export function Page() {
  const { group } = useSearch({ from: "/groups" });
  return group === undefined ? <List /> : <Detail name={group} />;
}

function List() {
  const groups = useQuery({
    queryKey: ["groups"],
    queryFn: () => ask<readonly Line[]>("/api/groups"),
    refetchInterval: 3000,
  });
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="eyebrow">Groups</p>
          <h1>{groups.data === undefined ? "Groups" : `${count(groups.data.length)} groups`}</h1>
        </div>
      </header>
      {groups.isPending ? <Loading what="groups" /> : null}
      <ErrorNote error={groups.error} />
      {groups.data?.length === 0 ? (
        <Empty title="No groups yet">
          <p>A consumer that subscribes makes one; so does “Read it” on the Breakdown page.</p>
        </Empty>
      ) : null}
      {groups.data === undefined || groups.data.length === 0 ? null : (
        <Scroller className="card scroll" label="Groups">
          <table>
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">Type</th>
                <th scope="col">State</th>
                <th scope="col">Coordinator</th>
              </tr>
            </thead>
            <tbody>
              {groups.data.map((each) => (
                <tr key={each.group}>
                  <td>
                    <Link to="/groups" search={{ group: each.group }}>
                      {each.group}
                    </Link>
                  </td>
                  <td>{each.type}</td>
                  <td>{each.state}</td>
                  <td>
                    <BrokerTag id={each.coordinator} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
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
              {group.data.state} · {count(group.data.members.length)} members · {count(lag)} records behind
              {group.data.protocol === "" ? "" : ` · ${group.data.protocol}`}
            </p>
          )}
        </div>
      </header>
      {group.isPending ? <Loading what={name} /> : null}
      <ErrorNote error={group.error} />
      {group.data === undefined ? null : (
        <>
          <section className="card">
            <header>
              <h2>Lag</h2>
            </header>
            {group.data.partitions.length === 0 ? (
              <p className="muted">It has committed no position.</p>
            ) : (
              <Scroller className="scroll tall" label="Lag per partition">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Partition</th>
                      <th scope="col">Committed</th>
                      <th scope="col">End</th>
                      <th scope="col">Lag</th>
                    </tr>
                  </thead>
                  <tbody>
                    {group.data.partitions.map((each) => (
                      <tr key={`${each.topic}-${each.partition}`}>
                        <td>
                          {each.topic}-{each.partition}
                        </td>
                        <td>{count(each.committed)}</td>
                        <td>{count(each.end)}</td>
                        <td data-lag>{each.lag < 0 ? "no leader answers" : count(each.lag)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroller>
            )}
          </section>
          <section className="card">
            <header>
              <h2>Members</h2>
            </header>
            {group.data.members.length === 0 ? (
              <p className="muted">Nobody is in it now.</p>
            ) : (
              <Scroller className="scroll" label="Members">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Client</th>
                      <th scope="col">Host</th>
                      <th scope="col">Assigned</th>
                      <th scope="col">Member id</th>
                    </tr>
                  </thead>
                  <tbody>
                    {group.data.members.map((each) => (
                      <tr key={each.id}>
                        <td>{each.client}</td>
                        <td>{each.host}</td>
                        <td>{each.assigned || "nothing"}</td>
                        <td className="mono">{each.id}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroller>
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

function ResetForm({ name, hasMembers }: { name: string; hasMembers: boolean }) {
  const [to, setTo] = useState("earliest");
  const [value, setValue] = useState("0");
  const reset = useMutation({
    mutationFn: (dryRun: boolean) => {
      const number = to === "time" ? new Date(value).getTime() : Number(value);
      return command<Plan>(`/api/groups/${encodeURIComponent(name)}/reset`, { to, value: number, dryRun });
    },
  });
  const takesValue = to === "offset" || to === "shift" || to === "time";
  return (
    <section className="card" aria-label="Reset positions">
      <header>
        <h2>Reset positions</h2>
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
              onChange={(event) => setValue(event.target.value)}
            />
          </label>
        ) : null}
        <button type="button" onClick={() => reset.mutate(true)}>
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
      <ErrorNote error={reset.error} />
      {reset.data === undefined ? null : (
        <>
          <p role="status">{reset.data.done ? "Done." : "Nothing is changed yet. It would go:"}</p>
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
