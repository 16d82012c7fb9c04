/**
 * Counters and gauges in the text format of Prometheus. What is counted begins at 0 with each start
 * of the program; who collects it knows that.
 */

type Labels = Readonly<Record<string, string>>;

interface Metric {
  type: "counter" | "gauge";
  help: string;
  /** By the labels as they are written. */
  values: Map<string, number>;
  read?: () => number | undefined;
}

export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  /** Counts `by` more. A counter is there from its first `count` on. */
  count(name: string, help: string, labels: Labels = {}, by = 1): void {
    const metric = this.#metrics.get(name) ?? { type: "counter", help, values: new Map() };
    this.#metrics.set(name, metric);
    const key = written(labels);
    metric.values.set(key, (metric.values.get(key) ?? 0) + by);
  }

  /** A value that is asked for each time; `undefined`: there is none now. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.#metrics.set(name, { type: "gauge", help, values: new Map(), read });
  }

  /** All of them, as they are now. */
  text(): string {
    return [...this.#metrics].map(([name, { type, help, values, read }]) => {
      const now = read?.();
      const all = read === undefined ? [...values] : now === undefined ? [] : [["", now]];
      const lines = all.map(([labels, value]) => `${name}${labels} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    }).join("");
  }
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
    return `${name}="${text}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
