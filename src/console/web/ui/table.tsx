import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { inOrder, nextSort, type Sort } from "../../sort";

export interface Column<T> {
  readonly title: string;
  cell(row: T): ReactNode;
  readonly className?: string | ((row: T) => string);
  /** Numbers stand below each other by their last digits. */
  readonly isNumber?: boolean;
  /** Left out on a phone. */
  readonly isWideOnly?: boolean;
  /** By what the rows can be ordered; null stands last, in either direction. */
  sortKey?(row: T): string | number | null;
}

interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  rowKey(row: T): string | number;
  /** Attributes of a row's element. */
  rowProps?(row: T): Record<`data-${string}`, string | number>;
  /** The column by whose title the rows are ordered, with `-` before it from the greatest; undefined: as they are. */
  readonly sort?: Sort;
  onSort?(sort: Sort): void;
  /** Called after each drawing with the rows that are in the document now. */
  onSight?(rows: readonly T[]): void;
}

/** More rows than this are in the document only while they are in sight: ten thousand scroll as ten do. */
const ALL_AT_ONCE = 120;
const ROW_PX = 40;

/** A table of the platform; long ones scroll in their place, under their heads. */
export function Table<T>({ label, columns, rows: given, rowKey, rowProps, sort, onSort, onSight }: TableProps<T>) {
  const rows = useMemo(() => {
    const column = columns.find(({ title }) => title.toLowerCase() === sort?.replace(/^-/, ""));
    return column?.sortKey === undefined ? given : inOrder(given, column.sortKey, sort?.startsWith("-") ?? false);
  }, [columns, given, sort]);
  const scroller = useRef<HTMLElement>(null);
  const isWindowed = rows.length > ALL_AT_ONCE;
  const window = useVirtualizer({
    count: isWindowed ? rows.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    initialRect: { width: 0, height: 600 },
  });
  const items = window.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = window.getTotalSize() - (items.at(-1)?.end ?? 0);
  const shown = isWindowed ? items.map(({ index }) => index) : rows.map((_, index) => index);
  useEffect(() => onSight?.(shown.flatMap((index) => rows[index] ?? [])));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the arrow keys
    <section ref={scroller} className="scroll tall" aria-label={label} tabIndex={0}>
      <table aria-rowcount={isWindowed ? rows.length + 1 : undefined}>
        <thead>
          <tr>
            {columns.map(({ title, isWideOnly, isNumber, sortKey }) => {
              const order = orderOf(title, sort);
              return (
                <th
                  scope="col"
                  key={title}
                  className={classesOf(isWideOnly && WIDE_ONLY, isNumber && NUMBER)}
                  aria-sort={order}
                >
                  {sortKey === undefined || onSort === undefined ? (
                    title
                  ) : (
                    <button
                      type="button"
                      className="sort"
                      onClick={() => onSort(nextSort(sort, title.toLowerCase(), isNumber === true))}
                    >
                      {title}
                      <span aria-hidden="true">{order === undefined ? "↕" : order === "ascending" ? "↑" : "↓"}</span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <Space height={before} columns={columns.length} /> : null}
          {shown.map((index) => {
            const row = rows[index];
            return (
              <tr
                key={rowKey(row)}
                data-index={index}
                aria-rowindex={isWindowed ? index + 2 : undefined}
                ref={isWindowed ? window.measureElement : undefined}
                {...rowProps?.(row)}
              >
                {columns.map((column) => (
                  <td key={column.title} className={classOf(column, row)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {isWindowed && after > 0 ? <Space height={after} columns={columns.length} /> : null}
        </tbody>
      </table>
    </section>
  );
}

function orderOf(title: string, sort: Sort): "ascending" | "descending" | undefined {
  if (sort === undefined || sort.replace(/^-/, "") !== title.toLowerCase()) return undefined;
  return sort.startsWith("-") ? "descending" : "ascending";
}

const WIDE_ONLY = "is-wide-only";

const NUMBER = "number";

function classOf<T>({ className, isWideOnly, isNumber }: Column<T>, row: T): string | undefined {
  const own = typeof className === "function" ? className(row) : className;
  return classesOf(isWideOnly && WIDE_ONLY, isNumber && NUMBER, own);
}

function classesOf(...classes: readonly (string | false | undefined)[]): string | undefined {
  return classes.filter(Boolean).join(" ") || undefined;
}

/** Stands for the rows that are out of sight. */
function Space({ height, columns }: { height: number; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <tr aria-hidden="true" className="space">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
