// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

namespace octet::widgets {

namespace {

QColor c(unsigned rgb)
{
    return QColor(QRgb(0xff000000u | rgb));
}

Theme makeLight()
{
    Theme t;
    t.window = c(0xEEF0F3), t.header = c(0xF6F7F9), t.panel = c(0xFFFFFF), t.nestedBox = c(0xF9FAFB);
    t.text = c(0x1A1E24), t.secondary = c(0x56606C), t.disabled = c(0x8B939D);
    t.line = c(0xD9DDE3), t.grid = c(0xECEEF1), t.border = c(0x7D8691);
    t.accent = c(0x0B66B0), t.onAccent = c(0xFFFFFF), t.selectedRow = c(0xE2EDF8);
    t.int8 = c(0x17598F), t.int8Tint = c(0xD6E6F6);
    t.bf16 = c(0x24756A), t.bf16Tint = c(0xDDF1E6);
    t.fp32 = c(0x876000), t.fp32Tint = c(0xFAE6B4);
    t.meets = c(0x00704F), t.meetsTint = c(0xDFF1EA);
    t.tooClose = c(0x836100), t.tooCloseTint = c(0xFAEDCB);
    t.misses = c(0x8F2400), t.missesTint = c(0xFBE4D8);
    t.today = c(0x4A525C), t.everythingInt8 = c(0xC24A00);
    t.otherMarks = c(0x6B7683), t.frontier = c(0x3D4650), t.band = c(0xE6F3EC);
    t.sensitivityRamp = {c(0xF4EFF8), c(0xDCCBE9), c(0xBC98D3), c(0x8A57AC), c(0x57297A)};
    t.timeRamp = {c(0xEDF4F3), c(0xC3DEDA), c(0x82B8B1), c(0x3B807A), c(0x124D49)};
    return t;
}

Theme makeDark()
{
    Theme t;
    t.dark = true;
    t.window = c(0x14171B), t.header = c(0x23282E), t.panel = c(0x1D2126), t.nestedBox = c(0x20252A);
    t.text = c(0xE4E8ED), t.secondary = c(0xA2ACB8), t.disabled = c(0x6C7682);
    t.line = c(0x343B44), t.grid = c(0x282E35), t.border = c(0x6F7B88);
    t.accent = c(0x5CAEEF), t.onAccent = c(0x0E1216), t.selectedRow = c(0x1C364E);
    t.int8 = c(0x5FA8EA), t.int8Tint = c(0x1D3A56);
    t.bf16 = c(0x82D6C2), t.bf16Tint = c(0x1C403A);
    t.fp32 = c(0xE8B84A), t.fp32Tint = c(0x46391A);
    t.meets = c(0x4FC796), t.meetsTint = c(0x17382D);
    t.tooClose = c(0xEBC25A), t.tooCloseTint = c(0x3E3416);
    t.misses = c(0xFF7F50), t.missesTint = c(0x45241A);
    t.today = c(0xC3CBD5), t.everythingInt8 = c(0xFF7F50);
    t.otherMarks = c(0x8A96A4), t.frontier = c(0xB4BEC9), t.band = c(0x1B2E28);
    t.sensitivityRamp = {c(0x2A2533), c(0x46335C), c(0x694A8C), c(0xA583CB), c(0xDFC9F3)};
    t.timeRamp = {c(0x1F2B2C), c(0x24474A), c(0x2F6D6C), c(0x66AAA5), c(0xBFE5E0)};
    return t;
}

Theme makeContrast()
{
    Theme t;
    t.dark = true;
    t.window = c(0x000000), t.header = c(0x000000), t.panel = c(0x000000), t.nestedBox = c(0x000000);
    t.text = c(0xFFFFFF), t.secondary = c(0xE6E6E6), t.disabled = c(0xA0A0A0);
    t.line = c(0x9A9A9A), t.grid = c(0x4A4A4A), t.border = c(0xFFFFFF);
    t.accent = c(0x6FD0FF), t.onAccent = c(0x000000), t.selectedRow = c(0x003C6B);
    t.int8 = c(0x8CC8FF), t.int8Tint = c(0x00264A);
    t.bf16 = c(0x7FF0D0), t.bf16Tint = c(0x00302A);
    t.fp32 = c(0xFFD34D), t.fp32Tint = c(0x3A2A00);
    t.meets = c(0x66F0B5), t.meetsTint = c(0x00301E);
    t.tooClose = c(0xFFE066), t.tooCloseTint = c(0x332800);
    t.misses = c(0xFFA27F), t.missesTint = c(0x401400);
    t.today = c(0xFFFFFF), t.everythingInt8 = c(0xFFA27F);
    t.otherMarks = c(0xC8C8C8), t.frontier = c(0xFFFFFF), t.band = c(0x00301E);
    t.sensitivityRamp = {c(0x1C1030), c(0x3E2460), c(0x5F3A8C), c(0xC9A6F2), c(0xF0E0FF)};
    t.timeRamp = {c(0x0A2422), c(0x124743), c(0x1D6A64), c(0x7FD9CF), c(0xD2FBF6)};
    return t;
}

} // namespace

const Theme& Theme::light()
{
    static const Theme theme = makeLight();
    return theme;
}

const Theme& Theme::darkTheme()
{
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::contrast()
{
    static const Theme theme = makeContrast();
    return theme;
}

const Theme& Theme::of(const QPalette& palette)
{
    if (palette.color(QPalette::Window) == Qt::black && palette.color(QPalette::WindowText) == Qt::white)
        return contrast();
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness() ? darkTheme()
                                                                                                         : light();
}

QPalette Theme::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, panel);
    p.setColor(QPalette::AlternateBase, nestedBox);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::PlaceholderText, secondary);
    p.setColor(QPalette::Button, panel);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, onAccent);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, onAccent);
    p.setColor(QPalette::ToolTipBase, header);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::Link, accent);
    p.setColor(QPalette::Light, header);
    p.setColor(QPalette::Midlight, line);
    p.setColor(QPalette::Mid, line);
    p.setColor(QPalette::Dark, border);
    p.setColor(QPalette::Shadow, border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, disabled);
    p.setColor(QPalette::Disabled, QPalette::Highlight, line);
    return p;
}

} // namespace octet::widgets
