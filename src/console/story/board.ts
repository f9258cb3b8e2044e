import type { ConsoleEvent } from "./event.js";
import {
  darkRows,
  darkStations,
  darkTracker,
  type Evidence,
  type Light,
  type Row,
  type Station,
  type Tracked,
} from "./parts.js";

/** The lamps of the story: its seven stations, its five rows, and what is tracked beside them. */
export class Board {
  readonly stations: Station[] = darkStations();
  readonly rows: Row[] = darkRows();
  readonly tracker: Tracked[] = darkTracker();

  /** From a station, and from a step of table and tracker, on: nothing of it has happened. */
  darken(station: number, step: number): void {
    this.stations.splice(station, 7, ...darkStations().slice(station));
    this.rows.splice(step, 5, ...darkRows().slice(step));
    this.tracker.splice(step, 5, ...darkTracker().slice(step));
  }

  light(index: number, light: Light, event: ConsoleEvent, note: string): void {
    const station = this.stations[index];
    if (station.light === "lit" && light === "lit") return;
    Object.assign(station, { light, seq: event.seq, note });
  }

  /** `what`: message, brokers and result of the row. */
  fill(
    index: number,
    light: Light,
    event: ConsoleEvent,
    what: Pick<Row, "message" | "brokers" | "result">,
    evidence: Evidence[],
  ): void {
    const row = this.rows[index];
    Object.assign(row, { light, evidence, ...what });
    if (row.seq === 0 || index === 3) row.seq = event.seq;
  }

  note(index: number, label: string, value: string): void {
    const row = this.rows[index];
    row.evidence = [...row.evidence.filter((each) => each.label !== label), { label, value }];
  }
}
