--- Where no suggestion is shown, because what else is on the screen wants the same keys.

local M = {}

---Whether suggestions are held back at the cursor: inside a snippet, where <Tab> jumps, and, if the
---user wants that, beside a completion menu.
---@return boolean
function M.is_suppressed()
  local options = require("fimls").options or {}
  return M.in_snippet() or (options.hide_with_menu == true and M.menu_is_open())
end

---Whether a snippet has a place to jump to.
---@return boolean
function M.in_snippet()
  return vim.snippet.active({ direction = 1 })
end

---Whether a completion menu is open: Neovim's own, or that of nvim-cmp or blink.cmp.
---@return boolean
function M.menu_is_open()
  local cmp, blink = package.loaded["cmp"], package.loaded["blink.cmp"]
  return vim.fn.pumvisible() == 1
    or (cmp and cmp.visible and cmp.visible())
    or (blink and blink.is_menu_visible and blink.is_menu_visible())
    or false
end

return M
