-- Read by `vim.lsp.enable("fimls")`; `vim.lsp.config("fimls", { ... })` changes any of it.

---@type vim.lsp.Config
return {
  cmd = { "fimls", "serve" },
  filetypes = {
    "bash", "c", "cmake", "cpp", "cs", "css", "cuda", "dart", "elixir", "go", "haskell", "html",
    "java", "javascript", "javascriptreact", "julia", "kotlin", "lua", "make", "ocaml", "perl",
    "php", "proto", "python", "r", "ruby", "rust", "scala", "scss", "sh", "sql", "swift",
    "terraform", "typescript", "typescriptreact", "vim", "vue", "zig",
  },
  root_markers = { ".git" },
  -- Neovim 0.11 can ask for inline completions, but does not say so.
  capabilities = { textDocument = { inlineCompletion = {} } },
}
