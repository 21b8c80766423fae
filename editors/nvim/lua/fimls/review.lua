--- What a model wrote is a diff to look at before it is made: hunk by hunk, with what was checked.
---
--- The file is in the left window, what it would become in the right one. Vim's own keys take or
--- leave a hunk: `do` in the file, `dp` in the proposal, `]c` and `[c` go from one to the next.

local M = {}

local HELP = "a: accept all   q: discard   dp: take this hunk   ]c [c: next and previous hunk"

---@class fimls.Review
---@field tab integer
---@field file integer the file's window
---@field window integer the proposal's window
---@field proposal integer its buffer
---@field edit? lsp.WorkspaceEdit what makes files, and can be made as a whole only
---@field encoding string
local open ---@type fimls.Review?

---Show a client's edits that want somebody's consent, and make the others.
function M.attach(client)
  client.handlers["workspace/applyEdit"] = function(failure, asked, ctx, config)
    if asked and M.is_wanted(asked.edit) then
      M.show(asked.edit, client.offset_encoding)
      return { applied = true }
    end
    return vim.lsp.handlers["workspace/applyEdit"](failure, asked, ctx, config)
  end
end

---Return a handler of resolved code actions that has their edits shown first.
function M.reviewed(client, handler)
  return function(failure, action, ...)
    if action and M.is_wanted(action.edit) then
      local edit = action.edit
      action.edit = nil
      vim.schedule(function()
        M.show(edit, client.offset_encoding)
      end)
    end
    return handler(failure, action, ...)
  end
end

---Whether an edit is one that the user is to see before it is made.
---@param edit? lsp.WorkspaceEdit
function M.is_wanted(edit)
  for _, each in pairs(edit and edit.changeAnnotations or {}) do
    if each.needsConfirmation then
      return true
    end
  end
  return false
end

---Show an edit as a diff in a tab of its own.
---@param edit lsp.WorkspaceEdit
---@param encoding string what its positions count
function M.show(edit, encoding)
  M.discard()
  local makes_files = false
  local text = nil ---@type lsp.TextDocumentEdit?
  for _, each in ipairs(edit.documentChanges or {}) do
    makes_files = makes_files or each.kind ~= nil
    text = each.kind == nil and each or text
  end
  if not text then
    return
  end
  vim.cmd("tab split")
  local file = makes_files and vim.api.nvim_create_buf(false, true)
    or vim.uri_to_bufnr(text.textDocument.uri)
  vim.fn.bufload(file)
  vim.api.nvim_win_set_buf(0, file)
  local proposal = vim.api.nvim_create_buf(false, true)
  open = {
    tab = vim.api.nvim_get_current_tabpage(),
    file = vim.api.nvim_get_current_win(),
    proposal = proposal,
    edit = makes_files and edit or nil,
    encoding = encoding,
  }
  vim.api.nvim_buf_set_lines(proposal, 0, -1, true, vim.api.nvim_buf_get_lines(file, 0, -1, true))
  vim.lsp.util.apply_text_edits(text.edits, proposal, encoding)
  vim.cmd("belowright vertical sbuffer " .. proposal)
  open.window = vim.api.nvim_get_current_win()
  vim.bo[proposal].filetype = vim.filetype.match({ filename = text.textDocument.uri }) or ""
  M._keys(proposal)
  for _, window in ipairs({ open.file, open.window }) do
    vim.api.nvim_win_call(window, vim.cmd.diffthis)
  end
  M._say(edit)
  vim.api.nvim_set_current_win(open.window)
  pcall(vim.cmd, "normal! gg]c")
end

---Take all hunks that are left, and close the diff.
function M.accept()
  local review = open
  if not review then
    return
  end
  if not review.edit then
    vim.api.nvim_set_current_win(review.window)
    vim.cmd("%diffput " .. vim.api.nvim_win_get_buf(review.file))
  end
  M.discard()
  if review.edit then
    vim.lsp.util.apply_workspace_edit(review.edit, review.encoding)
  end
end

---Close the diff; hunks that were taken stay.
function M.discard()
  local review = open
  open = nil
  if review and vim.api.nvim_tabpage_is_valid(review.tab) then
    vim.cmd(vim.api.nvim_tabpage_get_number(review.tab) .. "tabclose")
  end
  if review and vim.api.nvim_buf_is_valid(review.proposal) then
    vim.api.nvim_buf_delete(review.proposal, { force = true })
  end
end

function M._keys(buf)
  for key, what in pairs({ a = M.accept, q = M.discard }) do
    vim.keymap.set("n", key, what, { buffer = buf, nowait = true })
  end
end

---Say below the diff what it is for, and what was checked.
function M._say(edit)
  local _, about = next(edit.changeAnnotations)
  local lines = { about.label }
  vim.list_extend(lines, vim.split(about.description or "", "\n", { trimempty = true }))
  table.insert(lines, HELP)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  M._keys(buf)
  vim.cmd(("botright %dsplit"):format(#lines))
  vim.api.nvim_win_set_buf(0, buf)
  vim.wo.wrap = true
  vim.wo.diff = false
  vim.wo.winfixheight = true
end

return M
