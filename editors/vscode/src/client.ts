import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  ShowMessageNotification,
  type LanguageClientOptions,
  type MessageTransports,
  type Middleware,
} from "vscode-languageclient/node";
import { commands, window, type LogOutputChannel, type Position, type TextDocument } from "vscode";
import { Retry, type Place } from "./retry";
import type { ServerStatus } from "./status";

const SCHEMES = ["file", "untitled", "vscode-remote", "vscode-notebook-cell"];

/** What a client needs to know, and whom it tells. */
export interface Surroundings {
  log: LogOutputChannel;
  /** The initialization options. */
  options(): unknown;
  /** The server's settings, where it asks for them. */
  settings(): unknown;
  /** Whether completions are wanted in a document. */
  isOn(document: TextDocument): boolean;
  /** Watch a request for completions. */
  watch<T>(request: PromiseLike<T>): Promise<T>;
  /** What is done with code actions and edits. */
  actions: Middleware;
  /** A message of the server in the words of VS Code. */
  inOurWords(message: string): string;
  told(status: ServerStatus): void;
  closed(): void;
}

/**
 * Make a language client on a connection that is open. It lives as long as that: what starts anew
 * is a new client (`Session`).
 */
export function makeClient(transports: MessageTransports, around: Surroundings): LanguageClient {
  const retry = new Retry(cursor, () => {
    void commands.executeCommand("editor.action.inlineSuggest.trigger");
  });
  const options: LanguageClientOptions = {
    documentSelector: SCHEMES.map((scheme) => ({ scheme })),
    outputChannel: around.log,
    initializationOptions: () => around.options(),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        around.closed();
        return { action: CloseAction.DoNotRestart, handled: true, message: "The server is gone." };
      },
    },
    middleware: middleware(around, retry),
  };
  const client = new QuietClient("fimls", () => Promise.resolve(transports), options);
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      capabilities.experimental = { fimls: { status: true } };
      // What stands behind an edit is known once it is resolved; it is in the title and the data.
      const resolved = capabilities.textDocument?.codeAction?.resolveSupport;
      resolved?.properties.push("title", "data");
    },
    initialize: () => undefined,
    getState: () => ({ kind: "static" }),
    clear: () => undefined,
  });
  let last: ServerStatus | undefined;
  client.onNotification("$/fimls/status", (status: ServerStatus) => {
    last = status;
    retry.told(status);
    const message = status.message ?? undefined;
    around.told(message === undefined ? status : { ...status, message: around.inOurWords(message) });
  });
  client.onNotification(ShowMessageNotification.type, ({ message }) => {
    around.log.warn(message);
    // That completions fail is shown in the status bar; nobody is interrupted for it.
    if (message !== `fimls: ${last?.message ?? ""}`) {
      void window.showWarningMessage(around.inOurWords(message));
    }
  });
  return client;
}

/** Return where the cursor of the editor that has the focus is. */
function cursor(): Place | undefined {
  const editor = window.activeTextEditor;
  return editor && place(editor.document, editor.selection.active);
}

function place({ uri, version }: TextDocument, { line, character }: Position): Place {
  return { uri: uri.toString(), version, line, character };
}

function middleware(around: Surroundings, retry: Retry): Middleware {
  return {
    ...around.actions,
    sendRequest: async (type, params, token, next) => {
      try {
        return await next(type, params, token);
      } catch (error) {
        if (error instanceof Error) {
          error.message = around.inOurWords(error.message);
        }
        throw error;
      }
    },
    provideInlineCompletionItems: async (document, position, context, token, next) => {
      if (!around.isOn(document)) {
        return [];
      }
      const asked = place(document, position);
      const answer = await around.watch(Promise.resolve(next(document, position, context, token)));
      const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
      retry.answered(asked, items.length > 0);
      return answer;
    },
    workspace: {
      ...around.actions.workspace,
      configuration: (params) => params.items.map(() => around.settings()),
    },
  };
}

/** The connection's troubles are shown in the status bar instead of in pop-ups. */
class QuietClient extends LanguageClient {
  constructor(id: string, server: () => Promise<MessageTransports>, options: LanguageClientOptions) {
    super(id, id, server, options);
  }

  override error(message: string, data?: unknown, show: boolean | "force" = true): void {
    super.error(message, data, show === "force" ? false : show);
  }
}
