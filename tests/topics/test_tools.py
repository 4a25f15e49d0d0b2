"""Topics for programs and in a terminal: the command, and tools by standard input and output, with mcp's own client."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from qa.cli import main


@pytest.mark.model
def test_the_command_prints_a_topic_its_timeline_or_several(
    sample_archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*arguments: str) -> Any:
        assert main(["topic", *arguments, "--archive", str(sample_archive), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    row = printed("李德民")
    assert (row["name"], row["articles"], row["issues"]) == ("李德民", 1, 1)
    assert "李德民" in row["sentences"][0]["quote"]
    assert "车慧敏" in [one["name"] for one in row["people"]]
    assert len(printed("美国", "--timeline")["timeline"]) == printed("美国")["articles"] == 7
    compared = printed("美国", "日本", "恐龙")
    assert [one["name"] for one in compared["topics"]] == ["美国", "日本"]
    assert compared["unknown"] == ["恐龙"]
    assert compared["shared_articles"]
    assert main(["topic", "恐龙", "--archive", str(sample_archive)]) == 2
    assert "恐龙" in capsys.readouterr().err


@pytest.mark.model
def test_a_client_of_mcp_gets_topics_by_standard_input_and_output(sample_archive: Path) -> None:
    pytest.importorskip("mcp")
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = "import sys; from qa.cli import main; sys.exit(main())"
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", command, "mcp", "--archive", str(sample_archive)],
        env={"PYTHONPATH": ":".join(sys.path), "BULLETIN_READER": "none"},
    )

    async def session() -> dict[str, Any]:
        async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
            await client.initialize()
            return {
                "tools": {tool.name for tool in (await client.list_tools()).tools},
                "topic": await client.call_tool("topic", {"name": "东盟"}),
                "timeline": await client.call_tool("timeline", {"name": "美国", "limit": 2, "skip": 1}),
                "comparison": await client.call_tool("compare_topics", {"names": ["美国", "日本"]}),
                "unknown": await client.call_tool("topic", {"name": "恐龙"}),
                "too many": await client.call_tool("timeline", {"name": "美国", "limit": 1000}),
            }

    got = asyncio.run(asyncio.wait_for(session(), timeout=120))
    assert {"topic", "timeline", "compare_topics", "ask", "search"} <= got["tools"]
    assert got["topic"].structuredContent["articles"] == 2
    assert len(got["timeline"].structuredContent["entries"]) == 2
    assert len(got["comparison"].structuredContent["topics"]) == 2
    assert got["unknown"].isError
    assert "恐龙" in got["unknown"].content[0].text
    assert got["too many"].isError
