"""What is asked of a finished page. Each check returns the faults it finds, as lines to read; none is a good page.

The rules of axe-core are those of WCAG 2.2 at levels A and AA, which EN 301 549 and so the Dutch decree on digital
accessibility rest on, and axe's own good practice. Left out are level AAA (no norm asks it of a whole site) and rules
that axe calls experimental. Checked with every fold open, which is all that a shut page shows and more.
"""

import json
import re
import subprocess

WIDE, PHONE, NARROWEST = 1280, 390, 320
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAPER = {"width": 658, "height": 979}  # A4 less the margins that the style sheet sets, in CSS pixels

# The validator's own gaps: what it calls an error though the standard has it.
UNKNOWN_TO_THE_VALIDATOR = {
    # CSS Pseudo-Elements Level 4; without it Chromium prints a shut fold without its table.
    "CSS: Unknown pseudo-element or pseudo-class “::details-content”.",
}

_SIDEWAYS = """() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    if (wide <= 0) return []
    const over = [...document.body.querySelectorAll('*')].filter(element =>
        element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
        !element.parentElement.closest('.scroll'))
    return [`the page is ${wide} px wider than the screen: ` +
        over.slice(0, 3).map(element => element.outerHTML.slice(0, 80)).join(' / ')]
}"""

_BOXES = """() => [...document.body.querySelectorAll('*')].filter(element =>
    ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth)
    .flatMap(element => {
        const start = element.outerHTML.slice(0, 80), faults = [], box = element.getBoundingClientRect()
        const shown = part => part.getBoundingClientRect().left >= box.left - 1 &&
            part.getBoundingClientRect().right <= box.right + 1
        if (element.tabIndex < 0) faults.push(`cannot be reached by keyboard: ${start}`)
        if (!element.getAttribute('role') ||
            !(element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')))
            faults.push(`has no role and name: ${start}`)
        for (const table of element.querySelectorAll('table')) {
            if (table.caption && !shown(table.caption)) faults.push(`cuts the caption “${table.caption.textContent}”`)
            element.scrollLeft = element.scrollWidth
            for (const heading of [...table.querySelectorAll('th[scope=row]')].slice(0, 1))
                if (!shown(heading)) faults.push(`leaves “${heading.textContent}” behind when moved sideways`)
            element.scrollLeft = 0
        }
        return faults
    })"""

_DRAWN_WORDS = """() => {
    const light = colour => {
        const [red, green, blue] = colour.map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const painted = (element, under) => {
        const style = getComputedStyle(element)
        const parts = style.fill.match(/[\\d.]+/g)
        if (!parts || style.fill === 'none') return under
        let share = Number(style.fillOpacity) * Number(parts[3] ?? 1)
        for (let up = element; up instanceof SVGElement; up = up.parentNode) share *= getComputedStyle(up).opacity
        return under.map((part, index) => part * (1 - share) + Number(parts[index]) * share)
    }
    const faults = []
    for (const drawing of document.querySelectorAll('svg')) {
        if (!drawing.getClientRects().length) continue
        const frame = drawing.getBoundingClientRect(), words = [], shapes = []
        for (const element of drawing.querySelectorAll('path, rect, circle, ellipse, polygon, text')) {
            if (element.tagName !== 'text') { shapes.push(element); continue }
            if (!element.textContent.trim() || !element.getClientRects().length) continue
            const box = element.getBoundingClientRect(), text = element.textContent.trim()
            // Letters fill the middle of their line; the rest is leading.
            const slack = box.height * 0.2
            const letters = {left: box.left, right: box.right, top: box.top + slack, bottom: box.bottom - slack}
            if (box.left < frame.left - 4 || box.right > frame.right + 4 || letters.top < frame.top - 4 ||
                letters.bottom > frame.bottom + 4) faults.push(`“${text}” leaves its drawing`)
            for (const other of words) {
                if (Math.min(letters.right, other.right) - Math.max(letters.left, other.left) > 1 &&
                    Math.min(letters.bottom, other.bottom) - Math.max(letters.top, other.top) > 1)
                    faults.push(`“${text}” lies over “${other.text}”`)
            }
            words.push({text, ...letters})
            const middle = new DOMPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            let under = [255, 255, 255]
            for (const shape of shapes) {
                if (shape.isPointInFill(middle.matrixTransform(shape.getScreenCTM().inverse())))
                    under = painted(shape, under)
            }
            const [dark, bright] = [light(painted(element, under)), light(under)].sort((one, two) => one - two)
            const contrast = (bright + 0.05) / (dark + 0.05)
            if (contrast < 4.5) faults.push(`“${text}” has a contrast of ${contrast.toFixed(2)}`)
        }
    }
    return faults
}"""

_SPACED = """* {
    line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""

_ON_PAPER = """({width, height}) => {
    const faults = [], start = element => element.textContent.trim().slice(0, 40)
    for (const whole of document.querySelectorAll('figure, h1, h2, h3'))
        if (getComputedStyle(whole).breakInside !== 'avoid') faults.push(`may be split on paper: ${start(whole)}`)
    for (const figure of document.querySelectorAll('figure')) {
        const name = start(figure)
        if (figure.getBoundingClientRect().height > height) faults.push(`is higher than a sheet: ${name}`)
        const drawings = [...figure.querySelectorAll('svg')].filter(drawing => drawing.getClientRects().length)
        if (drawings.length !== 1) faults.push(`shows ${drawings.length} drawings: ${name}`)
        for (const drawing of drawings)
            if (drawing.getBoundingClientRect().right > width) faults.push(`is wider than a sheet: ${name}`)
    }
    for (const table of document.querySelectorAll('table')) {
        if (table.closest('details.screen')) continue
        const name = start(table.caption ?? table)
        if (!table.checkVisibility()) faults.push(`stands not on paper: ${name}`)
        else if (table.getBoundingClientRect().right > width + 1) faults.push(`is wider than a sheet: ${name}`)
    }
    return faults
}"""


def assert_none(faults):
    """Fail with every fault on a line of its own."""
    assert not faults, "\n".join(faults)


class Tab:
    """A page in a browser from which nothing else can be reached; a context manager."""

    def __init__(self, browser, path):
        self.heard = []
        self._context = browser.new_context(viewport={"width": WIDE, "height": 900}, locale="nl-NL")
        self._page = self._context.new_page()
        self._page.on("console", lambda message: self.heard.append(f"console, {message.type}: {message.text}"))
        self._page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self._page.route("**/*", lambda route: self._ask(route, path.as_uri()))
        self._page.goto(path.as_uri())
        self._folds(opened=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._context.close()

    def _ask(self, route, own):
        if route.request.url == own:
            route.continue_()
        else:
            self.heard.append(f"asks for {route.request.url}")
            route.abort()

    def evaluate(self, script, argument=None):
        return self._page.evaluate(script, argument)

    def _folds(self, *, opened):
        self.evaluate("opened => document.querySelectorAll('details').forEach(fold => fold.open = opened)", opened)

    def width(self, pixels):
        self._page.set_viewport_size({"width": pixels, "height": 844})

    def axe(self, width, *, colours):
        """Faults that axe-core finds at a width; what it cannot decide counts too, but for words in drawings.

        Colours do not depend on the width; leaving them out where they were judged already halves the time.
        """
        from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  only where a browser is

        self.width(width)
        options = {"runOnly": TAGS, "resultTypes": ["violations", "incomplete"]}
        if not colours:
            options["rules"] = {"color-contrast": {"enabled": False}}
        found = Axe().run(self._page, options=options).response
        undecided = [
            {**rule, "nodes": [node for node in rule["nodes"] if not node["html"].startswith("<text")]}
            for rule in found["incomplete"]
        ]
        return [
            f"{told}{rule['id']}: {rule['help']}: {node['html'][:120]}"
            for told, rules in (("", found["violations"]), ("undecided: ", undecided))
            for rule in rules
            for node in rule["nodes"]
        ]

    def drawn_words(self, width):
        """Words in drawings that are faint, lie over each other or leave the drawing: axe-core judges none of these."""
        self.width(width)
        return self.evaluate(_DRAWN_WORDS)

    def sideways(self, width):
        """Whether the page itself scrolls sideways, also with the wider spacing of WCAG 1.4.12."""
        self.width(width)
        plain = self.evaluate(_SIDEWAYS)
        style = self._page.add_style_tag(content=_SPACED)
        spaced = [f"with wide spacing {fault}" for fault in self.evaluate(_SIDEWAYS)]
        style.evaluate("style => style.remove()")
        return plain + spaced

    def boxes(self, width):
        """Boxes that scroll sideways but have no name, no key reaches, or that lose sight of what their rows are."""
        self.width(width)
        return self.evaluate(_BOXES)

    def on_paper(self):
        """Charts that are split or cut on A4, and tables that are not printed or too wide; folds are shut."""
        self._page.set_viewport_size(PAPER)
        self._page.emulate_media(media="print")
        self._folds(opened=False)
        try:
            return self.evaluate(_ON_PAPER, PAPER)
        finally:
            self._folds(opened=True)
            self._page.emulate_media(media="screen")

    def sheets(self):
        """Number of A4 sheets that the page prints on; folds are shut."""
        self._folds(opened=False)
        try:
            return len(re.findall(rb"/Type\s*/Page\b", self._page.pdf(prefer_css_page_size=True)))
        finally:
            self._folds(opened=True)


def invalid(command, paths, *, known=UNKNOWN_TO_THE_VALIDATOR):
    """Errors and warnings of the HTML validator on some pages, but for its own known gaps."""
    done = subprocess.run(
        [*command, "--stdout", "--exit-zero-always", "--format", "json", *map(str, paths)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return [
        f"{message['url'].rsplit('/', 1)[-1]}:{message.get('lastLine', '?')}: {message['message']}"
        for message in json.loads(done.stdout)["messages"]
        if message["message"] not in known
    ]
