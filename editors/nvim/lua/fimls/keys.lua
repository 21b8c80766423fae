--- Keys of insert mode that do what they did before wherever there is nothing to do for us.

local suppression = require("fimls.suppression")

local M = {}

local DESCRIPTION = "fimls: "

---What each key of a buffer was mapped to there before: buffer -> key -> mapping.
local mapped = {} ---@type table<integer, table<string, table>>

---Map a key in this buffer.
---@param buf integer
---@param key string
---@param what string what it does, for lists of mappings
---@param act fun(): boolean returns false where there is nothing to do
function M.map(buf, key, what, act)
  local before = vim.api.nvim_buf_call(buf, function()
    return vim.fn.maparg(key, "i", false, true)
  end)
  if vim.startswith(before.desc or "", DESCRIPTION) then
    return -- the server was restarted
  end
  mapped[buf] = mapped[buf] or {}
  mapped[buf][key] = before
  local otherwise = key
  if before.lhs then
    otherwise = "<Plug>(fimls-before:" .. key:gsub("[<>]", "") .. ")"
    M._move(buf, before, otherwise)
  end
  -- No expression: while keys wait, those are evaluated before earlier keys have done their work.
  vim.keymap.set("i", key, function()
    if M._is_theirs(before) or not act() then
      vim.api.nvim_feedkeys(vim.keycode(otherwise), before.lhs and "im" or "in", false)
    end
  end, { buffer = buf, desc = DESCRIPTION .. what })
end

---Map the keys of a buffer as they were before.
---@param buf integer
function M.unmap(buf)
  for key, before in pairs(vim.api.nvim_buf_is_valid(buf) and mapped[buf] or {}) do
    pcall(vim.keymap.del, "i", key, { buffer = buf })
    if before.buffer == 1 then
      vim.api.nvim_buf_call(buf, function()
        vim.fn.mapset("i", false, before)
      end)
    end
  end
  mapped[buf] = nil
end

---Whether a key is for what was mapped to it: a menu that uses it, while it is open, or a snippet.
function M._is_theirs(before)
  if not before.lhs then
    return false
  end
  return suppression.in_snippet() or (suppression.menu_is_open() and not M._is_default(before))
end

---Whether Neovim itself made a mapping, as it does for <Tab>: its menu does not use that.
function M._is_default(mapping)
  return vim.startswith(mapping.desc or "", "vim.snippet.jump")
end

---Keep a mapping under another name.
function M._move(buf, mapping, name)
  local moved = vim.tbl_extend("force", mapping, {
    lhs = name,
    lhsraw = vim.keycode(name),
    buffer = 1,
  })
  moved.lhsrawalt = nil
  vim.api.nvim_buf_call(buf, function()
    vim.fn.mapset("i", false, moved)
  end)
end

return M
