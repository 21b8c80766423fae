import { isIPv4 } from "node:net";

/** Where a server that runs already is, and whether it is spoken to through TLS. */
export type Address =
  | { kind: "tcp"; host: string; port: number; secure: boolean }
  | { kind: "socket"; path: string }
  | { kind: "websocket"; url: string };

/**
 * Read the setting `fimls.connect`: `unix:PATH`, `tcp://`, `tls://`, `ws://` or `wss://` with host
 * and port; `HOST:PORT` and an absolute path do as well. Off this machine only `tls://` and `wss://`
 * will do: a token and source text would go in plain text.
 *
 * @throws Error with a sentence for the user.
 */
export function parseAddress(text: string): Address {
  const given = text.trim();
  if (/^wss?:\/\//i.test(given) && URL.canParse(given)) {
    const { protocol, hostname } = new URL(given);
    refuseInPlain(given, hostname, protocol === "wss:", "wss");
    return { kind: "websocket", url: given };
  }
  const [, scheme, host, port] = /^(?:(tcp|tls):\/\/)?\[?([^/\]]+)\]?:(\d{1,5})$/.exec(given) ?? [];
  if (host !== undefined && host !== "unix" && Number(port) > 0 && Number(port) < 65_536) {
    refuseInPlain(given, host, scheme === "tls", "tls");
    return { kind: "tcp", host, port: Number(port), secure: scheme === "tls" };
  }
  const path = given.replace(/^unix:(\/\/(?=\/))?/, "");
  if (/^(\/|\\\\[.?]\\pipe\\)/.test(path)) {
    return { kind: "socket", path };
  }
  throw new Error(
    `fimls.connect is "${given}", which is not an address: write unix:/PATH, tcp://HOST:PORT,` +
      " tls://HOST:PORT, ws://HOST:PORT or wss://HOST:PORT.",
  );
}

function refuseInPlain(given: string, host: string, secure: boolean, scheme: string): void {
  if (!secure && !isLoopback(host)) {
    throw new Error(
      `fimls.connect is "${given}", which is another machine, and what is sent there could be read` +
        ` on the way: use ${scheme}://.`,
    );
  }
}

/** Whether a host is this machine; names other than `localhost` are not looked up. */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "::1") {
    return true;
  }
  const ip = name.replace(/^::ffff:(?=\d+\.)/, "");
  return isIPv4(ip) && ip.startsWith("127.");
}
