// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/error.h"
#include "core/worker/rpc.h"

#include "test_main.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace octet;
using nlohmann::json;
using worker::Deframer;
using worker::frame;

namespace {

std::string refusal(const std::string& bytes)
{
    try {
        Deframer().feed(bytes);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::Format ? error.message() : "wrong kind";
    }
    return "accepted";
}

} // namespace

class TestRpc : public QObject
{
    Q_OBJECT
private slots:
    void splitAnywhere()
    {
        const std::vector<json> sent{{{"method", "a"}, {"text", "\xc3\xa4\r\n\r\n"}}, json::object(), {{"b", 1.5}}};
        std::string bytes;
        for (const json& message : sent)
            bytes += frame(message);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            Deframer deframer;
            auto got = deframer.feed(std::string_view(bytes).substr(0, cut));
            for (json& message : deframer.feed(std::string_view(bytes).substr(cut)))
                got.push_back(message);
            QVERIFY(got == sent);
        }
        Deframer deframer;
        std::vector<json> got;
        for (const char byte : bytes)
            for (json& message : deframer.feed({&byte, 1}))
                got.push_back(message);
        QVERIFY(got == sent);
    }

    void otherHeadersAreAllowed()
    {
        const auto got = Deframer().feed("Content-Type: application/vscode-jsonrpc\r\ncontent-length:2\r\n\r\n{}");
        QCOMPARE(got.size(), std::size_t(1));
    }

    void notUtf8IsReplaced()
    {
        const auto got = Deframer().feed(frame({{"path", "a\xff"}}));
        QCOMPARE(got[0]["path"].get<std::string>(), std::string("a\xef\xbf\xbd"));
    }

    void garbage()
    {
        QCOMPARE(refusal("hello\r\n\r\n"), std::string("The message does not start with a Content-Length header."));
        QCOMPARE(
            refusal(std::string(5000, 'x')), std::string("The message does not start with a Content-Length header."));
        QCOMPARE(refusal("A: 1\r\n\r\n{}"), std::string("The message has no Content-Length header."));
        QCOMPARE(refusal("\r\n\r\n{}"), std::string("The message has no Content-Length header."));
        for (const char* length : {"-1", "2x", "", "99999999999999999999999", "2\r\nContent-Length: 2"})
            QVERIFY(refusal(std::string("Content-Length: ") + length + "\r\n\r\n{}")
                        .ends_with("is no length of a message."));
        QVERIFY(refusal("Content-Length: 268435457\r\n\r\n").ends_with("limit of 256 MiB."));
        QCOMPARE(refusal("Content-Length: 3\r\n\r\n{a}"), std::string("The message is no JSON."));
        QCOMPARE(refusal("Content-Length: 0\r\n\r\n"), std::string("The message is no JSON."));
        const std::string deep(1'000'000, '[');
        QCOMPARE(refusal("Content-Length: 1000000\r\n\r\n" + deep), std::string("The message is no JSON."));
    }
};

OCTET_TEST(TestRpc)
#include "tst_rpc.moc"
