-- Read by `vim.lsp.enable("fimls")`; `vim.lsp.config("fimls", { ... })` changes any of it.
-- Neovim 0.10 has neither: there `fimls.start` reads it.

---@type vim.lsp.Config
return {
  cmd = { "fimls", "serve" },
  -- stylua: ignore
  filetypes = {
    "bash", "c", "cmake", "cpp", "cs", "css", "cuda", "dart", "elixir", "go", "haskell", "html",
    "java", "javascript", "javascriptreact", "julia", "kotlin", "lua", "make", "ocaml", "perl",
    "php", "proto", "python", "r", "ruby", "rust", "scala", "scss", "sh", "sql", "swift",
    "terraform", "typescript", "typescriptreact", "vim", "vue", "zig",
  },
  root_markers = { ".git" },
  -- Before 0.12 Neovim can ask for inline completions, but does not say so.
  capabilities = {
    textDocument = { inlineCompletion = {} },
    experimental = { fimls = { status = true } },
  },
  handlers = require("fimls.status").handlers,
}
