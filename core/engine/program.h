// SPDX-License-Identifier: GPL-3.0-or-later
// Model + settings + ranges + target -> Program -> outputs and profile.
#pragma once

#include "core/engine/cpu.h"
#include "core/graph/model.h"
#include "core/values/config.h"
#include "core/values/ranges.h"
#include "core/values/tensor.h"
#include "core/values/trial.h"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace octet::engine {

/// Owns quantized and packed weights, shared by programs, least recently used thrown out beyond the limit.
class WeightStore
{
public:
    explicit WeightStore(std::size_t byteLimit = std::size_t(1) << 30);
    ~WeightStore();
    std::size_t bytes() const;
    struct Impl;
    Impl& impl() { return *m_impl; }

private:
    std::unique_ptr<Impl> m_impl;
};

struct CompileOptions
{
    std::map<std::string, Shape> inputShapes; // every model input, concrete
    /// Inputs whose values are known and decide shapes (see decidesShapes): compiled in. They must still be set.
    std::map<std::string, Tensor> fixedInputs;
    int threads = 1;
    std::vector<std::string> taps; // values to keep alive and readable after run()
    std::function<bool()> cancelled; // polled; throws Error(Cancelled)
};

/// A few numbers such as operators take their shapes, axes and counts from.
bool decidesShapes(const Tensor& tensor);

/// Immutable; shared by sessions. Shape arithmetic is folded to constants.
class Program
{
public:
    struct Impl;
    explicit Program(std::unique_ptr<Impl> impl);
    ~Program();
    const std::vector<std::string>& inputNames() const;
    const std::vector<std::string>& outputNames() const;
    DType inputType(const std::string& name) const;
    Shape outputShape(std::size_t index) const;
    DType outputType(std::size_t index) const;
    long long arenaBytes() const;
    long long weightBytes() const; // packed weights that it uses
    /// One per fused group in execution order; ms is 0. What ran, with which kernel, and why not as asked.
    const std::vector<GroupProfile>& groups() const;
    const Impl& impl() const { return *m_impl; }

private:
    std::unique_ptr<Impl> m_impl;
};

/// Throws Error(Unsupported) naming the first node (and counting the others) that cannot run, before anything runs;
/// Error(Setting) when a static int8 product has no range.
std::shared_ptr<const Program> compile(std::shared_ptr<const graph::Model> model, const Settings& settings,
                                       const Ranges& ranges, const CompileOptions& options, WeightStore& store);

/// Nodes that no kernel covers, with type and reason, whatever the shapes. Empty = the model can run.
struct UnsupportedNode
{
    std::string node, opType, reason;
};
std::vector<UnsupportedNode> unsupportedNodes(const graph::Model& model);

/// A program's memory: one arena. Not thread safe; drive all sessions of a process from one long-lived thread.
class Session
{
public:
    explicit Session(std::shared_ptr<const Program> program);
    ~Session();
    /// Inputs by name, of exactly the compiled shape and type (else Error(Data)). Allocates nothing of ours.
    void setInput(const std::string& name, const Tensor& tensor);
    void run();
    /// Valid until the next run().
    std::span<const std::byte> output(std::size_t index) const;
    Tensor outputTensor(std::size_t index) const;
    std::span<const float> tap(const std::string& value) const; // dense, in the value's ONNX shape
    Shape tapShape(const std::string& value) const;
    /// run() with a time per group, added to `ms` (one entry per Program::groups()).
    void runProfiled(std::vector<double>& ms);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace octet::engine
