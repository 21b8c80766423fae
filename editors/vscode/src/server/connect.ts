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
 */
export async function connect(address: Address, token?: string): Promise<MessageTransports> {
  if (address.kind === "websocket") {
    return openWebSocket(address.url, token);
  }
  const socket = await opened(address);
  socket.setNoDelay();
  return { reader: new StreamMessageReader(socket), writer: new StreamMessageWriter(socket) };
}

async function opened(address: Exclude<Address, { kind: "websocket" }>): Promise<Socket> {
  const secure = address.kind === "tcp" && address.secure;
  const socket =
    address.kind === "socket"
      ? connectSocket(address.path)
      : secure
        ? connectSecurely({ host: address.host, port: address.port, servername: address.host })
        : connectSocket(address.port, address.host);
  await new Promise<void>((resolve, reject) => {
    socket.once(secure ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}
