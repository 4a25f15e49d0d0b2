"""What was asked in vain this week, as a text for a mail: `python weekly_report.py [ARCHIVE] | mail editors`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from embeddings import data_path
from qa.userdata.feedback import unanswered_row, vote_row
from qa.userdata.store import UserStore

MOST = 20


def report(archive: str | None = None, *, now: datetime) -> str:
    """The questions without an answer of the seven days before `now`, most asked first, and what was voted down."""
    store, since = UserStore(data_path(archive)), now - timedelta(days=7)
    asked = sorted(map(unanswered_row, store.unanswered(since=since)), key=lambda row: -row["asked"])
    down = [row for row in map(vote_row, store.votes(since=since)) if row["vote"] == "bad"]
    lines = [f"{since:%Y-%m-%d} 至 {now:%Y-%m-%d}：{len(asked)} 个问题没有找到答案，{len(down)} 个回答被评为不好。", ""]
    lines += [f"{row['asked']:>4} 次  {row['question']}" for row in asked[:MOST]]
    if len(asked) > MOST:
        lines.append(f"……还有 {len(asked) - MOST} 个：bulletin feedback --unanswered --csv 文件")
    if down:
        lines += ["", "评为不好的：", *(f"- {row['question']}（{row['word'] or '没有留言'}）" for row in down[:MOST])]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the report of an archive (default: as BULLETIN_ARCHIVE says)."""
    print(report(arguments[0] if arguments else None, now=datetime.now(timezone.utc)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
