/** Where a server that runs already is, and whether it is spoken to through TLS. */
export type Address =
  | { kind: "tcp"; host: string; port: number; secure: boolean }
  | { kind: "socket"; path: string }
  | { kind: "websocket"; url: string };

/**
 * Read the setting `fimls.connect`: `unix:PATH`, `tcp://`, `tls://`, `ws://` or `wss://` with host
 * and port; `HOST:PORT` and an absolute path do as well.
 *
 * @throws Error with a sentence for the user.
 */
export function parseAddress(text: string): Address {
  const given = text.trim();
  if (/^wss?:\/\//i.test(given) && URL.canParse(given)) {
    return { kind: "websocket", url: given };
  }
  const [, scheme, host, port] = /^(?:(tcp|tls):\/\/)?\[?([^/\]]+)\]?:(\d{1,5})$/.exec(given) ?? [];
  if (host !== undefined && host !== "unix" && Number(port) > 0 && Number(port) < 65_536) {
    return { kind: "tcp", host, port: Number(port), secure: scheme === "tls" };
  }
  const path = given.replace(/^unix:(\/\/(?=\/))?/, "");
  if (/^(\/|\\\\[.?]\\pipe\\)/.test(path)) {
    return { kind: "socket", path };
  }
  throw new Error(
    `fimls.connect is "${given}", which is no address: write unix:/PATH, tcp://HOST:PORT,` +
      " tls://HOST:PORT, ws://HOST:PORT or wss://HOST:PORT.",
  );
}
