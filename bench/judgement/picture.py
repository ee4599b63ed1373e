"""The calibration curve as SVG, without a drawing library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.judgement.measure import Bin

_SIZE, _EDGE = 360, 50
_COLOURS = ("#2266aa", "#cc6622")


def curve(series: Mapping[str, Sequence[Bin]]) -> str:
    """Score on the x axis, share of true findings on the y axis, one line for each series; dots grow with counts."""
    full = _SIZE + 2 * _EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{full}" height="{full}" font-size="12">',
        f'<rect width="{full}" height="{full}" fill="white"/>',
        f'<path d="M{_x(0)} {_y(0)}H{_x(1)}V{_y(1)}H{_x(0)}Z" fill="none" stroke="#888"/>',
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#bbb" stroke-dasharray="4"/>',
        *(_tick(number / 5) for number in range(6)),
        f'<text x="{_x(0.5)}" y="{full - 10}" text-anchor="middle">score given</text>',
        f'<text x="14" y="{_y(0.5)}" transform="rotate(-90 14 {_y(0.5)})">share that is true</text>',
    ]
    for (name, bins), colour, row in zip(series.items(), _COLOURS, range(len(series)), strict=False):
        points = " ".join(f"{_x(each.score)},{_y(each.share)}" for each in bins)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        most = max((each.weight for each in bins), default=1)
        lines.append(f'<g fill="{colour}">')
        lines += [
            f'<circle cx="{_x(each.score)}" cy="{_y(each.share)}" r="{2 + 6 * each.weight / most:.1f}" />'
            for each in bins
        ]
        lines.append("</g>")
        lines.append(f'<text x="{_x(0.04)}" y="{_y(0.95) + 16 * row}" fill="{colour}">{name}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _x(share: float) -> int:
    return round(_EDGE + share * _SIZE)


def _y(share: float) -> int:
    return round(_EDGE + (1 - share) * _SIZE)


def _tick(share: float) -> str:
    return (
        f'<text x="{_x(share)}" y="{_y(0) + 16}" text-anchor="middle">{share:.1f}</text>'
        f'<text x="{_x(0) - 6}" y="{_y(share) + 4}" text-anchor="end">{share:.1f}</text>'
    )
