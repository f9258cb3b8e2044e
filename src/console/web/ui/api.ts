export interface Refusal {
  readonly error: string;
  readonly advice: string;
  /** Of the page, which says it beside that field; left out where it is about none. */
  readonly field?: string;
}

/** What the server refused, with its advice. */
export class ApiError extends Error {
  readonly advice: string;
  readonly field: string | null;

  constructor({ error, advice, field }: Refusal) {
    super(error);
    this.advice = advice;
    this.field = field ?? null;
  }
}

export async function ask<T>(path: string): Promise<T> {
  return answer<T>(fetch(path));
}

export async function command<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  return answer<T>(fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answer<T>(asked: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await asked;
  } catch {
    throw new ApiError({ error: "The console's server does not answer.", advice: "Is its `holdfast up` running?" });
  }
  const text = await response.text();
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError({ error: text.trim() || `HTTP ${response.status}`, advice: "" });
  }
  if (!response.ok) throw new ApiError(body as Refusal);
  return body as T;
}
