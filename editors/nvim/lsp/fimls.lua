-- Read by `vim.lsp.enable("fimls")`; `vim.lsp.config("fimls", { ... })` changes any of it.
-- Neovim 0.10 has neither: there `fimls.start` reads it.

---@type vim.lsp.Config
return {
  cmd = { "fimls", "serve" },
  -- stylua: ignore
  filetypes = {
    "bash", "c", "cmake", "cpp", "cs", "css", "cuda", "dart", "dockerfile", "elixir", "gitcommit",
    "go", "haskell", "html", "java", "javascript", "javascriptreact", "json", "jsonc", "julia",
    "kotlin", "lua", "make", "markdown", "ocaml", "perl", "php", "proto", "python", "r", "ruby",
    "rust", "scala", "scss", "sh", "sql", "swift", "terraform", "text", "toml", "typescript",
    "typescriptreact", "vim", "vue", "xml", "yaml", "zig",
  },
  root_markers = { ".git" },
  -- Before 0.12 Neovim can ask for inline completions, but does not say so.
  capabilities = {
    textDocument = { inlineCompletion = {} },
    -- Neovim makes such edits, but does not say so. What a model wrote comes with what was checked,
    -- and is shown by `fimls.review`.
    workspace = {
      workspaceEdit = {
        documentChanges = true,
        changeAnnotationSupport = { groupsOnLabel = false },
      },
    },
    experimental = { fimls = { status = true } },
  },
  handlers = require("fimls.status").handlers,
  on_exit = function(...)
    require("fimls.restart").ended(...)
  end,
}
