" coc.nvim accepts what it shows in grey; elsewhere <Tab> is a tab.
inoremap <silent><expr> <Tab> coc#inline#visible() ? coc#inline#accept() : "\<Tab>"
