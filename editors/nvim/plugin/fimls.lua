--- The commands are there before `setup()` was called: `:FimlsStatus` says that it was not.

require("fimls.commands").create()
