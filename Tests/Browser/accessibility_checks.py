"""Checks that the status page can be read and used by everybody: contrast, names, structure, keyboard."""

import importlib.util
import json
import os

from page_state import (
    expect_no_overflow, expect_quiet, wait_for_plots, wait_for_renewals, wait_for_state, with_several_pipelines,
)
from programs import Programs


CONTRAST = """(() => {
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const ground = element => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a)), [255, 255, 255]);
  };
  const ratio = (one, other) => { const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const worst = {};
  const look = (element, property, least) => {
    const value = ratio(parse(getComputedStyle(element)[property]), ground(element)) / least;
    const name = element.tagName + '.' + (element.getAttribute('class') || element.id) + ' ' + property;
    if (value < (worst[name] ?? Infinity)) worst[name] = value;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('script, style, noscript, title, desc')) continue;
    count += 1;
    look(element, element instanceof SVGElement ? 'fill' : 'color', 4.5);
  }
  for (const one of document.querySelectorAll('.line, .dash, .axis')) look(one, 'stroke', 3);
  for (const one of document.querySelectorAll('.bar, .dot, .sign circle, .errors rect:not(.track)')) look(one, 'fill', 3);
  return { count, failed: Object.entries(worst).filter(([, value]) => value < 1) };
})()"""


def expect_accessible(page, what):
    page.evaluate("document.getElementById('minutes').open = true")
    contrast = page.evaluate(CONTRAST)
    assert contrast["count"] > 40 and not contrast["failed"], f"{what}: too little contrast: {contrast}"
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec, "axe-playwright-python is not installed"
    with open(os.path.join(list(spec.submodule_search_locations)[0], "axe.min.js"), encoding="utf-8") as file:
        page.evaluate(file.read() + "; 0")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = page.evaluate(f"axe.run(document, {{ runOnly: {json.dumps(tags)} }}).then(({{ violations, passes }}) => "
                           "({ passes: passes.length, violations: violations.map(one => "
                           "`${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`) }))")
    assert result["passes"] > 25, f"{what}: axe looked at {result['passes']} rules only"
    assert not result["violations"], f"{what}: {result['violations']}"
    print(f"{what}: {contrast['count']} texts have contrast, {result['passes']} rules of axe pass")


def tree_of(page):
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", ""), {one["name"]: one["value"].get("value") for one in node.get("properties", [])})
            for node in nodes if not node.get("ignored")]


def check_accessibility(browser, executables):
    """contrast, names, roles, landmarks and headings are right in every state, light and dark"""
    phone = {"width": 360, "height": 740, "phone": True}
    with Programs(executables) as programs:
        programs.start_exporter("--health.stale-after", "3s")
        for scheme in ("light", "dark"):
            page = browser.open(programs.url, scheme=scheme)
            wait_for_plots(page)
            expect_accessible(page, f"nothing yet, {scheme}")
            page.close()
        job = programs.start_simulator("--records-per-second", "1000", "--failure-interval", "2s", "--history", "30m")
        for emulation in ({}, {"scheme": "dark"}, phone, {"scheme": "dark", **phone}):
            page = browser.open(programs.url, **emulation)
            wait_for_state(page, "good")
            wait_for_plots(page)
            expect_accessible(page, f"running, {emulation}")
            expect_no_overflow(page)
            page.close()
        page = browser.open(programs.url)
        wait_for_plots(page)
        expect_structure(tree_of(page))
        programs.kill(job)
        for scheme in ("light", "dark"):
            page = browser.open(programs.url, scheme=scheme)
            wait_for_state(page, "bad")
            wait_for_plots(page)
            expect_accessible(page, f"down, {scheme}")
            programs_gone = scheme == "dark"
            if programs_gone:
                for process in programs.running:
                    programs.kill(process)
                wait_for_state(page, "warn")
                expect_accessible(page, f"gone, {scheme}")
    with Programs(executables) as programs:
        with_several_pipelines(programs)
        for emulation in ({}, {"scheme": "dark"}, phone):
            page = browser.open(programs.url, **emulation)
            page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 5")
            wait_for_plots(page)
            expect_accessible(page, f"pipelines, {emulation}")
            expect_no_overflow(page)
            page.close()


def expect_structure(tree):
    roles = [role for role, _, _ in tree]
    for role in ("banner", "main", "navigation", "contentinfo", "status"):
        assert roles.count(role) == 1, f"{role}: {roles.count(role)} times"
    levels = [properties["level"] for role, _, properties in tree if role == "heading"]
    assert levels[0] == 1 and levels.count(1) == 1, f"headings: {levels}"
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:])), f"headings: {levels}"
    images = [name for role, name, _ in tree if role == "image"]
    assert len(images) == 3 and all("last hour" in name for name in images), f"images: {images}"
    tables = [name for role, name, _ in tree if role == "table"]
    assert tables and all(tables), f"tables: {tables}"
    names = {name for role, name, _ in tree if role == "link"}
    assert {"/metrics", "/health", "/-/ready"} <= names, f"links: {names}"


def check_keyboard(browser, executables):
    """everything can be reached and used by keyboard, in the order in which it is seen"""
    with Programs(executables) as programs:
        with_several_pipelines(programs)
        page = browser.open(programs.url)
        page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 5")
        wait_for_plots(page)
        seen = []
        for _ in range(20):
            page.press("Tab")
            focus = page.evaluate("(() => { const one = document.activeElement; if (one === document.body) return null;"
                                  "const box = one.getBoundingClientRect(); const style = getComputedStyle(one);"
                                  "return [one.tagName, (one.textContent || '').trim().slice(0, 30), box.top + scrollY, style.outlineStyle, box.width]; })()")
            if focus is None or (seen and focus[:2] == seen[0][:2]):
                break
            seen.append(focus)
        names = [text for tag, text, *_ in seen if tag in ("A", "BUTTON", "SUMMARY")]
        expected = ["Skip to the status", "/metrics", "/health", "/-/ready", "All pipelines", "orders", "stock", "users", "archive"]
        assert names[:-1] == expected and names[-1].startswith("The last hour in numbers"), f"order: {names}"
        tops = [top for *_, top, _, _ in seen[1:]]
        assert tops == sorted(tops), f"order: {seen}"
        assert all(outline == "solid" and width > 20 for *_, outline, width in seen), f"no focus to be seen: {seen}"
        page.evaluate("document.querySelectorAll('#pipelines button')[2].focus()")
        page.press("Enter")
        page.wait_until("the key chooses", lambda: page.text("now-title") == "Now: stock")
        wait_for_renewals(page, 2)
        assert page.evaluate("document.activeElement.textContent") == "stock", "the focus was lost when the page renewed itself"
        page.evaluate("document.querySelector('summary').focus()")
        page.press(" ", "Space")
        page.wait_until("the numbers", "document.querySelectorAll('#minute-rows tr').length > 20")
        expect_quiet(page, programs)
