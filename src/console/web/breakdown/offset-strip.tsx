import type { Lane } from "../../story/parts";
import type { Story } from "../../story/story";
import { useMedia } from "../ui/media";

const CELLS = 20;
const CELLS_BESIDE = 15;
const CELLS_NARROW = 9;
const WIDTH = 30;
const GAP = 4;
const HEIGHT = 34;

/** The newest offsets of one replica's log, its end and what it knows of the high watermark. Drawn; the table says the same. */
export function OffsetStrip({ lane, story }: { lane: Lane; story: Story }) {
  const isNarrow = useMedia("(max-width: 640px)");
  const isBesideTable = useMedia("(min-width: 1560px)");
  const count = isNarrow ? CELLS_NARROW : isBesideTable ? CELLS_BESIDE : CELLS;
  const newest = Math.max(story.hw, ...[...story.lanes.values()].map((each) => each.end), 0);
  const first = Math.max(0, newest - (count - 3));
  const x = (offset: number): number => (offset - first) * (WIDTH + GAP) + 2;
  const record = story.run?.offset ?? null;
  const cells = Array.from({ length: count }, (_, index) => first + index);
  const hw = lane.id === story.leader ? Math.max(lane.hw, story.hw) : lane.hw;
  return (
    <svg
      viewBox={`0 0 ${count * (WIDTH + GAP)} ${HEIGHT + 16}`}
      className="strip"
      preserveAspectRatio="xMinYMid meet"
      role="img"
      aria-label={`Log of broker ${lane.id}: end ${lane.end}, high watermark ${hw}`}
    >
      {cells.map((offset) => {
        const isHeld = offset < lane.end;
        const isOurs = offset === record;
        const isFresh = isHeld && offset >= lane.appendedFrom && lane.appendedSeq > 0;
        const kind = !isHeld ? "none" : isOurs ? "ours" : hw > offset ? "committed" : "appended";
        return (
          <g key={offset} className={`cell is-${kind} ${isFresh ? "is-fresh" : ""}`}>
            <rect key={isFresh ? lane.appendedSeq : 0} x={x(offset)} y={2} width={WIDTH} height={HEIGHT} rx={6} />
            {isHeld || isOurs ? (
              <text x={x(offset) + WIDTH / 2} y={HEIGHT / 2 + 6} textAnchor="middle">
                {offset}
              </text>
            ) : null}
          </g>
        );
      })}
      {hw >= first ? (
        <g className="hw-mark">
          <line x1={x(hw) - GAP / 2} x2={x(hw) - GAP / 2} y1={0} y2={HEIGHT + 6} />
          <text x={x(hw) - GAP / 2} y={HEIGHT + 15} textAnchor={hw - first > count - 3 ? "end" : "middle"}>
            HW {hw}
          </text>
        </g>
      ) : null}
    </svg>
  );
}
