import { readFile } from "node:fs/promises";

export interface Shape {
  readonly name: string;
  area(): number;
}

/** A circle around the origin. */
export class Circle implements Shape {
  readonly name = "circle";

  constructor(private readonly radius: number) {
    if (radius < 0) {
      throw new RangeError(`radius must not be negative: ${radius}`);
    }
  }

  area(): number {
    return Math.PI * this.radius ** 2; // see https://example.org/circle
  }
}

export class Rectangle implements Shape {
  readonly name = "rectangle";

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  area(): number {
    return this.width * this.height;
  }
}

const makers: Record<string, (...sizes: number[]) => Shape> = {
  circle: (radius) => new Circle(radius),
  rectangle: (width, height) => new Rectangle(width, height),
};

export async function load(path: string): Promise<Shape[]> {
  const text = await readFile(path, { encoding: "utf-8" });
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name, ...sizes] = line.split(" ");
      const make = makers[name ?? ""];
      if (make === undefined) {
        throw new Error(`unknown shape: ${name}`);
      }
      return make(...sizes.map(Number));
    });
}

export function total(shapes: Shape[]): number {
  let sum = 0;
  for (const shape of shapes) {
    sum += shape.area();
  }
  return sum;
}
