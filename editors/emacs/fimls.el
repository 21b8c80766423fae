;;; fimls.el --- fimls as a server of lsp-mode 10 or later -*- lexical-binding: t -*-

(require 'lsp-mode)
(require 'lsp-inline-completion)

;; Idle seconds before a suggestion is asked for; lsp-mode's own default is 2.
(setq lsp-inline-completion-idle-delay 0.1)

(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection '("fimls" "serve"))
  :activation-fn (lambda (&rest _) (derived-mode-p 'prog-mode))
  :add-on? t ; beside the language's own server
  :server-id 'fimls
  :initialization-options
  '(:engine (:url "http://127.0.0.1:30000"))))

(provide 'fimls)
;;; fimls.el ends here
