import * as vscode from "vscode";
import {
  ApplyWorkspaceEditRequest,
  CodeActionResolveRequest,
  type ApplyWorkspaceEditParams,
  type ApplyWorkspaceEditResult,
  type CodeAction,
  type LanguageClient,
  type Middleware,
} from "vscode-languageclient/node";
import { wantsLooking } from "./changes";
import type { Preview } from "./preview";
import { cancellable } from "./progress";

const PERFORM = "fimls.perform";

/**
 * The server's code actions: what a model writes can be cancelled while it is on its way, and is
 * shown as a diff before it changes anything.
 */
export class Actions {
  private shown: (() => void) | undefined;

  constructor(
    private readonly preview: Preview,
    private readonly client: () => LanguageClient | undefined,
  ) {}

  readonly middleware: Middleware & Pick<NonNullable<Middleware>, "provideCodeActions"> = {
    provideCodeActions: async (document, range, context, token, next) => {
      const actions = await next(document, range, context, token);
      const client = this.client();
      return client === undefined ? actions : Promise.all((actions ?? []).map((each) => this.ours(client, each)));
    },
    resolveCodeAction: (action) => action, // `perform` does that
    workspace: {
      handleApplyEdit: async (params, next) => this.applyEdit(params, next),
    },
  };

  register(): vscode.Disposable {
    return vscode.commands.registerCommand(PERFORM, (action: CodeAction) => this.perform(action));
  }

  /** Await what ends with an edit from the server: until it has come, or the user sees its diff. */
  async untilShown(work: Promise<unknown>): Promise<void> {
    const shown = new Promise<void>((resolve) => {
      this.shown = resolve;
    });
    await Promise.race([work, shown]);
    void work.catch(() => undefined);
  }

  private async ours(
    client: LanguageClient,
    action: vscode.Command | vscode.CodeAction,
  ): Promise<vscode.Command | vscode.CodeAction> {
    const isComplete =
      !(action instanceof vscode.CodeAction) ||
      (action.edit ?? action.command ?? action.disabled) !== undefined;
    if (isComplete) {
      return action;
    }
    const wanted = await client.code2ProtocolConverter.asCodeAction(action);
    action.command = { command: PERFORM, title: action.title, arguments: [wanted] };
    return action;
  }

  private async perform(wanted: CodeAction): Promise<void> {
    const client = this.client();
    if (client === undefined) {
      return;
    }
    try {
      const action = await cancellable(wanted.title, async (token) =>
        client.sendRequest(CodeActionResolveRequest.type, wanted, token),
      );
      if (action.edit !== undefined) {
        if (wantsLooking(action.edit)) {
          await this.preview.ask(action.title, action.edit, client);
        } else {
          const edit = await client.protocol2CodeConverter.asWorkspaceEdit(action.edit);
          await vscode.workspace.applyEdit(edit);
        }
      }
      if (action.command !== undefined) {
        const { command, arguments: values } = action.command;
        await vscode.commands.executeCommand(command, ...((values ?? []) as unknown[]));
      }
    } catch (error) {
      sayUnlessCancelled(error);
    }
  }

  private async applyEdit(
    params: ApplyWorkspaceEditParams,
    next: ApplyWorkspaceEditRequest.HandlerSignature,
  ): Promise<ApplyWorkspaceEditResult> {
    const client = this.client();
    if (client === undefined || !wantsLooking(params.edit)) {
      const { token } = new vscode.CancellationTokenSource();
      return (await next(params, token)) as ApplyWorkspaceEditResult;
    }
    const title = params.label ?? "fimls";
    const applied = await this.preview.ask(title, params.edit, client, () => this.shown?.());
    return { applied };
  }
}

/** Say why something was not done; that the user cancelled it, the user knows. */
export function sayUnlessCancelled(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof vscode.CancellationError || code === -32_800) {
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  void vscode.window.showWarningMessage(`fimls: ${message}`);
}
