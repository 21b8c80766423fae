import { readFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import {
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { MessageTransports } from "vscode-languageclient/node";
import type { Address } from "./address";
import { openWebSocket } from "./websocket";

/**
 * Connect once to a server that runs already.
 *
 * @param token shown to a WebSocket's server; others get it with the first message.
 * @param authority PEM file of the authority that signed the server's certificate; empty for those
 * that this machine trusts.
 */
export async function connect(
  address: Address,
  token?: string,
  authority = "",
): Promise<MessageTransports> {
  const ca = authority === "" ? undefined : readAuthority(authority);
  if (address.kind === "websocket") {
    return openWebSocket(address.url, token, ca);
  }
  const socket = await opened(address, ca);
  socket.setNoDelay();
  return { reader: new StreamMessageReader(socket), writer: new StreamMessageWriter(socket) };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`fimls.ca names ${file}, which cannot be read: name a PEM file.`);
  }
}

async function opened(
  address: Exclude<Address, { kind: "websocket" }>,
  ca: string | undefined,
): Promise<Socket> {
  const secure = address.kind === "tcp" && address.secure;
  const socket =
    address.kind === "socket"
      ? connectSocket(address.path)
      : secure
        ? connectSecurely({ host: address.host, port: address.port, servername: address.host, ca })
        : connectSocket(address.port, address.host);
  await new Promise<void>((resolve, reject) => {
    socket.once(secure ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}
