import { Item, Tax } from "./model";
import * as format from "./format";
import "./polyfill";

export const LIMIT = 20;

export class Cart {
  private items: Item[] = [];

  «add(item: Item, amount = 1): boolean {
    // Never more than the limit.
    if (this.items.length >= LIMIT) {
      return false;
    }
    for (let i = 0; i < amount; i++) {
      this.items.push(item);
    }
    return true;
  }»

  total(tax: Tax): string {
    return format.money(this.items.reduce((sum, item) => sum + item.price, 0), tax);
  }
}
