import React from "react";
import { Row } from "./row";

type Props = { title: string; rows: string[] };

«export function Page({ title, rows }: Props) {
  const shown = rows.filter((row) => row !== "");
  return (
    <main>
      <h1>{title}</h1>
      {/* Empty rows are left out. */}
      {shown.map((row) => (
        <Row key={row} text={row} />
      ))}
    </main>
  );
}»
