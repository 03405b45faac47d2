"""The style of HTML results.

JupyterLab tells its theme by `--jp-*` variables, nbconvert by the same; elsewhere the reader's own preference
counts. JupyterLab and VS Code also mark their theme on the body, which may differ from the system's: then the
mark counts.
"""

from __future__ import annotations

_LIGHT = """
    --dsa-ins:#d8f5df;--dsa-ins-ink:#0b5a22;--dsa-del:#ffe1e0;--dsa-del-ink:#a3171b;
    --dsa-chg:#fff6d9;--dsa-chg-ink:#7a5200;
    --dsa-ink:var(--jp-content-font-color1,#1f2328);--dsa-dim:var(--jp-content-font-color2,#5b636d);
    --dsa-rule:var(--jp-border-color2,#d4d9df);--dsa-head:var(--jp-layout-color2,#f3f4f6);
    color-scheme:light;
"""
_DARK = """
    --dsa-ins:#14391f;--dsa-ins-ink:#8fe3a4;--dsa-del:#4a1a1c;--dsa-del-ink:#ffb1ad;
    --dsa-chg:#3a3013;--dsa-chg-ink:#f0cf7a;
    --dsa-ink:var(--jp-content-font-color1,#e6e8eb);--dsa-dim:var(--jp-content-font-color2,#a2a9b2);
    --dsa-rule:var(--jp-border-color2,#3d444d);--dsa-head:var(--jp-layout-color2,#262b32);
    color-scheme:dark;
"""
_RULES = """
    .dsa{LIGHT color:var(--dsa-ink);font-size:13px;line-height:1.45;margin:2px 0;
     font-family:var(--jp-content-font-family,system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif)}
    @media (prefers-color-scheme:dark){
     body:not([data-jp-theme-light],[data-vscode-theme-kind]) .dsa{DARK}}
    body[data-jp-theme-light='false'] .dsa,body[data-vscode-theme-kind*='dark'] .dsa{DARK}
    .dsa p,.dsa ul{margin:3px 0}
    .dsa ul{padding-left:1.3em}
    .dsa .dsa-h1{font-size:14px;font-weight:600;margin:0 0 4px;white-space:pre-wrap}
    .dsa .dsa-h2{font-weight:600;margin:12px 0 3px}
    .dsa code,.dsa pre{font-size:12px;color:inherit;background:none;padding:0;
     font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace)}
    .dsa pre{margin:4px 0;white-space:pre;overflow-x:auto}
    .dsa .dsa-scroll{overflow-x:auto;max-width:100%;margin:4px 0}
    .dsa table{border-collapse:collapse;margin:0;border:0;color:inherit;font-size:13px;table-layout:auto}
    .dsa caption{caption-side:top;text-align:left;color:var(--dsa-dim);padding:0 0 3px}
    .dsa th,.dsa td{text-align:left;vertical-align:baseline;padding:3px 10px;border:0;white-space:pre;
     max-width:none;font-variant-numeric:tabular-nums}
    .dsa .dsa-grid thead{border:0;vertical-align:bottom}
    .dsa .dsa-grid thead th{background:var(--dsa-head);font-weight:600;
     border-bottom:1px solid var(--dsa-rule)}
    .dsa .dsa-grid tbody tr{background:none;border-bottom:1px solid var(--dsa-rule)}
    .dsa .dsa-grid th.dsa-r,.dsa .dsa-grid td.dsa-r{text-align:right}
    .dsa .dsa-facts tr{background:none}
    .dsa .dsa-facts th{font-weight:400;color:var(--dsa-dim);padding:1px 14px 1px 0}
    .dsa .dsa-facts td{padding:1px 0;white-space:pre-wrap}
    .dsa .dsa-grid tbody tr.dsa-added{background:var(--dsa-ins)}
    .dsa .dsa-grid tbody tr.dsa-removed{background:var(--dsa-del)}
    .dsa tr.dsa-removed td{text-decoration:line-through;text-decoration-color:var(--dsa-del-ink)}
    .dsa tr.dsa-removed td.dsa-sign{text-decoration:none}
    .dsa td.dsa-sign{font-weight:700;padding-right:2px;
     font-family:var(--jp-code-font-family,ui-monospace,monospace)}
    .dsa .dsa-added td.dsa-sign,.dsa span.dsa-added{color:var(--dsa-ins-ink)}
    .dsa .dsa-removed td.dsa-sign,.dsa span.dsa-removed{color:var(--dsa-del-ink)}
    .dsa .dsa-changed td.dsa-sign,.dsa span.dsa-changed{color:var(--dsa-chg-ink)}
    .dsa span.dsa-added,.dsa span.dsa-removed,.dsa span.dsa-changed{font-weight:600}
    .dsa ins,.dsa del{border-radius:3px;padding:1px 3px}
    .dsa ins{background:var(--dsa-ins);color:var(--dsa-ins-ink);text-decoration:none}
    .dsa del{background:var(--dsa-del);color:var(--dsa-del-ink);text-decoration:line-through}
    .dsa .dsa-null{font-style:italic;color:var(--dsa-dim);opacity:.85}
    .dsa .dsa-dim,.dsa .dsa-note,.dsa .dsa-foot{color:var(--dsa-dim)}
    .dsa .dsa-h1 .dsa-dim,.dsa .dsa-h1 code{font-weight:400}
    .dsa .dsa-note{font-weight:400;font-size:11px}
    .dsa .dsa-key{font-weight:400;font-size:10px;color:var(--dsa-dim);border:1px solid var(--dsa-rule);
     border-radius:3px;padding:0 3px}
    .dsa .dsa-warn{color:var(--dsa-chg-ink);background:var(--dsa-chg);border-radius:3px;padding:1px 4px}
    .dsa .dsa-sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
"""


def _packed(rules: str) -> str:
    lines = "".join(line.strip() for line in rules.splitlines())
    # The doubled class outweighs the rules that JupyterLab and nbconvert have for all tables.
    return lines.replace(".dsa ", ".dsa.dsa ")


STYLE = _packed(_RULES).replace("LIGHT", _packed(_LIGHT)).replace("DARK", _packed(_DARK))
