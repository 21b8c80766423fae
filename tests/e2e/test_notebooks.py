"""What the cells of a notebook have may be proposed in each of them, as it may in one file."""

from __future__ import annotations

from support.fake_sglang import FakeSGLang
from support.process import ServerProcess
from support.wire import opened

FIRST, SECOND = (f"vscode-notebook-cell:/w/nb.ipynb#W{n}sZmlsZQ%3D%3D" for n in range(2))
BLOCK = """\
frame = frame.dropna()
frame['total'] = frame['price'] * frame['count']
frame['month'] = frame['date'].dt.month
by_month = frame.groupby('month')['total'].sum()
by_month.plot(kind='bar')
plt.title('sales by month')
"""


async def test_what_another_cell_has_is_proposed(sglang: FakeSGLang):
    sglang.script = [BLOCK]
    completion = {"lines": "multi", "max_lines": 12}
    options = {
        "engine": {"url": sglang.url},
        "completion": completion,
        "prompt": {"layout": "whole"},
    }
    async with await ServerProcess.start() as server:
        await server.initialize(options)
        imports = "import pandas as pd\nframe = pd.read_csv('sales.csv')\n"
        server.send(opened(imports + BLOCK, uri=FIRST), opened("# once more\n", uri=SECOND))
        place = {"textDocument": {"uri": SECOND}, "position": {"line": 1, "character": 0}}
        shown = await server.ask("fimls/prompt", place)
        assert imports in shown["text"]
        asked = {**place, "context": {"triggerKind": 2}}
        assert (await server.ask("textDocument/inlineCompletion", asked))["items"]
