import WebSocket from "ws";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-languageserver-protocol/node";
import type { MessageTransports } from "vscode-languageclient/node";

/** The server needs another token; a further attempt with this one is useless. */
export class Unauthorised extends Error {}

/**
 * Open a WebSocket on which each text frame is one JSON-RPC message.
 *
 * @param token shown to the server as `Authorization: Bearer`.
 * @param ca the authority that signed its certificate, as PEM.
 */
export async function openWebSocket(
  url: string,
  token?: string,
  ca?: string,
): Promise<MessageTransports> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, {
    headers,
    ca,
    handshakeTimeout: 10_000,
    perMessageDeflate: false, // messages are small
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
    socket.once("unexpected-response", (request, response) => {
      const status = response.statusCode ?? 0;
      request.destroy();
      reject(
        status === 401 || status === 403
          ? new Unauthorised(`${url} does not take the token (status ${status}): run “fimls: Set the Token for a Shared Server”.`)
          : new Error(`${url} answers with status ${status} instead of a WebSocket: correct fimls.connect.`),
      );
    });
  });
  return { reader: new Reader(socket), writer: new Writer(socket) };
}

class Reader extends AbstractMessageReader implements MessageReader {
  constructor(private readonly socket: WebSocket) {
    super();
    socket.on("error", (error) => {
      this.fireError(error);
    });
    socket.on("close", () => {
      this.fireClose();
    });
  }

  listen(callback: DataCallback): Disposable {
    const received = (data: WebSocket.RawData): void => {
      try {
        // The default binary type of `ws` is a Buffer.
        callback(JSON.parse((data as Buffer).toString("utf8")) as Message);
      } catch (error) {
        this.fireError(error);
      }
    };
    this.socket.on("message", received);
    return { dispose: () => this.socket.off("message", received) };
  }

  override dispose(): void {
    super.dispose();
    this.socket.close();
  }
}

class Writer extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly socket: WebSocket) {
    super();
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(JSON.stringify(message), (error) => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
    });
  }

  end(): void {
    this.socket.close();
  }
}
