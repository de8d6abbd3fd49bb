"""A browser and the pages; where a checker is missing the tests are skipped and say so."""

import pytest
from checks import Tab
from pages import parameters
from tools import checkers


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    try:
        with checkers.browser() as started:
            yield started
    except checkers.CheckerMissingError as error:
        pytest.skip(f"NOT CHECKED: {checkers.BROWSER}: {error}; see `make browser`")


@pytest.fixture(scope="session")
def validator():
    """The command of the HTML validator."""
    try:
        return checkers.validator()
    except checkers.CheckerMissingError as error:
        pytest.skip(f"NOT CHECKED: {checkers.VALIDATOR}: {error}; see `make browser`")


@pytest.fixture(scope="session")
def written(request, tmp_path_factory):
    """Write a page once and give its path."""
    folder, paths = tmp_path_factory.mktemp("pages"), {}

    def path_of(page):
        if page not in paths:
            paths[page] = page.write(request.getfixturevalue(page.workspace), folder / page.name)
        return paths[page]

    return path_of


@pytest.fixture(scope="session", params=parameters())
def page(request):
    """Every page in turn."""
    return request.param


@pytest.fixture(scope="session")
def tab(page, browser, written):
    """The page, opened with nothing else to be had; its folds are open."""
    with Tab(browser, written(page)) as opened:
        yield opened


@pytest.fixture
def tab_of(browser, tmp_path):
    """Open a page that a test writes itself."""
    opened = []

    def open_text(text):
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        opened.append(Tab(browser, path).__enter__())
        return opened[-1]

    yield open_text
    for tab in opened:
        tab.__exit__(None, None, None)
