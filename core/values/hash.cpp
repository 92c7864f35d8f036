// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/hash.h"

#include "core/values/error.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace octet {

namespace {

class Digest
{
public:
    Digest()
        : m_context(EVP_MD_CTX_new(), &EVP_MD_CTX_free)
    {
        EVP_DigestInit_ex(m_context.get(), EVP_sha256(), nullptr);
    }
    void add(const void* data, std::size_t size) { EVP_DigestUpdate(m_context.get(), data, size); }
    std::string hex()
    {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes {};
        unsigned size = 0;
        EVP_DigestFinal_ex(m_context.get(), bytes.data(), &size);
        std::string text;
        for (unsigned i = 0; i < size; ++i)
            text += fmt::format("{:02x}", bytes[i]);
        return text;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> m_context;
};

} // namespace

std::string sha256(std::span<const std::byte> bytes)
{
    Digest digest;
    digest.add(bytes.data(), bytes.size());
    return digest.hex();
}

std::string sha256(std::string_view text)
{
    return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

std::string sha256File(const std::string& path)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (!file)
        throw Error(ErrorKind::File, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)), {.file = path});
    Digest digest;
    std::vector<unsigned char> buffer(1 << 20);
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file.get()))
        digest.add(buffer.data(), size);
    if (std::ferror(file.get()))
        throw Error(ErrorKind::File, fmt::format("Cannot read {} to its end.", path), {.file = path});
    return digest.hex();
}

} // namespace octet
