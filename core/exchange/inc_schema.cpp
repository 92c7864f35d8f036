// SPDX-License-Identifier: GPL-3.0-or-later
// The tables only. Facts: neural_compressor/conf/config.py of INC 1.14.2; inc_check.cpp reads them.
#include "core/exchange/inc_schema.h"

#include "core/exchange/yaml_scalar.h"

#include <limits>
#include <utility>

namespace octet::exchange {

namespace {

using Words = std::vector<std::string>;
constexpr double infinite = std::numeric_limits<double>::infinity();

IncType simple(IncKind kind)
{
    return {.kind = kind};
}
IncType text(Words words = {})
{
    return {.kind = IncKind::String, .words = std::move(words)};
}
IncType flag()
{
    return simple(IncKind::Bool);
}
IncType integer()
{
    return simple(IncKind::Int);
}
IncType atLeast(double low)
{
    return {.kind = IncKind::Int, .low = low, .high = infinite, .ranged = true};
}
IncType oneOf(std::vector<long long> numbers)
{
    return {.kind = IncKind::Int, .numbers = std::move(numbers)};
}
IncType real()
{
    return simple(IncKind::Float);
}
IncType realIn(double low, double high)
{
    return {.kind = IncKind::Float, .low = low, .high = high, .ranged = true};
}
IncType realAbove(double low)
{
    return {.kind = IncKind::Float, .low = low, .high = infinite, .lowOpen = true, .ranged = true};
}
IncType floatLike()
{
    return simple(IncKind::FloatLike);
}
IncType words(Words accepted = {})
{
    return {.kind = IncKind::Words, .words = std::move(accepted)};
}
IncType wordList(Words accepted = {})
{
    return {.kind = IncKind::WordList, .words = std::move(accepted)};
}
IncType map(std::vector<IncField> fields)
{
    return {.kind = IncKind::Map, .fields = std::move(fields)};
}
IncType oneKeyOf(std::vector<IncField> fields)
{
    IncType type = map(std::move(fields));
    type.exactlyOne = true;
    return type;
}
IncType freeMap(IncType value)
{
    return {.kind = IncKind::FreeMap, .fields = {{"", std::move(value)}}};
}
IncField must(std::string key, IncType type)
{
    return {std::move(key), std::move(type), true};
}
IncType nothing()
{
    return simple(IncKind::Nothing);
}

const Words granularities{"per_channel", "per_tensor"};
const Words weightSchemes{"asym", "sym", "asym_float"};
const Words activationSchemes{"asym", "sym"};
const Words dtypes{"int8", "uint8", "fp32", "bf16", "fp16"};
const Words computeDtypes{"int8", "uint8", "fp32", "bf16", "None"};
const Words activationAlgorithms{"minmax", "kl", "placeholder"};
const Words objectives{"performance", "modelsize", "footprint", "accuracy"};
const Words frameworks{"tensorflow", "tensorflow_itex", "mxnet", "pytorch", "pytorch_ipex", "pytorch_fx",
    "onnxrt_qlinearops", "onnxrt_integerops", "onnxrt_qdq", "onnxrt_qoperator", "NA"};

/// 0 < bit <= 7. An int is refused: Python's schema asks for float.
IncType bits()
{
    return {.kind = IncKind::Floats, .low = 0, .high = 7, .lowOpen = true, .ranged = true, .floatToo = true};
}

/// The leaves of model_wise (strings too), or of op_wise and optype_wise (real lists only).
IncType leaves(bool listOnly)
{
    const auto list = [listOnly](const Words& accepted) { return listOnly ? wordList(accepted) : words(accepted); };
    return map({{"weight",
                    map({{"granularity", list(granularities)}, {"scheme", list(weightSchemes)}, {"dtype", list(dtypes)},
                        {"algorithm", list({"minmax"})}, {"bit", bits()}})},
        {"activation",
            map({{"granularity", list(granularities)}, {"scheme", list(activationSchemes)}, {"dtype", list(dtypes)},
                {"compute_dtype", list(computeDtypes)}, {"algorithm", list(activationAlgorithms)}})}});
}

IncType size()
{
    return simple(IncKind::Size);
}
IncType interpolation()
{
    return text({"nearest", "bilinear", "bicubic"});
}
IncType meanValue()
{
    return {.kind = IncKind::Floats};
}

IncType transforms()
{
    return map(
        {{"ResizeWithRatio",
             map({{"min_dim", integer()}, {"max_dim", integer()}, {"padding", flag()}, {"constant_value", integer()}})},
            {"CropToBoundingBox",
                map({must("offset_height", integer()), must("offset_width", integer()),
                    must("target_height", integer()), must("target_width", integer())})},
            {"Cast", map({{"dtype", text()}})},
            {"RandomResizedCrop",
                map({must("size", size()), {"scale", simple(IncKind::FloatList)}, {"ratio", simple(IncKind::FloatList)},
                    {"interpolation", interpolation()}})},
            {"AlignImageChannel", map({{"dim", integer()}})}, {"ToNDArray", nothing()},
            {"CropResize",
                map({must("x", integer()), must("y", integer()), must("width", integer()), must("height", integer()),
                    must("size", size()), {"interpolation", interpolation()}})},
            {"RandomHorizontalFlip", nothing()}, {"RandomVerticalFlip", nothing()}, {"ToTensor", nothing()},
            {"ToPILImage", nothing()},
            {"Normalize",
                map({{"mean", simple(IncKind::FloatList)}, {"std", simple(IncKind::FloatList)},
                    {"rescale", simple(IncKind::List)}})},
            {"Resize", map({must("size", size()), {"interpolation", interpolation()}})},
            {"RandomCrop", map({must("size", size())})}, {"Rescale", nothing()},
            {"CenterCrop", map({must("size", size())})},
            {"PaddedCenterCrop", map({must("size", size()), {"crop_padding", atLeast(1)}})}, {"ToArray", nothing()},
            {"QuantizedInput", map({{"dtype", text({"int8", "uint8"})}, {"scale", realAbove(0)}})},
            {"Transpose", map({must("perm", simple(IncKind::IntList))})}, {"ParseDecodeImagenet", nothing()},
            {"ParseDecodeCoco", nothing()}, {"ParseDecodeVoc", nothing()},
            {"BilinearImagenet",
                map({must("height", atLeast(1)), must("width", atLeast(1)), {"central_fraction", real()},
                    {"mean_value", meanValue()}, {"scale", real()}})},
            {"ResizeCropImagenet",
                map({must("height", atLeast(1)), must("width", atLeast(1)), {"random_crop", flag()},
                    {"slice_crop", flag()}, {"resize_side", atLeast(1)},
                    {"resize_method",
                        text({"bilinear", "lanczos3", "lanczos5", "bicubic", "gaussian", "nearest", "area",
                            "mitchellcubic"})},
                    {"random_flip_left_right", flag()}, {"data_format", text({"channels_first", "channels_last"})},
                    {"subpixels", text({"BGR", "RGB"})}, {"mean_value", meanValue()}, {"scale", real()}})},
            {"ResizeWithAspectRatio", map({must("height", atLeast(1)), must("width", atLeast(1))})}});
}

IncType postprocess()
{
    const auto squad = map({must("label_file", text()), must("vocab_file", text()), {"do_lower_case", flag()},
        {"max_seq_length", integer()}});
    return map({{"transform",
        map({{"LabelShift", integer()}, {"Collect", map({must("length", integer())})}, {"SquadV1", squad},
            {"SquadV1ModelZoo", squad}})}});
}

IncType datasets()
{
    const auto download = map({must("root", text()), {"train", flag()}, {"download", flag()}});
    const auto root = map({must("root", text())});
    const auto shape = simple(IncKind::Shape);
    const auto numbers = simple(IncKind::Numbers);
    const auto bert = map({must("root", text()), must("label_file", text()), {"task", text({"classifier", "squad"})},
        {"model_type", text({"bert", "xlnet", "xlm"})}});
    return oneKeyOf({{"CIFAR10", download}, {"CIFAR100", download}, {"MNIST", download}, {"FashionMNIST", download},
        {"ImageFolder", root}, {"TFRecordDataset", root}, {"ImageRecord", root},
        {"dummy_v2",
            map({must("input_shape", shape), {"label_shape", shape}, {"low", numbers}, {"high", numbers},
                {"dtype", words()}})},
        {"sparse_dummy_v2",
            map({must("dense_shape", shape), {"label_shape", shape}, {"sparse_ratio", numbers}, {"low", numbers},
                {"high", numbers}, {"dtype", words()}})},
        {"dummy",
            map({must("shape", shape), {"low", numbers}, {"high", numbers}, {"dtype", words()}, {"label", flag()}})},
        {"bert", bert}, {"mzbert", bert}, {"VOCRecord", root},
        {"COCORecord", map({must("root", text()), {"num_cores", integer()}})},
        {"COCORaw", map({must("root", text()), {"img_dir", text()}, {"anno_dir", text()}, {"num_cores", integer()}})},
        {"COCONpy",
            map({must("root", text()), must("npy_dir", text()), {"anno_dir", text()}, {"num_cores", integer()}})},
        {"ImagenetRaw", map({must("data_path", text()), {"image_list", text()}})},
        {"style_transfer",
            map({must("content_folder", text()), must("style_folder", text()), {"crop_ratio", real()},
                {"resize_shape", {.kind = IncKind::Ints, .stringToo = true}}, {"image_format", text()}})},
        {"GLUE",
            map({must("data_dir", text()), must("model_name_or_path", text()), {"max_seq_length", integer()},
                {"do_lower_case", flag()}, {"task", text()}, {"model_type", text()}, {"dynamic_length", flag()},
                {"evaluate", flag()}})},
        {"Imagenet", root}});
}

IncType dataloader()
{
    return map({{"last_batch", text({"rollover", "discard"})}, {"batch_size", atLeast(1)}, must("dataset", datasets()),
        {"filter", map({{"LabelBalance", map({must("size", atLeast(1))})}})}, {"transform", transforms()},
        {"shuffle", flag()}, {"distributed", flag()}});
}

IncType instanceConfigs()
{
    return map(
        {{"cores_per_instance", atLeast(1)}, {"num_of_instance", atLeast(1)}, {"inter_num_of_threads", atLeast(1)},
            {"intra_num_of_threads", atLeast(1)}, {"kmp_blocktime", atLeast(0)}, {"kmp_affinity", text()}});
}

std::vector<IncField> metricFields()
{
    const auto annotated = map({{"anno_path", text()}, {"map_key", text()}});
    const auto compared = map({{"compare_label", flag()}});
    const auto task = map({{"task", text()}});
    const auto order = map({{"num_detections", integer()}, must("boxes", integer()), must("scores", integer()),
        must("classes", integer())});
    return {{"topk", oneOf({1, 5})},
        {"mAP",
            map({{"anno_path", text()}, {"iou_thrs", simple(IncKind::IouThresholds)},
                {"map_points", oneOf({0, 11, 101})}})},
        {"COCOmAP", annotated},
        {"COCOmAPv2", map({{"anno_path", text()}, {"map_key", text()}, {"output_index_mapping", order}})},
        {"VOCmAP", map({{"anno_path", text()}})}, {"SquadF1", nothing()}, {"MSE", compared}, {"RMSE", compared},
        {"MAE", compared}, {"Accuracy", nothing()}, {"Loss", nothing()}, {"BLEU", nothing()}, {"F1", nothing()},
        {"mIOU", map({{"num_classes", integer()}})}, {"GLUE", task}, {"ROC", task}};
}

void error(std::vector<SchemaProblem>& problems, const YamlNode& node, const std::string& path, std::string message)
{
    problems.push_back({true, node.line, node.column, path, std::move(message)});
}

std::size_t countOf(const YamlNode& list)
{
    return list.isSequence() ? list.items.size() : listWords(list).size();
}

void metricCounts(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    std::size_t metrics = 0;
    for (const auto& [key, value] : node.entries)
        metrics += key.text != "weight" && key.text != "higher_is_better" ? 1 : 0;
    for (const char* key : {"weight", "higher_is_better"})
        if (const YamlNode* list = node.find(key); list && !list->isNull() && countOf(*list) != metrics)
            error(problems, *list, path + "." + key,
                "needs one entry for each of the " + std::to_string(metrics) + " metrics");
}

void oneMetricForm(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    if (node.find("metric"))
        if (const YamlNode* several = node.find("multi_metrics"))
            error(problems, *several, path + ".multi_metrics", "excludes \"metric\"; keep one of the two");
}

void relativeXorAbsolute(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    const YamlNode* relative = node.find("relative");
    const YamlNode* absolute = node.find("absolute");
    if (relative && absolute)
        error(problems, *absolute, path + ".absolute", "excludes \"relative\"; keep exactly one of the two");
    if (!relative && !absolute)
        error(problems, node, path, "needs exactly one of relative, absolute");
    if (!relative)
        return;
    // An int is refused already, by its type.
    const auto value = intValue(*relative) ? std::nullopt : percentValue(*relative);
    if (value && !(*value > -1 && *value < 1))
        error(problems, *relative, path + ".relative", "must lie between -1 and 1 (0.01 or 1% is one percent)");
}

void objectiveWeights(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    const YamlNode* objective = node.find("objective");
    const YamlNode* weight = node.find("weight");
    if (weight && (!objective || countOf(*objective) != countOf(*weight)))
        error(problems, *weight, path + ".weight", "needs one entry for each objective");
}

void sparsityOrder(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    const YamlNode* initial = node.find("initial_sparsity");
    const YamlNode* target = node.find("target_sparsity");
    const auto first = initial ? floatValue(*initial) : std::nullopt;
    const auto last = target ? floatValue(*target) : std::nullopt;
    if (first && last && *first > *last)
        error(problems, *target, path + ".target_sparsity", "must not be below initial_sparsity");
    else if (!initial && last && *last >= 1)
        error(problems, *target, path + ".target_sparsity", "must be below 1");
}

void epochOrder(const YamlNode& node, const std::string& path, std::vector<SchemaProblem>& problems)
{
    const YamlNode* start = node.find("start_epoch");
    const YamlNode* end = node.find("end_epoch");
    const auto first = start ? intValue(*start) : std::nullopt;
    const auto last = end ? intValue(*end) : std::nullopt;
    if (first && last && *first > *last)
        error(problems, *end, path + ".end_epoch", "must not be before start_epoch");
}

IncType withRule(IncType type, decltype(IncType::rule) rule)
{
    type.rule = rule;
    return type;
}

IncType training()
{
    const auto adam = map({{"learning_rate", floatLike()}, {"beta_1", floatLike()}, {"beta_2", floatLike()},
        {"epsilon", floatLike()}, {"amsgrad", flag()}});
    auto adamW = adam;
    adamW.fields.push_back(must("weight_decay", floatLike()));
    auto optimizer = map({{"SGD",
                              map({must("learning_rate", floatLike()), {"momentum", floatLike()}, {"nesterov", flag()},
                                  {"weight_decay", floatLike()}})},
        {"AdamW", adamW}, {"Adam", adam}});
    optimizer.atMostOne = true;
    const auto entropy =
        map({{"reduction", text({"none", "sum", "mean", "auto", "sum_over_batch_size"})}, {"from_logits", flag()}});
    const IncType weights{.kind = IncKind::NumberList, .low = 0, .high = infinite, .ranged = true};
    const auto layered = [&](Words losses) {
        return map({must("layer_mappings", simple(IncKind::List)), {"loss_types", wordList(std::move(losses))},
            {"loss_weights", weights}, {"add_origin_loss", flag()}});
    };
    const auto criterion = map({{"CrossEntropyLoss", entropy}, {"SparseCategoricalCrossentropy", entropy},
        {"KnowledgeDistillationLoss",
            map({{"temperature", realAbove(0)}, {"loss_types", wordList({"CE", "KL", "MSE"})},
                {"loss_weights", weights}})},
        {"IntermediateLayersKnowledgeDistillationLoss", layered({"MSE", "KL", "L1"})}});
    return map(
        {must("criterion", criterion), {"optimizer", optimizer}, {"dataloader", dataloader()}, {"epoch", integer()},
            {"start_epoch", integer()}, {"end_epoch", integer()}, {"iteration", integer()}, {"frequency", integer()},
            {"execution_mode", text({"eager", "graph"})}, {"postprocess", postprocess()}, {"hostfile", text()}});
}

IncType weightCompression()
{
    const auto list = simple(IncKind::List);
    return withRule(
        map({{"initial_sparsity", realIn(0, 1)}, {"target_sparsity", real()}, {"max_sparsity_ratio_per_layer", real()},
            {"prune_type", text()}, {"start_epoch", integer()}, {"end_epoch", integer()}, {"start_step", integer()},
            {"end_step", integer()}, {"update_frequency", real()}, {"update_frequency_on_step", integer()},
            {"excluded_names", list}, {"prune_domain", text()}, {"names", list}, {"extra_excluded_names", list},
            {"prune_layer_type", list}, {"sparsity_decay_type", text()}, {"pattern", text()}, {"pruners", list}}),
        sparsityOrder);
}

IncType pruning()
{
    return map({{"train", withRule(training(), epochOrder)},
        {"approach",
            map({{"weight_compression", weightCompression()}, {"weight_compression_pytorch", weightCompression()}})}});
}

IncType autoDistillation()
{
    const auto list = simple(IncKind::List);
    const auto transfer = map({{"block_names", list}, must("layer_mappings_for_knowledge_transfer", list),
        {"loss_types", list}, {"loss_weights", list}, {"add_origin_loss", list}, {"train_steps", list}});
    return map({must("search",
                    map({must("search_space", simple(IncKind::Dict)), {"search_algorithm", text()}, {"metrics", list},
                        {"higher_is_better", list}, {"max_trials", integer()}, {"seed", integer()}})),
        {"flash_distillation", map({{"knowledge_transfer", transfer}, {"regular_distillation", transfer}})}});
}

IncType architectureSearch()
{
    const auto list = simple(IncKind::List);
    return map({{"approach", text()},
        {"search",
            map({{"search_space", simple(IncKind::Dict)}, {"search_algorithm", text()}, {"metrics", list},
                {"higher_is_better", list}, {"max_trials", integer()}, {"seed", integer()}})},
        {"dynas",
            map({{"supernet", text()}, {"metrics", list}, {"population", integer()}, {"num_evals", integer()},
                {"results_csv_path", text()}, {"dataset_path", text()}, {"supernet_ckpt_path", text()},
                {"batch_size", integer()}, {"num_workers", integer()}})}});
}

IncType quantization()
{
    return map({{"approach",
                    text({"post_training_static_quant", "post_training_dynamic_quant", "post_training_auto_quant",
                        "quant_aware_training"})},
        {"train", training()}, {"advance", map({{"bias_correction", text({"weight_empirical"})}})},
        {"calibration",
            map({{"sampling_size", {.kind = IncKind::Words, .intToo = true}}, {"dataloader", dataloader()}})},
        {"recipes",
            map({{"scale_propagation_max_pooling", flag()}, {"scale_propagation_concat", flag()},
                {"first_conv_or_matmul_quantization", flag()}, {"fast_bias_correction", flag()},
                {"weight_correction", flag()}})},
        {"model_wise", leaves(false)}, {"optype_wise", freeMap(leaves(true))}, {"op_wise", freeMap(leaves(true))}});
}

IncType precisions(Words accepted)
{
    const Words perOp{"fp32", "bf16", "fp16"};
    const auto side = map({{"dtype", words(perOp)}});
    return map(
        {{"precisions", words(std::move(accepted))}, {"op_wise", map({{"weight", side}, {"activation", side}})}});
}

IncType strategy()
{
    IncType name = text({"basic", "bayesian", "exhaustive", "mse", "random", "automixedprecision", "tpe", "sigopt"});
    name.laterWords = {"auto", "conservative", "mse_v2", "hawq_v2"};
    return map({must("name", name), {"sigopt_api_token", text()}, {"sigopt_project_id", text()},
        {"sigopt_experiment_name", text()}, {"accuracy_weight", real()}, {"latency_weight", real()}});
}

IncType tuning()
{
    const IncType percent{.kind = IncKind::Percent};
    const IncType percentOrInt{.kind = IncKind::Percent, .intToo = true};
    return map({{"strategy", strategy()},
        {"accuracy_criterion",
            withRule(map({{"relative", percent}, {"absolute", percentOrInt}, {"higher_is_better", flag()}}),
                relativeXorAbsolute)},
        {"objective", text(objectives)},
        {"multi_objectives",
            withRule(map({{"objective", words(objectives)}, {"weight", {.kind = IncKind::Floats}},
                         {"higher_is_better", {.kind = IncKind::Bools, .boolToo = true}}}),
                objectiveWeights)},
        {"exit_policy", map({{"timeout", integer()}, {"max_trials", integer()}, {"performance_only", flag()}})},
        {"random_seed", integer()}, {"tensorboard", flag()}, {"workspace", map({{"path", text()}, {"resume", text()}})},
        {"diagnosis",
            map({{"diagnosis_after_tuning", flag()}, {"op_list", words()},
                {"iteration_list", {.kind = IncKind::Ints, .intToo = true}},
                {"inspect_type", text({"all", "activation", "weight"})}, {"save_to_disk", flag()},
                {"save_path", text()}})}});
}

IncType evaluation()
{
    auto metric = map(metricFields());
    metric.atMostOne = true;
    auto several = metricFields();
    several.push_back({"weight", {.kind = IncKind::Floats}});
    several.push_back({"higher_is_better", {.kind = IncKind::Bools}});
    const auto accuracy = map({{"metric", metric}, {"multi_metrics", withRule(map(std::move(several)), metricCounts)},
        {"configs", instanceConfigs()}, {"iteration", integer()}, {"dataloader", dataloader()},
        {"postprocess", postprocess()}});
    return map({{"accuracy", withRule(accuracy, oneMetricForm)},
        {"performance",
            map({{"warmup", integer()}, {"iteration", integer()}, {"configs", instanceConfigs()},
                {"dataloader", dataloader()}, {"postprocess", postprocess()}})}});
}

IncType root()
{
    return map({must("model",
                    map({must("name", text()), must("framework", text(frameworks)), {"inputs", words()},
                        {"outputs", words()}})),
        {"version", simple(IncKind::Version)}, {"device", text({"cpu", "gpu"})}, {"quantization", quantization()},
        {"graph_optimization", precisions({"fp32", "bf16"})}, {"mixed_precision", precisions({"fp32", "bf16", "fp16"})},
        {"model_conversion", map({must("source", text({"qat"})), must("destination", text({"default"}))})},
        {"tuning", tuning()}, {"evaluation", evaluation()}, {"pruning", pruning()},
        {"distillation", map({{"train", training()}})}, {"auto_distillation", autoDistillation()},
        {"nas", architectureSearch()}, {"train", training()}});
}

} // namespace

const IncType& incSchema()
{
    static const IncType schema = root();
    return schema;
}

} // namespace octet::exchange
