// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/markup.h"

namespace octet::exchange {

std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\n': result += "&#10;"; break;
        default: result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        }
    return result;
}

} // namespace octet::exchange
