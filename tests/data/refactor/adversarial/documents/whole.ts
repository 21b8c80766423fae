«import { Item } from "./model";
import "./polyfill";

export function price(item: Item): number {
  return item.price;
}
»
