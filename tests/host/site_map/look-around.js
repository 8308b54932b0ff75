// Runs in the page: tells the frame around it what a person could see of it.
const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const numbers = colour => colour.match(/[\d.]+/g).map(Number);
const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
};
const background = element => {
    for (let e = element; e; e = e.parentElement) {
        const colour = numbers(getComputedStyle(e).backgroundColor);
        if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
};
const box = element => {
    const r = element.getBoundingClientRect();
    return {left: r.left, right: r.right, top: r.top, bottom: r.bottom, width: r.width, height: r.height};
};
const end = (line, x, y) => {
    const p = new DOMPoint(line[x].baseVal.value, line[y].baseVal.value).matrixTransform(line.getScreenCTM());
    return {x: p.x, y: p.y};
};
const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = [];
    for (let node; (node = walker.nextNode());) {
        const parent = node.parentElement;
        if (!node.data.trim() || parent.closest("script")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        seen.push({text: node.data.trim(), box: box(range), lines: range.getClientRects().length,
                   size: parseFloat(getComputedStyle(parent).fontSize),
                   contrast: contrast(numbers(getComputedStyle(parent).color), background(parent))});
    }
    return seen;
};
const crossings = () => [...document.querySelectorAll("line.crossing")].map(line => ({
    vm: line.dataset.vm, from: end(line, "x1", "y1"), to: end(line, "x2", "y2"),
    contrast: contrast(numbers(getComputedStyle(line).stroke), background(line.ownerSVGElement)),
    vmBox: box([...line.closest(".wire").querySelectorAll(".vm")].find(e => e.firstChild.data.trim() === line.dataset.vm)),
    lunBox: box(line.closest(".wire").querySelector(".lun:not(.copy)"))}));
const seen = {
    width: innerWidth, scrollWidth: document.documentElement.scrollWidth,
    dark: matchMedia("(prefers-color-scheme:dark)").matches,
    texts: texts(), crossings: crossings(),
    arrows: [...document.querySelectorAll(".arrow")].map(box)};
// The dump of the document must not need unescaping.
parent.postMessage(JSON.stringify(seen).replace(/[<>&]/g, c => "\\u00" + c.charCodeAt(0).toString(16)), "*");
