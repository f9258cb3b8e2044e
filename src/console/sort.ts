// How a table's rows are ordered, and how its page's address says so.

/** A column's name, with `-` before it from the greatest; undefined: as the rows came. */
export type Sort = string | undefined;

/** Rows by what `keyOf` gives, those that it gives null for last; equal ones stay as they were. */
export function inOrder<T>(rows: readonly T[], keyOf: (row: T) => string | number | null, isDescending: boolean): T[] {
  const sign = isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => {
    if (a.key === b.key) return 0;
    if (a.key === null) return 1;
    if (b.key === null) return -1;
    return a.key < b.key ? -sign : sign;
  });
  return keyed.map(({ row }) => row);
}

/** What another press on the head of `column` makes of it: the greatest number first, the first name first, then turned, then none. */
export function nextSort(sort: Sort, column: string, isNumber: boolean): Sort {
  const [first, second] = isNumber ? [`-${column}`, column] : [column, `-${column}`];
  if (sort === first) return second;
  return sort === second ? undefined : first;
}
