// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/array_input.h"

#include "core/data/npy.h"
#include "core/values/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace octet::data {

namespace {

bool fits(const Shape& sample, const graph::ValueInfo& declared)
{
    if (sample.size() + 1 != declared.shape.size())
        return false;
    for (std::size_t i = 0; i < sample.size(); ++i)
        if (declared.shape[i + 1].value >= 0 && declared.shape[i + 1].value != sample[i])
            return false;
    return true;
}

[[noreturn]] void wrongShape(const std::string& file, const Shape& shape, const graph::ValueInfo& declared)
{
    throw Error(ErrorKind::Data,
        fmt::format("{} has the shape {}, but the model's input {} is {}; give one row a sample.", file,
            toString(shape), declared.name, describeShape(declared)),
        {.file = file});
}

/// The shape of a row as the model wants it: that of the file, or with a channel axis of 1 put in.
Shape sampleShape(const std::string& file, const Tensor& tensor, const graph::ValueInfo& declared)
{
    if (tensor.shape.empty() || tensor.shape[0] == 0)
        throw Error(ErrorKind::Data, fmt::format("{} has no rows.", file), {.file = file});
    const Shape sample(tensor.shape.begin() + 1, tensor.shape.end());
    if (!declared.hasShape || fits(sample, declared))
        return sample;
    if (declared.shape.size() == sample.size() + 2)
        for (const std::size_t axis : {std::size_t(0), sample.size()}) {
            Shape wider = sample;
            wider.insert(wider.begin() + static_cast<std::ptrdiff_t>(axis), 1);
            if (declared.shape[axis + 1].value == 1 && fits(wider, declared))
                return wider;
        }
    wrongShape(file, tensor.shape, declared);
}

/// mean and std have a value for each channel: axis 1 of a row-major image batch [N, C, H, W], or else the last.
void placeChannels(Conversion& conversion, const Shape& sample, const DataSpec& spec, const std::string& file)
{
    const std::size_t channels = std::max({spec.mean.size(), spec.std.size(), std::size_t(1)});
    if ((spec.mean.size() > 1 && spec.mean.size() != channels) || (spec.std.size() > 1 && spec.std.size() != channels))
        throw Error(ErrorKind::Setting,
            fmt::format("mean has {} values and std has {}; give one, or one a channel, for both.", spec.mean.size(),
                spec.std.size()));
    conversion.pixels = pixelTable(spec.mean, spec.std, channels);
    conversion.channels = channels;
    if (channels == 1)
        return;
    const auto wanted = static_cast<std::int64_t>(channels);
    if (!sample.empty() && sample.front() == wanted)
        conversion.channelStep = static_cast<std::size_t>(elementCount(Shape(sample.begin() + 1, sample.end())));
    else if (!sample.empty() && sample.back() == wanted)
        conversion.channelStep = 1;
    else
        throw Error(ErrorKind::Setting,
            fmt::format(
                "mean and std are for {} channels, but an image of {} is {}.", channels, file, toString(sample)));
}

void checkElements(const std::string& file, const Tensor& tensor, DType wanted)
{
    const std::size_t bad = firstBadElement(tensor, wanted);
    if (bad == std::string::npos)
        return;
    const auto row = static_cast<long>(bad / static_cast<std::size_t>(tensor.count() / tensor.shape[0])) + 1;
    throw Error(ErrorKind::Data,
        fmt::format("{}, row {}: a value is {}.", file, row,
            isInteger(tensor.type) ? "too large for " + toString(wanted) : "not a finite number"),
        {.file = file, .row = row});
}

template <typename T>
std::string statisticsOf(const T* values, std::size_t count)
{
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += static_cast<double>(values[i]);
    const auto [low, high] = std::minmax_element(values, values + count);
    return fmt::format("{:g} to {:g}, mean {:.3g}", static_cast<double>(*low), static_cast<double>(*high),
        sum / static_cast<double>(count));
}

} // namespace

ArrayInput loadArrayInput(
    const graph::ValueInfo& declared, const std::string& testFile, const std::string& calibFile, const DataSpec& spec)
{
    ArrayInput input;
    input.name = declared.name;
    if (declared.hasShape && declared.shape.empty())
        throw Error(ErrorKind::Unsupported,
            fmt::format("The model's input {} is a single value, not a batch of samples.", declared.name),
            {.node = declared.name});
    bool first = true;
    const auto take = [&](const std::string& file, Tensor& tensor) {
        if (file.empty())
            return;
        tensor = readNpy(file);
        if (!convertible(tensor.type, declared.type))
            throw Error(ErrorKind::Data,
                fmt::format("{} holds {}, but the model's input {} needs {}.", file, toString(tensor.type),
                    declared.name, toString(declared.type)),
                {.file = file});
        const Shape sample = sampleShape(file, tensor, declared);
        if (!first && (sample != input.sample || tensor.type != input.conversion.from))
            throw Error(ErrorKind::Data,
                fmt::format("{} has rows of {} {}, but {} has {} {}; they must be alike.", file, toString(tensor.type),
                    toString(sample), testFile, toString(input.conversion.from), toString(input.sample)),
                {.file = file});
        checkElements(file, tensor, declared.type);
        input.sample = sample;
        input.conversion.from = tensor.type;
        input.conversion.to = declared.type;
        if (first && tensor.type == DType::U8 && declared.type == DType::F32)
            placeChannels(input.conversion, sample, spec, file);
        first = false;
    };
    take(testFile, input.test);
    take(calibFile, input.calib);
    input.freeColumns = declared.hasShape && declared.shape.size() > 1 && declared.shape[1].value < 0;
    return input;
}

std::string describeRow(const Tensor& tensor, std::size_t row)
{
    const Shape sample(tensor.shape.begin() + 1, tensor.shape.end());
    const auto count = static_cast<std::size_t>(elementCount(sample));
    std::string text = toString(tensor.type) + " " + toString(sample);
    if (count == 0)
        return text;
    if (tensor.type == DType::F32)
        return text + ", " + statisticsOf(tensor.data<float>() + row * count, count);
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = tensor.type == DType::F64 ? tensor.data<double>()[row * count + i]
            : tensor.type == DType::F16
            ? static_cast<double>(halfToFloat(tensor.data<std::uint16_t>()[row * count + i]))
            : static_cast<double>(integerAt(tensor, row * count + i));
    return text + ", " + statisticsOf(values.data(), count);
}

} // namespace octet::data
