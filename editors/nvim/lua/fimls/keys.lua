--- Keys of insert mode that do what they did before wherever there is nothing to do for us.

local M = {}

local DESCRIPTION = "fimls: "

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
  local otherwise = key
  if before.lhs then
    otherwise = "<Plug>(fimls-before:" .. key:gsub("[<>]", "") .. ")"
    M._move(buf, before, otherwise)
  end
  -- No expression: while keys wait, those are evaluated before earlier keys have done their work.
  vim.keymap.set("i", key, function()
    -- A menu that uses this key too has it while it is open.
    if (before.lhs and M._menu_is_open()) or not act() then
      vim.api.nvim_feedkeys(vim.keycode(otherwise), before.lhs and "im" or "in", false)
    end
  end, { buffer = buf, desc = DESCRIPTION .. what })
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

function M._menu_is_open()
  local cmp, blink = package.loaded["cmp"], package.loaded["blink.cmp"]
  return vim.fn.pumvisible() == 1
    or (cmp and cmp.visible and cmp.visible())
    or (blink and blink.is_menu_visible and blink.is_menu_visible())
    or false
end

return M
