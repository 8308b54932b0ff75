#include "lib/site/site_map_page.hpp"

namespace twinsite::site::page {

const std::string_view style = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--box:#f3f5f8;--line:#c8d0da;--home0:#b3261e;--home1:#1f5fbf;--bad:#b3261e;--ok:#1a6e38}
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ee;--box:#1e242b;--line:#3a4450;--home0:#ff8a80;--home1:#82b1ff;--bad:#ff8a80;--ok:#7bd89a}}
*{box-sizing:border-box}
body{background:var(--bg);color:var(--fg);font:16px/1.4 system-ui,sans-serif;margin:1rem auto;padding:0 1rem;max-width:72rem;overflow-wrap:anywhere}
.sites{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr));gap:1rem}
.site,.part{background:var(--box);border:1px solid var(--line);border-radius:.5rem;padding:.75rem}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin:.2rem 0 .5rem}h3{font-size:1rem;margin:.8rem 0 .2rem}p{margin:.6rem 0 0}
.bar{height:.6rem;background:var(--line);border-radius:.3rem;overflow:hidden;margin-top:.2rem}.bar i{display:block;height:100%;background:var(--ok)}.bar i.full{background:var(--bad)}
.vm{display:inline-block;border:2px solid;border-left-width:.5rem;border-radius:.4rem;padding:.1rem .5rem;margin:.15rem .2rem .15rem 0;max-width:100%}
.home0{border-color:var(--home0)}.home1{border-color:var(--home1)}.bad{color:var(--bad);font-weight:600}.ok{color:var(--ok)}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .4rem;text-align:left;vertical-align:top}
.part{margin-top:1rem}
.wire{display:grid;grid-template-columns:minmax(0,1fr) clamp(2.5rem,14vw,9rem) minmax(0,1fr);padding:.5rem 0;border-top:1px solid var(--line)}
.wire .lun{border-width:2px;border-style:solid;border-radius:.4rem;padding:.2rem .5rem;align-self:center}
.wire .right{text-align:right}
.wire .across{position:relative;min-height:.3rem}
.across svg{position:absolute;inset:0;width:100%;height:100%}
.arrow{width:100%;height:1.5rem;align-self:center}
.arrow *{stroke:var(--ok);fill:var(--ok);stroke-width:2}
.arrow.broken *{stroke:var(--bad);fill:var(--bad)}
.arrow.broken line{stroke-dasharray:6 5}
.crossing{stroke:var(--bad);stroke-width:3}
.wire .lun.copy{border-style:dashed}
.far{display:block;text-align:right}.right .far{text-align:left}.far .vm{margin:.15rem 0}
@media(max-width:34rem){.luns tr:first-child{display:none}.luns tr{display:block;border-bottom:1px solid var(--line);padding:.3rem 0}
.luns td{display:block;border:0;padding:.1rem 0}.luns td::before{content:attr(data-label) " "}}
)";

} // namespace twinsite::site::page
