import { useRef, useState } from "react";
import { parseRun } from "../../story/run-file";
import { ErrorNote } from "../ui/parts";
import { saveFile } from "../ui/save-file";
import type { StoryStore } from "./store";

export function RunFile({ store }: { store: StoryStore }) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<unknown>(null);
  return (
    <section className="run-file" aria-label="Save or open a run">
      <button
        type="button"
        disabled={store.events.length === 0}
        onClick={() => {
          saveFile(`holdfast-run-${store.topic}.json`, "application/json", JSON.stringify(store.save()));
        }}
      >
        Save this run
      </button>
      <button type="button" onClick={() => input.current?.click()}>
        Open a run …
      </button>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="A saved run"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file === undefined) return;
          setError(null);
          file.text().then(
            (text) => {
              try {
                store.load(parseRun(text));
              } catch (problem) {
                setError(problem);
              }
            },
            (problem: unknown) => setError(problem),
          );
        }}
      />
      <ErrorNote error={error} />
    </section>
  );
}
