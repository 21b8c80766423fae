import { EventEmitter } from "events";

export interface Item {
  id: string;
  name: string;
  count: number;
  tags?: string[];
}

type Listener = (item: Item) => void;

const LIMIT = 100;

export class Inventory extends EventEmitter {
  private readonly items = new Map<string, Item>();
  private total = 0;

  constructor(private readonly name: string, initial: Item[] = []) {
    super();
    for (const item of initial) {
      this.add(item);
    }
  }

  add(item: Item): void {
    const known = this.items.get(item.id);
    if (known) {
      known.count += item.count;
    } else {
      this.items.set(item.id, { ...item });
    }
    this.total += item.count;
    this.emit("added", item);
  }

  remove(id: string, count = 1): boolean {
    const item = this.items.get(id);
    if (!item || item.count < count) {
      return false;
    }
    item.count -= count;
    if (item.count === 0) {
      this.items.delete(id);
    }
    return true;
  }

  find(predicate: (item: Item) => boolean): Item[] {
    return [...this.items.values()]
      .filter(predicate)
      .sort((a, b) => a.name.localeCompare(b.name))
      .slice(0, LIMIT);
  }

  async load(url: string): Promise<number> {
    try {
      const response = await fetch(url, {
        method: "GET",
        headers: { accept: "application/json" },
      });
      const rows = (await response.json()) as Item[];
      rows.forEach((row) => {
        this.add(row);
      });
      return rows.length;
    } catch (error) {
      console.error(`could not load ${url}: ${error}`);
      throw error;
    } finally {
      this.emit("loaded");
    }
  }
}

export function describe(item: Item): string {
  const tags = item.tags?.join(", ") ?? "none";
  switch (item.count) {
    case 0:
      return `${item.name} (gone)`;
    case 1:
      return `one ${item.name}`;
    default:
      return `${item.count} x ${item.name} [${tags}]`;
  }
}
