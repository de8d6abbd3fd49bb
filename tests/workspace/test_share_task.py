"""Sharing the cost of a task between municipalities of the fictional province."""

from __future__ import annotations

import json

import pytest

from verband.cli.entry import main
from verband.errors import BadInputError, MissingDataError, UnknownNameError


@pytest.fixture(scope="module")
def told(sample_workspace):
    """A task whose cost can be told, with three members of about the middle size."""
    people = sorted(
        (item for item in sample_workspace.municipalities() if item.inhabitants), key=lambda item: item.inhabitants
    )
    members = [item.name for item in people[len(people) // 3 :][:3]]
    for item in sample_workspace.scale().tasks:
        if item.apart is None and not item.misfit:
            return item.task, members
    pytest.fail("no task of the sample can be told")


def test_keys_add_up_and_carry_their_uncertainty(sample_workspace, told):
    task, members = told
    found = sample_workspace.share_task(task, members)
    record = found.as_record()
    assert record["members"] == members
    assert record["kind"] == "estimated"
    assert set(record["own_levels"]) == set(members)
    for name, item in record["methods"].items():
        if item["shares"] is None:
            assert item["reason"]
            continue
        assert sum(item["shares"].values()) == pytest.approx(record["total"])
        assert (item["interval"] is not None) == (name in ("equal", "weight", "stand-alone", "scrb", "shapley"))
    assert set(record["size_only"]["methods"]) == set(record["methods"])
    assert record["source"]


def test_the_command_gives_the_same(sample_workspace, told, capsys):
    task, members = told
    words = ["share", "--task", task, "--members", ",".join(members), "--workspace", str(sample_workspace.folder)]
    assert main([*words, "--method", "shapley", "--format", "json"]) == 0
    shown = capsys.readouterr()
    found = sample_workspace.share_task(task, members, methods=["shapley"]).as_record()
    assert json.loads(shown.out)["methods"]["shapley"]["shares"] == pytest.approx(found["methods"]["shapley"]["shares"])
    assert "fictional" in shown.err
    assert main(words) == 0
    out = " ".join(capsys.readouterr().out.split())
    for part in ("Own level", "Size only", "estimated", "no saving by cooperating"):
        assert part in out


def test_what_cannot_be_asked_is_refused(sample_workspace, told):
    task, members = told
    with pytest.raises(UnknownNameError):
        sample_workspace.share_task(task, ["Nergenshuizen", members[0]])
    with pytest.raises(BadInputError, match="named twice"):
        sample_workspace.share_task(task, [members[0], members[0]])
    with pytest.raises(BadInputError, match="1 member cannot"):
        sample_workspace.share_task(task, members[:1])
    with pytest.raises(MissingDataError, match="financial"):
        sample_workspace.share_task("0.5", members)
    with pytest.raises(MissingDataError, match="more than the data support"):
        sample_workspace.share_task(task, [item.name for item in sample_workspace.municipalities()][:20])
